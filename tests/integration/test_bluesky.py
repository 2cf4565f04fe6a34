"""The Bluesky source against a Jetstream of our own: what comes, what is tried again, and that nothing is lost."""

from __future__ import annotations

import asyncio
import http
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from fakes import until
from jetstream_server import Jetstream, jetstream
from running import Running, free_port, running
from sentistream.domain.post import MAX_BATCH, Entry, Invalid, Post, Tombstone
from sentistream.settings import BlueskySettings
from sentistream.sources.base import SourceBatch
from sentistream.sources.bluesky import LONGEST_WAIT, REWIND, BlueskySource


@pytest.fixture
def server() -> Iterator[Jetstream]:
    """One Jetstream of the test's own."""
    with jetstream() as found:
        yield found


class Waits:
    """Sleeps no longer than it takes to let others run, and remembers how long it was asked to."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        await asyncio.sleep(0)


class Reading:
    """What a source brings, taken batch by batch."""

    def __init__(self, batches: AsyncGenerator[SourceBatch, None]) -> None:
        self._batches = batches
        self.cursor: dict[str, Any] | None = None
        self.entries: list[Entry] = []
        self.problems: list[str] = []
        self.sizes: list[int] = []

    async def take(self) -> SourceBatch:
        """The next batch."""
        batch = await asyncio.wait_for(anext(self._batches), 20)
        if batch.problem is not None:
            assert not batch.entries
            self.problems.append(batch.problem)
        else:
            self.cursor = json.loads(json.dumps(batch.cursor))
            self.entries += batch.entries
            self.sizes.append(len(batch.entries))
        return batch

    async def until(self, count: int) -> list[Entry]:
        """All entries once there are `count`."""
        while len(self.entries) < count:
            await self.take()
        return self.entries

    async def until_problem(self) -> str:
        """The next problem."""
        known = len(self.problems)
        while len(self.problems) == known:
            await self.take()
        return self.problems[-1]


@asynccontextmanager
async def reading(
    *servers: Jetstream | str, cursor: dict[str, Any] | None = None, waits: Waits | None = None, **settings: Any
) -> AsyncIterator[Reading]:
    """A source over `servers`, begun."""
    given = {"servers": [one if isinstance(one, str) else one.url for one in servers], **settings}
    source = BlueskySource(
        BlueskySettings(**given), clock=lambda: datetime.now(UTC), sleep=waits or Waits(), chance=lambda: 0.0
    )
    batches = cast(AsyncGenerator[SourceBatch, None], source.batches(cursor))
    try:
        yield Reading(batches)
    finally:
        await batches.aclose()


def texts(entries: list[Entry]) -> list[str]:
    return [entry.content for entry in entries if isinstance(entry, Post)]


async def test_posts_come_in_order_and_a_restart_goes_on_after_them(server: Jetstream) -> None:
    async with reading(server) as source:
        first = await source.take()
        assert list(first.entries) == [], "where it begins is remembered before anything is published"
        assert first.cursor["server"] is None
        for number in range(5):
            server.post(f"post {number}")
        assert texts(await source.until(5)) == [f"post {number}" for number in range(5)]
        cursor = source.cursor
    query = server.asked[0]
    assert query["wantedCollections"] == ["app.bsky.feed.post"]
    assert int(query["cursor"][0]) == first.cursor["time_us"]
    assert server.agents[0].startswith("sentistream/")

    for number in range(5, 8):
        server.post(f"post {number}")
    async with reading(server, cursor=cursor) as source:
        resumed = texts(await source.until(4))
    assert resumed == ["post 4", "post 5", "post 6", "post 7"], "the last one again, an exact duplicate, and no hole"


async def test_the_same_entries_come_twice_the_same(server: Jetstream) -> None:
    async with reading(server) as source:
        cursor = (await source.take()).cursor
        server.post("one", rkey="a")
        server.say('{"odd": true}')
        server.post("two", rkey="a", operation="update")
        server.commit("delete", "a")
        once = await source.until(4)
    async with reading(server, cursor=cursor) as source:
        assert await source.until(4) == once
    kinds = [type(entry) for entry in once]
    assert kinds == [Post, Invalid, Post, Tombstone]


async def test_what_breaks_is_said_and_tried_again_without_a_hole(server: Jetstream) -> None:
    waits = Waits()
    async with reading(server, waits=waits) as source:
        await source.take()
        server.post("before")
        await source.until(1)
        server.stop()
        problem = await source.until_problem()
        assert "127.0.0.1 has closed the connection" in problem
        assert problem.endswith("; trying again")
        assert "cannot be reached" in await source.until_problem()
        assert "cannot be reached" in await source.until_problem()
        server.post("while nobody could hear it")
        server.start()
        server.post("after")
        found = texts(await source.until(4))
    assert found == ["before", "before", "while nobody could hear it", "after"]
    assert waits.asked[:3] == [1.0, 2.0, 4.0]


async def test_waits_grow_to_a_minute_and_vary() -> None:
    waits = Waits()
    async with reading(f"ws://127.0.0.1:{free_port()}/subscribe", waits=waits) as source:
        for _ in range(9):
            await source.until_problem()
        await asyncio.sleep(0)
    assert waits.asked[:8] == [1, 2, 4, 8, 16, 32, LONGEST_WAIT, LONGEST_WAIT]


async def test_a_server_that_lets_in_and_says_nothing_is_left_for_the_next(server: Jetstream) -> None:
    with jetstream() as mute:
        mute.silent = True
        async with reading(mute, server, silent_seconds=0.2) as source:
            await source.take()
            assert "says nothing" in await source.until_problem()
            server.post("here")
            assert texts(await source.until(1)) == ["here"]
            assert source.cursor is not None
            assert source.cursor["server"] == server.url


async def test_another_server_is_asked_for_a_little_more(server: Jetstream) -> None:
    cursor = {"time_us": 1_772_452_800_000_000, "server": "ws://elsewhere.example/subscribe"}
    async with reading(server, cursor=cursor) as source:
        server.post("hello")
        await source.until(1)
    assert int(server.asked[0]["cursor"][0]) == cursor["time_us"] - REWIND.total_seconds() * 1e6


@pytest.mark.parametrize(
    ("status", "said"), [(http.HTTPStatus.SERVICE_UNAVAILABLE, "HTTP 503"), (http.HTTPStatus.NOT_FOUND, "HTTP 404")]
)
async def test_a_server_that_refuses_is_named_with_its_answer(
    server: Jetstream, status: http.HTTPStatus, said: str
) -> None:
    server.refuses = status
    async with reading(server) as source:
        assert said in await source.until_problem()
        server.refuses = None
        server.post("welcome")
        assert texts(await source.until(1)) == ["welcome"]


async def test_a_name_that_nobody_knows_says_what_to_do() -> None:
    async with reading("wss://jetstream.invalid/subscribe") as source:
        problem = await source.until_problem()
    assert "jetstream.invalid cannot be found" in problem
    assert "this machine's connection" in problem


async def test_keywords_and_languages_choose(server: Jetstream) -> None:
    async with reading(server, keywords=["Acme"], languages=["en"]) as source:
        await source.take()
        server.post("nothing of interest")
        server.post("ACME is great")
        server.post("Acme ist toll", langs=["de"])
        server.event(kind="identity", identity={"did": "did:plc:a", "handle": "a.example", "seq": 1})
        server.event(kind="account", account={"did": "did:plc:a", "active": False, "status": "deleted", "seq": 2})
        server.post("#acme once more")
        found = await source.until(2)
    assert texts(found) == ["ACME is great", "#acme once more"]
    assert [entry.product for entry in found if isinstance(entry, Post)] == ["Acme", "Acme"]


async def test_the_cursor_moves_on_although_nothing_is_wanted(
    server: Jetstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentistream.sources.bluesky.SAVE_SECONDS", 0.05)
    async with reading(server, keywords=["acme"]) as source:
        await source.take()
        server.post("one")
        while source.cursor is None or source.cursor["time_us"] < server.log[-1][0]:
            await source.take()
        server.post("two")
        while source.cursor["time_us"] < server.log[-1][0]:
            await source.take()
    assert source.entries == []


async def test_many_posts_come_in_few_batches(server: Jetstream) -> None:
    async with reading(server) as source:
        cursor = (await source.take()).cursor
        for number in range(3 * MAX_BATCH):
            server.post(f"post {number}")
    async with reading(server, cursor=cursor) as source:
        found = await source.until(3 * MAX_BATCH)
    assert texts(found) == [f"post {number}" for number in range(3 * MAX_BATCH)]
    assert max(source.sizes) <= MAX_BATCH
    assert len(source.sizes) < 300


async def test_while_nobody_takes_batches_nothing_more_is_read(server: Jetstream) -> None:
    silent = 2.0
    async with reading(server, silent_seconds=silent) as source:
        await source.take()
        server.post("first")
        await source.until(1)
        total = 12_000
        for number in range(total):
            server.post(f"{number} {'x' * 3_000}")
        await until(lambda: server.sent > 1)
        held, since = -1, time.monotonic()
        while time.monotonic() < since + 1.5 * silent:  # the buffers in between are full, and the server has to wait
            if server.sent != held:
                held, since = server.sent, time.monotonic()
            await asyncio.sleep(0.02)
        assert held < total
        assert source.problems == []
        found = texts(await source.until(total + 1))
    assert [text.split()[0] for text in found[1:]] == [str(number) for number in range(total)]
    assert source.problems == [], "a pause of our own is no silence of the server's"


async def test_a_cursor_older_than_what_is_kept_begins_at_the_oldest_and_says_so(
    server: Jetstream, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    server.post("forgotten")
    server.post("kept")
    server.oldest = server.log[-1][0]
    cursor = {"time_us": server.log[0][0] - 3_600 * 10**6, "server": server.url}
    async with reading(server, cursor=cursor) as source:
        assert texts(await source.until(1)) == ["kept"]
    assert "bluesky_hole" in caplog.text + capsys.readouterr().out


def up(folder: Path, server: Jetstream, **extra: str) -> Any:
    """`sentistream up` on the posts of `server`."""
    arguments = ("up", "--source", "bluesky", "--data-dir", folder / "data")
    return running(folder, *arguments, SENTISTREAM_BLUESKY_SERVERS=server.url, **extra)


def account(process: Running) -> dict[str, Any]:
    """Its line of the ledger."""
    accounts = process.data("ledger")["accounts"]
    return next((one for one in accounts if one["connector"] == "bluesky"), {})


def state(process: Running) -> dict[str, Any]:
    """How it is doing."""
    (one,) = process.data("sources")
    assert one["name"] == "bluesky"
    return dict(one)


@pytest.mark.timeout(300)
def test_a_killed_process_goes_on_and_the_ledger_adds_up(server: Jetstream, tmp_path: Path) -> None:
    with up(tmp_path, server, SENTISTREAM_BLUESKY_KEYWORDS="acme, acme app") as process:
        process.healthy()
        process.until(lambda: server.asked, 20, "connected")
        server.say("this is no event")
        gone = [server.post(f"acme is down {number}") for number in range(20)]
        server.post("nothing of interest", rkey="foreign")
        process.until(lambda: account(process).get("created") == 20, 30, "stored")
        process.until(lambda: account(process).get("dead_lettered") == 1, 30, "the odd one with its reason")
        assert "not an event" in process.data("ledger/dead-letters")[0]["reason"]
        assert state(process)["state"] == "running"

        process.kill()
        for number in range(20):
            server.post(f"acme app is back {number}")
        server.commit("delete", gone[0])
        server.commit("delete", "foreign")
        process.start()
        process.healthy()
        ledger = process.until(
            lambda: (line := account(process)).get("created") == 40 and line["deleted"] == 1 and line, 30, "the rest"
        )
        assert ledger["balanced"]
        assert ledger["tombstoned"] == 0, "deletions of posts that were never brought in are left out"
        assert ledger["dead_lettered"] == 1
        posts = process.data("posts", limit=100, source="bluesky")
        assert len(posts) == 39
        assert {post["product"] for post in posts} == {"acme"}
        assert all(post["url"].startswith("https://bsky.app/profile/did:plc:") for post in posts)
        assert process.terminate() == 0


@pytest.mark.timeout(300)
def test_it_is_started_and_stopped_while_the_server_runs_and_says_what_is_wrong(
    server: Jetstream, tmp_path: Path
) -> None:
    server.stop()
    arguments = ("up", "--source", "none", "--data-dir", tmp_path / "data")
    with running(tmp_path, *arguments, SENTISTREAM_BLUESKY_SERVERS=server.url) as process:
        process.healthy()
        assert process.data("sources") == []
        begun = process.http.post("/api/v1/sources/bluesky/start")
        assert begun.status_code == 202, begun.text
        waiting = process.until(lambda: (one := state(process))["state"] == "waiting" and one, 20, "it says so")
        assert "127.0.0.1 cannot be reached" in waiting["error"]
        assert process.http.get("/api/v1/health").json()["services"]["process"]["status"] == "ok"

        server.start()
        server.post("hello world")
        process.until(lambda: account(process).get("created") == 1, 60, "it comes by itself")
        assert state(process)["error"] is None
        stopped = process.http.post("/api/v1/sources/bluesky/stop")
        assert stopped.json()["data"]["state"] == "stopped"
        process.http.post("/api/v1/sources/bluesky/start")
        server.post("and again")
        process.until(lambda: account(process).get("created") == 2, 30, "it goes on")
        assert process.terminate() == 0
