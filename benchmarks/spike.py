"""Does it keep up with 2,500 posts a second for two minutes, and heal: the whole embedded path on the default settings?

A file is brought in at that rate, nearly four times what the full model reads here, its posts dated as they come, as
those of a spike are. Asked from outside, twice a second:
how old is the oldest post that is not yet stored? Then: how long until the full model has read the last one again, do
all posts have its reading, and does the doctor find every number right?
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import Answer, at_least, below, percentile
from benchmarks.server import Server, serving
from benchmarks.whole_path import write_posts

RATE = 2_500
SECONDS = 120
LAG_SECONDS = 2.0
EVERY_SECONDS = 0.5


def run(seconds: int = SECONDS, rate: int = RATE) -> list[Answer]:
    """The worst lag of the spike, the rate at which it was taken in, and the speed of reading again."""
    posts = seconds * rate
    with tempfile.TemporaryDirectory() as folder:
        path, data = Path(folder) / "posts.jsonl", Path(folder) / "data"
        note = f"{rate:,} a second for {seconds} s, {write_posts(path, posts)}, once"
        source = ("--source", f"file:{path}", "--rate", rate, "--no-backfill")
        with serving("up", *source, analyser="auto", folder=data) as server:
            taken, lags = _spike(server, posts)
            tiers = _tiers(server)
            left = tiers["waiting"]
            in_full = sum(item["share"] for item in tiers["items"] if item["tier"] == "full")
            note += f"; {in_full:.0%} read in full at its end"
            answers = [
                below("worst lag of a spike", [max(lags)], "s", LAG_SECONDS, note),
                below("lag of a spike, 95th percentile", [percentile(lags, 0.95)], "s", LAG_SECONDS, note),
                at_least("posts stored while it lasts", [posts / taken], "posts/s", 0.97 * rate, note),
            ]
            for answer in answers:
                print(answer.row(), flush=True)
            healed, kept = _heal(server)
        verdict = _doctor(data)
        again = f"{left:,} posts; {kept:,} still at the fast tier; doctor: {verdict}"
        right = float(kept == 0 and verdict == "all well")
        return [
            *answers,
            at_least("posts read again, new ones coming or not", [left / healed], "posts/s", 100, again),
            at_least("read again to the last one, every number right", [right], "(1: yes)", 1, again),
        ]


def _spike(server: Server, posts: int) -> tuple[float, list[float]]:
    """Seconds until all are stored, and the lags seen."""
    lags: list[float] = []
    started = None
    while True:
        health = server.http.get("/api/v1/health").json()
        if started is None and health["post_count"]:
            started = time.perf_counter()
        lags.append(health["lag"]["seconds"])
        if health["post_count"] >= posts:
            assert started is not None
            return time.perf_counter() - started, lags
        time.sleep(EVERY_SECONDS)


def _tiers(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = server.data("metrics/tiers?hours=48")
    return found


def _heal(server: Server) -> tuple[float, int]:
    """Seconds until nothing waits to be read again, and posts that are then still at the fast tier."""
    started = time.perf_counter()
    while _tiers(server)["waiting"]:
        time.sleep(2)
    seconds = time.perf_counter() - started
    return seconds, sum(item["posts"] for item in _tiers(server)["items"] if item["tier"] == "fast")


def _doctor(data: Path) -> str:
    command = [str(Path(sys.executable).with_name("sentistream")), "doctor", "--json", "--data-dir", str(data)]
    report = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    if report["ok"]:
        return "all well"
    return "; ".join(check["message"] for check in report["checks"] if check["status"] == "problem")
