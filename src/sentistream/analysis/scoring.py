"""Readings against gold labels: the figures of `sentistream evaluate`, task by task.

An answer that is absent (an unscored post, a model that knows nothing of the task) is wrong wherever labels
are compared and ranks last wherever probabilities are; it is always counted beside the figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from sentistream.analysis.evaluation import (
    Bin,
    Calibration,
    ClassFigures,
    average_precision,
    calibration,
    classification,
    confusion,
    mean,
    roc_auc,
)
from sentistream.analysis.gold import CLASSES, Task
from sentistream.domain.analysis import EMOTIONS, Reading

THRESHOLD = 0.5
"""Probability from which an emotion, or toxicity, is predicted."""

UNSCORED = "unscored"


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How right the readings are; shares in [0, 1], None where a figure makes no sense for the task or the file.

    posts: measured. unscored: of these, without an answer to the task, by reason in `unscored_reasons`.
    accuracy, macro_recall, macro_f1, macro_f1_present, classes: see `evaluation.Classification`.
    top_accuracy: posts whose first emotion is one of the gold ones.
    roc_auc, average_precision: of toxicity or churn risk. threshold: probability from which a class is predicted.
    confusion: gold label to predicted label to posts; a post with several labels has no place in it.
    expected_calibration_error: in 15 bins of equal width. Sentiment: of the confidence against being right.
        Toxicity, churn: of the probability against the gold label. Emotion: the mean over the seven, each in
        `class_calibration_errors`; `pooled_calibration_error` puts all seven into the same bins.
    calibration_count: probabilities in `calibration_bins`; posts without any are left out.
    """

    posts: int
    unscored: int
    unscored_share: float
    unscored_reasons: dict[str, int]
    accuracy: float
    macro_recall: float | None
    macro_f1: float | None
    macro_f1_present: float | None
    top_accuracy: float | None = None
    roc_auc: float | None = None
    average_precision: float | None = None
    threshold: float | None = None
    expected_calibration_error: float | None
    pooled_calibration_error: float | None = None
    class_calibration_errors: dict[str, float | None] | None = None
    calibration_count: int
    classes: dict[str, ClassFigures]
    confusion: dict[str, dict[str, int]] | None = None
    calibration_bins: list[Bin]


def figures(
    task: Task, gold: Sequence[frozenset[str]], readings: Sequence[Reading], churn_threshold: float = THRESHOLD
) -> Figures:
    """Of `readings` of posts whose gold labels, out of CLASSES[task], are `gold`: one label a post, for emotion any.

    churn_threshold: risk from which a post counts as leaving. ValueError if there is nothing to measure.
    """
    if task is Task.SENTIMENT:
        return _sentiment(gold, readings)
    if task is Task.EMOTION:
        return _emotion(gold, readings)
    if task is Task.TOXICITY:
        return _risk(task, gold, readings, lambda reading: reading.toxicity, THRESHOLD)
    return _risk(task, gold, readings, lambda reading: reading.churn_risk, churn_threshold)


def _sentiment(gold: Sequence[frozenset[str]], readings: Sequence[Reading]) -> Figures:
    answers = [None if reading.sentiment_label == UNSCORED else reading.sentiment_label for reading in readings]
    sure = [
        (reading.confidence_score, answer in expected)
        for reading, answer, expected in zip(readings, answers, gold, strict=True)
        if answer is not None and reading.confidence_score is not None
    ]
    return _one_label(
        Task.SENTIMENT, gold, readings, answers, calibration([p for p, _ in sure], [right for _, right in sure])
    )


def _risk(
    task: Task,
    gold: Sequence[frozenset[str]],
    readings: Sequence[Reading],
    probability: Callable[[Reading], float | None],
    threshold: float,
) -> Figures:
    no, yes = CLASSES[task]
    values = [probability(reading) for reading in readings]
    answers = [None if value is None else yes if value >= threshold else no for value in values]
    positive = [yes in expected for expected in gold]
    known = [(value, so) for value, so in zip(values, positive, strict=True) if value is not None]
    found = _one_label(task, gold, readings, answers, calibration([p for p, _ in known], [so for _, so in known]))
    return msgspec.structs.replace(
        found,
        roc_auc=roc_auc(values, positive),
        average_precision=average_precision(values, positive),
        threshold=threshold,
    )


def _one_label(
    task: Task,
    gold: Sequence[frozenset[str]],
    readings: Sequence[Reading],
    answers: Sequence[str | None],
    calibrated: Calibration,
) -> Figures:
    classes = CLASSES[task]
    found = _figures(task, gold, readings, [frozenset(filter(None, [answer])) for answer in answers], calibrated)
    written = [next(iter(expected)) for expected in gold]
    table = confusion(written, [answer or UNSCORED for answer in answers], classes, (*classes, UNSCORED))
    return msgspec.structs.replace(found, confusion=table)


def _emotion(gold: Sequence[frozenset[str]], readings: Sequence[Reading]) -> Figures:
    predicted = [_emotions(reading) for reading in readings]
    pairs: dict[str, list[tuple[float, bool]]] = {name: [] for name in EMOTIONS}
    for reading, expected in zip(readings, gold, strict=True):
        for name, probability in zip(EMOTIONS, reading.emotions or (), strict=reading.emotions is not None):
            pairs[name].append((probability, name in expected))
    errors = {name: calibration([p for p, _ in of], [so for _, so in of]).error for name, of in pairs.items()}
    pooled = [pair for of in pairs.values() for pair in of]
    together = calibration([p for p, _ in pooled], [so for _, so in pooled])
    found = _figures(Task.EMOTION, gold, readings, predicted, together)
    top = sum(reading.emotion in expected for reading, expected in zip(readings, gold, strict=True))
    return msgspec.structs.replace(
        found,
        top_accuracy=top / len(gold),
        threshold=THRESHOLD,
        expected_calibration_error=mean(errors.values()),
        pooled_calibration_error=together.error,
        class_calibration_errors=errors,
    )


def _emotions(reading: Reading) -> frozenset[str]:
    """The emotion that was named and every one that is likely."""
    likely = [
        name
        for name, probability in zip(EMOTIONS, reading.emotions or (), strict=reading.emotions is not None)
        if probability >= THRESHOLD
    ]
    return frozenset([*likely, *([reading.emotion] if reading.emotion else [])])


def _figures(
    task: Task,
    gold: Sequence[frozenset[str]],
    readings: Sequence[Reading],
    predicted: Sequence[frozenset[str]],
    calibrated: Calibration,
) -> Figures:
    found = classification(gold, predicted, CLASSES[task])
    silent = [
        reading.reason or f"{reading.model_name} says nothing of {task}"
        for reading in readings
        if not _answered(task, reading)
    ]
    return Figures(
        posts=len(gold),
        unscored=len(silent),
        unscored_share=len(silent) / len(gold),
        unscored_reasons=dict(Counter(silent).most_common()),
        accuracy=found.accuracy,
        macro_recall=found.macro_recall,
        macro_f1=found.macro_f1,
        macro_f1_present=found.macro_f1_present,
        expected_calibration_error=calibrated.error,
        calibration_count=calibrated.count,
        classes=found.classes,
        calibration_bins=calibrated.bins,
    )


def _answered(task: Task, reading: Reading) -> bool:
    if task is Task.SENTIMENT:
        return reading.sentiment_label != UNSCORED
    if task is Task.EMOTION:
        return reading.emotion is not None or reading.emotions is not None
    return (reading.toxicity if task is Task.TOXICITY else reading.churn_risk) is not None
