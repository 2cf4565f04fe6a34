"""Shapley values: against the definition, and what they must add up to."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentistream.analysis.shapley import Floats, coalitions, values

Game = Callable[[frozenset[int]], float]


def by_definition(players: int, game: Game) -> list[float]:
    """The mean of what a player adds, over all orders in which they may come."""
    found = [0.0] * players
    for order in itertools.permutations(range(players)):
        for place, player in enumerate(order):
            before = frozenset(order[:place])
            found[player] += game(before | {player}) - game(before)
    return [value / math.factorial(players) for value in found]


def estimated(players: int, budget: int, game: Game) -> Floats:
    asked = coalitions(players, budget)
    answers = np.array([[game(frozenset(np.flatnonzero(mask).tolist()))] for mask in asked.masks])
    base, whole = np.array([game(frozenset())]), np.array([game(frozenset(range(players)))])
    return values(asked, answers, base, whole)[:, 0]


def random_game(seed: int, players: int) -> Game:
    worth = np.random.default_rng(seed).normal(size=2**players)
    return lambda inside: float(worth[sum(1 << player for player in inside)])


@pytest.mark.parametrize("players", [2, 3, 4, 5, 6])
def test_a_budget_for_every_coalition_gives_the_values_of_the_definition(players: int) -> None:
    game = random_game(players, players)
    asked = coalitions(players, 2**players)
    assert len(asked.masks) == 2**players - 2
    assert estimated(players, 2**players, game) == pytest.approx(by_definition(players, game), abs=1e-9)


@given(st.integers(2, 32), st.integers(0, 1_000))
def test_the_values_add_up_whatever_the_game(players: int, seed: int) -> None:
    asked = coalitions(players, 64)
    draw = np.random.default_rng(seed)
    answers, base, whole = draw.normal(size=(len(asked.masks), 3)), draw.normal(size=3), draw.normal(size=3)
    assert values(asked, answers, base, whole).sum(axis=0) == pytest.approx(whole - base, abs=1e-9)


@pytest.mark.parametrize("players", [9, 20, 32])
def test_a_game_of_pairs_is_told_exactly_by_few_questions(players: int) -> None:
    """Each question comes with its opposite, so what two players do together cancels out of the fit."""
    draw = np.random.default_rng(players)
    alone, together = draw.normal(size=players), draw.normal(size=(players, players))

    def game(inside: frozenset[int]) -> float:
        pairs = sum(together[i, j] for i in inside for j in inside if i < j)
        return float(sum(alone[player] for player in inside) + pairs)

    half = np.triu(together, 1)
    exact = alone + (half.sum(axis=0) + half.sum(axis=1)) / 2
    assert estimated(players, 96, game) == pytest.approx(exact, abs=1e-8)


@given(st.integers(2, 32), st.integers(64, 200))
def test_questions_are_pairs_of_opposites_within_the_budget(players: int, budget: int) -> None:
    asked = coalitions(players, budget)
    rows = {mask.tobytes(): weight for mask, weight in zip(asked.masks, asked.weights, strict=True)}
    assert len(rows) == len(asked.masks) <= budget
    assert all(0 < mask.sum() < players for mask in asked.masks)
    assert all(rows[(~mask).tobytes()] == weight for mask, weight in zip(asked.masks, asked.weights, strict=True))


def test_the_weights_of_sampled_sizes_stand_for_all_of_them() -> None:
    def mass(budget: int) -> float:
        return float(coalitions(12, budget).weights.sum())

    assert mass(60) == pytest.approx(mass(2**12))
    assert mass(60) == pytest.approx(sum(11 / (size * (12 - size)) for size in range(1, 12)))


def test_too_small_a_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="need a budget of 64"):
        coalitions(32, 63)
