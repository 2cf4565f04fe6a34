"""What a correction and its withdrawal write: the human analysis, and the line of the history. Pure rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from sentistream.domain.analysis import EMOTIONS
from sentistream.domain.post import Correction, Withdrawal
from sentistream.storage.base import HUMAN_LAYER
from sentistream.storage.rows import AnalysisRow, PostRow, decimals, micros

_SCORES = {"positive": 1.0, "negative": -1.0, "neutral": 0.0}


class CorrectionRow(msgspec.Struct, gc=False):
    """A row of corrections without its id; the fields stand in the order of the columns."""

    post_key: bytes
    content_hash: bytes
    correction_id: str
    kind: Literal["correction", "withdrawal"]
    corrected_by: str
    corrected_at: int
    note: str | None
    language: str | None
    sentiment_label: str | None
    emotion: str | None
    toxicity: float | None
    churn_risk: float | None
    was_model_name: str | None
    was_model_version: str | None
    was_tier: str
    was_sentiment_label: str
    was_confidence_score: float | None
    was_emotion: str | None
    was_toxicity: float | None
    was_churn_risk: float | None


def by_hand(analyses: Iterable[AnalysisRow], row: PostRow) -> list[AnalysisRow]:
    """What people said of the row's text, withdrawn or not."""
    return [one for one in analyses if one.layer == HUMAN_LAYER and one.content_hash == row.content_hash]


def corrected(row: PostRow, entry: Correction, now: int) -> tuple[AnalysisRow, CorrectionRow]:
    """The human analysis, which is what the person said and the rest as it stood; and its line of the history."""
    label = entry.sentiment_label
    emotion = entry.emotion
    odds: dict[str, Any] = {f"emotion_{name}": getattr(row, f"emotion_{name}") for name in EMOTIONS}
    if emotion is not None:
        odds = {f"emotion_{name}": float(name == emotion) for name in EMOTIONS}
    analysis = AnalysisRow(
        post_key=row.key,
        content_hash=row.content_hash,
        model_name=f"human:{entry.corrected_by}",
        model_version=entry.correction_id,
        layer=HUMAN_LAYER,
        active=True,
        sentiment_label=label or row.sentiment_label,
        sentiment_score=_SCORES[label] if label else row.sentiment_score,
        confidence_score=1.0 if label else row.confidence_score,
        emotion=emotion or row.emotion,
        toxicity=decimals(entry.toxicity) if entry.toxicity is not None else row.toxicity,
        churn_risk=decimals(entry.churn_risk) if entry.churn_risk is not None else row.churn_risk,
        tier="human",
        language=row.language,
        reason=None,
        analyzed_at=now,
        **odds,
    )
    said = {
        "sentiment_label": label,
        "emotion": emotion,
        "toxicity": decimals(entry.toxicity),
        "churn_risk": decimals(entry.churn_risk),
    }
    moment = micros(entry.corrected_at)
    return analysis, _line(row, entry, "correction", entry.corrected_by, moment, said)


def withdrawn(row: PostRow, entry: Withdrawal) -> CorrectionRow:
    """The line of the history that says so."""
    said = {"sentiment_label": None, "emotion": None, "toxicity": None, "churn_risk": None}
    return _line(row, entry, "withdrawal", entry.withdrawn_by, micros(entry.withdrawn_at), said)


def _line(
    row: PostRow,
    entry: Correction | Withdrawal,
    kind: Literal["correction", "withdrawal"],
    by: str,
    moment: int,
    said: dict[str, Any],
) -> CorrectionRow:
    return CorrectionRow(
        post_key=row.key,
        content_hash=row.content_hash,
        correction_id=entry.correction_id,
        kind=kind,
        corrected_by=by,
        corrected_at=moment,
        note=entry.note,
        language=row.language,
        was_model_name=row.model_name,
        was_model_version=row.model_version,
        was_tier=row.tier,
        was_sentiment_label=row.sentiment_label,
        was_confidence_score=row.confidence_score,
        was_emotion=row.emotion,
        was_toxicity=row.toxicity,
        was_churn_risk=row.churn_risk,
        **said,
    )
