"""The last events of a feed, in memory, and who waits for the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from sentistream.domain.errors import PositionLost
from sentistream.domain.event import Event, Position
from sentistream.live.base import Slice


class Ring:
    """Up to `history` events of one epoch, the last at offset `end`, in front of it without a gap.

    The event at offset n (from 1) lies in slot (n - 1 - base) % history, `base` being where the ring began.
    """

    def __init__(self, epoch: str, history: int, end: int = 0) -> None:
        if history < 1:
            raise ValueError("history must be at least 1")
        self.epoch = epoch
        self.end = end
        self.changed = asyncio.Event()
        """Set, and replaced, whenever something happens: take it before looking, and nothing is missed."""
        self._history = history
        self._base = end
        self._events: list[Event] = []

    @property
    def start(self) -> int:
        """The oldest offset to go on from."""
        return self.end - len(self._events)

    @property
    def position(self) -> Position:
        """That of the last event."""
        return Position(self.epoch, self.end)

    def append(self, events: Sequence[Event]) -> None:
        """Add `events` and wake who waits."""
        if not events:
            return
        for event in events:
            if len(self._events) < self._history:
                self._events.append(event)
            else:
                self._events[(self.end - self._base) % self._history] = event
            self.end += 1
        self.wake()

    def after(self, offset: int) -> Slice:
        """Everything after `offset`; PositionLost where it lies ahead, or is dropped."""
        if offset > self.end:
            raise not_reached()
        if offset < self.start:
            raise dropped(self.start - offset)
        begin = Position(self.epoch, offset)
        if offset == self.end:
            return Slice(begin, begin, [])
        first, last = (offset - self._base) % self._history, (self.end - self._base) % self._history
        events = self._events[first:last] if first < last else self._events[first:] + self._events[:last]
        return Slice(begin, self.position, events)

    def wake(self) -> None:
        """Let everybody look again."""
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()


def began_anew() -> PositionLost:
    """For a position of another epoch."""
    return PositionLost("the live feed began anew since that position: read again over REST")


def not_reached() -> PositionLost:
    """For a position ahead of the feed."""
    return PositionLost("the live feed has not reached that position: read again over REST")


def dropped(events: int) -> PositionLost:
    """For a position behind what is kept."""
    return PositionLost(f"the live feed has dropped {events:,} events since that position: read again over REST")
