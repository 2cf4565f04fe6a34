"""Intervals of figures, against published examples and the properties they must have."""

from __future__ import annotations

import pytest
from training.intervals import bootstrap, newcombe, wilson


@pytest.mark.parametrize(
    ("hits", "count", "expected"),
    [
        # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_wilson_gives_the_published_intervals(hits: int, count: int, expected: tuple[float, float]) -> None:
    assert wilson(hits, count) == pytest.approx(expected, abs=5e-5)


def test_of_nothing_every_share_is_possible() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(7, 7)[1] == 1.0


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10.
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)
def test_newcombe_gives_the_published_intervals(
    one: tuple[int, int], other: tuple[int, int], expected: tuple[float, float]
) -> None:
    assert newcombe(*one, *other) == pytest.approx(expected, abs=5e-5)


def test_bootstrap_surrounds_the_mean_and_repeats_itself() -> None:
    values = [float(n % 7) for n in range(200)]

    def mean(drawn: list[float]) -> float:
        return sum(drawn) / len(drawn)

    low, high = bootstrap([values], mean)
    assert low < mean(values) < high
    assert high - low < 1
    assert bootstrap([values], mean) == (low, high)
    assert bootstrap([values], mean, seed=2) != (low, high)


def test_bootstrap_keeps_the_size_of_every_group() -> None:
    low, high = bootstrap([[1] * 3, [0] * 9], lambda drawn: sum(drawn) / len(drawn))
    assert low == high == 0.25
