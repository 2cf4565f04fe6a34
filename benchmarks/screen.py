"""What does the dashboard cost a browser? First load, a flood of posts, filters over a million posts, scrolling, paint.

Chromium's own metrics, through frontend/e2e/measure.mjs. `python -m benchmarks dashboard` asks everything in half an
hour; `python -m benchmarks.screen load frames` some of it, `--minutes 1.5` lets posts arrive for so long only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.corpus import posts
from benchmarks.measure import RUNS, Answer, below, percentile
from benchmarks.queries import settled
from benchmarks.server import Server, serving
from benchmarks.stub_feed import played
from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.storage.sqlite import SqliteStore

FRONTEND = Path(__file__).parents[1] / "frontend"
STOCK = 20_000
"""Posts that a server holds where their number is not the question."""

MILLION = 1_000_000
MINUTES = 10.0
RATE = 2_000.0
FRAMES = 20.0
"""A second: as many as the hub sends at most (decision 9)."""

SCROLLED = 50_000
PAINTED = 40


QUESTIONS = ("load", "arrivals", "scrolled", "frames", "filters")


def run(minutes: float = MINUTES, names: tuple[str, ...] = QUESTIONS) -> list[Answer]:
    """All of `names`; each server is filled anew."""
    answers: list[Answer] = []
    if set(names) - {"filters"}:
        with stocked(STOCK) as server:
            url = f"http://127.0.0.1:{server.port}/"
            if "load" in names:
                answers += load(url)
            if "arrivals" in names:
                answers += arrivals(server, minutes)
            if "scrolled" in names:
                answers.append(scrolled(url))
            if "frames" in names:
                answers.append(frames(server))
    if "filters" in names:
        with stocked(MILLION) as server:
            answers += filters(f"http://127.0.0.1:{server.port}/")
    return answers


def load(url: str) -> list[Answer]:
    """Once unhurried, once with a processor a quarter as fast."""
    slow = [ask("load", url=url, slow=4) for _ in range(RUNS)]
    fast = [ask("load", url=url, slow=1) for _ in range(RUNS)]
    phone = [ask("load", url=url, slow=4, width=390, height=844) for _ in range(RUNS)]
    hurried, desktop, small = "largest paint, CPU 4 times slower", "1440 × 1000, an empty cache", "390 × 844"
    kilobytes = [one["kilobytes"] for one in fast]
    shifts = [one["cls"] for one in slow + fast + phone]
    return [
        below("first load: KB before the first chart", kilobytes, "KB", 250, f"{desktop}; headers included"),
        below(f"first load: {hurried}", [one["lcp"] for one in slow], "ms", 1_500, desktop),
        below(f"first load: {hurried}", [one["lcp"] for one in phone], "ms", 1_500, small),
        below("first load: largest paint", [one["lcp"] for one in fast], "ms", 1_500, desktop),
        below("first load: CPU until posts are read", [one["busy"] for one in fast], "ms", 500, "main thread"),
        below("first load: layout shift (CLS)", shifts, "", 0.05, "all of these"),
    ]


def arrivals(server: Server, minutes: float) -> list[Answer]:
    """`RATE` posts a second, played by a stub in frames as the hub sends them."""
    with played(server, rate=RATE, per_second=FRAMES) as url:
        found = ask("arrivals", url=url, minutes=minutes)
    note = f"{minutes:g} min, stub socket, {found['rate']:,.0f} posts/s received"
    what = f"{RATE:,.0f} posts/s arriving"
    return [
        below(f"{what}: main thread busy", [found["busy"]], "%", 40, note),
        below(f"{what}: longest task", [found["longest"]], "ms", 200, f"{found['long']} tasks over 50 ms"),
        below(f"{what}: heap growth", [found["growth"]], "MiB", 20, f"from {found['heap']:.0f} MiB, after a minute"),
    ]


def filters(url: str) -> list[Answer]:
    """From the click to totals and trend of what was chosen."""
    found = [ask("filters", url=url) for _ in range(3)]
    times = [time for one in found for time in one.values() if time is not None]
    p95s = [percentile([time for time in one.values() if time is not None], 0.95) for one in found]
    slowest = max(found[0], key=lambda name: statistics.median(one[name] or 20_000 for one in found))
    note = f"{len(times)} switches: {', '.join(found[0])}; median {statistics.median(times):.0f} ms, slowest {slowest}"
    return [below(f"switch of a filter over {MILLION:,} posts: new picture, p95", p95s, "ms", 500, note)]


def scrolled(url: str) -> Answer:
    """Scripting in each frame, by Chromium's tracer."""
    p95s = [percentile(ask("scrolled", url=url, posts=SCROLLED), 0.95) for _ in range(3)]
    return below(
        f"feed of {SCROLLED:,} posts scrolled: scripting a frame, p95", p95s, "ms", 8, "300 frames, stub socket"
    )


def frames(server: Server) -> Answer:
    """Two posts a second, each in a frame of its own: what somebody watches."""
    with played(server, rate=2, per_second=2) as url:
        p95s = [percentile(ask("frames", url=url, count=PAINTED), 0.95) for _ in range(3)]
    return below("frame received → painted, p95", p95s, "ms", 100, f"{PAINTED} posts, stub socket")


def ask(question: str, **given: Any) -> Any:
    """What Chromium says."""
    found = subprocess.run(
        ["node", "e2e/measure.mjs", question, json.dumps(given)],
        cwd=FRONTEND, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(found.stdout)


@contextmanager
def stocked(number: int) -> Iterator[Server]:
    """`sentistream up` on `number` posts of thirty days, receiving nothing more."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_fill(Path(folder), number))
        with serving("up", "--source", "none", analyser="lexicon", folder=Path(folder)) as server:
            yield server


async def _fill(folder: Path, number: int) -> None:
    store = SqliteStore(folder / "sentistream.db")
    await store.migrate()
    end = datetime.now(UTC)
    await settled(store, posts(number, end=end), LexiconAnalyser(), end)
    await store.close()


def main() -> int:
    """1 if a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(QUESTIONS))
    parser.add_argument("--minutes", type=float, default=MINUTES)
    given = parser.parse_args()
    if unknown := set(given.names) - set(QUESTIONS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    answers = run(given.minutes, tuple(given.names) or QUESTIONS)
    for answer in answers:
        print(answer.row())
    return 0 if all(answer.reached for answer in answers) else 1


if __name__ == "__main__":
    sys.exit(main())
