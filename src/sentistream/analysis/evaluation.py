"""How right an analyser is: recall, precision, F1, calibration, area under the ROC curve. Pure functions.

Labels are sets, so that one definition serves one label a post (a set of one), several (emotions) and none
(an analyser that gave no answer: it hits nothing and so counts as wrong). What cannot be said, such as the
precision of a class that was never predicted, is None and never 0.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import msgspec

BINS = 15
"""Bins of equal width in which calibration is looked at (Guo et al. 2017 use as many)."""


class ClassFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One class. support: posts that have it; predicted: posts it was given to; hits: both. Shares in [0, 1].

    f1 is 2 hits / (support + predicted), the harmonic mean of precision and recall.
    """

    support: int
    predicted: int
    hits: int
    precision: float | None
    recall: float | None
    f1: float | None


class Classification(msgspec.Struct, frozen=True, kw_only=True):
    """All classes together, shares in [0, 1].

    accuracy: posts whose predicted set is exactly the gold set.
    macro_recall: mean over the classes that some post has; None where no post has any.
    macro_f1: mean over the classes that some post has or was given.
    macro_f1_present: mean over the classes that some post has: a file that knows only some of the classes
        does not charge a model a whole class for giving one of the others.
    """

    accuracy: float
    macro_recall: float | None
    macro_f1: float | None
    macro_f1_present: float | None
    classes: dict[str, ClassFigures]


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Probabilities in [low, high): how many, their mean, and how often what they spoke of was so."""

    low: float
    high: float
    count: int
    mean: float | None
    observed: float | None


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """error: mean distance between what was said and what was so, weighted by count, in [0, 1]; None of nothing."""

    error: float | None
    count: int
    bins: list[Bin]


def classification(
    gold: Sequence[Collection[str]], predicted: Sequence[Collection[str]], classes: Sequence[str]
) -> Classification:
    """Of `predicted` against `gold`, one set a post each. ValueError if a label is none of `classes`, or of no post."""
    if not gold:
        raise ValueError("there is nothing to measure")
    support: Counter[str] = Counter()
    given: Counter[str] = Counter()
    hits: Counter[str] = Counter()
    exact = 0
    for expected, found in zip(map(frozenset, gold), map(frozenset, predicted), strict=True):
        support.update(expected)
        given.update(found)
        hits.update(expected & found)
        exact += expected == found
    if foreign := (support.keys() | given.keys()) - set(classes):
        raise ValueError(f"{', '.join(sorted(foreign))}: none of the classes {', '.join(classes)}")
    figures = {name: _figures(support[name], given[name], hits[name]) for name in classes}
    return Classification(
        accuracy=exact / len(gold),
        macro_recall=mean(found.recall for found in figures.values()),
        macro_f1=mean(found.f1 for found in figures.values()),
        macro_f1_present=mean(found.f1 for found in figures.values() if found.support),
        classes=figures,
    )


def confusion(
    gold: Sequence[str], predicted: Sequence[str], rows: Sequence[str], columns: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Posts by gold label (rows), then by predicted label (columns). KeyError for a label that is in neither."""
    table = {row: dict.fromkeys(columns, 0) for row in rows}
    for expected, found in zip(gold, predicted, strict=True):
        table[expected][found] += 1
    return table


def calibration(probabilities: Sequence[float], outcomes: Sequence[bool], bins: int = BINS) -> Calibration:
    """Expected calibration error (Naeini et al. 2015) in `bins` bins of equal width over [0, 1].

    For a label, `probabilities` are its confidence and `outcomes` whether it was right; for a yes-or-no
    question they are the probability of yes and whether yes was the answer. 1.0 belongs to the last bin.
    ValueError for what is no probability.
    """
    counts = [0] * bins
    said = [0.0] * bins
    so = [0] * bins
    for probability, outcome in zip(probabilities, outcomes, strict=True):
        if not 0 <= probability <= 1:  # NaN too
            raise ValueError(f"{probability} is not a probability")
        cell = min(bins - 1, int(probability * bins))
        counts[cell] += 1
        said[cell] += probability
        so[cell] += bool(outcome)
    total = sum(counts)
    return Calibration(
        error=math.fsum(abs(x - y) for x, y in zip(said, so, strict=True)) / total if total else None,
        count=total,
        bins=[
            Bin(
                low=i / bins,
                high=(i + 1) / bins,
                count=count,
                mean=said[i] / count if count else None,
                observed=so[i] / count if count else None,
            )
            for i, count in enumerate(counts)
        ],
    )


def roc_auc(scores: Sequence[float | None], positive: Sequence[bool]) -> float | None:
    """How likely a positive ranks above a negative, ties counting half (Mann-Whitney), in [0, 1].

    An absent score ranks below every other. None where only one side occurs.
    """
    below = wins = 0
    for positives, negatives in reversed(_ranked(scores, positive)):
        # Twice the pairs won, so that ties stay whole numbers and the sum is exact.
        wins += positives * (2 * below + negatives)
        below += negatives
    positives = sum(map(bool, positive))
    return wins / (2 * positives * below) if positives and below else None


def average_precision(scores: Sequence[float | None], positive: Sequence[bool]) -> float | None:
    """Precision averaged over recall, sum of (R_n - R_n-1) P_n over the distinct scores, highest first, in [0, 1].

    An absent score ranks below every other. None where no post is positive.
    """
    total = sum(map(bool, positive))
    if not total:
        return None
    seen = hits = 0
    areas: list[float] = []
    for positives, negatives in _ranked(scores, positive):
        seen += positives + negatives
        hits += positives
        areas.append(positives * hits / seen)
    return math.fsum(areas) / total


def mean(values: Iterable[float | None]) -> float | None:
    """Of those that are there; None of nothing."""
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None


def _figures(support: int, predicted: int, hits: int) -> ClassFigures:
    return ClassFigures(
        support=support,
        predicted=predicted,
        hits=hits,
        precision=hits / predicted if predicted else None,
        recall=hits / support if support else None,
        f1=2 * hits / (support + predicted) if support + predicted else None,
    )


def _ranked(scores: Sequence[float | None], positive: Sequence[bool]) -> list[tuple[int, int]]:
    """Positives and negatives at each distinct score, highest score first."""
    groups: dict[float, list[int]] = {}
    for score, yes in zip(scores, positive, strict=True):
        value = -math.inf if score is None else score
        if math.isnan(value):
            raise ValueError("a score that is not a number cannot be ranked")
        groups.setdefault(value, [0, 0])[0 if yes else 1] += 1
    return [(groups[value][0], groups[value][1]) for value in sorted(groups, reverse=True)]
