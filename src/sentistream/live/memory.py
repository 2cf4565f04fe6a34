"""The live feed of one process: a ring of events that subscribers read at their own pace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from sentistream.domain.errors import Unavailable
from sentistream.domain.event import Event, Position
from sentistream.live.base import Slice
from sentistream.live.ring import Ring, began_anew


class MemoryLive:
    """`Live` that keeps the last `history` events; `epoch` is drawn anew for every process.

    A subscriber is an offset and a wait on an event that all share: an idle one costs nothing, a slow one
    holds up nobody and is told PositionLost once the ring has overtaken it.
    """

    def __init__(self, history: int, epoch: str) -> None:
        self._ring = Ring(epoch, history)
        self._closed = False

    async def publish(self, events: Sequence[Event]) -> None:
        """Append `events`; Unavailable once closed."""
        if self._closed:
            raise Unavailable("the live feed is closed")
        self._ring.append(events)

    async def position(self) -> Position:
        """Where the feed stands now."""
        return self._ring.position

    def subscribe(self, since: Position | None) -> AsyncIterator[Slice]:
        """Everything after `since`, or after this call; PositionLost comes out of the iteration."""
        return self._follow(self._ring.position if since is None else since)

    async def close(self) -> None:
        """End every subscription, each after what it has not read yet."""
        self._closed = True
        self._ring.wake()

    async def _follow(self, position: Position) -> AsyncIterator[Slice]:
        while True:
            changed = self._ring.changed
            if position.epoch != self._ring.epoch:
                raise began_anew()
            piece = self._ring.after(position.offset)
            if piece.events:
                position = piece.end
                yield piece
            elif self._closed:
                return
            else:
                await changed.wait()
