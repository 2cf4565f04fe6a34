"""The live feed over real sockets: handshake, frames, resuming and filters."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from house import BAD, post
from sockets import Feed, Socket
from test_live_frames import alert, created, deleted, updated
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from fakes import until
from sentistream.api.security import generate_key
from sentistream.settings import ApiSettings, LiveSettings


async def test_a_post_taken_in_arrives_as_a_frame(feed: Feed) -> None:
    async with feed.open() as socket:
        hello = await socket.next()
        assert len(hello.pop("session")) == 32
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
