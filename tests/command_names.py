"""The commands that a user finds, in the order of `sentistream --help`."""

from __future__ import annotations

COMMANDS = (
    "up", "ingest", "worker", "refine", "api", "watch", "analyze", "evaluate", "export", "correct", "corrections",
    "analyses", "reanalyze", "layers", "compare", "promote", "demote",
    "migrate", "keys", "doctor",
)  # fmt: skip
