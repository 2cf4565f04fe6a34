"""Why a post is read as it is."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from sentistream.api.schemas.base import Count, Metadata, Model, Probability, Score, SentimentLabel, Tier, example

EXAMPLE_EXPLANATION: dict[str, Any] = {
    "id": "3f0c8f5e-4a4e-5b0a-9a39-0c6f7f6f1d11",
    "method": "shapley",
    "message": None,
    "current": {
        "sentiment_label": "positive",
        "sentiment_score": 0.8735,
        "toxicity": 0.1264,
        "churn_risk": 0.0261,
        "tier": "full",
        "model_name": "sentistream-full",
        "model_version": "1",
    },
    "corrected_by": None,
    "model_name": "sentistream-full",
    "model_version": "1",
    "explains_current": True,
    "reasoning": None,
    "base": {"sentiment": 0.0194, "toxicity": 0.0967, "churn_risk": 0.0388},
    "scores": {"sentiment": 0.8735, "toxicity": 0.1264, "churn_risk": 0.0261},
    "tolerance": 0.0001,
    "words": [
        {"start": 0, "end": 3, "text": "the", "sentiment": 0.0072, "toxicity": -0.0003, "churn_risk": -0.001},
        {"start": 4, "end": 8, "text": "food", "sentiment": 0.0358, "toxicity": -0.0121, "churn_risk": -0.0019},
        {"start": 9, "end": 12, "text": "was", "sentiment": 0.0012, "toxicity": -0.0053, "churn_risk": 0.0005},
        {"start": 13, "end": 18, "text": "great", "sentiment": 0.8099, "toxicity": 0.0474, "churn_risk": -0.0103},
    ],
}


class Scores(Model):
    """What a model says; null where it does not read it."""

    sentiment: Score | None = Field(description="P(positive) - P(negative).")
    toxicity: Probability | None
    churn_risk: Probability | None


class WordContribution(Model):
    """What a word adds to each score; negative where it takes from it. In a long post, neighbours share one."""

    start: Count = Field(description="Where it begins in the content, in Unicode code points.")
    end: Count = Field(description="Where it ends: one past its last code point.")
    text: str
    sentiment: float | None
    toxicity: float | None
    churn_risk: float | None


class WordScores(Model):
    """base values + contributions of the words = scores, within the tolerance, of one model's reading."""

    model_name: str | None = Field(description="The model that is explained; null where nothing can be.")
    model_version: str | None
    base: Scores | None = Field(description="What the model says of no words at all.")
    scores: Scores | None = Field(description="What the model says of the text.")
    tolerance: float = Field(ge=0, description="How far base + contributions may be from the scores.")
    words: list[WordContribution]


class CurrentReading(Model):
    """The post's current reading."""

    sentiment_label: SentimentLabel
    sentiment_score: Score | None
    toxicity: Probability | None
    churn_risk: Probability | None
    tier: Tier
    model_name: str | None
    model_version: str | None


class Explanation(WordScores):
    """Why a post is read as it is, in words' contributions or in the model's own reasoning."""

    model_config = example(EXAMPLE_EXPLANATION)

    id: str
    method: Literal["shapley", "reasoning", "none"] = Field(
        description="shapley: what each word adds. reasoning: the model's own words. none: see the message."
    )
    message: str | None = Field(description="What to know about this explanation, for people to read.")
    current: CurrentReading
    corrected_by: str | None = Field(description="Who set the current label, where a person did.")
    explains_current: bool = Field(
        description="Whether the explained model is the one whose reading is current; false for a person's."
    )
    reasoning: str | None


class ExplanationResponse(Model):
    """Of GET posts/{id}/explanation."""

    data: Explanation
    metadata: Metadata
