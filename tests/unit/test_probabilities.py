"""The three probabilities that score and confidence stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentistream.domain.analysis import Reading, sentiment_probabilities

LABELS = ("positive", "neutral", "negative")


def a_reading(label: str, score: float | None, confidence: float | None, tier: str = "full") -> Reading:
    return Reading(
        sentiment_label=label,  # type: ignore[arg-type]
        sentiment_score=score,
        confidence_score=confidence,
        model_name="m",
        model_version="1",
        tier=tier,  # type: ignore[arg-type]
    )


@given(st.tuples(*[st.integers(0, 1_000)] * 3).filter(any), st.sampled_from(LABELS))
def test_they_come_back_from_what_is_stored_of_them(weights: tuple[int, int, int], label: str) -> None:
    shares = dict(zip(LABELS, (weight / sum(weights) for weight in weights), strict=True))
    stored = a_reading(label, round(shares["positive"] - shares["negative"], 4), round(shares[label], 4))
    assert sentiment_probabilities(stored) == pytest.approx(shares, abs=0.00031)


@pytest.mark.parametrize(
    "reading",
    [
        a_reading("unscored", None, None, "unscored"),
        a_reading("positive", 1.0, 1.0, "human"),
        a_reading("positive", 0.9, 0.2),
    ],
    ids=["unscored", "human", "no distribution"],
)
def test_what_no_model_said_is_absent(reading: Reading) -> None:
    assert sentiment_probabilities(reading) is None
