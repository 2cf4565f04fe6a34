"""All that was read in one post."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from sentistream.api.schemas.base import Emotion, ListMetadata, Model, Probability, Score, SentimentLabel, Tier


class SentimentProbabilities(Model):
    """They add up to 1."""

    positive: Probability
    neutral: Probability
    negative: Probability


class Analysis(Model):
    """One reading of a post."""

    model_name: str = Field(description="human:NAME where a person said it.")
    model_version: str
    tier: Tier
    layer: str = Field(description="live: as the post came, or was read again. human: a person. Else a layer's name.")
    standing: Literal["current", "outranked", "beside", "withdrawn", "earlier"] = Field(
        description="current: it counts. outranked: it would, were there nothing better. beside: of a layer that does "
        "not count. withdrawn: a person took it back. earlier: of a text that the post no longer has."
    )
    analyzed_at: datetime
    sentiment_label: SentimentLabel
    sentiment_score: Score | None
    confidence_score: Probability | None
    probabilities: SentimentProbabilities | None = Field(description="Of each label; null where no model gave them.")
    emotion: Emotion | None
    emotions: dict[str, float] | None
    toxicity: Probability | None
    churn_risk: Probability | None
    reason: str | None = Field(description="Why the text is unscored, or what a model that gives reasons said.")


class AnalysesResponse(Model):
    """Of GET posts/{id}/analyses."""

    data: list[Analysis]
    metadata: ListMetadata
