"""Simulated posts of the last hours, so that a new installation has something to show."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import anyio.to_thread
import msgspec

from sentistream.domain.errors import SettingsError
from sentistream.domain.post import MAX_BATCH
from sentistream.sources.base import SourceBatch
from sentistream.sources.synthetic import LEAST_PER_MINUTE, MOST_PER_MINUTE
from sentistream.sources.synthetic_posts import BACKFILL_FROM, author
from sentistream.sources.synthetic_rhythm import Schedule, spread

STRIDE = 64
"""The first pass takes every 64th post; each further one halves the gaps."""


class Past(msgspec.Struct, frozen=True):
    """Which past it is: fixed when it begins, whatever the settings say later."""

    seed: int
    end: datetime
    hours: float
    per_minute: float

    @property
    def total(self) -> int:
        """Posts in all."""
        return round(self.hours * 60 * self.per_minute)

    def schedule(self) -> Schedule:
        """When each was written."""
        return spread(self.seed, self.end - timedelta(hours=self.hours), self.end, self.total, BACKFILL_FROM)


class BackfillSource:
    """The last `hours` at the live source's rate and rhythm, as fast as the stream takes them; then it ends.

    Coarse first: after one 64th of the posts the whole time is covered, then it fills in. The cursor
    is {"past", "next"}; an unfinished past is finished even if settings have changed since.
    """

    def __init__(
        self,
        *,
        hours: float,
        posts_per_minute: float,
        seed: int,
        clock: Callable[[], datetime],
        name: str = "backfill",
        batch_size: int = MAX_BATCH,
    ) -> None:
        if hours < 0 or not LEAST_PER_MINUTE <= posts_per_minute <= MOST_PER_MINUTE:
            raise SettingsError(
                f"a backfill takes 0 hours or more, and {LEAST_PER_MINUTE} to {MOST_PER_MINUTE:,} posts a minute"
            )
        self.name = name
        self._clock = clock
        self._batch_size = batch_size
        self._wanted = (seed, hours, posts_per_minute)
        self.total = round(hours * 60 * posts_per_minute)

    async def batches(self, cursor: dict[str, Any] | None) -> AsyncIterator[SourceBatch]:
        """See sources/base.py; ends."""
        if cursor is None:
            seed, hours, per_minute = self._wanted
            past, position = Past(seed, self._clock(), hours, per_minute), 0
            yield SourceBatch([], _cursor(past, 0))
        else:
            past, position = msgspec.convert(cursor["past"], Past), cursor["next"]
        # What an earlier run brought is of them.
        self.total = total = past.total
        if position >= total:
            return
        writer = await anyio.to_thread.run_sync(author, past.seed)
        schedule = await anyio.to_thread.run_sync(past.schedule)
        while position < total:
            numbers = [interleaved(place, total) for place in range(position, min(position + self._batch_size, total))]

            def write(numbers: list[int] = numbers) -> list[Any]:
                found = []
                for number in numbers:
                    moment = min(schedule.time_of(BACKFILL_FROM + number), past.end)
                    found.append(writer.write(BACKFILL_FROM + number, moment, self.name))
                return found

            posts = await anyio.to_thread.run_sync(write)
            position += len(posts)
            yield SourceBatch(posts, _cursor(past, position))


def interleaved(place: int, total: int) -> int:
    """Which of `total` posts comes at `place`: 0, 64, 128, …, then 32, 96, …, then 16, 48, …, at last the odd ones."""
    first, step = 0, STRIDE
    while True:
        count = len(range(first, total, step))
        if place < count:
            return first + place * step
        place -= count
        # The next pass lies in the middle of the gaps that are left.
        step = step if first == 0 else step // 2
        first = step // 2


def _cursor(past: Past, position: int) -> dict[str, Any]:
    return {"past": msgspec.to_builtins(past), "next": position}
