"""What people say of posts, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from sentistream.api.schemas.base import (
    Count,
    Emotion,
    ListMetadata,
    Metadata,
    Model,
    Probability,
    SentimentLabel,
    Tier,
)
from sentistream.api.schemas.posts import Post

HumanLabel = Literal["positive", "negative", "neutral"]

EXAMPLE_CORRECTION: dict[str, Any] = {"sentiment_label": "negative", "emotion": "anger", "note": "irony"}


class CorrectionIn(Model):
    """What somebody says of a post: one label at least; what is left out stays as it stands."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE_CORRECTION]})

    sentiment_label: HumanLabel | None = None
    emotion: Emotion | None = None
    toxic: bool | None = None
    churn: bool | None = Field(None, description="Whether the author is leaving, or threatens to.")
    note: Annotated[str, Field(max_length=1_000)] | None = None
    edited_at: datetime | None = Field(
        None, description="`edited_at` of the post as it was looked at; if it has another by now, the answer is 409."
    )


class CorrectionItemIn(CorrectionIn):
    """One of many."""

    id: str = Field(min_length=1, max_length=256, description="The post's key, or its id on the platform.")


class CorrectionsIn(Model):
    """1 to 1,000 corrections."""

    model_config = ConfigDict(extra="forbid")

    corrections: list[CorrectionItemIn] = Field(min_length=1, max_length=1_000)


CorrectionOutcome = Literal["corrected", "unchanged", "waiting"]


class CorrectionResult(Model):
    """corrected: it counts. unchanged: it was so already. waiting: durable, a worker has yet to settle it."""

    outcome: CorrectionOutcome
    correction_id: str | None
    post: Post


class CorrectionResponse(Model):
    """Of POST and DELETE posts/{id}/correction."""

    data: CorrectionResult
    metadata: Metadata


class CorrectionProblem(Model):
    """Why one was not accepted."""

    code: str
    message: str


class CorrectionItem(Model):
    """What became of one of many; `outcome` is null where `error` says why. stale: the text changed meanwhile."""

    index: Count
    id: str | None
    outcome: Literal["corrected", "unchanged", "waiting", "stale"] | None
    correction_id: str | None
    error: CorrectionProblem | None


class CorrectionsResponse(Model):
    """Of POST corrections, in the order of the request."""

    data: list[CorrectionItem]
    metadata: Metadata


class Judged(Model):
    """What people said; null is not said."""

    sentiment_label: HumanLabel | None
    emotion: Emotion | None
    toxic: bool | None
    churn: bool | None


class Reread(Model):
    """The reading that stood before."""

    model_name: str | None
    model_version: str | None
    tier: Tier
    sentiment_label: SentimentLabel
    confidence_score: Probability | None
    emotion: Emotion | None
    toxicity: Probability | None
    churn_risk: Probability | None


class CorrectionLine(Model):
    """One line of the history. stale: the post has another text now."""

    number: int
    correction_id: str
    kind: Literal["correction", "withdrawal"]
    post_key: str
    source: str
    post_id: str
    corrected_by: str
    corrected_at: datetime
    note: str | None
    language: str | None
    was: Reread
    became: Judged
    stale: bool


class CorrectionPage(Model):
    """Newest first."""

    data: list[CorrectionLine]
    metadata: ListMetadata


class CorrectionHistory(Model):
    """A post, what people say of it now (`corrected_by` is null where nothing stands), and how it came to that."""

    post: Post
    corrected_by: str | None
    said: Judged
    history: list[CorrectionLine]


class CorrectionHistoryResponse(Model):
    """Of GET posts/{id}/correction."""

    data: CorrectionHistory
    metadata: Metadata
