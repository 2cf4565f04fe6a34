"""Kept readings as people see them, by HTTP and on the command line."""

from __future__ import annotations

from typing import Any

from sentistream.domain.analysis import EMOTIONS, KeptReading, sentiment_probabilities


def shown(kept: KeptReading) -> dict[str, Any]:
    """Of the shape of schemas.Analysis."""
    reading = kept.reading
    return {
        "model_name": reading.model_name,
        "model_version": reading.model_version,
        "tier": reading.tier,
        "layer": kept.layer,
        "standing": kept.standing,
        "analyzed_at": kept.analyzed_at,
        "sentiment_label": reading.sentiment_label,
        "sentiment_score": reading.sentiment_score,
        "confidence_score": reading.confidence_score,
        "probabilities": sentiment_probabilities(reading),
        "emotion": reading.emotion,
        "emotions": reading.emotions and dict(zip(EMOTIONS, reading.emotions, strict=True)),
        "toxicity": reading.toxicity,
        "churn_risk": reading.churn_risk,
        "reason": reading.reason,
    }
