"""How a layer compares with what counts, or with another one: agreement, shift of shares, confusion, by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec

from sentistream.domain.analysis import SENTIMENT_LABELS
from sentistream.domain.layer import Tally


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Posts of one group, and how many of them both read alike; share in [0, 1], None of nothing."""

    key: str
    posts: int
    agreed: int
    share: float | None


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """A label's posts and its share of all posts, by what counts or the other layer, and by the layer."""

    label: str
    current: int
    layer: int
    current_share: float | None
    layer_share: float | None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Over the texts that both have read; beside what counts, without those that a person has corrected.

    confusion: by what counts, or the other layer says (rows), then by what the layer says. corrected: the same posts'
    rest, those that people corrected: how often the layer says what the person said.
    """

    posts: int
    agreed: int
    agreement: float | None
    shifts: list[Shift]
    confusion: dict[str, dict[str, int]]
    languages: list[Agreement]
    sources: list[Agreement]
    corrected: Agreement


def compared(tallies: Sequence[Tally]) -> Comparison:
    """The report on `tallies`."""
    models = [one for one in tallies if not one.corrected]
    posts, agreed = _count(models)
    now: Counter[str] = Counter()
    then: Counter[str] = Counter()
    confusion: dict[str, dict[str, int]] = {row: dict.fromkeys(SENTIMENT_LABELS, 0) for row in SENTIMENT_LABELS}
    for one in models:
        now[one.current] += one.posts
        then[one.layer] += one.posts
        confusion[one.current][one.layer] += one.posts
    return Comparison(
        posts=posts,
        agreed=agreed,
        agreement=_share(agreed, posts),
        shifts=[
            Shift(
                label=label,
                current=now[label],
                layer=then[label],
                current_share=_share(now[label], posts),
                layer_share=_share(then[label], posts),
            )
            for label in SENTIMENT_LABELS
        ],
        confusion=confusion,
        languages=_groups(models, lambda one: one.language or "unknown"),
        sources=_groups(models, lambda one: one.source),
        corrected=_agreement("corrected", [one for one in tallies if one.corrected]),
    )


def _groups(tallies: Sequence[Tally], key: Callable[[Tally], str]) -> list[Agreement]:
    """The largest group first."""
    keys = {key(one) for one in tallies}
    found = [_agreement(name, [one for one in tallies if key(one) == name]) for name in keys]
    return sorted(found, key=lambda one: (-one.posts, one.key))


def _agreement(key: str, tallies: Sequence[Tally]) -> Agreement:
    posts, agreed = _count(tallies)
    return Agreement(key=key, posts=posts, agreed=agreed, share=_share(agreed, posts))


def _count(tallies: Sequence[Tally]) -> tuple[int, int]:
    return sum(one.posts for one in tallies), sum(one.posts for one in tallies if one.current == one.layer)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
