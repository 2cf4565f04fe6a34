"""How well models read: what they promise, how sure they are, and what people say of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from sentistream.api.schemas.base import Count, ListMetadata, Metadata, Model, Probability, Tier

Task = Literal["sentiment", "emotion", "toxicity", "churn"]


class CalibrationBin(Model):
    """Probabilities in [low, high): how many, their mean, and how often what they spoke of was so."""

    low: Probability
    high: Probability
    count: Count
    mean: Probability | None
    observed: Probability | None


class MeasuredSet(Model):
    """A model on one labelled set. Without bins it was measured, but not calibrated there."""

    task: Task
    posts: Count
    accuracy: Probability
    macro_recall: Probability | None
    expected_calibration_error: Probability | None
    calibration_bins: list[CalibrationBin]


class ShippedModel(Model):
    """A bundled model and what was measured of it before it was shipped."""

    name: str
    version: str
    tier: Tier
    languages: list[str]
    summary: str
    sets: dict[str, MeasuredSet]


class ShippedModelsResponse(Model):
    """Of GET models."""

    data: list[ShippedModel]
    metadata: ListMetadata


class TierConfidence(Model):
    """Posts by how sure their reading is."""

    tier: Tier
    posts: Count
    average: Probability
    counts: Annotated[list[Count], Field(min_length=10, max_length=10)] = Field(
        description="Posts by tenths of the confidence; 1 belongs to the last."
    )


class ConfidenceSpread(Model):
    """Of the posts of a range that a model has read; people are neither more nor less sure."""

    start: datetime
    end: datetime
    items: list[TierConfidence]


class ConfidenceResponse(Model):
    """Of GET metrics/confidence."""

    data: ConfidenceSpread
    metadata: Metadata


class CorrectionScore(Model):
    """One model on the corrected texts of one language; `all`: of every one, where there are several."""

    model: str
    version: str
    language: str
    posts: Count
    accuracy: Probability
    macro_recall: Probability | None
    macro_f1_present: Probability | None = Field(description="Over the classes that some text has.")
    unscored: Count = Field(description="Texts that the model could not read: counted as wrong.")
    calibration_error: Probability | None
    calibration_bins: list[CalibrationBin]


class CorrectionReport(Model):
    """Every model by what people said."""

    task: Task
    scores: list[CorrectionScore]


class CorrectionReportResponse(Model):
    """Of GET reports/corrections."""

    data: CorrectionReport
    metadata: Metadata
