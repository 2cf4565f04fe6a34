"""Shapley values by Kernel SHAP: which coalitions of players to ask about, and what the answers come to.

The players' values are the weighted least squares fit of an additive game to the coalitions asked, constrained to add
up to what all players bring together (Lundberg & Lee 2017). Coalitions come in pairs of a set and its complement
(Covert & Lee 2021), sizes that the budget covers completely are not sampled, and the rest of the sizes are drawn
alike and weighted back (Musco & Witter 2024). With a budget for every coalition the values are exact.
"""

from __future__ import annotations

import functools
import itertools
import math
import random
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Coalitions(NamedTuple):
    """masks: (coalitions, players), who is in, neither none nor all; weights: (coalitions,), of the fit."""

    masks: npt.NDArray[np.bool_]
    weights: Floats


@functools.lru_cache(maxsize=128)
def coalitions(players: int, budget: int) -> Coalitions:
    """At most `budget` coalitions of 2 or more `players`, the same ones every time.

    ValueError for a budget below 2 x players, with which the values could not be told.
    """
    if players < 2 or budget < 2 * players:
        raise ValueError(f"{players} players need a budget of {2 * players}, not {budget}")
    chosen: dict[frozenset[int], float] = {}
    sizes = list(range(1, players // 2 + 1))
    while sizes and _pairs(players, sizes[0]) * 2 <= budget - len(chosen):
        size = sizes.pop(0)
        for members in itertools.combinations(range(players), size):
            _add(chosen, players, members, _kernel(players, size))
    pairs = (budget - len(chosen)) // 2
    if sizes and pairs:
        _sample(chosen, players, sizes, pairs)
    masks = np.zeros((len(chosen), players), bool)
    for row, inside in enumerate(chosen):
        masks[row, list(inside)] = True
    return Coalitions(masks, np.array(list(chosen.values())))


def values(asked: Coalitions, answers: Floats, base: Floats, whole: Floats) -> Floats:
    """(players, measures): what each player brings; each column adds up to `whole - base`.

    answers: (coalitions, measures). base, whole: (measures,), with no player and with all.
    """
    masks = asked.masks.astype(np.float64)
    players = masks.shape[1]
    weighted = masks.T * asked.weights
    # The constraint by a multiplier: one more unknown, one more row.
    system = np.ones((players + 1, players + 1))
    system[:players, :players] = weighted @ masks
    system[players, players] = 0
    right = np.vstack([weighted @ (answers - base), whole - base])
    return np.asarray(np.linalg.solve(system, right)[:players], np.float64)


def _kernel(players: int, size: int) -> float:
    """The weight of one coalition of `size` in the fit."""
    return (players - 1) / (math.comb(players, size) * size * (players - size))


def _pairs(players: int, size: int) -> int:
    """How many sets of `size` there are, a set and its complement counted as one."""
    count = math.comb(players, size)
    return count // 2 if 2 * size == players else count


def _sample(chosen: dict[frozenset[int], float], players: int, sizes: list[int], pairs: int) -> None:
    """Add `pairs` different ones of the sizes, which stand for all coalitions of these sizes together."""
    # Not seeded by the text: the same words get the same question in every process.
    draw = random.Random(players)
    mass = {size: _kernel(players, size) * _pairs(players, size) for size in sizes}
    drawn: dict[frozenset[int], float] = {}
    while len(drawn) < pairs:
        size = sizes[int(draw.random() * len(sizes))]
        members = frozenset(sorted(range(players), key=lambda _: draw.random())[:size])
        if frozenset(range(players)) - members not in drawn:
            drawn[members] = mass[size]
    scale = sum(mass.values()) / sum(drawn.values())
    for members, weight in drawn.items():
        _add(chosen, players, tuple(members), weight * scale)


def _add(chosen: dict[frozenset[int], float], players: int, members: tuple[int, ...], weight: float) -> None:
    inside = frozenset(members)
    chosen[inside] = chosen[frozenset(range(players)) - inside] = weight
