"""A client that comes back, to this replica or another, goes on with what it had asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from house import at, post
from sockets import Feed

from fakes import until
from sentistream.api.live.sessions import BEHIND, LIVES_SECONDS
from sentistream.cache.memory import MemoryCache
from sentistream.domain.errors import StorageUnavailable


class Watched(MemoryCache):
    """A cache whose contents and times can be looked at, and that can go away."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[str, tuple[bytes, float]] = {}
        self.away = False

    async def get(self, key: str) -> bytes | None:
        if self.away:
            raise StorageUnavailable("away")
        return self.kept[key][0] if key in self.kept else None

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        if self.away:
            raise StorageUnavailable("away")
        self.kept[key] = value, seconds

    def session(self, id: str) -> Any:
        """(schema, protocol, filters, position) as they are kept."""
        return msgspec.msgpack.decode(self.kept[f"session:{id}"][0])


@pytest.fixture
def cache() -> Watched:
    return Watched()


async def save(feed: Feed, times: int = 1) -> None:
    """What happens every half minute."""
    for _ in range(times):
        await feed.house.app.state.sessions.save_all()


async def test_filters_and_protocol_come_back_with_the_session(start: Callable[..., Any], cache: Watched) -> None:
    feed: Feed = await start(cache=cache)
    async with feed.open("source=reddit&protocol=single") as socket:
        hello = await socket.next()
    async with feed.open(f"session={hello['session']}") as socket:
        again = await socket.next()
        assert {name: again[name] for name in ("session", "protocol", "filters")} == {
            "session": hello["session"],
            "protocol": "single",
            "filters": {"source": ["reddit"]},
        }
        await socket.say({"type": "subscribe", "filters": {"source": ["twitter"], "sentiment": ["positive"]}})
        await socket.of("subscribed")
        await socket.say({"type": "ping"})
        await socket.of("pong")
    async with feed.open(f"session={hello['session']}&protocol=batch") as socket:
        third = await socket.next()
        assert third["filters"] == {"source": ["twitter"], "sentiment": ["positive"]}
        assert third["protocol"] == "batch"  # what is said wins
    async with feed.open(f"session={hello['session']}&source=mastodon") as socket:
        assert (await socket.next())["filters"] == {"source": ["mastodon"]}


async def test_a_session_goes_on_where_its_client_surely_was(start: Callable[..., Any], cache: Watched) -> None:
    feed: Feed = await start(cache=cache)
    async with feed.open() as socket:
        session = (await socket.next())["session"]
        assert cache.session(session)[3] == "e1-0"
        await feed.house.fill([post(1), post(2)])
        await socket.posts(2)
        await save(feed)
        assert cache.session(session)[3] == "e1-0"  # sent, but has it arrived?
        await save(feed, BEHIND)
        assert cache.session(session)[3] == "e1-2"
        await feed.house.fill([post(3)])
        await socket.posts(1)
    async with feed.open(f"session={session}") as socket:
        assert (await socket.next())["position"] == "e1-2"
        [frame] = await socket.posts(1)
        assert [row["post_id"] for row in frame["data"]] == ["p3"]
    async with feed.open(f"session={session}&since=e1-1") as socket:
        assert (await socket.next())["position"] == "e1-1"
        frames = await socket.posts(2)
        assert [row["post_id"] for frame in frames for row in frame["data"]] == ["p2", "p3"]


async def test_another_replica_knows_the_session(start: Callable[..., Any], cache: Watched) -> None:
    one: Feed = await start(cache=cache)
    other: Feed = await start(cache=cache)
    async with one.open("source=reddit") as socket:
        session = (await socket.next())["session"]
    async with other.open(f"session={session}") as socket:
        assert (await socket.next())["filters"] == {"source": ["reddit"]}


async def test_what_is_kept_holds_no_post_and_lives_for_an_hour(start: Callable[..., Any], cache: Watched) -> None:
    feed: Feed = await start(cache=cache)
    async with feed.open("source=twitter") as socket:
        session = (await socket.next())["session"]
        await feed.house.fill([post(1)])
        await socket.posts(1)
        await save(feed, 1 + BEHIND)
        assert cache.session(session) == [1, "batch", {"source": ["twitter"]}, "e1-1"]
        assert cache.kept[f"session:{session}"][1] == LIVES_SECONDS == 3_600
        cache.kept.clear()
        await save(feed)
        assert f"session:{session}" in cache.kept  # as long as the client is there, it is kept anew
    await until(lambda: feed.house.app.state.hub.clients == 0)
    cache.kept.clear()
    await save(feed)
    assert not [key for key in cache.kept if key.startswith("session:")]


@pytest.mark.parametrize("kept", [None, b"\xc0", msgspec.msgpack.encode([2, "batch", {}, "e1-0"])])
async def test_a_session_that_is_over_is_said_to_be(
    start: Callable[..., Any], cache: Watched, kept: bytes | None
) -> None:
    feed: Feed = await start(cache=cache)
    if kept is not None:
        cache.kept[f"session:{'a' * 32}"] = kept, 60
    async with feed.open(f"session={'a' * 32}") as socket:
        code, _, [message] = await socket.closed()
    assert (code, message["error"]["code"]) == (1008, "NOT_FOUND")
    async with feed.open("session=../secrets") as socket:
        code, _, [message] = await socket.closed()
    assert (code, message["error"]["code"]) == (1008, "INVALID_PARAMETER")


async def test_while_the_cache_is_away_new_clients_are_served_and_sessions_wait(
    start: Callable[..., Any], cache: Watched
) -> None:
    feed: Feed = await start(cache=cache)
    cache.away = True
    async with feed.open("source=reddit") as socket:
        session = (await socket.next())["session"]
        async with feed.open(f"session={session}") as other:
            code, _, [message] = await other.closed()
            assert (code, message["error"]["code"]) == (1013, "STORAGE_UNAVAILABLE")
        cache.away = False
        await save(feed)
    async with feed.open(f"session={session}") as socket:
        assert (await socket.next())["filters"] == {"source": ["reddit"]}


async def test_a_session_of_a_feed_that_began_anew_says_so(start: Callable[..., Any], cache: Watched) -> None:
    feed: Feed = await start(cache=cache)
    record = msgspec.msgpack.encode([1, "batch", {"source": ["reddit"]}, "e0-7"])
    cache.kept[f"session:{'b' * 32}"] = record, 60
    feed.house.clock.now = at("12:00:31")
    async with feed.open(f"session={'b' * 32}") as socket:
        hello = await socket.next()
        assert (hello["position"], hello["filters"]) == ("e1-0", {"source": ["reddit"]})
        assert await socket.of("position_lost") == {"type": "position_lost", "position": "e1-0"}
