"""The live port: events by position."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import msgspec

from sentistream.domain.event import Event, Position


class Slice(msgspec.Struct, frozen=True):
    """Contiguous events: `start` is the position before the first, `end` that of the last."""

    start: Position
    end: Position
    events: list[Event]


class Live(Protocol):
    """A bounded log of events that subscribers follow from a position."""

    async def publish(self, events: Sequence[Event]) -> None:
        """Append; never waits for a subscriber."""
        ...

    async def position(self) -> Position:
        """Where the feed stands now."""
        ...

    def subscribe(self, since: Position | None) -> AsyncIterator[Slice]:
        """Everything after `since` (None: from now), without a gap, or PositionLost."""
        ...

    async def close(self) -> None:
        """End every subscription."""
        ...
