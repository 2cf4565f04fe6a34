"""How posts move rollups: the difference between what a post counted before and what it counts now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import neg
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from sentistream.domain.rollup import GRAINS, MEASURES, MINUTE, Measured, measured
from sentistream.storage.rows import PostRow, emotions_of

RollupKey = tuple[int, str, str, int]
"""(grain, dimension, key, bucket); the bucket is its first second since 1970."""

Lines = npt.NDArray[np.int64]
"""Lines of measures, in the order of MEASURES."""

Place = TypeVar("Place")

OVERALL = "overall"
SECOND = 1_000_000


def place_key(country: str | None, city: str) -> str:
    """Key of a city in the `city` dimension: `country/city`."""
    return f"{country or ''}/{city}"


def groups(row: PostRow) -> list[tuple[str, str]]:
    """(dimension, key) of every rollup a post belongs to; an absent value belongs to none."""
    found = [
        (OVERALL, ""),
        ("source", row.source),
        ("tier", row.tier),
        ("sentiment", row.sentiment_label),
    ]
    if row.product:
        found.append(("product", row.product))
    if row.channel:
        found.append(("channel", row.channel))
    if row.country:
        found.append(("country", row.country))
    if row.city:
        found.append(("city", place_key(row.country, row.city)))
    if row.language:
        found.append(("language", row.language))
    if row.emotion:
        found.append(("emotion", row.emotion))
    return found


class Deltas(NamedTuple):
    """What to add to minute rollups: the places (dimension, key, minute), and a line of measures for each."""

    places: list[tuple[str, str, int]]
    sums: Lines


def deltas(moves: Iterable[tuple[PostRow | None, PostRow | None]], churn_threshold: float) -> Deltas:
    """What posts add that moved from one row to another."""
    counted: list[Measured] = []
    places: list[tuple[str, str, int]] = []
    lines: list[int] = []
    for before, after in moves:
        for row in (before, after):
            if row is None:
                continue
            own = _measured(row, churn_threshold)
            counted.append(own if row is after else tuple(map(neg, own)))
            minute = row.created_at // (MINUTE * SECOND) * MINUTE
            found = [(dimension, key, minute) for dimension, key in groups(row)]
            places += found
            lines += [len(counted) - 1] * len(found)
    if not counted:
        return Deltas([], np.empty((0, len(MEASURES)), np.int64))
    return Deltas(*_summed(places, np.array(counted, np.int64)[lines]))


def _measured(row: PostRow, churn_threshold: float) -> Measured:
    return measured(
        row.sentiment_label, row.sentiment_score, row.toxicity, row.churn_risk, emotions_of(row), churn_threshold
    )


def in_all_grains(minutes: Deltas, key_of: Callable[[str, str], str]) -> list[tuple[int | str, ...]]:
    """Rows for every grain, sorted by their primary key; `key_of` maps a key to the one it is counted under."""
    if not minutes.places:
        return []
    counted = [(dimension, key_of(dimension, key), minute) for dimension, key, minute in minutes.places]
    places: list[RollupKey] = [
        (grain, dimension, key, minute // grain * grain) for grain in GRAINS for dimension, key, minute in counted
    ]
    stored, sums = _summed(places, np.concatenate([minutes.sums] * len(GRAINS)))
    return sorted((*place, *line) for place, line in zip(stored, sums.tolist(), strict=True) if any(line))


def _summed(places: list[Place], lines: Lines) -> tuple[list[Place], Lines]:
    """Every place once, with the sum of its lines."""
    index: dict[Place, int] = {}
    where = np.array([index.setdefault(place, len(index)) for place in places])
    order = where.argsort(kind="stable")
    first = np.searchsorted(where[order], np.arange(len(index)))
    return list(index), np.add.reduceat(lines[order], first)
