"""Readings made by hand against gold labels: each task's rules."""

from __future__ import annotations

from typing import Any

import pytest

from sentistream.analysis.gold import Task
from sentistream.analysis.scoring import figures
from sentistream.domain.analysis import EMOTIONS, Reading, SentimentLabel


def reading(label: SentimentLabel = "neutral", **fields: Any) -> Reading:
    return Reading(sentiment_label=label, model_name="model", model_version="1", tier="full", **fields)


def feeling(emotion: str | None, **likely: float) -> Reading:
    """A reading whose emotions are 0 but for those given."""
    values = tuple(likely.get(name, 0.0) for name in EMOTIONS)
    return reading(emotion=emotion, emotions=values)


def labels(*sets: str) -> list[frozenset[str]]:
    return [frozenset(names.split()) for names in sets]


def test_sentiment_counts_unscored_as_wrong_and_leaves_it_out_of_calibration() -> None:
    gold = labels("negative", "negative", "neutral", "positive")
    readings = [
        reading("negative", confidence_score=0.8),
        reading("unscored", reason="language fr is not claimed by model"),
        reading("positive", confidence_score=0.6),
        reading("positive", confidence_score=0.9),
    ]
    found = figures(Task.SENTIMENT, gold, readings)
    assert (found.posts, found.unscored, found.unscored_share) == (4, 1, 0.25)
    assert found.unscored_reasons == {"language fr is not claimed by model": 1}
    assert found.accuracy == 2 / 4
    assert found.macro_recall == pytest.approx((1 / 2 + 0 + 1) / 3)
    assert found.macro_f1 == pytest.approx((2 / 3 + 0 + 2 / 3) / 3)
    assert found.calibration_count == 3
    assert found.expected_calibration_error == pytest.approx((0.2 + 0.6 + 0.1) / 3)
    assert found.confusion is not None
    assert found.confusion["negative"] == {"negative": 1, "neutral": 0, "positive": 0, "unscored": 1}
    assert found.confusion["neutral"] == {"negative": 0, "neutral": 0, "positive": 1, "unscored": 0}
    assert (found.top_accuracy, found.roc_auc, found.threshold) == (None, None, None)


def test_emotion_predicts_the_named_one_and_the_likely_ones() -> None:
    gold = labels("joy surprise", "anger", "sadness", "fear")
    readings = [
        feeling("joy", joy=0.9, surprise=0.5),
        feeling("anger", anger=0.3, disgust=0.49),
        feeling("joy", joy=0.8, sadness=0.6),
        reading(),
    ]
    found = figures(Task.EMOTION, gold, readings)
    assert found.accuracy == 2 / 4
    assert found.top_accuracy == 2 / 4
    assert found.threshold == 0.5
    by_name = found.classes
    assert (by_name["joy"].precision, by_name["joy"].recall) == (0.5, 1)
    assert by_name["surprise"].f1 == by_name["anger"].f1 == by_name["sadness"].f1 == 1
    assert (by_name["fear"].support, by_name["fear"].predicted, by_name["fear"].f1) == (1, 0, 0)
    assert by_name["disgust"].f1 is None
    assert found.macro_f1 == pytest.approx((2 / 3 + 1 + 1 + 0 + 1) / 5)
    assert found.unscored_reasons == {"model says nothing of emotion": 1}
    assert found.confusion is None


def test_emotion_calibration_is_the_mean_over_the_seven() -> None:
    readings = [feeling("joy", joy=0.8), feeling("joy", joy=0.8), reading()]
    found = figures(Task.EMOTION, labels("joy", "anger", "fear"), readings)
    assert found.class_calibration_errors is not None
    assert found.class_calibration_errors["joy"] == pytest.approx(abs(0.8 - 0.5))
    assert found.class_calibration_errors["anger"] == pytest.approx(0.5)
    assert found.class_calibration_errors["fear"] == 0, "the post without an answer is left out"
    assert found.expected_calibration_error == pytest.approx((0.3 + 0.5) / 7)
    assert found.calibration_count == 14
    assert found.pooled_calibration_error == pytest.approx((2 * 0.3 + 12 * (1 / 12)) / 14)


@pytest.mark.parametrize(
    ("task", "field", "yes", "no"),
    [(Task.TOXICITY, "toxicity", "toxic", "not-toxic"), (Task.CHURN, "churn_risk", "leaving", "rest")],
)
def test_a_risk_is_classified_at_a_half_and_ranked(task: Task, field: str, yes: str, no: str) -> None:
    gold = labels(yes, yes, no, no, yes)
    readings = [reading(**{field: value}) for value in (0.9, 0.5, 0.49, 0.7, None)]
    found = figures(task, gold, readings)
    assert found.threshold == 0.5
    assert found.accuracy == 3 / 5
    assert found.macro_recall == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert (found.classes[yes].precision, found.classes[no].precision) == (pytest.approx(2 / 3), 1)
    # 0.9 beats both, 0.5 beats one, the absent one none.
    assert found.roc_auc == pytest.approx(3 / 6)
    assert found.average_precision == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
    assert (found.unscored, found.unscored_reasons) == (1, {f"model says nothing of {task}": 1})
    assert found.calibration_count == 4
    assert found.expected_calibration_error == pytest.approx((0.1 + abs(0.5 + 0.49 - 1) + 0.7) / 4)
    assert found.confusion == {
        no: {no: 1, yes: 1, "unscored": 0},
        yes: {no: 0, yes: 2, "unscored": 1},
    }


def test_churn_has_a_threshold_of_its_own() -> None:
    readings = [reading(churn_risk=0.4), reading(churn_risk=0.2)]
    found = figures(Task.CHURN, labels("leaving", "rest"), readings, churn_threshold=0.3)
    assert (found.accuracy, found.threshold) == (1, 0.3)
    assert figures(Task.CHURN, labels("leaving", "rest"), readings).accuracy == 0.5


def test_a_model_that_knows_nothing_of_the_task_is_wrong_throughout() -> None:
    emotion = figures(Task.EMOTION, labels("joy", "fear"), [reading(), reading()])
    assert (emotion.accuracy, emotion.macro_f1, emotion.unscored_share) == (0, 0, 1)
    assert (emotion.expected_calibration_error, emotion.calibration_count) == (None, 0)
    churn = figures(Task.CHURN, labels("leaving", "rest"), [reading(), reading()])
    assert (churn.accuracy, churn.roc_auc, churn.unscored) == (0, 0.5, 2)


@pytest.mark.parametrize("task", list(Task))
def test_nothing_is_not_measured(task: Task) -> None:
    with pytest.raises(ValueError, match="nothing to measure"):
        figures(task, [], [])
