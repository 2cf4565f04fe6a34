"""Query parameters of what is counted over a range of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, Field

from sentistream.api.parameters.filters import EARLIEST, FilterParameters, Limited, Moment, backwards
from sentistream.domain.errors import InvalidParameter
from sentistream.domain.query import Dimension, Period


class Range(BaseModel):
    """A resolved range of time, in whole minutes."""

    start: datetime
    end: datetime

    def before(self) -> Range:
        """The range of the same length before this one."""
        return Range(start=self.start - (self.end - self.start), end=self.start)


def minute_up(value: datetime) -> datetime:
    """`value`, or the next whole minute."""
    down = value.replace(second=0, microsecond=0)
    return down if down == value else down + timedelta(minutes=1)


def snapped(start: datetime | None, end: datetime | None, hours: float, now: datetime) -> Range:
    """From `start` to `end` in whole minutes; `end` defaults to now, `start` to `hours` earlier."""
    last = minute_up(end or now)
    first = (start or max(EARLIEST, last - timedelta(hours=hours))).replace(second=0, microsecond=0)
    if last <= first:
        raise backwards("end_date", last)
    return Range(start=first, end=last)


class HoursParameters(FilterParameters):
    """A range that ends now; start_date and end_date name another."""

    hours: float = Field(24, gt=0, le=24 * 366, allow_inf_nan=False, description="Length of the range.")

    def range(self, now: datetime) -> Range:
        """In whole minutes."""
        return snapped(self.start_date, self.end_date, self.hours, now)


class GroupsParameters(HoursParameters, Limited):
    """Of GET metrics/*."""


class GeoParameters(GroupsParameters):
    """Of GET metrics/geo."""

    level: Literal["city", "country"] = Field("city", description="What a place is.")


class TermsParameters(HoursParameters):
    """Of GET terms."""

    limit: int = Field(50, ge=1, le=200, description="At most this many.")
    sort: Literal["people", "rising"] = Field(
        "people", description="people: used by most; rising: only those more frequent than before, the surest first."
    )


LONGEST: dict[Period, timedelta] = {
    "minute": timedelta(days=2),
    "hour": timedelta(days=366),
    "day": timedelta(days=366 * 30),
}
"""Longest range a period may slice."""


class ZonedParameters(FilterParameters):
    """A range in the hours and days of a time zone."""

    start: Moment | None = Field(None, description="Alias of start_date. Default: 24 hours before the end.")
    end: Moment | None = Field(None, description="Alias of end_date. Default: now.")
    tz: str = Field("UTC", max_length=64, description="IANA zone whose hours and midnights begin the buckets.")

    def span(self, now: datetime, hours: float) -> Range:
        """In whole minutes, by default the last `hours`; InvalidParameter where the aliases differ."""
        for name in ("start", "end"):
            one, other = getattr(self, name), getattr(self, f"{name}_date")
            if one is not None and other is not None and one != other:
                raise InvalidParameter(
                    f"{name} and {name}_date are the same parameter and differ",
                    parameter=name,
                    provided=one.isoformat(),
                    allowed=other.isoformat(),
                )
        return snapped(self.start or self.start_date, self.end or self.end_date, hours, now)

    def zone(self) -> str:
        """The checked zone."""
        if self.tz != "UTC" and self.tz not in available_timezones():
            raise InvalidParameter(
                "tz must be an IANA zone such as Europe/Paris",
                parameter="tz",
                provided=self.tz,
                allowed="the names of the IANA time zone database",
            )
        return ZoneInfo(self.tz).key


class AggregateParameters(ZonedParameters):
    """Of GET sentiment/aggregate."""

    period: Period = Field("hour", description="Width of a bucket.")
    group_by: Dimension | None = Field(None, description="One series per value of this dimension.")
    limit: int = Field(50, ge=1, le=1000, description="With group_by: the groups with most posts.")

    def range(self, now: datetime) -> Range:
        """In whole minutes; InvalidParameter where the period is too narrow for it."""
        found = self.span(now, 24)
        longest = LONGEST[self.period]
        if found.end - found.start > longest + timedelta(minutes=1):
            raise InvalidParameter(
                f"period={self.period} allows ranges of up to {longest.days} days: choose a wider period",
                parameter="period",
                provided=self.period,
                allowed=[name for name, width in LONGEST.items() if found.end - found.start <= width],
            )
        return found


class WeekParameters(ZonedParameters):
    """Of GET metrics/week."""

    start: Moment | None = Field(None, description="Alias of start_date. Default: four weeks before the end.")

    def range(self, now: datetime) -> Range:
        """In whole minutes; InvalidParameter beyond 366 days."""
        found = self.span(now, 4 * 7 * 24)
        if found.end - found.start > LONGEST["hour"] + timedelta(minutes=1):
            raise InvalidParameter(
                f"the range is longer than {LONGEST['hour'].days} days",
                parameter="start",
                provided=found.start.isoformat(),
                allowed=f"up to {LONGEST['hour'].days} days before the end",
            )
        return found
