"""Counts and averages: over time, by group, in total."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from sentistream.api.schemas.base import Count, ListMetadata, Metadata, Model, Probability, Score, Tier, example

EXAMPLE_MEASURES: dict[str, Any] = {
    "posts": 120,
    "positive": 41,
    "negative": 50,
    "neutral": 25,
    "unscored": 4,
    "scored": 116,
    "positive_share": 0.3534,
    "negative_share": 0.431,
    "neutral_share": 0.2155,
    "average_sentiment": -0.0712,
    "average_toxicity": 0.1418,
    "toxicity_posts": 112,
    "average_churn_risk": 0.1175,
    "churn_posts": 112,
    "high_churn_risk": 9,
    "high_churn_share": 0.0804,
    "emotions": {
        "joy": 0.2641,
        "sadness": 0.1127,
        "anger": 0.1893,
        "fear": 0.0314,
        "surprise": 0.0498,
        "disgust": 0.0276,
        "neutral": 0.4172,
    },
    "emotion_posts": 112,
}

ChurnThreshold = Annotated[Probability, Field(description="Churn risk from which a post counts as high.")]


class Measures(Model):
    """Counts and averages of one group of posts. Shares by label are of the scored posts, null if there are none."""

    model_config = example(EXAMPLE_MEASURES)

    posts: Count
    positive: Count
    negative: Count
    neutral: Count
    unscored: Count = Field(description="Posts that no model could read; never counted as neutral.")
    scored: Count
    positive_share: Probability | None
    negative_share: Probability | None
    neutral_share: Probability | None
    average_sentiment: Score | None
    average_toxicity: Probability | None
    toxicity_posts: Count = Field(description="Posts that were read for toxicity; the average is of them.")
    average_churn_risk: Probability | None
    churn_posts: Count = Field(description="Posts that were read for churn risk; the average is of them.")
    high_churn_risk: Count = Field(description="Posts whose churn risk is high_churn_threshold or more.")
    high_churn_share: Probability | None = Field(description="high_churn_risk of churn_posts.")
    emotions: dict[str, float] | None = Field(description="Average probability by emotion.")
    emotion_posts: Count = Field(description="Posts that were read for emotions; the averages are of them.")


class Bucket(Measures):
    """Numbers of one bucket, and of one group where `group_by` asked for groups."""

    bucket: datetime
    key: str | None


class Aggregate(Model):
    """Numbers over time; buckets without posts are left out."""

    period: Literal["minute", "hour", "day"]
    tz: str
    start: datetime
    end: datetime
    group_by: str | None
    high_churn_threshold: ChurnThreshold
    buckets: list[Bucket]
    summary: Measures


class AggregateResponse(Model):
    """Of GET sentiment/aggregate."""

    data: Aggregate
    metadata: ListMetadata


class LabelCounts(Model):
    """Posts by label."""

    positive: Count
    negative: Count
    neutral: Count
    unscored: Count


class LabelShares(Model):
    """Shares of the scored posts."""

    positive: Probability | None
    negative: Probability | None
    neutral: Probability | None


class Distribution(Model):
    """Posts by label over a range."""

    hours: float
    start: datetime
    end: datetime
    total: Count
    scored: Count
    counts: LabelCounts
    shares: LabelShares


class DistributionResponse(Model):
    """Of GET sentiment/distribution."""

    data: Distribution
    metadata: Metadata


class ModelIdentity(Model):
    """Which model reads new posts."""

    name: str
    version: str
    tier: Tier


class Stats(Model):
    """Totals. `last_minute` counts arrivals; the ranges go by `created_at`."""

    posts: Count
    last_minute: Count
    high_churn_threshold: ChurnThreshold
    last_hour: Measures
    last_24_hours: Measures
    previous_24_hours: Measures
    model: ModelIdentity


class StatsResponse(Model):
    """Of GET stats."""

    data: Stats
    metadata: Metadata


class TierShare(Model):
    """Posts whose reading is of one tier."""

    tier: Tier
    posts: Count
    share: Probability = Field(description="Of the posts of the range.")


class Tiers(Model):
    """Posts by how well they were read, best first; those read quickly are read again as soon as there is time."""

    start: datetime
    end: datetime
    posts: Count
    items: list[TierShare]
    waiting: Count = Field(description="Posts, of any time and filter, that wait to be read again by a better model.")
    waiting_since: datetime | None = Field(description="Since when the first of them does.")


class TiersResponse(Model):
    """Of GET metrics/tiers."""

    data: Tiers
    metadata: Metadata


class WeekHour(Measures):
    """Numbers of one hour of the week, over all weeks of the range."""

    weekday: Annotated[int, Field(ge=1, le=7, description="1 is Monday, as in ISO 8601.")]
    hour: Annotated[int, Field(ge=0, le=23)]
    hours: Annotated[
        float, Field(ge=0, description="How much of the range fell on it, in hours; 0 lies outside of the range.")
    ]


class Week(Model):
    """All 168 hours of the week in the zone `tz`, Monday's first."""

    start: datetime
    end: datetime
    tz: str
    high_churn_threshold: ChurnThreshold
    items: list[WeekHour]


class WeekResponse(Model):
    """Of GET metrics/week."""

    data: Week
    metadata: Metadata


class Overall(Model):
    """A range beside the range of the same length before it."""

    start: datetime
    end: datetime
    high_churn_threshold: ChurnThreshold
    current: Measures
    previous: Measures


class OverallResponse(Model):
    """Of GET metrics/overall."""

    data: Overall
    metadata: Metadata


class Group(Measures):
    """Numbers of one key."""

    key: str


class Groups(Model):
    """Most posts first."""

    start: datetime
    end: datetime
    high_churn_threshold: ChurnThreshold
    items: list[Group]


class GroupsResponse(Model):
    """Of GET metrics/products, channels, platforms and emotions."""

    data: Groups
    metadata: ListMetadata


class Place(Group):
    """Numbers of one place. `key` is `country/city`, or the country alone."""

    city: str | None
    country: str | None
    latitude: float | None = Field(ge=-90, le=90, description="Of a city that the gazetteer knows.")
    longitude: float | None = Field(ge=-180, le=180)


class Places(Model):
    """Most posts first."""

    start: datetime
    end: datetime
    level: Literal["city", "country"]
    high_churn_threshold: ChurnThreshold
    items: list[Place]


class PlacesResponse(Model):
    """Of GET metrics/geo."""

    data: Places
    metadata: ListMetadata
