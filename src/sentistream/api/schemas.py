"""The documented shapes of requests and answers: the source of OpenAPI and of the dashboard's types.

Answers are written straight from the domain's records (see answers.py); these models describe them,
and a test holds the two against each other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SentimentLabel = Literal["positive", "negative", "neutral", "unscored"]
Emotion = Literal["joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral"]
Tier = Literal["human", "full", "llm", "fast", "unscored"]
Probability = Annotated[float, Field(ge=0, le=1)]
Score = Annotated[float, Field(ge=-1, le=1)]
Count = Annotated[int, Field(ge=0)]

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
    "average_toxicity": None,
    "average_churn_risk": None,
    "high_churn_risk": 0,
    "emotions": None,
}
EXAMPLE_POST: dict[str, Any] = {
    "id": "3f0c8f5e-4a4e-5b0a-9a39-0c6f7f6f1d11",
    "post_id": "1799",
    "source": "twitter",
    "connector": "http",
    "content": "The new app is a joy to use",
    "author": "ada",
    "created_at": "2026-11-22T09:30:00Z",
    "edited_at": "2026-11-22T09:30:00Z",
    "ingested_at": "2026-11-22T09:30:01.204Z",
    "language": "en",
    "url": None,
    "reply_to": None,
    "product": "Mobile App",
    "channel": "app",
    "location": "Chicago, IL",
    "city": "Chicago",
    "country": "US",
    "latitude": None,
    "longitude": None,
    "engagement": 12,
    "simulated": False,
    "extra": {},
    "sentiment_label": "positive",
    "sentiment_score": 0.6249,
    "confidence_score": 0.81,
    "emotion": None,
    "emotions": None,
    "toxicity": None,
    "churn_risk": None,
    "tier": "fast",
    "model_name": "vader",
    "model_version": "3.3.2",
    "analyzed_at": "2026-11-22T09:30:01.3Z",
}
EXAMPLE_POST_IN: dict[str, Any] = {
    "post_id": "1799",
    "source": "twitter",
    "content": "The new app is a joy to use",
    "created_at": "2026-11-22T09:30:00Z",
    "author": "ada",
    "product": "Mobile App",
    "location": "Chicago, IL",
}


def example(value: Any) -> ConfigDict:
    """Model configuration that carries one example into OpenAPI."""
    return ConfigDict(json_schema_extra={"examples": [value]}, protected_namespaces=())


class Model(BaseModel):
    """Base of every documented shape."""

    model_config = ConfigDict(protected_namespaces=())


class Metadata(Model):
    """Of every answer."""

    as_of: datetime = Field(description="When the answer was computed (UTC).")


class ListMetadata(Metadata):
    """Of every list. `total` is null where counting would cost more than the page itself."""

    total: Count | None
    has_more: bool
    limit: Count
    offset: Count | None
    next_cursor: str | None = Field(description="Give it back as `cursor` (or `before`) to continue.")


class ErrorBody(Model):
    """What went wrong and what to do."""

    code: str = Field(description="Stable: programs may depend on it.", examples=["INVALID_PARAMETER"])
    message: str = Field(examples=["period must be one of minute, hour, day"])
    details: dict[str, Any] = Field(
        examples=[{"parameter": "period", "provided": "week", "allowed": ["minute", "hour", "day"]}]
    )


class ErrorResponse(Model):
    """Every error, whatever its status."""

    error: ErrorBody


class Measures(Model):
    """Counts and averages of one group of posts. Shares are of the scored posts, null if there are none."""

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
    average_churn_risk: Probability | None
    high_churn_risk: Count
    emotions: dict[str, float] | None = Field(description="Average probability by emotion.")


class Post(Model):
    """A post with its current analysis. Absent values are null, never 0."""

    model_config = example(EXAMPLE_POST)

    id: str = Field(description="The post's key, a UUID made of source and post_id.")
    post_id: str = Field(description="The platform's own id.")
    source: str
    connector: str = Field(description="Which configured source brought it.")
    content: str
    author: str | None
    created_at: datetime
    edited_at: datetime
    ingested_at: datetime
    language: str | None
    url: str | None
    reply_to: str | None
    product: str | None
    channel: str | None
    location: str | None = Field(description="As typed; city and country are resolved from it, or null.")
    city: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    engagement: int | None
    simulated: bool
    extra: dict[str, str]
    sentiment_label: SentimentLabel
    sentiment_score: Score | None = Field(description="P(positive) - P(negative).")
    confidence_score: Probability | None = Field(description="Calibrated probability of the label.")
    emotion: Emotion | None
    emotions: dict[str, float] | None
    toxicity: Probability | None
    churn_risk: Probability | None
    tier: Tier
    model_name: str | None
    model_version: str | None
    analyzed_at: datetime | None


class PostPage(Model):
    """One page of posts."""

    data: list[Post]
    metadata: ListMetadata


class PostResponse(Model):
    """One post."""

    data: Post
    metadata: Metadata


ShortText = Annotated[str, Field(max_length=256)]


class PostIn(Model):
    """A post to take in. The same (source, post_id, edited_at, content) twice counts once."""

    model_config = example(EXAMPLE_POST_IN)

    post_id: Annotated[str, Field(min_length=1, max_length=256)]
    source: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$", description="The platform it was written on.")]
    content: Annotated[str, Field(min_length=1, max_length=65_536)]
    created_at: datetime = Field(description="Since 1970 and at most 5 minutes in the future; without a zone: UTC.")
    author: ShortText | None = None
    edited_at: datetime | None = None
    language: Annotated[str, Field(max_length=16)] | None = None
    url: Annotated[str, Field(max_length=2048, description="http or https.")] | None = None
    reply_to: ShortText | None = None
    product: ShortText | None = None
    channel: ShortText | None = None
    location: ShortText | None = Field(
        None, description="As typed; resolved to city and country where those are absent."
    )
    city: ShortText | None = None
    country: ShortText | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    engagement: Annotated[int, Field(ge=0, le=2**62)] | None = None
    simulated: bool = False
    extra: dict[str, str] = Field(default_factory=dict)


class TombstoneIn(Model):
    """A deletion on the platform: final, whatever arrives later under the same key."""

    post_id: Annotated[str, Field(min_length=1, max_length=256)]
    source: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}$")]
    deleted_at: datetime


class PostsIn(Model):
    """A batch of posts and deletions."""

    model_config = example({"posts": [EXAMPLE_POST_IN]})

    posts: Annotated[list[PostIn | TombstoneIn], Field(min_length=1, max_length=1000)]


class Rejection(Model):
    """An item that could not be accepted. It is kept among the dead letters with its reason."""

    index: Count
    code: str
    message: str
    field: str | None = None


class Ingested(Model):
    """`accepted` items are durable; they appear among the posts as soon as they are analysed."""

    accepted: Count
    rejected: list[Rejection]


class IngestResponse(Model):
    """Of POST posts."""

    model_config = example(
        {
            "data": {
                "accepted": 1,
                "rejected": [
                    {
                        "index": 1,
                        "code": "INVALID_ENTRY",
                        "message": "content is empty: a post needs text",
                        "field": "content",
                    }
                ],
            },
            "metadata": {"as_of": "2026-11-22T09:30:01Z"},
        }
    )

    data: Ingested
    metadata: Metadata


class Deletion(Model):
    """Which post will be erased."""

    id: str
    source: str
    post_id: str


class DeletionResponse(Model):
    """Of DELETE posts/{id}: the deletion is durable and travels the stream."""

    data: Deletion
    metadata: Metadata


class AnalyzeRequest(Model):
    """Texts to read; nothing is stored."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"texts": ["I love this", "The bus is late again"]}]}
    )

    texts: Annotated[list[Annotated[str, Field(max_length=65_536)]], Field(min_length=1, max_length=100)]


class AnalyzedText(Model):
    """One reading."""

    text_index: Count
    sentiment_label: SentimentLabel
    sentiment_score: Score | None
    confidence_score: Probability | None
    emotion: Emotion | None
    emotions: dict[str, float] | None
    toxicity: Probability | None
    churn_risk: Probability | None
    model_name: str
    model_version: str
    tier: Tier
    language: str | None
    reason: str | None = Field(description="Why the text is unscored.")


class AnalyzeResponse(Model):
    """One reading per text, in order."""

    data: list[AnalyzedText]
    metadata: Metadata


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
    last_hour: Measures
    last_24_hours: Measures
    previous_24_hours: Measures
    model: ModelIdentity


class StatsResponse(Model):
    """Of GET stats."""

    data: Stats
    metadata: Metadata


class Overall(Model):
    """A range beside the range of the same length before it."""

    start: datetime
    end: datetime
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
    items: list[Group]


class GroupsResponse(Model):
    """Of GET metrics/products, channels, platforms and emotions."""

    data: Groups
    metadata: ListMetadata


class Place(Group):
    """Numbers of one place. `key` is `country/city`, or the country alone."""

    city: str | None
    country: str | None


class Places(Model):
    """Most posts first."""

    start: datetime
    end: datetime
    level: Literal["city", "country"]
    items: list[Place]


class PlacesResponse(Model):
    """Of GET metrics/geo."""

    data: Places
    metadata: ListMetadata


class Alert(Model):
    """One episode of bad mood, from its beginning to its end."""

    id: int
    alert_type: Literal["high_negative_sentiment", "high_negative_ratio"]
    threshold_value: float
    actual_value: float = Field(description="The worst seen.")
    window_start: datetime
    window_end: datetime
    post_count: Count
    triggered_at: datetime
    resolved_at: datetime | None
    details: dict[str, Any]


class AlertPage(Model):
    """Newest first."""

    data: list[Alert]
    metadata: ListMetadata


class SourceState(Model):
    """How one source is doing."""

    name: str
    kind: str
    state: Literal["running", "waiting", "finished", "failed", "stopped"]
    published: Count = Field(description="Entries made durable by this run.")
    invalid: Count = Field(description="Of those, unreadable ones: they are among the dead letters.")
    resumed: Count = Field(description="Entries that an earlier run had brought.")
    rate_per_minute: float
    last_post_at: datetime | None
    error: str | None
    cursor: dict[str, Any] | None
    total: Count | None = Field(description="How many there will be in all, where that is known.")
    started_at: datetime | None


class SourcesResponse(Model):
    """Of GET sources."""

    data: list[SourceState]
    metadata: ListMetadata


class AccountTotals(Model):
    """received = created + edited + duplicate + stale + deleted + tombstoned + corrected + filtered +
    dead_lettered + in_flight."""

    received: Count
    in_flight: Count
    created: Count
    edited: Count
    duplicate: Count
    stale: Count
    deleted: Count
    tombstoned: Count
    corrected: Count
    filtered: Count
    dead_lettered: Count
    balanced: bool


class Account(AccountTotals):
    """One connector's line."""

    connector: str


class Ledger(Model):
    """Where every entry ended."""

    accounts: list[Account]
    total: AccountTotals
    rows: Count = Field(description="Posts in the store.")
    balanced: bool = Field(
        description="Whether nothing was lost and nothing counted twice, as far as a reading can tell."
    )
    stable: bool = Field(
        description="Whether stream and store could be read at one moment; each account's `balanced` counts only then."
    )
    contradictions: list[str]


class LedgerResponse(Model):
    """Of GET ledger."""

    data: Ledger
    metadata: Metadata


class DeadLetter(Model):
    """An entry that could not be accepted."""

    id: int
    entry_id: str
    connector: str
    position: str
    reason: str
    raw: str
    attempts: int
    dead_at: datetime


class DeadLetterPage(Model):
    """Newest first."""

    data: list[DeadLetter]
    metadata: ListMetadata


class Lag(Model):
    """How far the workers are behind the stream."""

    entries: Count
    seconds: float


class Health(Model):
    """`services` holds database, stream, model, live and sources, each with its own `status`."""

    status: Literal["ok", "degraded", "unavailable"]
    version: str | None = None
    services: dict[str, dict[str, Any]] | None = None
    lag: Lag | None = None
    post_count: int | None = None
    timestamp: datetime
    uptime_seconds: float | None = None


class HealthResponse(Health):
    """The same keys at the top level, where monitoring tools look, and under `data`. Without an API
    key, where one is needed, only `status` and `timestamp` are told."""

    data: Health
    metadata: Metadata
