"""Mapping a file's dates onto the present: fixed once, the same ever after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from sentistream.domain.post import Post

_ODD = timedelta(days=366)


def first_of(dates: Sequence[datetime]) -> datetime:
    """Where a file begins: its first date, unless that lies oddly far from the rest (1970 in a file of 2015)."""
    median = sorted(dates)[len(dates) // 2]
    return next(date for date in dates if abs(date - median) <= _ODD)


class Timeline(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the file's time lies in ours. Neither speed nor rate: dates stay, nothing waits.

    With speed: `first` is the date that falls on `t0`. With rate: row 0 falls on `t0`.
    """

    t0: datetime
    first: datetime | None = None
    speed: float | None = None
    rate: float | None = None

    @classmethod
    def at_speed(cls, t0: datetime, first: datetime, speed: float) -> Timeline:
        """A replay at `speed` times the file's own."""
        return cls(t0=t0, first=first, speed=speed)

    @classmethod
    def at_rate(cls, now: datetime, rate: float | None, row: int) -> Timeline:
        """A replay at `rate` rows a second, of which row `row` comes now."""
        return cls(t0=now if rate is None else now - timedelta(seconds=row / rate), rate=rate)

    @classmethod
    def load(cls, saved: dict[str, Any]) -> Timeline:
        """From a cursor."""
        return msgspec.convert(saved, cls)

    def dump(self) -> dict[str, Any]:
        """For a cursor."""
        saved: dict[str, Any] = msgspec.to_builtins(self)
        return saved

    def same_pace(self, speed: float | None, rate: float | None) -> bool:
        """Whether this is the pace asked for; if not, a new time line starts at the cursor."""
        return (self.speed, self.rate) == (speed, rate)

    @property
    def is_paced(self) -> bool:
        """Whether dates of the file decide when its rows come."""
        return self.speed is not None

    def elapsed(self, now: datetime) -> float:
        """Seconds since t0."""
        return (now - self.t0).total_seconds()

    def at(self, seconds: float) -> datetime:
        """The moment `seconds` after t0."""
        return self.t0 + timedelta(seconds=seconds)

    def due_of_row(self, row: int) -> float:
        """Seconds after t0 at which row `row` comes, whatever it holds (0 unless there is a rate)."""
        return 0.0 if self.rate is None else row / self.rate

    def date_of_row(self, row: int) -> datetime | None:
        """The date of row `row` under a rate."""
        return None if self.rate is None else self.t0 + timedelta(seconds=row / self.rate)

    def due_of(self, post: Post) -> float:
        """Seconds after t0 at which `post` comes."""
        if self.speed is None or self.first is None:
            return 0.0
        return (post.created_at - self.first).total_seconds() / self.speed

    def moved(self, post: Post, row: int, *, keep: bool) -> Post:
        """`post` with its dates on this time line, or as it is with `keep`. OverflowError if no calendar holds them."""
        if keep or (self.speed is None and self.rate is None):
            return post
        edited = None if post.edited_at is None else self._moved(post.edited_at, row)
        return msgspec.structs.replace(post, created_at=self._moved(post.created_at, row), edited_at=edited)

    def _moved(self, moment: datetime, row: int) -> datetime:
        if self.rate is not None:
            return self.t0 + timedelta(seconds=row / self.rate)
        assert self.speed is not None
        assert self.first is not None
        return self.t0 + (moment - self.first) / self.speed
