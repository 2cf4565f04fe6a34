"""`Live` on Redis or Valkey: one reader per process, whatever the number of subscribers, and all processes agree."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

import anyio
import structlog

from sentistream.connections.redis import RedisServer
from sentistream.domain.errors import PositionLost, Unavailable
from sentistream.domain.event import Event, Position
from sentistream.live.base import Slice
from sentistream.live.redis.feed import Found, RedisFeed
from sentistream.live.ring import Ring, began_anew, dropped, not_reached
from sentistream.settings import LiveSettings

READ_EVENTS = 1_000
HEAR_SECONDS = 1.0
"""How long an end of the epoch can stay unseen."""

RETRY_SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Waits while Redis does not answer; the last one repeats."""

_log = structlog.get_logger(__name__)


class RedisLive:
    """`Live` under the key `settings.name` of the server at `url`; `open()` it before anything else.

    The reader starts with the first subscriber and keeps the last `history` events in memory, so that a
    subscriber costs Redis nothing; what is older than the reader is read from Redis. An epoch lasts until the
    stream is flushed, or turns out to have lost events in a failover.
    """

    def __init__(self, url: str, settings: LiveSettings) -> None:
        self._server = RedisServer(url, "SENTISTREAM_LIVE_URL")
        self._feed = RedisFeed(self._server, settings.name, settings.channel, settings.history)
        self._history = settings.history
        self._ring = Ring("", self._history)
        self._reader: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()

    async def open(self) -> None:
        """Begin the feed where there is none; StorageUnavailable if Redis does not answer."""
        try:
            await self._server.check_version()
            await self._feed.begin_anew("")
            await self.position()
        except BaseException:
            with anyio.CancelScope(shield=True):
                await self.close()
            raise

    async def publish(self, events: Sequence[Event]) -> None:
        """Append `events`; waits while Redis does not answer. After a lost answer they may be there twice."""
        if not events:
            return
        tries = 0
        while True:
            if self._closed.is_set():
                raise Unavailable("the live feed is closed")
            try:
                start, end = await self._feed.append(events)
                break
            except Unavailable as error:
                tries = await self._bear(error, tries, "nothing is published")
        if self._reader is None:
            self._note(end)
        elif start == self._ring.position:  # nobody else was quicker: no need to wait for the reader
            self._ring.append(events)

    async def position(self) -> Position:
        """Where the feed stands now; what the reader knows while Redis does not answer."""
        try:
            found = await self._feed.read(0, 0)
        except Unavailable:
            if self._reader is None:
                raise
            return self._ring.position
        position = Position(found.epoch, found.last)
        if self._reader is None:
            self._note(position)
        return position

    def subscribe(self, since: Position | None) -> AsyncIterator[Slice]:
        """Everything after `since`, or after what this process knows of; PositionLost comes out of the iteration."""
        if self._reader is None and not self._closed.is_set():
            self._reader = asyncio.create_task(self._read(), name="live-reader")
        return self._follow(self._ring.position if since is None else since)

    async def close(self) -> None:
        """End every subscription, each after what it has not read yet; closing twice is not an error."""
        self._closed.set()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])
        self._ring.wake()
        await self._server.close()

    def _note(self, position: Position) -> None:
        """Without a reader nobody looks into the ring: it only tells where to begin."""
        if position != self._ring.position:
            self._ring = Ring(position.epoch, self._history, position.offset)

    # Subscribers

    async def _follow(self, position: Position) -> AsyncIterator[Slice]:
        while True:
            ring = self._ring
            changed = ring.changed
            if position.epoch == ring.epoch and position.offset < ring.start and not self._closed.is_set():
                piece = await self._missed(position, ring.start - position.offset)
            elif position.epoch == ring.epoch and position.offset <= ring.end:
                piece = ring.after(position.offset)
            else:
                await self._check_ahead(position)
                piece = None
            if piece is not None and piece.events:
                position = piece.end
                yield piece
            elif self._closed.is_set():
                return
            elif piece is None or ring is self._ring:
                await changed.wait()

    async def _missed(self, position: Position, count: int) -> Slice:
        """What Redis has kept, of before the reader's time."""
        found = await self._patiently(position.offset, min(count, READ_EVENTS))
        if found.epoch != position.epoch:
            raise began_anew()
        if found.start != position.offset or not found.events:
            raise dropped(found.start - position.offset)
        return Slice(position, Position(found.epoch, found.start + len(found.events)), found.events)

    async def _check_ahead(self, position: Position) -> None:
        """PositionLost unless Redis is where the reader is not yet."""
        if self._closed.is_set():
            return
        found = await self._patiently(0, 0)
        if found.epoch != position.epoch:
            raise began_anew()
        if found.last < position.offset:
            raise not_reached()

    async def _patiently(self, after: int, count: int) -> Found:
        tries = 0
        while True:
            try:
                return await self._feed.read(after, count)
            except Unavailable as error:
                if self._closed.is_set():
                    raise PositionLost("the live feed is closed") from error
                tries = await self._bear(error, tries, "a subscriber waits")

    # The reader

    async def _read(self) -> None:
        tries = 0
        # Asked each time: a wait that ends at the very moment of its cancellation does not tell of it (Python 3.11).
        while not self._closed.is_set():
            try:
                if tries:
                    await self._check_prefix()
                ring, end = self._ring, self._ring.end
                found = await self._feed.read(end, READ_EVENTS)
                if ring is self._ring:
                    await self._take(found, end)
                if not found.events:
                    await self._feed.hear(self._ring.end, HEAR_SECONDS)
                tries = 0
            except Unavailable as error:
                tries = await self._bear(error, tries, "nothing is read")

    async def _take(self, found: Found, asked: int) -> None:
        """What was found after the offset `asked`; the ring may have grown since, by what this process published."""
        ring = self._ring
        if found.epoch == "":  # flushed
            await self._feed.begin_anew("")
        elif found.epoch != ring.epoch:
            _log.warning("live_feed_began_anew", epoch=found.epoch)
            self._turn(Ring(found.epoch, self._history, found.last))
        elif found.last < asked:
            await self._lose(f"it ends at {found.last:,}, {asked - found.last:,} events before what was read")
        elif found.events:
            known = ring.end - found.start
            if known < 0:
                _log.warning("live_events_missed", events=-known)
                self._turn(Ring(ring.epoch, self._history, found.start))
            self._ring.append(found.events[max(0, known) :])

    async def _check_prefix(self) -> None:
        """After an interruption: a replica that took over must know the last event that was read."""
        ring, before = self._ring, self._ring.end - 1
        if ring.start > before:
            return
        [last] = ring.after(before).events
        found = await self._feed.read(before, 1)
        if found.epoch == ring.epoch and found.start == before and found.events and found.events[0].id != last.id:
            await self._lose("its last event is another one now")

    async def _lose(self, how: str) -> None:
        _log.error("live_feed_lost_events", epoch=self._ring.epoch, how=how)
        await self._feed.begin_anew(self._ring.epoch)

    def _turn(self, ring: Ring) -> None:
        old, self._ring = self._ring, ring
        old.wake()

    async def _bear(self, error: Unavailable, tries: int, so: str) -> int:
        wait = RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)]
        _log.warning("live_feed_unavailable", so=so, reason=error.message, retry_in_seconds=wait)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closed.wait(), wait)
        return tries + 1
