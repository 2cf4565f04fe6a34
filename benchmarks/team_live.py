"""How long from the commit of a post in PostgreSQL to its frame at a WebSocket client, at 100 posts a second?

The API, one worker with the full model and both servers are processes of their own on the same cores; the event goes
from the worker through Redis to the API. Otherwise as in live_latency.
"""

from __future__ import annotations

import asyncio

from benchmarks.live_latency import SECONDS, delay
from benchmarks.measure import RUNS, Answer, below
from benchmarks.team import team

RATE = 100


def run() -> list[Answer]:
    """p95 of five runs of ten seconds on one team."""
    with team("full") as running:
        running.start("worker")
        port = running.serve()
        asyncio.run(delay(port, RUNS, RATE))  # the worker may still load its model
        p95s = [asyncio.run(delay(port, number, RATE)) for number in range(RUNS)]
    note = f"{RATE * SECONDS:,} posts a run, full, worker and API apart"
    return [below("commit to frame at a WebSocket client of the team profile, 100 posts/s, p95", p95s, "ms", 100, note)]
