"""What a model, or a person, says of one text."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

SentimentLabel = Literal["positive", "negative", "neutral", "unscored"]
Emotion = Literal["joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral"]
Tier = Literal["human", "full", "llm", "fast", "unscored"]

SENTIMENT_LABELS: tuple[SentimentLabel, ...] = ("positive", "negative", "neutral", "unscored")
EMOTIONS: tuple[Emotion, ...] = ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
_ROUNDING = 0.0002
"""Twice that of the four decimals which are stored."""

TIER_RANK: dict[Tier, int] = {"human": 4, "full": 3, "llm": 2, "fast": 1, "unscored": 0}


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Which model speaks. `languages` are ISO 639-1 codes it claims; None claims all."""

    name: str
    version: str
    tier: Tier
    languages: frozenset[str] | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One analysis of one text. Absent is None, never 0.

    sentiment_score: P(positive) - P(negative), in [-1, 1].
    confidence_score: calibrated probability of the label, in [0, 1].
    emotions: seven independent probabilities in the order of EMOTIONS, or None.
    toxicity, churn_risk: probabilities in [0, 1], or None.
    language: ISO 639-1 code of the text if the detector is sure of one, else None.
    reason: in words for people, why the text is unscored, or what a model that gives reasons based its reading on.
    provisional: a better model was busy or down and may say more later. Not kept with the analysis: the text is queued.
    """

    sentiment_label: SentimentLabel
    model_name: str
    model_version: str
    tier: Tier
    sentiment_score: float | None = None
    confidence_score: float | None = None
    emotion: Emotion | None = None
    emotions: tuple[float, float, float, float, float, float, float] | None = None
    toxicity: float | None = None
    churn_risk: float | None = None
    language: str | None = None
    reason: str | None = None
    provisional: bool = False


NOBODY = ModelInfo(name="none", version="0", tier="unscored", languages=frozenset())
"""Who speaks where no model did."""


def unscored(model: ModelInfo, reason: str, language: str | None = None) -> Reading:
    """The honest answer where no model could speak."""
    return Reading(
        sentiment_label="unscored",
        model_name=model.name,
        model_version=model.version,
        tier="unscored",
        language=language,
        reason=reason,
    )


ReadingStanding = Literal["current", "outranked", "beside", "withdrawn", "earlier"]
"""What a kept reading is to its post. current: it counts. outranked: it would, were there nothing better. beside: of a
layer that does not count. withdrawn: a person took it back. earlier: of a text that the post no longer has."""


class KeptReading(msgspec.Struct, frozen=True, kw_only=True):
    """One of all the readings that are kept of a post. layer: live, human, or a layer's name."""

    reading: Reading
    layer: str
    standing: ReadingStanding
    analyzed_at: datetime


def sentiment_probabilities(reading: Reading) -> dict[SentimentLabel, float] | None:
    """Of positive, neutral and negative, as score and confidence say them; None where no model said both.

    With s = P(positive) - P(negative), c = P(label) and a sum of 1 there is only one answer. What is outside [0, 1] by
    more than rounding was no distribution over the three labels.
    """
    score, confidence, label = reading.sentiment_score, reading.confidence_score, reading.sentiment_label
    if score is None or confidence is None or reading.tier == "human":
        return None
    if label == "neutral":
        positive, neutral, negative = (1 - confidence + score) / 2, confidence, (1 - confidence - score) / 2
    else:
        positive = confidence if label == "positive" else confidence + score
        negative = positive - score
        neutral = 1 - positive - negative
    if not all(-_ROUNDING <= share <= 1 + _ROUNDING for share in (positive, neutral, negative)):
        return None
    positive, neutral, negative = (round(min(1.0, max(0.0, share)), 4) for share in (positive, neutral, negative))
    return {"positive": positive, "neutral": neutral, "negative": negative}
