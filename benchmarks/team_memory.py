"""How much memory does a whole team take on one machine?

Two workers with the full model, API, ingester, alert watcher, PostgreSQL and Valkey. Shared pages count once. Looked
at while both workers read a backlog, five times at intervals.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.measure import RUNS, Answer, below
from benchmarks.team import team
from benchmarks.whole_path import write_posts

POSTS = 60_000
WARM_SECONDS = 20
SECONDS = 5


def run() -> list[Answer]:
    """The sum over all processes."""
    with tempfile.TemporaryDirectory() as folder, team("full") as running:
        path = Path(folder) / "posts.jsonl"
        write_posts(path, POSTS)
        for _ in range(2):
            running.start("worker")
        running.start("watch")
        running.serve()
        running.start("ingest", "--source", f"file:{path}", "--original-time")
        time.sleep(WARM_SECONDS)
        found = []
        for _ in range(RUNS):
            time.sleep(SECONDS)
            found.append(running.memory())
    parts = ", ".join(f"{name.partition('-')[2] or name} {size:,.0f}" for name, size in found[-1].items())
    sums = [sum(one.values()) for one in found]
    return [below("memory of the whole team, full, two workers", sums, "MiB", 4 * 1_024, f"at the last look: {parts}")]
