"""The feed as it lies in Redis: appended, read and begun anew by scripts."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import structlog
from redis.commands.core import AsyncScript

from sentistream.connections.redis import RedisServer, scripts
from sentistream.domain.event import Event, Position, PostEvent

PREVIEW = 200
"""Characters of a post that the channel is told."""

_log = structlog.get_logger(__name__)
_SCRIPTS = scripts(Path(__file__).with_name("lua"))
_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


class Found(NamedTuple):
    """What a reading found: `first` and `last` are offsets of what there is, `start` that before the first event."""

    epoch: str
    first: int
    last: int
    start: int
    events: list[Event]


class RedisFeed:
    """The feed under the key `name`, of `history` events; posts are told to `channel`, too."""

    def __init__(self, server: RedisServer, name: str, channel: str, history: int) -> None:
        self._server = server
        self._name = name
        self._channel = channel
        self._history = history
        self._scripts: dict[str, AsyncScript] = {
            script: server.client.register_script(source) for script, source in _SCRIPTS.items()
        }

    async def append(self, events: Sequence[Event]) -> tuple[Position, Position]:
        """The positions before the first of `events` and of the last."""
        rows: list[bytes] = []
        for event in events:
            rows += (_encoder.encode(event), _told(event))
        epoch, start, end = await self._run("publish", secrets.token_hex(4), self._history, self._channel, *rows)
        return Position(epoch.decode(), int(start)), Position(epoch.decode(), int(end))

    async def read(self, after: int, count: int) -> Found:
        """Up to `count` events after the offset `after`, without a gap from `start` on."""
        epoch, first, last, entries = await self._run("read", after, count)
        start, events = max(after, int(last)), list[Event]()
        for id, fields in entries:
            offset, event = int(id.partition(b"-")[0]), _event(fields)
            if event is None or (events and offset != start + len(events) + 1):
                if events:
                    break  # what follows is not contiguous: the next reading starts with it
                continue
            if not events:
                start = offset - 1
            events.append(event)
        return Found(epoch.decode(), int(first), int(last), start, events)

    async def begin_anew(self, over: str) -> None:
        """End the epoch `over`, unless somebody has; draw the first one if `over` is empty."""
        await self._run("begin", over, secrets.token_hex(4))

    async def hear(self, after: int, seconds: float) -> None:
        """Return once there is an event after the offset `after`, or after `seconds`."""
        async with self._server.answering():
            await self._server.client.xread({self._name: f"{after}-0"}, count=1, block=round(seconds * 1_000))

    async def _run(self, script: str, *arguments: str | bytes | float) -> Any:
        async with self._server.answering():
            return await self._scripts[script](keys=[self._name], args=arguments)


def _event(fields: Sequence[bytes]) -> Event | None:
    try:
        return _decoder.decode(dict(zip(fields[::2], fields[1::2], strict=True))[b"event"])
    except (KeyError, msgspec.DecodeError) as error:
        _log.error("live_entry_unreadable", reason=type(error).__name__)
        return None


def _told(event: Event) -> bytes:
    if not isinstance(event, PostEvent):
        return b""
    post = event.post
    content = post.content if len(post.content) <= PREVIEW else f"{post.content[: PREVIEW - 1]}…"
    return _encoder.encode(
        {
            "post_id": post.post_id,
            "content": content,
            "source": post.source,
            "sentiment_label": post.sentiment_label,
            "confidence_score": post.confidence_score,
            "emotion": post.emotion,
            "timestamp": post.created_at,
        }
    )
