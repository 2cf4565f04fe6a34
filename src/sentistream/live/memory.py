"""The live feed of one process: a ring of events that subscribers read at their own pace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from sentistream.domain.errors import PositionLost, Unavailable
from sentistream.domain.event import Event, Position
from sentistream.live.base import Slice


class MemoryLive:
    """`Live` that keeps the last `history` events; `epoch` is drawn anew for every process.

    Event n (from 1) lies in slot (n - 1) % history. A subscriber is an offset and a wait on an event that
    all share: an idle one costs nothing, a slow one holds up nobody and is told PositionLost once the
    ring has overtaken it.
    """

    def __init__(self, history: int, epoch: str) -> None:
        if history < 1:
            raise ValueError("history must be at least 1")
        self._history = history
        self._epoch = epoch
        self._ring: list[Event] = []
        self._end = 0
        self._changed = asyncio.Event()
        self._closed = False

    async def publish(self, events: Sequence[Event]) -> None:
        """Append `events`; Unavailable once closed."""
        if self._closed:
            raise Unavailable("the live feed is closed")
        if not events:
            return
        for event in events:
            if len(self._ring) < self._history:
                self._ring.append(event)
            else:
                self._ring[self._end % self._history] = event
            self._end += 1
        self._wake()

    async def position(self) -> Position:
        """Where the feed stands now."""
        return Position(self._epoch, self._end)

    def subscribe(self, since: Position | None) -> AsyncIterator[Slice]:
        """Everything after `since`, or after this call; PositionLost comes out of the iteration."""
        return self._follow(Position(self._epoch, self._end) if since is None else since)

    async def close(self) -> None:
        """End every subscription, each after what it has not read yet."""
        self._closed = True
        self._wake()

    async def _follow(self, position: Position) -> AsyncIterator[Slice]:
        while True:
            # Taken before looking: an event published in between leaves it set, so that none is missed.
            changed = self._changed
            events = self._after(position)
            if events:
                start, position = position, Position(self._epoch, position.offset + len(events))
                yield Slice(start, position, events)
            elif self._closed:
                return
            else:
                await changed.wait()

    def _after(self, position: Position) -> list[Event]:
        if position.epoch != self._epoch:
            raise PositionLost("the live feed began anew since that position: read again over REST")
        if position.offset > self._end:
            raise PositionLost("the live feed has not reached that position: read again over REST")
        oldest = self._end - len(self._ring)
        if position.offset < oldest:
            raise PositionLost(
                f"the live feed has dropped {oldest - position.offset:,} events since that position:"
                " read again over REST"
            )
        if position.offset == self._end:
            return []
        first, last = position.offset % self._history, self._end % self._history
        return self._ring[first:last] if first < last else self._ring[first:] + self._ring[:last]

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
