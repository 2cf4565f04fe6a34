"""Posts on their way in and out, and readings of texts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from sentistream.api.schemas.base import (
    Count,
    Emotion,
    ListMetadata,
    Metadata,
    Model,
    Probability,
    Score,
    SentimentLabel,
    Tier,
    example,
)
from sentistream.api.schemas.explanations import WordScores

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
    "sentiment_score": 0.9154,
    "confidence_score": 0.9253,
    "emotion": "joy",
    "emotions": {
        "joy": 0.9612,
        "sadness": 0.0008,
        "anger": 0.0024,
        "fear": 0.0006,
        "surprise": 0.007,
        "disgust": 0.0001,
        "neutral": 0.0383,
    },
    "toxicity": 0.0403,
    "churn_risk": 0.0179,
    "tier": "full",
    "model_name": "sentistream-full",
    "model_version": "1",
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
    explain: bool = Field(False, description="Also tell what each word adds to the scores, of 10 texts at most.")


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
    reason: str | None = Field(description="Why the text is unscored, or what a model that gives reasons said.")
    explanation: WordScores | None = Field(
        description="Where it was asked for and the model can be taken apart; an LLM's reasons are in `reason`."
    )


class AnalyzeResponse(Model):
    """One reading per text, in order."""

    data: list[AnalyzedText]
    metadata: Metadata
