"""How many posts a second go from a file through Redis, one worker and PostgreSQL, everything on the same cores?

`ingest` reads a file and dates its posts as they come, `worker` does the rest, and nothing else runs but the two
servers. With the fast analyser, and with the full one against what that reads by itself.
`python -m benchmarks.team_path --minutes 5` is the long run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import Answer, below
from benchmarks.team import Team, team
from benchmarks.whole_path import write_posts
from sentistream.storage.postgres.store import PostgresStore

FAST_RATE = 1_500
FULL_RATE = 700
"""Posts a second that are brought for the full model, more than it reads."""

SECONDS = 60
"""Of a run, after all processes have started; 5 minutes to see that it can be kept up."""

WARM = 3_000
"""Posts that are stored before the clock starts."""

WINDOW = 10
"""Seconds over which the slowest stretch is looked for."""

BATCH = 500
READ = 3_000
"""Posts for the speed of the full model by itself."""


class Seen(NamedTuple):
    """One look."""

    at: float
    stored: int
    memory: float


def run() -> list[Answer]:
    """Rates in a run of each, and what the memory did."""
    fast, _ = _watched("fast", SECONDS, FAST_RATE * 2)
    full, alone = _watched("full", SECONDS, FULL_RATE, by_itself=3)
    return [*_fast_answers(fast, SECONDS), *_full_answers(full, alone)]


def _fast_answers(found: list[Seen], seconds: float) -> list[Answer]:
    note = f"one run of {seconds:g} s, {found[-1].stored - found[0].stored:,} posts"
    rates = _rates(found)
    whole = Answer(
        "file to Redis to one worker to PostgreSQL, fast, everything on the same cores", _rate(found), "posts/s",
        f"≥ {FAST_RATE:,}", min(rates) >= FAST_RATE, (min(rates), max(rates)),
        f"{note}; the range is of stretches of {WINDOW} s",
    )  # fmt: skip
    growth = found[-1].memory - found[len(found) // 2].memory
    return [whole, below("growth of the worker's memory in the second half of it", [growth], "MiB", 64, note)]


def _full_answers(found: list[Seen], alone: list[float]) -> list[Answer]:
    median = statistics.median(alone)
    note = f"{_rate(found):,.0f} posts/s of the {median:,.0f} that the model reads by itself; one run of {SECONDS} s"
    shares = [rate / median * 100 for rate in _rates(found)]
    share = _rate(found) / median * 100
    return [
        Answer(
            "the same with full, of its own speed", share, "%", "≥ 90", share >= 90, (min(shares), max(shares)), note
        )
    ]


def _rate(found: list[Seen]) -> float:
    return (found[-1].stored - found[0].stored) / (found[-1].at - found[0].at)


def _rates(found: list[Seen]) -> list[float]:
    return [_rate([one, other]) for one, other in pairwise(found)]


def _watched(analyser: str, seconds: float, rate: int, by_itself: int = 0) -> tuple[list[Seen], list[float]]:
    """What was seen in so many seconds of a file that lasts longer; before that, what the full model reads of it."""
    with tempfile.TemporaryDirectory() as folder, team(analyser) as running:
        path = Path(folder) / "posts.jsonl"
        write_posts(path, int(rate * (seconds + 30)))
        alone = [_full_alone(path) for _ in range(by_itself)]
        running.start("worker")
        running.start("ingest", "--source", f"file:{path}", "--rate", rate)
        return asyncio.run(_watch(running, seconds)), alone


async def _watch(running: Team, seconds: float) -> list[Seen]:
    store = PostgresStore(running.database.url())
    try:
        while await store.posts.count() < WARM:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        found: list[Seen] = []
        started = time.perf_counter()
        while not found or found[-1].at - started < seconds:
            await asyncio.sleep(max(0.0, started + len(found) * WINDOW - time.perf_counter()))
            found.append(Seen(time.perf_counter(), await store.posts.count(), running.memory()["0-worker"]))
        return found
    finally:
        await store.close()


def _full_alone(path: Path) -> float:
    command = [sys.executable, "-c", f"from benchmarks.team_path import by_itself; print(by_itself({str(path)!r}))"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    return float(done.stdout)


def by_itself(path: str) -> float:
    """Posts a second that the full model reads of the file at `path` with nothing around it; run in a process alone."""
    from sentistream.analysis.onnx import OnnxAnalyser

    model = OnnxAnalyser()
    with Path(path).open() as file:
        texts = [json.loads(line)["content"] for line in islice(file, READ)]

    async def read() -> float:
        await model.analyse(texts[:BATCH])
        started = time.perf_counter()
        for start in range(0, READ, BATCH):
            await model.analyse(texts[start : start + BATCH])
        return READ / (time.perf_counter() - started)

    return asyncio.run(read())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    length = parser.parse_args().minutes * 60
    for answer in _fast_answers(_watched("fast", length, FAST_RATE * 2)[0], length):
        print(answer.row())
