"""The metrics against examples worked by hand, and what must hold for any answers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentistream.analysis.evaluation import (
    BINS,
    average_precision,
    calibration,
    classification,
    confusion,
    mean,
    roc_auc,
)

LABELS = ("negative", "neutral", "positive")

label_sets = st.sets(st.sampled_from(LABELS))
answered = st.lists(st.tuples(label_sets, label_sets), min_size=1, max_size=30)
# 64ths are exact in binary, so that 1 - score makes and breaks no tie.
scores = st.integers(0, 64).map(lambda n: n / 64)
ranked = st.lists(st.tuples(scores | st.none(), st.booleans()), min_size=1, max_size=30)
judged = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def of(pairs: Sequence[tuple[set[str], set[str]]]) -> list[list[set[str]]]:
    return [[pair[side] for pair in pairs] for side in (0, 1)]


def one(*labels: str) -> list[set[str]]:
    """A label a post; the empty string is no label at all."""
    return [{label} if label else set() for label in labels]


def test_one_label_a_post() -> None:
    gold = one("negative", "negative", "negative", "neutral", "positive", "positive")
    found = classification(gold, one("negative", "negative", "neutral", "neutral", "positive", "negative"), LABELS)
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.macro_recall == pytest.approx((2 / 3 + 1 + 1 / 2) / 3)
    assert found.macro_f1 == found.macro_f1_present == pytest.approx((2 / 3 + 2 / 3 + 2 / 3) / 3)
    negative, neutral, positive = found.classes.values()
    assert list(found.classes) == list(LABELS)
    assert (negative.support, negative.predicted, negative.hits) == (3, 3, 2)
    assert (negative.precision, negative.recall, negative.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))
    assert (neutral.precision, neutral.recall, neutral.f1) == pytest.approx((1 / 2, 1, 2 / 3))
    assert (positive.precision, positive.recall, positive.f1) == pytest.approx((1, 1 / 2, 2 / 3))


def test_no_answer_is_wrong_and_nobodys_false_alarm() -> None:
    found = classification(one("negative", "negative", "positive"), one("negative", "", ""), LABELS)
    assert found.accuracy == pytest.approx(1 / 3)
    assert found.macro_recall == pytest.approx((1 / 2 + 0) / 2)
    assert found.classes["negative"].precision == 1
    assert found.classes["positive"].precision is None
    assert found.classes["positive"].f1 == 0
    assert found.classes["neutral"].recall is None
    assert found.classes["neutral"].f1 is None


def test_several_labels_a_post() -> None:
    gold = [{"joy", "surprise"}, {"anger"}, {"joy"}, set[str]()]
    predicted = [{"joy"}, {"anger", "joy"}, {"joy"}, set[str]()]
    found = classification(gold, predicted, ("joy", "surprise", "anger"))
    assert found.accuracy == 2 / 4, "only whole sets count"
    assert (found.classes["joy"].precision, found.classes["joy"].recall) == (pytest.approx(2 / 3), 1)
    assert found.classes["joy"].f1 == pytest.approx(4 / 5)
    assert found.classes["surprise"].f1 == 0
    assert found.classes["anger"].f1 == 1
    assert found.macro_f1 == pytest.approx((4 / 5 + 0 + 1) / 3)


def test_a_class_the_file_does_not_know() -> None:
    found = classification(one("joy", "anger"), one("joy", "fear"), ("joy", "anger", "fear", "disgust"))
    assert found.macro_f1 == pytest.approx((1 + 0 + 0) / 3), "fear was given, disgust is nowhere"
    assert found.macro_f1_present == pytest.approx((1 + 0) / 2)
    assert found.macro_recall == pytest.approx((1 + 0) / 2)


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to measure"):
        classification([], [], LABELS)
    with pytest.raises(ValueError, match=r"joy: none of the classes negative, neutral, positive"):
        classification(one("joy"), one("positive"), LABELS)
    with pytest.raises(ValueError, match="shorter"):
        classification(one("positive", "positive"), one("positive"), LABELS)


@given(answered)
def test_every_share_is_a_share(pairs: list[tuple[set[str], set[str]]]) -> None:
    found = classification(*of(pairs), LABELS)
    shares = [found.accuracy, found.macro_recall, found.macro_f1, found.macro_f1_present]
    for figures in found.classes.values():
        shares += [figures.precision, figures.recall, figures.f1]
        assert figures.hits <= min(figures.support, figures.predicted)
    assert all(share is None or 0 <= share <= 1 for share in shares)


@given(st.lists(label_sets, min_size=1, max_size=30))
def test_perfect_answers_are_perfect(gold: list[set[str]]) -> None:
    found = classification(gold, gold, LABELS)
    assert found.accuracy == 1
    expected = 1 if any(gold) else None
    assert found.macro_recall == found.macro_f1 == found.macro_f1_present == expected


@given(answered, st.randoms(use_true_random=False))
def test_the_order_of_posts_does_not_matter(pairs: list[tuple[set[str], set[str]]], random: object) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert classification(*of(shuffled), LABELS) == classification(*of(pairs), LABELS)


@given(answered)
def test_f1_is_the_harmonic_mean(pairs: list[tuple[set[str], set[str]]]) -> None:
    for figures in classification(*of(pairs), LABELS).classes.values():
        if figures.precision and figures.recall:
            assert figures.f1 == pytest.approx(2 / (1 / figures.precision + 1 / figures.recall))
        else:
            assert not figures.f1


@given(answered)
def test_gold_and_answers_exchanged_exchange_precision_and_recall(pairs: list[tuple[set[str], set[str]]]) -> None:
    gold, predicted = of(pairs)
    one_way, other = classification(gold, predicted, LABELS), classification(predicted, gold, LABELS)
    assert one_way.accuracy == other.accuracy
    for name in LABELS:
        assert one_way.classes[name].precision == other.classes[name].recall
        assert one_way.classes[name].f1 == other.classes[name].f1


def test_confusion_counts_each_post_once() -> None:
    gold = ["negative", "negative", "positive", "neutral"]
    found = confusion(gold, ["negative", "unscored", "neutral", "neutral"], LABELS, (*LABELS, "unscored"))
    assert found == {
        "negative": {"negative": 1, "neutral": 0, "positive": 0, "unscored": 1},
        "neutral": {"negative": 0, "neutral": 1, "positive": 0, "unscored": 0},
        "positive": {"negative": 0, "neutral": 1, "positive": 0, "unscored": 0},
    }
    with pytest.raises(KeyError):
        confusion(["positive"], ["joy"], LABELS, LABELS)


def test_calibration_by_hand() -> None:
    # Two of the last bin of two: said 0.9 and 0.7, one was so; two of the first: said 0.1 and 0.3, none was so.
    found = calibration([0.9, 0.7, 0.1, 0.3], [True, False, False, False], bins=2)
    assert found.error == pytest.approx(2 / 4 * abs(0.8 - 0.5) + 2 / 4 * abs(0.2 - 0))
    low, high = found.bins
    assert (low.low, low.high, low.count, low.mean, low.observed) == (0, 0.5, 2, pytest.approx(0.2), 0)
    assert (high.low, high.high, high.count, high.mean, high.observed) == (0.5, 1, 2, pytest.approx(0.8), 0.5)


def test_calibration_at_the_edges() -> None:
    found = calibration([0.0, 1.0, 1.0], [False, True, True])
    assert found.error == 0
    assert len(found.bins) == BINS == 15
    assert [found.bins[i].count for i in (0, 7, 14)] == [1, 0, 2]
    assert found.bins[7].mean is None
    assert calibration([], []).error is None
    for wrong in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="not a probability"):
            calibration([wrong], [True])


@given(judged)
def test_calibration_error_is_a_share_and_counts_all(pairs: list[tuple[float, bool]]) -> None:
    found = calibration([p for p, _ in pairs], [yes for _, yes in pairs])
    assert found.error is not None
    assert 0 <= found.error <= 1
    assert sum(cell.count for cell in found.bins) == found.count == len(pairs)
    for cell in found.bins:
        if cell.mean is not None:
            assert cell.low - 1e-9 <= cell.mean <= cell.high + 1e-9
    # One bin sees only whether the means agree; more bins can only find more.
    whole = calibration([p for p, _ in pairs], [yes for _, yes in pairs], bins=1)
    assert whole.error is not None
    assert found.error >= whole.error - 1e-9


@given(st.lists(st.booleans(), min_size=1))
def test_certainty_that_is_right_is_calibrated(outcomes: list[bool]) -> None:
    assert calibration([float(yes) for yes in outcomes], outcomes).error == 0
    assert calibration([float(not yes) for yes in outcomes], outcomes).error == 1


def test_area_under_roc_by_hand() -> None:
    # Pairs (positive, negative): 0.9 beats 0.5 and 0.1; 0.5 ties with 0.5 and beats 0.1.
    assert roc_auc([0.9, 0.5, 0.5, 0.1], [True, True, False, False]) == pytest.approx((2 + 0.5 + 1) / 4)
    assert roc_auc([0.1, 0.9], [True, False]) == 0
    assert roc_auc([0.4, 0.4, 0.4], [True, False, True]) == 0.5
    assert roc_auc([0.4, 0.6], [True, True]) is None
    assert roc_auc([], []) is None
    assert roc_auc([None, 0.0], [True, False]) == 0, "absent ranks below zero"
    with pytest.raises(ValueError, match="cannot be ranked"):
        roc_auc([math.nan], [True])


def test_average_precision_by_hand() -> None:
    # Highest first: yes (1 of 1), no, yes (2 of 3), no.
    assert average_precision([0.9, 0.8, 0.7, 0.1], [True, False, True, False]) == pytest.approx((1 + 2 / 3) / 2)
    # A tie is one step: both at once, 1 of 2.
    assert average_precision([0.5, 0.5], [True, False]) == pytest.approx(1 / 2)
    assert average_precision([0.5], [False]) is None
    assert average_precision([None, 0.0, 0.3], [True, False, False]) == pytest.approx(1 / 3)


def pairwise(pairs: Sequence[tuple[float | None, bool]]) -> float | None:
    """The definition, pair by pair."""
    ups = [-1.0 if score is None else score for score, yes in pairs if yes]
    downs = [-1.0 if score is None else score for score, yes in pairs if not yes]
    if not ups or not downs:
        return None
    return sum((up > down) + (up == down) / 2 for up in ups for down in downs) / (len(ups) * len(downs))


@given(ranked)
def test_area_equals_its_definition(pairs: list[tuple[float | None, bool]]) -> None:
    expected = pairwise(pairs)
    found = roc_auc([score for score, _ in pairs], [yes for _, yes in pairs])
    assert found == (None if expected is None else pytest.approx(expected))


@given(st.lists(st.tuples(scores, st.booleans()), min_size=1, max_size=30))
def test_reversed_scores_mirror_the_area(pairs: list[tuple[float, bool]]) -> None:
    positive = [yes for _, yes in pairs]
    area = roc_auc([score for score, _ in pairs], positive)
    mirrored = roc_auc([1 - score for score, _ in pairs], positive)
    negated = roc_auc([score for score, _ in pairs], [not yes for yes in positive])
    if area is None:
        assert mirrored is None
    else:
        assert mirrored == pytest.approx(1 - area)
        assert negated == pytest.approx(1 - area)


@given(ranked, st.randoms(use_true_random=False))
def test_ranking_ignores_order_and_scale(pairs: list[tuple[float | None, bool]], random: object) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    scaled = [None if score is None else 8 * score - 3 for score, _ in shuffled]
    positive, original = [yes for _, yes in shuffled], [yes for _, yes in pairs]
    for measure in (roc_auc, average_precision):
        assert measure(scaled, positive) == measure([score for score, _ in pairs], original)


@given(ranked)
def test_average_precision_lies_above_its_worst(pairs: list[tuple[float | None, bool]]) -> None:
    positive = [yes for _, yes in pairs]
    found = average_precision([score for score, _ in pairs], positive)
    if found is None:
        assert not any(positive)
        return
    total, positives = len(pairs), sum(positive)
    # The worst is every positive at the end of the list.
    worst = sum(rank / (total - positives + rank) for rank in range(1, positives + 1)) / positives
    assert worst - 1e-9 <= found <= 1
    assert average_precision([float(yes) for yes in positive], positive) == 1


def test_the_mean_is_of_what_is_there() -> None:
    assert mean([1.0, None, 0.0]) == 0.5
    assert mean([None]) is None
    assert mean([]) is None
