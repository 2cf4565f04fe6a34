"""How many posts a second go from a file to the dashboard: stream, lexicon, store, rollups, ledger, live?

Every run reads a file of its own into an empty data folder. With SENTISTREAM_TEST_DATA the posts are the
real tweets of the airline replay, repeated under new ids; otherwise they are synthetic.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path

from benchmarks.corpus import items
from benchmarks.measure import RUNS, Answer, at_least, below
from benchmarks.server import serving

POSTS = 60_000


def run() -> list[Answer]:
    """The sustained rate, and what the memory did between the middle and the end of a run."""
    rates, growths, kind = [], [], ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "posts.jsonl"
        kind = _write(path)
        for _ in range(RUNS):
            rate, growth = _once(path)
            rates.append(rate)
            growths.append(growth)
    return [
        at_least("whole path, file to live", rates, "posts/s", 2_500, f"{POSTS:,} {kind} a run"),
        below("growth of resident memory in the second half of a run", growths, "MiB", 64, "same runs"),
    ]


def _write(path: Path) -> str:
    real = Path(os.environ.get("SENTISTREAM_TEST_DATA", "")) / "airline" / "replay.jsonl"
    with path.open("w") as file:
        if not real.is_file():
            file.writelines(json.dumps(item) + "\n" for item in items(POSTS, days=7))
            return "synthetic posts"
        rows = [json.loads(line) for line in real.read_text().splitlines()]
        for n in range(POSTS):
            row = rows[n % len(rows)]
            file.write(json.dumps(row | {"post_id": f"{row['post_id']}_{n // len(rows)}"}) + "\n")
    return "real tweets"


def _once(path: Path) -> tuple[float, float]:
    with serving("up", "--source", f"file:{path}", "--original-time") as server:
        started, halfway = time.perf_counter(), None
        while (rows := server.data("health")["post_count"]) < POSTS:
            if halfway is None and rows > POSTS / 2:
                halfway = server.memory()
            time.sleep(0.25)
        seconds = time.perf_counter() - started
        assert halfway is not None
        return POSTS / seconds, server.memory() - halfway
