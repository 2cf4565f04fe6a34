"""Clients who never read, among clients who do, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import Callable
from typing import Any

import msgspec
from house import GOOD
from sockets import Feed
from test_live_frames import created

from fakes import until
from sentistream.domain.event import PostView
from sentistream.settings import LiveSettings


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
    assert late[int(len(late) * 0.95)] < 3.0


def _renumbered(view: PostView, number: int) -> Any:
    return msgspec.structs.replace(
        created(number),
        id=f"big{number}",
        post=msgspec.structs.replace(view, id=f"big{number}", post_id=f"{GOOD}{number}"),
    )
