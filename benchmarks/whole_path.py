"""How many posts a second go from a file to the dashboard: stream, analysis, store, rollups, ledger, live?

Once with the lexicon, beside which everything else is slow, once with the bundled transformer, which people get who set
nothing. Every run reads a file of its own into an empty data folder. With SENTISTREAM_TEST_DATA the posts are the
real tweets of the airline replay, repeated under new ids; otherwise they are synthetic.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpus import items
from benchmarks.measure import RUNS, Answer, at_least, below
from benchmarks.server import serving


class Question(NamedTuple):
    """posts: in a run, enough for half a minute. target: posts a second at least."""

    analyser: str
    posts: int
    target: float


# A pair of pipelines reads 12 posts a second; the transformer is to do 25 times that, less what storing takes.
QUESTIONS = (Question("lexicon", 60_000, 2_500), Question("full", 6_000, 250))


def run() -> list[Answer]:
    """For each analyser the sustained rate, and what the memory did between the middle and the end of a run."""
    answers = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "posts.jsonl"
        for analyser, posts, target in QUESTIONS:
            note = f"{posts:,} {write_posts(path, posts)} a run, {analyser}"
            rates, growths = zip(*(_once(path, analyser, posts) for _ in range(RUNS)), strict=True)
            answers += [
                at_least(f"whole path, file to live, {analyser}", rates, "posts/s", target, note),
                below("growth of resident memory in the second half of a run", growths, "MiB", 64, note),
            ]
    return answers


def write_posts(path: Path, posts: int) -> str:
    """A file of so many posts; returns what they are."""
    real = Path(os.environ.get("SENTISTREAM_TEST_DATA", "")) / "airline" / "replay.jsonl"
    with path.open("w") as file:
        if not real.is_file():
            file.writelines(json.dumps(item) + "\n" for item in items(posts, days=7))
            return "synthetic posts"
        rows = [json.loads(line) for line in real.read_text().splitlines()]
        for n in range(posts):
            row = rows[n % len(rows)]
            file.write(json.dumps(row | {"post_id": f"{row['post_id']}_{n // len(rows)}"}) + "\n")
    return "real tweets"


def _once(path: Path, analyser: str, posts: int) -> tuple[float, float]:
    with serving("up", "--source", f"file:{path}", "--original-time", analyser=analyser) as server:
        started, halfway = time.perf_counter(), None
        while (rows := server.data("health")["post_count"]) < posts:
            if halfway is None and rows > posts / 2:
                halfway = server.memory()
            time.sleep(0.25)
        seconds = time.perf_counter() - started
        assert halfway is not None
        return posts / seconds, server.memory() - halfway
