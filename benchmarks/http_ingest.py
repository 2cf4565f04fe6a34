"""How many entries a second does POST /api/v1/posts accept durably, in batches of 1,000?

Posts are read by the lexicon, so that the stream and the store are measured and no model.
"""

from __future__ import annotations

import json
import time

from benchmarks.corpus import items
from benchmarks.measure import RUNS, Answer, at_least
from benchmarks.server import Server, serving

BATCHES = 40
BATCH = 1_000


def run() -> list[Answer]:
    """One row with the API alone, one with analysis and storage in the same process."""
    bodies = [
        [_body(batch) for batch in _batches(items(BATCHES * BATCH, days=1, first=run * BATCHES * BATCH))]
        for run in range(RUNS)
    ]
    with serving("api", analyser="lexicon") as server:
        alone = [_rate(server, some) for some in bodies]
    with serving("up", "--source", "none", analyser="lexicon") as server:
        together = [_rate(server, some) for some in bodies]
    return [
        at_least("entries accepted durably over HTTP, batches of 1,000", alone, "/s", 8_000, "`sentistream api`"),
        at_least(
            "the same while one process also analyses and stores", together, "/s", 2_500, "`sentistream up`, lexicon"
        ),
    ]


def _batches(found: list[dict[str, object]]) -> list[list[dict[str, object]]]:
    return [found[start : start + BATCH] for start in range(0, len(found), BATCH)]


def _body(batch: list[dict[str, object]]) -> bytes:
    return json.dumps({"posts": batch}).encode()


def _rate(server: Server, bodies: list[bytes]) -> float:
    started = time.perf_counter()
    for body in bodies:
        answer = server.http.post("/api/v1/posts", content=body, headers={"content-type": "application/json"})
        while answer.status_code == 503:
            time.sleep(float(answer.headers["retry-after"]))
            answer = server.http.post("/api/v1/posts", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 202, answer.text
        assert answer.json()["data"]["accepted"] == BATCH
    return len(bodies) * BATCH / (time.perf_counter() - started)
