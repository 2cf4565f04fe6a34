"""The live feed over real sockets: handshake, frames, resuming, filters, and clients who never read."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from house import BAD, GOOD, House, post, served
from test_live_frames import alert, created, deleted, updated
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from fakes import until
from sentistream.api.security import generate_key
from sentistream.domain.event import PostView
from sentistream.settings import ApiSettings, LiveSettings

PATIENCE = 10.0


class Socket:
    """A client that reads messages as they come."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def next(self) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(PATIENCE):
            return dict(json.loads(await self.connection.recv()))

    async def of(self, kind: str) -> dict[str, Any]:
        """The next message of a kind; metrics may come at any time and are passed over."""
        while True:
            message = await self.next()
            if message["type"] == kind:
                return message
            assert message["type"] == "metrics_update", message

    async def posts(self, count: int) -> list[dict[str, Any]]:
        """Messages of type posts until `count` posts were in them."""
        found: list[dict[str, Any]] = []
        while sum(message["count"] for message in found) < count:
            found.append(await self.of("posts"))
        return found

    async def say(self, message: Any) -> None:
        """Send JSON."""
        await self.connection.send(json.dumps(message))

    async def closed(self) -> tuple[int, str, list[dict[str, Any]]]:
        """Code and reason of the close, and what came before it."""
        before: list[dict[str, Any]] = []

        async def read_on() -> None:
            while True:
                before.append(await self.next())

        with pytest.raises(ConnectionClosed) as caught:
            await read_on()
        assert caught.value.rcvd is not None
        return caught.value.rcvd.code, caught.value.rcvd.reason, before


class Feed:
    """A served house."""

    def __init__(self, house: House, port: int) -> None:
        self.house = house
        self.port = port

    @asynccontextmanager
    async def open(self, query: str = "", **options: Any) -> AsyncIterator[Socket]:
        """A connected client."""
        uri = f"ws://127.0.0.1:{self.port}/ws/sentiment{query and '?'}{query}"
        settings = {"compression": None, "max_size": None, "ping_interval": None, "close_timeout": 1} | options
        async with connect(uri, **settings) as connection:
            yield Socket(connection)

    async def refused(self, query: str = "", **options: Any) -> tuple[int, str]:
        """Status and error code of a handshake that must fail."""
        with pytest.raises(InvalidStatus) as caught:
            async with self.open(query, **options):
                pass
        response = caught.value.response
        return response.status_code, json.loads(response.body)["error"]["code"]


@pytest.fixture
async def start(build: Callable[..., House]) -> AsyncIterator[Callable[..., Any]]:
    """Serves houses with the settings a test needs."""
    async with contextlib.AsyncExitStack() as stack:

        async def starting(**options: Any) -> Feed:
            house = build(**options)
            return Feed(house, await stack.enter_async_context(served(house.app)))

        yield starting


@pytest.fixture
async def feed(start: Callable[..., Any]) -> Feed:
    found: Feed = await start()
    return found


async def test_a_post_taken_in_arrives_as_a_frame(feed: Feed) -> None:
    async with feed.open() as socket:
        hello = await socket.next()
        assert hello == {
            "type": "connected",
            "position": "e1-0",
            "as_of": "2026-11-22T12:00:30Z",
            "protocol": "batch",
            "filters": {},
        }
        await feed.house.fill([post(1), post(2, content=BAD)])
        [frame] = await socket.posts(2)
        assert (frame["from"], frame["to"], frame["skipped"]) == ("e1-0", "e1-2", 0)
        assert {row["post_id"]: row["sentiment_label"] for row in frame["data"]} == {"p1": "positive", "p2": "negative"}
        assert frame["data"] == [(await feed.house.get(f"posts/{row['id']}")).json()["data"] for row in frame["data"]]
        await feed.house.client.delete("/api/v1/posts/p1")
        await feed.house.settle()
        gone = await socket.of("deleted")
        assert gone["data"][0]["post_id"] == "p1"
        assert (gone["from"], gone["to"]) == ("e1-2", "e1-3")


async def test_frames_leave_at_once_then_join_and_stay_contiguous(feed: Feed) -> None:
    async with feed.open() as socket:
        await socket.next()
        for number in range(30):
            await feed.house.live.publish([created(number)])
            await asyncio.sleep(0.01)
        frames = await socket.posts(30)
        assert [row["post_id"] for frame in frames for row in frame["data"]] == [f"p{number}" for number in range(30)]
        assert frames[0]["count"] == 1
        assert len(frames) < 15
        assert frames[0]["from"] == "e1-0"
        for before, after in itertools.pairwise(frames):
            assert before["to"] == after["from"]


async def test_repeats_of_a_created_post_are_dropped(feed: Feed) -> None:
    async with feed.open() as socket:
        await socket.next()
        await feed.house.live.publish([created(1), created(1)])
        await socket.posts(1)
        await feed.house.live.publish([created(1)])
        await feed.house.live.publish([created(2)])
        frames = await socket.posts(1)
        assert [row["post_id"] for frame in frames for row in frame["data"]] == ["p2"]
        assert frames[-1]["to"] == "e1-4"


async def test_updates_deletions_and_alerts(feed: Feed) -> None:
    async with feed.open() as socket:
        await socket.next()
        await feed.house.live.publish([updated(1), deleted(2), alert(3)])
        assert (await socket.of("updated"))["data"][0]["id"] == "id1"
        assert (await socket.of("deleted"))["data"] == [{"id": "id2", "source": "twitter", "post_id": "p2"}]
        last = await socket.of("alert")
        assert last["data"][0]["id"] == 3
        assert last["to"] == "e1-3"


async def test_filters_by_query_and_by_subscribing(feed: Feed) -> None:
    async with feed.open("source=reddit&sentiment=positive,negative") as socket:
        hello = await socket.next()
        assert hello["filters"] == {"source": ["reddit"], "sentiment": ["negative", "positive"]}
        await feed.house.live.publish([created(1), created(2, source="reddit"), created(3)])
        [frame] = await socket.posts(1)
        assert [row["post_id"] for row in frame["data"]] == ["p2"]
        assert (frame["count"], frame["skipped"], frame["to"]) == (1, 0, "e1-3")
        await socket.say({"type": "subscribe", "filters": {"source": ["twitter"]}})
        told = await socket.of("subscribed")
        assert told == {"type": "subscribed", "position": "e1-3", "filters": {"source": ["twitter"]}}
        await feed.house.live.publish([created(4), created(5, source="reddit")])
        [frame] = await socket.posts(1)
        assert [row["post_id"] for row in frame["data"]] == ["p4"]
        assert frame["from"] == "e1-3"


async def test_where_nothing_matches_the_position_moves_all_the_same(feed: Feed) -> None:
    async with feed.open("source=reddit") as socket:
        await socket.next()
        await feed.house.live.publish([created(1), created(2)])
        frame = await socket.of("posts")
        assert (frame["from"], frame["to"], frame["data"], frame["count"]) == ("e1-0", "e1-2", [], 0)
        async with feed.open("source=reddit") as late:
            assert (await late.next())["position"] == "e1-2"
            await feed.house.live.publish([created(3, source="reddit")])
            for one in (socket, late):
                assert (await one.of("posts"))["from"] == "e1-2"


async def test_ping_is_answered(feed: Feed) -> None:
    async with feed.open() as socket:
        await socket.next()
        await socket.say({"type": "ping"})
        assert await socket.of("pong") == {"type": "pong"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("q=text", "q"),
        ("author=ada", "author"),
        ("min_confidence=1", "min_confidence"),
        ("sentiment=angry", "sentiment"),
        ("sorce=x", "sorce"),
        ("since=nonsense", "since"),
        ("since=e-1x", "since"),
        ("protocol=xml", "protocol"),
        ("source=a&source=b", "source"),
    ],
)
async def test_a_bad_query_is_told_and_closed(feed: Feed, query: str, parameter: str) -> None:
    async with feed.open(query) as socket:
        code, _, [message] = await socket.closed()
    assert code == 1008
    assert message["type"] == "error"
    assert message["error"]["code"] == "INVALID_PARAMETER"
    assert message["error"]["details"]["parameter"] == parameter
    await until(lambda: feed.house.app.state.hub.clients == 0)


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        '"text"',
        "{}",
        '{"type": "shout"}',
        '{"type": "subscribe", "filters": {"q": "x"}}',
        '{"type": "subscribe", "filters": {"sentiment": "angry"}}',
        '{"type": "subscribe", "filters": 5}',
        b"\x00\x01",
    ],
)
async def test_a_bad_message_is_told_and_closed(feed: Feed, text: str | bytes) -> None:
    async with feed.open() as socket:
        await socket.next()
        await socket.connection.send(text)
        code, reason, messages = await socket.closed()
    assert code == 1008
    assert reason
    assert messages[-1]["type"] == "error"


async def test_who_comes_back_gets_exactly_what_was_missed(feed: Feed) -> None:
    async with feed.open() as socket:
        await socket.next()
        await feed.house.live.publish([created(number) for number in range(3)])
        [frame] = await socket.posts(3)
        left_at = frame["to"]
    await feed.house.live.publish([created(number) for number in range(3, 240)])
    await feed.house.live.publish([deleted(1)])
    async with feed.open(f"since={left_at}") as socket:
        assert (await socket.next())["position"] == left_at
        await feed.house.live.publish([created(240)])
        frames = [frame async for frame in _until_position(socket, "e1-242")]
        shown = [row["post_id"] for frame in frames if frame["type"] == "posts" for row in frame["data"]]
        assert shown == [f"p{number}" for number in range(3, 241)]
        assert all(frame.get("skipped", 0) == 0 for frame in frames)
        assert [frame["type"] for frame in frames].count("deleted") == 1
        assert frames[0]["from"] == left_at
        for before, after in itertools.pairwise(frames):
            assert before["to"] == after["from"]
    async with feed.open("since=e1-100&source=reddit") as socket:
        await socket.next()
        frames = [frame async for frame in _until_position(socket, "e1-242")]
        assert sum(frame.get("count", 0) for frame in frames) == 0


async def _until_position(socket: Socket, position: str) -> AsyncIterator[dict[str, Any]]:
    while True:
        frame = await socket.next()
        if frame["type"] == "metrics_update":
            continue
        yield frame
        if frame["to"] == position:
            return


@pytest.mark.parametrize("since", ["other-5", "e1-999", "e1-1"])
async def test_a_position_nobody_holds_is_told_as_lost(start: Callable[..., Any], since: str) -> None:
    feed: Feed = await start(live=LiveSettings(history=100))
    await feed.house.live.publish([created(number) for number in range(150)])
    async with feed.open(f"since={since}") as socket:
        hello = await socket.next()
        lost = await socket.next()
        assert hello["position"] == lost["position"] == "e1-150"
        assert lost["type"] == "position_lost"
        await feed.house.live.publish([created(999)])
        assert [row["post_id"] for row in (await socket.of("posts"))["data"]] == ["p999"]


async def test_the_hub_tells_everyone_when_it_has_lost_its_own_place(start: Callable[..., Any]) -> None:
    feed: Feed = await start(live=LiveSettings(history=100))
    async with feed.open() as socket:
        await socket.next()
        await feed.house.live.publish([created(1)])
        await socket.posts(1)
        for number in range(200):  # without a pause: the reader has no turn before the ring has overtaken it
            await feed.house.live.publish([created(1000 + number)])
        lost = await socket.of("position_lost")
        assert lost["position"] == "e1-201"
        await feed.house.live.publish([created(5)])
        frame = await socket.of("posts")
        assert (frame["from"], frame["to"]) == ("e1-201", "e1-202")


async def test_the_single_protocol(feed: Feed) -> None:
    async with feed.open("protocol=single") as socket:
        assert (await socket.next())["protocol"] == "single"
        await feed.house.fill([post(1), post(2)])
        first, second = await socket.of("post"), await socket.of("post")
        assert [first["data"]["post_id"], second["data"]["post_id"]] == ["p1", "p2"]
        assert set(first["data"]) == {
            "post_id", "content", "source", "sentiment_label", "confidence_score", "emotion", "timestamp",
        }  # fmt: skip


async def test_metrics_are_absolute_and_come_when_they_change(feed: Feed) -> None:
    hub = feed.house.app.state.hub
    async with feed.open() as socket:
        await socket.next()
        await feed.house.fill([post(1), post(2, content=BAD)])
        while True:
            message = await socket.next()
            if message["type"] == "metrics_update" and message["total_posts"] == 2:
                break
        assert message["last_minute"] == {"arrivals": 2}
        assert message["last_hour"]["posts"] == 2
        assert message["last_hour"]["negative_share"] == 0.5
        assert message["last_24_hours"]["posts"] == 2
        assert message["as_of"] == "2026-11-22T12:00:30Z"
        sent = feed.house.counted("frames_sent_total")
        for _ in range(3):
            await hub.refresh()
        await socket.say({"type": "ping"})
        assert (await socket.next())["type"] == "pong"
        assert feed.house.counted("frames_sent_total") == sent + 1
        async with feed.open() as late:
            await late.next()
            assert (await late.next())["total_posts"] == 2


async def test_no_more_clients_than_allowed(start: Callable[..., Any]) -> None:
    feed: Feed = await start(live=LiveSettings(max_clients=1))
    async with feed.open() as first:
        await first.next()
        assert feed.house.counted("live_clients") == 1
        async with feed.open() as second:
            code, reason, [message] = await second.closed()
            assert (code, message["error"]["code"]) == (1013, "UNAVAILABLE")
            assert "1 clients" in reason
        await first.say({"type": "ping"})
        assert (await first.of("pong"))["type"] == "pong"
    await until(lambda: feed.house.app.state.hub.clients == 0)
    async with feed.open() as third:
        assert (await third.next())["type"] == "connected"


async def test_handshakes_of_foreign_pages_and_hosts_are_refused(feed: Feed) -> None:
    for origin in ("http://evil.example", "null", "https://127.0.0.1", f"http://localhost:{feed.port}"):
        assert await feed.refused(origin=origin) == (403, "FORBIDDEN")
    assert await feed.refused(additional_headers={"Sec-Fetch-Site": "cross-site"}) == (403, "FORBIDDEN")
    assert feed.house.app.state.hub.clients == 0
    async with feed.open(origin=f"http://127.0.0.1:{feed.port}") as socket:
        assert (await socket.next())["type"] == "connected"
    uri = f"ws://evil.example:{feed.port}/ws/sentiment"
    with pytest.raises(InvalidStatus) as caught:
        async with connect(uri, host="127.0.0.1", port=feed.port):
            pass
    assert caught.value.response.status_code == 400
    with pytest.raises(InvalidStatus) as caught:
        async with connect(f"ws://127.0.0.1:{feed.port}/ws/other"):
            pass
    assert caught.value.response.status_code == 403


async def test_a_wide_binding_asks_sockets_for_a_key(start: Callable[..., Any], caplog: Any) -> None:
    feed: Feed = await start(api=ApiSettings(host="0.0.0.0", allowed_origins=["https://app.example"]))
    key, prefix, digest = generate_key()
    await feed.house.store.keys.add("socket", prefix, digest, feed.house.clock())
    assert await feed.refused() == (401, "UNAUTHORISED")
    assert await feed.refused(f"api_key={key}x") == (401, "UNAUTHORISED")
    ways: list[tuple[str, dict[str, Any]]] = [
        (f"api_key={key}&source=reddit", {}),
        ("", {"additional_headers": {"Authorization": f"Bearer {key}"}}),
        ("", {"additional_headers": {"X-API-Key": key}}),
        ("", {"subprotocols": ["sentistream", f"api-key.{key}"], "origin": "https://app.example"}),
    ]
    caplog.set_level("INFO")
    for query, options in ways:
        async with feed.open(query, **options) as socket:
            assert (await socket.next())["type"] == "connected"
            if "subprotocols" in options:
                assert socket.connection.subprotocol == "sentistream"
    assert "/ws/sentiment" in caplog.text
    assert key not in caplog.text


async def test_health_knows_the_clients(feed: Feed) -> None:
    async with feed.open() as socket:
        await socket.next()
        body = (await feed.house.get("health")).json()
        assert body["services"]["live"] == {"status": "ok", "clients": 1}
        assert body["status"] == "ok"


async def _fast(feed: Feed, count: int, late: list[float], connected: asyncio.Semaphore) -> list[dict[str, Any]]:
    """Reads every small post and notes how old each frame was; returns the frames."""
    frames: list[dict[str, Any]] = []
    async with feed.open("source=small") as socket:
        await socket.of("connected")
        connected.release()
        seen = 0
        while seen < count:
            frame = await socket.of("posts")
            frames.append(frame)
            seen += frame["count"]
            late += [time.monotonic() - float(row["post_id"]) for row in frame["data"]]
    return frames


async def test_clients_who_never_read_slow_down_nobody(
    start: Callable[..., Any],
) -> None:
    """200 clients of which 20 take nothing from their sockets: the others' frames stay on time."""
    feed: Feed = await start(live=LiveSettings(queue_frames=4, slow_seconds=1.0))
    house = feed.house
    rounds, late = 30, []
    connected = asyncio.Semaphore(0)
    async with contextlib.AsyncExitStack() as stack:
        stuck = [
            await stack.enter_async_context(feed.open("source=big", max_queue=1, open_timeout=30)) for _ in range(20)
        ]
        readers = [asyncio.create_task(_fast(feed, rounds, late, connected)) for _ in range(180)]
        for _ in readers:
            await connected.acquire()
        assert house.app.state.hub.clients == 200
        large = msgspec.structs.replace(created(0, source="big").post, content="x" * 20_000)
        for number in range(rounds):
            big = [_renumbered(large, number * 50 + index) for index in range(50)]
            small = created(1_000_000 + number, source="small", post_id=str(time.monotonic()))
            await house.live.publish([*big, small])
            await asyncio.sleep(0.11)
        results = await asyncio.wait_for(asyncio.gather(*readers), 30)
        await until(lambda: house.counted("slow_disconnects_total") == 20)
        # One of them wakes up in time to hear why, after what was already under way to it.
        code, reason, _ = await stuck[0].closed()
        assert code == 1013
        assert "too slow" in reason
        await until(lambda: house.app.state.hub.clients == 0, 15)
        for one in stuck[1:]:
            one.connection.transport.abort()
    assert house.counted("frames_dropped_total") > 0
    for frames in results:
        assert frames[0]["from"] == "e1-0"
        for before, after in itertools.pairwise(frames):
            assert before["to"] == after["from"]
    late.sort()
    assert len(late) == 180 * rounds
    assert late[int(len(late) * 0.95)] < 1.0


def _renumbered(view: PostView, number: int) -> Any:
    return msgspec.structs.replace(
        created(number),
        id=f"big{number}",
        post=msgspec.structs.replace(view, id=f"big{number}", post_id=f"{GOOD}{number}"),
    )
