"""Query parameters: what each route accepts, and how it becomes a question to the store."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from sentistream.domain.analysis import EMOTIONS, SENTIMENT_LABELS, TIER_RANK
from sentistream.domain.errors import InvalidParameter
from sentistream.domain.query import DIMENSIONS, LOOK_BACK, Dimension, Filters, PageRequest, Period, Sort
from sentistream.domain.rule import AlertType

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

ALLOWED_VALUES: dict[str, Sequence[str]] = {
    "sentiment": SENTIMENT_LABELS,
    "emotion": EMOTIONS,
    "tier": tuple(TIER_RANK),
}
MAX_ALTERNATIVES = 100
LIST_FILTERS = (*DIMENSIONS, "author")


def moment(value: object) -> datetime:
    """An ISO 8601 date or time, in UTC; without a zone it is UTC. Raises ValueError."""
    if isinstance(value, datetime):
        return value
    text = str(value).strip()
    # A plus sign that was not percent-encoded arrives as a space.
    text = re.sub(r"(T[0-9:.]+) (\d{2}:?\d{2})$", r"\1+\2", text)
    try:
        parsed = datetime.fromisoformat(text)
        parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("an ISO 8601 date or time, for example 2026-11-22T09:30:00Z") from None
    if not EARLIEST <= parsed < LATEST:
        raise ValueError("a time between 1970 and 2200")
    return parsed


Moment = Annotated[
    datetime,
    BeforeValidator(moment),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}),
]


def alternatives(text: str) -> tuple[str, ...]:
    """The comma-separated values of `text`, each once; `\\,` is a comma that belongs to a value."""
    values = (part.replace("\\,", ",").strip() for part in re.split(r"(?<!\\),", text))
    return tuple(dict.fromkeys(value for value in values if value))


def checked_alternatives(name: str, text: str) -> tuple[str, ...]:
    """`alternatives(text)`, or InvalidParameter where parameter `name` does not allow one of them."""
    values = alternatives(text)
    if len(values) > MAX_ALTERNATIVES:
        raise InvalidParameter(
            f"{name} holds {len(values)} alternatives, at most {MAX_ALTERNATIVES} are allowed",
            parameter=name,
            provided=len(values),
            allowed=f"up to {MAX_ALTERNATIVES} comma-separated values",
        )
    for value in values:
        if "\x00" in value:
            raise InvalidParameter(
                f"{name} contains a NUL character", parameter=name, provided=value, allowed="text without NUL"
            )
        allowed = ALLOWED_VALUES.get(name)
        if allowed is not None and value not in allowed:
            raise InvalidParameter(
                f"{name} must be one of {', '.join(allowed)}", parameter=name, provided=value, allowed=list(allowed)
            )
    return values


def _listed(what: str, allowed: Sequence[str] | None = None) -> Any:
    says = f" One or more of {', '.join(allowed)}." if allowed else ""
    return Field(None, max_length=2048, description=f"{what}{says} Alternatives are joined by commas.")


def _least(what: str) -> Any:
    return Field(None, ge=0, le=1, allow_inf_nan=False, description=what)


class DimensionParameters(BaseModel):
    """Which posts, by dimension."""

    source: str | None = _listed("Platform.")
    sentiment: str | None = _listed("Label.", SENTIMENT_LABELS)
    emotion: str | None = _listed("Emotion.", EMOTIONS)
    product: str | None = _listed("Product.")
    channel: str | None = _listed("Channel.")
    city: str | None = _listed("City, as `Chicago` or `US/Chicago`.")
    country: str | None = _listed("Country, ISO 3166 code.")
    language: str | None = _listed("Language, ISO 639-1 code.")
    tier: str | None = _listed("Tier of the current analysis.", tuple(TIER_RANK))


class FilterParameters(DimensionParameters):
    """Which posts."""

    author: str | None = _listed("Author.")
    q: str | None = Field(
        None, max_length=500, description="Words that must all occur in the text; quotes make a phrase."
    )
    start_date: Moment | None = Field(None, description="Created at or after.")
    end_date: Moment | None = Field(None, description="Created before.")
    min_confidence: float | None = _least("Confidence of the label, at least.")
    min_toxicity: float | None = _least("Toxicity, at least; posts that were not read for it are left out.")
    min_churn_risk: float | None = _least("Churn risk, at least; posts that were not read for it are left out.")

    def filters(self, *, ranged: bool) -> Filters:
        """As the store understands them; `ranged` includes start_date and end_date."""
        lists = {
            name: checked_alternatives(name, text) for name in LIST_FILTERS if (text := getattr(self, name)) is not None
        }
        q = None if self.q is None else self.q.strip()
        if q and "\x00" in q:
            raise InvalidParameter("q contains a NUL character", parameter="q", provided=q, allowed="text without NUL")
        if ranged and self.start_date and self.end_date and self.end_date <= self.start_date:
            raise _backwards("end_date", self.end_date)
        return Filters(
            **lists,
            q=q or None,
            min_confidence=self.min_confidence,
            min_toxicity=self.min_toxicity,
            min_churn_risk=self.min_churn_risk,
            start=self.start_date if ranged else None,
            end=self.end_date if ranged else None,
        )


def dimension_filters(given: Mapping[str, str | list[str]]) -> Filters:
    """Filters of the live feed: dimensions only. InvalidParameter for anything else."""
    lists: dict[str, tuple[str, ...]] = {}
    for name, value in given.items():
        if name not in DIMENSIONS:
            raise InvalidParameter(
                f"the live feed cannot filter by {name}", parameter=name, provided=name, allowed=list(DIMENSIONS)
            )
        text = value if isinstance(value, str) else ",".join(item.replace(",", "\\,") for item in value)
        if values := checked_alternatives(name, text):
            lists[name] = tuple(sorted(values))
    return Filters(**lists)  # type: ignore[arg-type]


def _backwards(name: str, value: datetime) -> InvalidParameter:
    return InvalidParameter(
        f"{name} must lie after the start of the range",
        parameter=name,
        provided=value.isoformat(),
        allowed="a time after the start",
    )


class Limited(BaseModel):
    """How many."""

    limit: int = Field(50, ge=1, le=1000, description="At most this many.")


class PostsParameters(FilterParameters, Limited):
    """Of GET posts."""

    offset: int = Field(0, ge=0, le=10_000, description="Skip this many; `cursor` goes further, is faster and wins.")
    cursor: str | None = Field(None, max_length=1024, description="`next_cursor` of the page before.")
    sort: Sort = Field(
        "newest",
        description="newest or oldest by created_at; ingested: by arrival, oldest first. The others go by what was"
        " read, leave out posts in which it was not, and look at every post that matches: give them a start_date where"
        " there are many.",
    )
    ingested_after: Moment | None = Field(
        None,
        description="Arrived, or changed, at or after. To go on from the newest `ingested_at` you know, ask from"
        f" {LOOK_BACK.seconds} seconds before it and drop what you know: several writers may finish out of order.",
    )
    include_total: bool = Field(False, description="Count all that match, which may cost more than the page.")

    def page(self) -> PageRequest:
        """As the store understands it."""
        return PageRequest(
            limit=self.limit,
            offset=self.offset,
            cursor=self.cursor,
            sort=self.sort,
            ingested_after=self.ingested_after,
            with_total=self.include_total,
        )


class RecentParameters(FilterParameters):
    """Of GET posts/recent."""

    limit: int = Field(10, ge=1, le=1000, description="At most this many.")


class ExportParameters(FilterParameters):
    """Of GET export."""

    format: Literal["csv", "jsonl", "parquet"] = Field("csv", description="parquet needs the extra of that name.")


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
        raise _backwards("end_date", last)
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


class AlertsParameters(Limited):
    """Of GET alerts."""

    before: int | None = Field(None, ge=1, le=2**62, description="`next_cursor` of the page before.")
    active: bool | None = Field(None, description="Only open, or only ended, episodes.")
    type: AlertType | None = Field(None, description="Only this type.")
    rule: str | None = Field(None, max_length=100, pattern=r"^[^\x00]*$", description="Only of the rule of this id.")
    start_date: Moment | None = Field(None, description="Those that had not ended before.")
    end_date: Moment | None = Field(None, description="Those that began before.")


class AlertPostsParameters(BaseModel):
    """Of GET alerts/{id}/posts."""

    limit: int = Field(10, ge=1, le=100, description="At most this many.")


class AnnotationsParameters(Limited):
    """Of GET annotations."""

    start_date: Moment | None = Field(None, description="Those that reach beyond this moment, or stand at it.")
    end_date: Moment | None = Field(None, description="Those that begin before it.")
    offset: int = Field(0, ge=0, le=10_000_000, description="Skip this many.")


class DeadLettersParameters(Limited):
    """Of GET ledger/dead-letters."""

    before: int | None = Field(None, ge=1, le=2**62, description="`next_cursor` of the page before.")


class WaitParameters(BaseModel):
    """Of what a worker settles."""

    wait: float = Field(2, ge=0, le=10, allow_inf_nan=False, description="Seconds to wait for a worker at most.")


class CorrectionsParameters(Limited):
    """Of GET corrections."""

    before: int | None = Field(None, ge=1, le=2**62, description="`next_cursor` of the page before.")


class LabelledParameters(BaseModel):
    """Of GET corrections/export."""

    format: Literal["jsonl", "csv"] = Field("jsonl", description="jsonl is what `sentistream evaluate` reads.")


class DisagreementsParameters(Limited):
    """Of GET reports/compare/{name}/disagreements."""

    offset: int = Field(0, ge=0, le=10_000_000, description="Skip this many.")
    current: Literal["positive", "negative", "neutral", "unscored"] | None = Field(None, description="What counts.")
    label: Literal["positive", "negative", "neutral", "unscored"] | None = Field(
        None, description="What the layer says."
    )
