"""Questions people ask of the store, as plain records."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import msgspec

Period = Literal["minute", "hour", "day"]
Dimension = Literal["source", "product", "channel", "country", "city", "language", "tier", "sentiment", "emotion"]
DIMENSIONS: tuple[Dimension, ...] = (
    "source",
    "product",
    "channel",
    "country",
    "city",
    "language",
    "tier",
    "sentiment",
    "emotion",
)
Minimum = Literal["min_confidence", "min_toxicity", "min_churn_risk"]
MINIMUMS: tuple[Minimum, ...] = ("min_confidence", "min_toxicity", "min_churn_risk")
Sort = Literal[
    "newest",
    "oldest",
    "ingested",
    "least_sure",
    "most_negative",
    "most_positive",
    "highest_churn_risk",
    "highest_toxicity",
]


class Filters(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which posts. Values of one field are alternatives, fields are joined by "and".

    `start` and `end` bound `created_at` as [start, end). `q` is words that must all occur
    (quotes make a phrase). `city` is the city's name alone or `country/city`. The minimums lie in
    [0, 1]; a post without the value is below every minimum.
    """

    source: tuple[str, ...] = ()
    sentiment: tuple[str, ...] = ()
    emotion: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    city: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    q: str | None = None
    min_confidence: float | None = None
    min_toxicity: float | None = None
    min_churn_risk: float | None = None
    start: datetime | None = None
    end: datetime | None = None

    def dimensions(self) -> dict[Dimension, tuple[str, ...]]:
        """The dimension filters that are set."""
        return {name: values for name in DIMENSIONS if (values := getattr(self, name))}

    def minimums(self) -> dict[Minimum, float]:
        """The minimums that are set."""
        return {name: value for name in MINIMUMS if (value := getattr(self, name)) is not None}


LOOK_BACK = timedelta(seconds=10)
"""How much later than it is stamped a post may appear to those who read."""


class PageRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which page. `cursor` (opaque, from the page before) wins over `offset`.

    sort: newest or oldest by created_at; `ingested` is by arrival, oldest first, for catching up. The others go by
    what was read (confidence, score, churn risk, toxicity) and leave out posts in which it was not: they look at
    every post that matches, so that a page costs what counting costs.
    ingested_after: only posts that arrived, or changed, at or after this moment. Who goes on from the newest one
    it has seen asks from LOOK_BACK before and drops what it knows: several writers commit in another order than
    that of their clocks.
    """

    limit: int = 50
    offset: int = 0
    cursor: str | None = None
    sort: Sort = "newest"
    ingested_after: datetime | None = None
    with_total: bool = False


class AlertsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which episodes: those with a number below `before`, open (or ended) ones, of a type, of a rule, and those that
    were open at some moment of [start, end)."""

    limit: int = 50
    before: int | None = None
    active: bool | None = None
    alert_type: str | None = None
    rule_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None


class NumbersQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Counts and averages over posts created in [start, end), snapped outward to whole minutes.

    period None gives one cell per group over the whole range; group_by None gives one cell per
    bucket. Buckets of an hour or a day begin on the hour or at midnight of the IANA zone `tz`.
    `limit` keeps the groups with most posts.
    """

    start: datetime
    end: datetime
    filters: Filters = Filters()
    period: Period | None = None
    tz: str = "UTC"
    group_by: Dimension | None = None
    limit: int | None = None
