"""Simulated posts, live: a paced stream that a restart continues without a flood, a gap or a changed post."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import anyio
import anyio.to_thread
import msgspec

from sentistream.domain.errors import SettingsError
from sentistream.domain.post import MAX_BATCH, Post
from sentistream.sources.base import SourceBatch
from sentistream.sources.synthetic_posts import Author, author
from sentistream.sources.synthetic_rhythm import Schedule

LEAST_PER_MINUTE = 0.01
MOST_PER_MINUTE = 600_000
LATE = timedelta(seconds=30)
"""Behind by more than this, the schedule starts afresh: nobody wants last night's posts all at once."""

TICK = 0.05
"""Seconds between two batches at least, so that a high rate comes in batches."""

LONGEST_SLEEP = 10.0
IN_THREAD = 50
"""Posts from which writing them is too much for the event loop."""


class Anchor(msgspec.Struct, frozen=True):
    """What fixes the date of every post: post `first` comes right after `at`.

    `batch` is the most that one batch ever held under this anchor, so the most that can have been
    published without the cursor knowing.
    """

    at: datetime
    first: int
    per_minute: float
    batch: int


class SyntheticSource:
    """Post after post of `seed`, `posts_per_minute` on average, more by day and in incidents, for ever.

    The cursor is {"seed", "next", "anchor"}. On resuming after a pause, what may have been published
    under the old anchor comes again first (exact duplicates, one batch at most), then an empty batch
    carries a new anchor, and post `next` comes now.
    """

    total = None
    """Endless."""

    def __init__(
        self,
        *,
        posts_per_minute: float,
        seed: int,
        clock: Callable[[], datetime],
        name: str = "synthetic",
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        if not LEAST_PER_MINUTE <= posts_per_minute <= MOST_PER_MINUTE:
            raise SettingsError(f"posts_per_minute lies between {LEAST_PER_MINUTE} and {MOST_PER_MINUTE:,}")
        self.name = name
        self._per_minute = posts_per_minute
        self._seed = seed
        self._clock = clock
        self._sleep = sleep
        # Two seconds' worth even in an incident at the busiest hour.
        self._batch = min(MAX_BATCH, max(8, ceil(posts_per_minute / 60 * 2 * 3)))

    async def batches(self, cursor: dict[str, Any] | None) -> AsyncIterator[SourceBatch]:
        """See sources/base.py; never ends."""
        writer: Author = await anyio.to_thread.run_sync(author, self._seed)
        anchor, n = self._resume(cursor)
        if anchor is not None and self._is_behind(anchor, n):
            posts = await self._due(writer, self._schedule(anchor), n, anchor.batch)
            if posts:
                n += len(posts)
                yield SourceBatch(posts, self._cursor(anchor, n))
            anchor = None
        if anchor is None:
            anchor = self._anchor(n)
            yield SourceBatch([], self._cursor(anchor, n))
        schedule = self._schedule(anchor)
        while True:
            next_batch = self._clock() + timedelta(seconds=TICK)
            posts = await self._due(writer, schedule, n, anchor.batch)
            if posts:
                n += len(posts)
                yield SourceBatch(posts, self._cursor(anchor, n))
            if self._is_behind(anchor, n, schedule):
                anchor = self._anchor(n)
                schedule = self._schedule(anchor)
                yield SourceBatch([], self._cursor(anchor, n))
            if len(posts) < anchor.batch:  # else more are due
                left = (max(schedule.time_of(n), next_batch) - self._clock()).total_seconds()
                if left > 0:
                    await self._sleep(min(left, LONGEST_SLEEP))

    def _resume(self, cursor: dict[str, Any] | None) -> tuple[Anchor | None, int]:
        if cursor is None or cursor.get("seed") != self._seed:
            return None, 0
        return msgspec.convert(cursor["anchor"], Anchor), cursor["next"]

    def _is_behind(self, anchor: Anchor, n: int, schedule: Schedule | None = None) -> bool:
        """Whether post n was due too long ago, or the rate has changed since."""
        due = (schedule or self._schedule(anchor)).time_of(n)
        return due < self._clock() - LATE or anchor.per_minute != self._per_minute

    async def _due(self, writer: Author, schedule: Schedule, n: int, most: int) -> list[Post]:
        """The posts from n on that are due, `most` of them at most."""
        now = self._clock()
        times: list[datetime] = []
        while len(times) < most and (due := schedule.time_of(n + len(times))) <= now:
            times.append(due)

        def write() -> list[Post]:
            return [writer.write(n + place, moment, self.name) for place, moment in enumerate(times)]

        return await anyio.to_thread.run_sync(write) if len(times) >= IN_THREAD else write()

    def _anchor(self, n: int) -> Anchor:
        return Anchor(self._clock(), n, self._per_minute, self._batch)

    def _schedule(self, anchor: Anchor) -> Schedule:
        return Schedule(self._seed, anchor.at, anchor.first, anchor.per_minute)

    def _cursor(self, anchor: Anchor, n: int) -> dict[str, Any]:
        return {"seed": self._seed, "next": n, "anchor": msgspec.to_builtins(anchor)}
