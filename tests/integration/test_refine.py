"""Fast under backlog, full afterwards: through a real stream and store, through real processes, and through kills."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes import MovableClock
from running import DEFAULT_ANALYSER, Running, run, running
from sentistream.analysis.guarded import Guarded
from sentistream.analysis.reader import TieredReader
from sentistream.analysis.tiers import Policy
from sentistream.domain.analysis import ModelInfo, Reading, Tier
from sentistream.domain.event import PostEvent
from sentistream.domain.post import Entry, Post
from sentistream.domain.query import NumbersQuery
from sentistream.live.memory import MemoryLive
from sentistream.pipeline.analyse import Worker
from sentistream.pipeline.refine import Refiner
from sentistream.settings import StreamSettings
from sentistream.storage.sqlite import SqliteStore
from sentistream.stream.sqlite import SqliteStream
from sentistream.telemetry.metrics import Metrics

GROUP = "workers"


class Model:
    """Finds every text positive (full) or negative (fast)."""

    def __init__(self, tier: Tier) -> None:
        self.model = ModelInfo(name=f"the {tier}", version="1", tier=tier)
        self.down = False
        self.read: list[str] = []

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        if self.down:
            raise ConnectionError("gone")
        self.read += texts
        good = self.model.tier == "full"
        return [
            Reading(
                sentiment_label="positive" if good else "negative",
                sentiment_score=0.5 if good else -0.5,
                confidence_score=0.9 if good else 0.5 + len(text) / 1_000,
                model_name=self.model.name,
                model_version="1",
                tier=self.model.tier,
            )
            for text in texts
        ]


class System:
    """Everything between a stream and a store in `folder`."""

    def __init__(self, folder: Path, clock: MovableClock) -> None:
        self.clock = clock
        self.store = SqliteStore(folder / "store.db")
        self.stream = SqliteStream(folder / "stream.db", StreamSettings(min_free_bytes=0), clock, (GROUP,))
        self.live = MemoryLive(10_000, "epoch")
        self.metrics = Metrics()
        self.full, self.fast = Model("full"), Model("fast")
        # Whatever comes is late: everything is read quickly.
        guards = [Guarded(model, metrics=self.metrics) for model in (self.full, self.fast)]
        self.reader = TieredReader(guards[0], guards[1], Policy(lag_seconds=1e-9, calm_seconds=3_600))

    def refiner(self, **changes: Any) -> Refiner:
        given = {"store": self.store, "stream": self.stream, "live": self.live, "reader": self.reader}
        return Refiner(**given, metrics=self.metrics, clock=self.clock, group=GROUP, **changes)

    async def bring(self, *entries: Entry) -> None:
        """Publish, and let a worker settle it."""
        await self.stream.publish(entries)
        worker = Worker(
            stream=self.stream, store=self.store, live=self.live, reader=self.reader, metrics=self.metrics,
            clock=self.clock, group=GROUP, batch_size=50, batch_wait=0.0,
        )  # fmt: skip
        task = asyncio.create_task(worker.run())
        async with asyncio.timeout(20):
            while (await self.stream.lag(GROUP)).entries:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        worker.stop()
        await task

    def post(self, post_id: str, content: str = "", **changes: Any) -> Post:
        created = self.clock() - timedelta(minutes=1)
        values = {"source": "twitter", "created_at": created, "content": content or f"text of {post_id}"}
        return Post(post_id=post_id, **(values | changes))

    async def labels(self) -> dict[str, int]:
        query = NumbersQuery(start=self.clock() - timedelta(days=1), end=self.clock() + timedelta(days=1))
        [cell] = await self.store.numbers.cells(query)
        return {"positive": cell.numbers.positive, "negative": cell.numbers.negative}

    async def backlog(self) -> int:
        return (await self.store.refine.backlog()).posts

    def refined(self, outcome: str) -> float:
        return self.metrics.refined.labels(outcome)._value.get()


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    made = System(tmp_path, MovableClock())
    await made.store.migrate()
    await made.stream.open()
    yield made
    assert await made.store.ledger.findings() == []
    await made.live.close()
    await made.stream.close()
    await made.store.close()


async def test_what_was_read_quickly_is_read_again_to_the_last_one(system: System) -> None:
    await system.bring(*(system.post(str(n)) for n in range(600)))
    assert system.full.read == []
    assert await system.labels() == {"positive": 0, "negative": 600}
    assert await system.backlog() == 600
    told: list[tuple[int, int]] = []
    refiner = system.refiner(on_step=lambda done, left: told.append((done, left)))
    task = asyncio.create_task(refiner.run())
    async with asyncio.timeout(20):
        while not await refiner.finished():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    refiner.stop()
    await task
    assert await system.labels() == {"positive": 600, "negative": 0}
    assert told[-1] == (600, 0)
    assert system.refined("refined") == 600
    assert system.metrics.refine_backlog._value.get() == 0
    assert sorted(system.full.read) == sorted(f"text of {n}" for n in range(600))


async def test_the_live_feed_hears_of_every_better_reading(system: System) -> None:
    await system.bring(system.post("1"), system.post("2"))
    position = await system.live.position()
    await system.refiner().step()
    heard = (await anext(aiter(system.live.subscribe(position)))).events
    changes = [(event.change, event.post.post_id, event.post.tier) for event in heard if isinstance(event, PostEvent)]
    assert sorted(changes) == [("updated", "1", "full"), ("updated", "2", "full")]


async def test_the_least_sure_are_read_first(system: System) -> None:
    await system.bring(system.post("long", "x" * 300), system.post("short", "x"), system.post("middle", "x" * 100))
    await system.refiner().step()
    assert [len(text) for text in system.full.read] == [1, 100, 300]


async def test_it_gives_way_to_new_posts(system: System) -> None:
    await system.bring(system.post("1"))
    await system.stream.publish([system.post("2")])
    system.clock.advance(1)
    refiner = system.refiner()
    assert await refiner.step() > 0
    assert system.full.read == []
    assert not await refiner.finished()


async def test_a_model_that_is_down_is_waited_for(system: System) -> None:
    await system.bring(*(system.post(str(n)) for n in range(5)))
    system.full.down = True
    refiner = system.refiner()
    waits = [await refiner.step() for _ in range(7)]
    assert waits == [1, 2, 4, 8, 15, 30, 30]
    assert system.refined("kept") == 35
    assert await system.labels() == {"positive": 0, "negative": 5}
    assert await refiner.finished(), "nothing of it can be done now"
    system.full.down = False
    other = TieredReader(system.full, system.fast)
    system.reader = other
    assert await system.refiner().step() == 0
    assert await system.labels() == {"positive": 5, "negative": 0}
    assert await system.backlog() == 0


async def test_posts_that_nobody_could_read_are_read_once_somebody_can(system: System) -> None:
    system.full.down = system.fast.down = True
    await system.bring(system.post("1"))
    found = await system.store.posts.get("1")
    assert found is not None
    assert (found.sentiment_label, found.sentiment_score, found.confidence_score) == ("unscored", None, None)
    assert (found.tier, found.model_name) == ("unscored", "none")
    system.full.down = False
    assert await system.refiner().step() == 0
    found = await system.store.posts.get("1")
    assert found is not None
    assert (found.sentiment_label, found.tier, found.model_name) == ("positive", "full", "the full")


async def test_stopping_stores_what_was_read_and_gives_back_the_rest(system: System) -> None:
    await system.bring(*(system.post(str(n)) for n in range(200)))
    refiner = system.refiner()
    analyse = system.full.analyse

    async def then_stop(texts: Sequence[str]) -> list[Reading]:
        refiner.stop()
        return await analyse(texts)

    system.full.analyse = then_stop  # type: ignore[method-assign]
    await refiner.run()
    read = len(system.full.read)
    assert 0 < read < 200
    assert await system.backlog() == 200 - read
    system.full.analyse = analyse  # type: ignore[method-assign]
    await system.refiner().step()
    assert await system.backlog() == 0, "what was given back is free at once"


BURST = 600
TEXTS = (
    "What a wonderful day, the new app is a joy to use, thank you so much",
    "My flight was cancelled again and nobody answers the phone, this is the worst service ever",
    "The meeting about the new schedule is at ten in the morning",
)


def test_a_burst_is_read_quickly_at_once_and_in_full_to_the_last_one(tmp_path: Path) -> None:
    """More than a second's worth for a model whose speed nobody has measured yet, so the fast one reads it."""
    data, now = tmp_path / "data", datetime.now(UTC).isoformat()
    posts = [
        {"post_id": str(n), "source": "twitter", "created_at": now, "content": f"{TEXTS[n % 3]}, {n} times"}
        for n in range(BURST)
    ]
    with running(tmp_path, "up", "--source", "none", "--data-dir", data, **DEFAULT_ANALYSER) as server:
        server.healthy(30)
        assert server.http.post("/api/v1/posts", json={"posts": posts}).status_code == 202
        server.until(lambda: server.data("stats")["posts"] == BURST, 30, "all stored")
        server.until(lambda: server.data("metrics/tiers")["waiting"] == 0, 60, "all read by the full model")
        tiers = server.data("metrics/tiers", hours=2)
        current = server.data("metrics/overall", hours=2)["current"]
        metrics = server.http.get("/metrics").text
        assert server.terminate() == 0, server.said()[-4_000:]
    assert tiers["items"] == [{"tier": "full", "posts": BURST, "share": 1.0}]
    assert (current["posts"], current["scored"]) == (BURST, BURST)
    counted = dict(re.findall(r'^sentistream_readings_total\{model="[^"]*",tier="(\w+)"\} ([0-9.]+)$', metrics, re.M))
    assert float(counted["fast"]) >= 500
    assert float(counted["full"]) == BURST
    with contextlib.closing(sqlite3.connect(data / "sentistream.db")) as db:
        labels = dict(db.execute("SELECT sentiment_label, count(*) FROM social_media_posts GROUP BY 1").fetchall())
    assert labels == {name: current[name] for name in ("positive", "negative", "neutral") if current[name]}
    verdict = run("doctor", "--data-dir", data, "--json", cwd=tmp_path)
    assert json.loads(verdict.stdout)["ok"] is True, verdict.stdout


POSTS = 1_500
KILLS = 6


@pytest.mark.crash
@pytest.mark.timeout(400)
def test_killed_again_and_again_it_reads_every_post_again_once(tmp_path: Path, test_data: Path) -> None:
    lines = (test_data / "airline" / "replay.jsonl").read_text().splitlines()[:POSTS]
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(f"{line}\n" for line in lines))
    data, moment = tmp_path / "data", random.Random(20_261_122)
    server = Running(
        tmp_path, "up", "--source", f"file:{file}", "--original-time", "--no-backfill", "--data-dir", data,
        **DEFAULT_ANALYSER,
        SENTISTREAM_STREAM_LEASE_SECONDS="0.5",
        SENTISTREAM_STREAM_MAX_ATTEMPTS="100",
        SENTISTREAM_ANALYSIS_LAG_SECONDS="0.1",
    )  # fmt: skip

    def standing() -> tuple[int, int, int]:
        """(posts, of them read at the full tier, queued) as the file stands."""
        if not (data / "sentistream.db").exists():
            return 0, 0, 0
        with contextlib.closing(sqlite3.connect(data / "sentistream.db")) as db, contextlib.suppress(sqlite3.Error):
            rows, full = db.execute("SELECT count(*), sum(tier = 'full') FROM social_media_posts").fetchone()
            return rows, full or 0, db.execute("SELECT count(*) FROM refine_queue").fetchone()[0]
        return 0, 0, 0

    seen: list[tuple[int, int, int]] = []
    try:
        for number in range(KILLS):
            server.start()
            goal = (seen[-1][1] if seen else 0) + moment.randint(1, POSTS // KILLS // 2)
            server.until(lambda goal=goal: standing()[1] >= goal, 60, f"{goal} posts read again")
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.alive.wait(moment.uniform(0, 0.1))
            server.kill()
            seen.append(standing())
            if number == KILLS // 2:
                verdict = run("doctor", "--data-dir", data, "--json", cwd=tmp_path)
                assert json.loads(verdict.stdout)["ok"] is True, verdict.stdout
        server.start()
        server.until(
            lambda: standing()[0] == POSTS and standing()[2] == 0, 120, "everything stored, nothing left to read"
        )
        numbers = server.data("sentiment/aggregate", period="day", start="2015-01-01", end="2016-01-01")
        assert server.terminate() == 0, server.said()[-4_000:]
    finally:
        server.close()
    assert any(queued > 0 for *_, queued in seen), seen
    with contextlib.closing(sqlite3.connect(data / "sentistream.db")) as db:
        tiers = dict(db.execute("SELECT tier, count(*) FROM social_media_posts GROUP BY tier").fetchall())
        twice = db.execute(
            """SELECT count(*) FROM (SELECT 1 FROM sentiment_analysis WHERE tier = 'full'
                GROUP BY post_key HAVING count(*) > 1)"""
        ).fetchone()[0]
        quickly = db.execute("SELECT count(*) FROM sentiment_analysis WHERE tier = 'fast'").fetchone()[0]
    # A text in another language is refused by both models, and waits for nobody.
    assert tiers.get("fast", 0) == 0
    assert tiers["full"] + tiers.get("unscored", 0) == POSTS
    assert tiers["full"] > 0.95 * POSTS
    assert twice == 0
    assert quickly > 0
    assert numbers["summary"]["posts"] == POSTS
    verdict = run("doctor", "--data-dir", data, "--json", cwd=tmp_path)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert json.loads(verdict.stdout)["ok"] is True
