"""How sure models were, counted from the narrow index of the rows."""

from __future__ import annotations

from sqlalchemy import Connection, Integer, case, cast, func, select

from sentistream.domain.analysis import Tier
from sentistream.domain.query import NumbersQuery
from sentistream.domain.rollup import SCALE, Confidence
from sentistream.storage.filters import TextSearch, conditions
from sentistream.storage.rows import micros
from sentistream.storage.tables import posts

_TENTH = SCALE // 10
_STORED = cast(func.round(posts.c.confidence_score * SCALE), Integer)
# 1.0 belongs to the last tenth.
_PLACE = case((_STORED >= SCALE, 9), else_=_STORED // _TENTH)


def spread(connection: Connection, query: NumbersQuery, search: TextSearch) -> list[Confidence]:
    """See `NumbersReader.confidence`."""
    question = (
        select(posts.c.tier, _PLACE.label("place"), func.count(), func.sum(_STORED))
        .where(
            posts.c.created_at >= micros(query.start),
            posts.c.created_at < micros(query.end),
            posts.c.confidence_score.is_not(None),
            posts.c.tier != "human",
            *conditions(connection, query.filters, search),
        )
        .group_by(posts.c.tier, "place")
    )
    counts: dict[Tier, list[int]] = {}
    sums: dict[Tier, int] = {}
    for tier, place, count, total in connection.execute(question):
        counts.setdefault(tier, [0] * 10)[place] = count
        sums[tier] = sums.get(tier, 0) + int(total)
    return sorted(
        (
            Confidence(
                tier=tier,
                posts=sum(found),
                average=round(sums[tier] / sum(found) / SCALE, 4),
                counts=tuple(found),
            )
            for tier, found in counts.items()
        ),
        key=lambda one: (-one.posts, one.tier),
    )
