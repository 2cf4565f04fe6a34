"""The account of every entry: where each one ended."""

from __future__ import annotations

from typing import Literal

import msgspec

Outcome = Literal[
    "created", "edited", "duplicate", "stale", "deleted", "tombstoned", "corrected", "filtered", "dead_lettered"
]
"""`tombstoned`: a deletion that met no post; it is remembered, and its post can never appear."""

OUTCOMES: tuple[Outcome, ...] = (
    "created",
    "edited",
    "duplicate",
    "stale",
    "deleted",
    "tombstoned",
    "corrected",
    "filtered",
    "dead_lettered",
)


class Account(msgspec.Struct, kw_only=True):
    """One connector's line of the ledger: `received` = sum of outcomes + `in_flight`."""

    connector: str
    received: int = 0
    in_flight: int = 0
    created: int = 0
    edited: int = 0
    duplicate: int = 0
    stale: int = 0
    deleted: int = 0
    tombstoned: int = 0
    corrected: int = 0
    filtered: int = 0
    dead_lettered: int = 0

    @property
    def settled(self) -> int:
        """How many entries have an outcome."""
        return sum(getattr(self, outcome) for outcome in OUTCOMES)

    @property
    def balanced(self) -> bool:
        """Whether nothing was lost and nothing counted twice."""
        return self.received == self.settled + self.in_flight
