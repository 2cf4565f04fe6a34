"""How posts move rollups: the difference between what a post counted before and what it counts now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import add, neg

from sentistream.domain.rollup import GRAINS, MINUTE, NOTHING, Measured, measured
from sentistream.storage.rows import PostRow, emotions_of

RollupKey = tuple[int, str, str, int]
"""(grain, dimension, key, bucket); the bucket is its first second since 1970."""

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


def deltas(
    moves: Iterable[tuple[PostRow | None, PostRow | None]], churn_threshold: float
) -> dict[tuple[str, str, int], Measured]:
    """What to add to each minute rollup, by (dimension, key, minute), for posts that moved from one row to another."""
    total: dict[tuple[str, str, int], Measured] = {}
    for before, after in moves:
        if before is not None:
            _add(total, before, tuple(map(neg, _measured(before, churn_threshold))))
        if after is not None:
            _add(total, after, _measured(after, churn_threshold))
    return total


def _measured(row: PostRow, churn_threshold: float) -> Measured:
    return measured(
        row.sentiment_label, row.sentiment_score, row.toxicity, row.churn_risk, emotions_of(row), churn_threshold
    )


def _add(total: dict[tuple[str, str, int], Measured], row: PostRow, own: Measured) -> None:
    minute = row.created_at // (MINUTE * SECOND) * MINUTE
    for dimension, key in groups(row):
        place = (dimension, key, minute)
        held = total.get(place)
        total[place] = own if held is None else tuple(map(add, held, own))


def in_all_grains(
    minutes: dict[tuple[str, str, int], Measured], key_of: Callable[[str, str], str]
) -> list[tuple[int | str, ...]]:
    """Rows for every grain, sorted by their primary key; `key_of` maps a key to the one it is counted under."""
    total: dict[RollupKey, Measured] = {}
    for (dimension, key, minute), value in minutes.items():
        counted = key_of(dimension, key)
        for grain in GRAINS:
            place = (grain, dimension, counted, minute // grain * grain)
            held = total.get(place)
            total[place] = value if held is None else tuple(map(add, held, value))
    return [(*place, *value) for place, value in sorted(total.items()) if value != NOTHING]
