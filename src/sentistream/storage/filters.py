"""Filters as SQL conditions on the posts table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from sentistream.domain.query import Filters
from sentistream.storage.rows import micros
from sentistream.storage.tables import posts, rollup_keys

RARE = 5_000
"""Below this many matches a text search starts from its matches; above, from the newest posts."""


class TextSearch(Protocol):
    """How a store finds words."""

    def condition(self, q: str, *, walk: bool) -> Any:
        """A condition on posts. Without `walk` it starts from the matches; with it, they may be met on another way."""
        ...

    def rare(self, connection: Connection, q: str) -> bool:
        """Whether so few posts match that it is best to start from them."""
        ...


_COLUMNS = {
    "source": posts.c.source,
    "sentiment": posts.c.sentiment_label,
    "emotion": posts.c.emotion,
    "product": posts.c.product,
    "channel": posts.c.channel,
    "country": posts.c.country,
    "language": posts.c.language,
    "tier": posts.c.tier,
    "author": posts.c.author,
}
_MINIMUMS = {
    "min_confidence": posts.c.confidence_score,
    "min_toxicity": posts.c.toxicity,
    "min_churn_risk": posts.c.churn_risk,
}


def conditions(connection: Connection, filters: Filters, search: TextSearch) -> list[ColumnElement[bool]]:
    """One condition per filter that is set, to be joined by AND."""
    found: list[ColumnElement[bool]] = []
    if filters.start is not None:
        found.append(posts.c.created_at >= micros(filters.start))
    if filters.end is not None:
        found.append(posts.c.created_at < micros(filters.end))
    for name, column in _COLUMNS.items():
        values = getattr(filters, name)
        if values:
            found.append(column == values[0] if len(values) == 1 else column.in_(values))
    if filters.city:
        found.append(_cities(connection, filters.city))
    found += [_MINIMUMS[name] >= value for name, value in filters.minimums().items()]
    if filters.q:
        found.append(search.condition(filters.q, walk=not search.rare(connection, filters.q)))
    return found


def _cities(connection: Connection, values: Sequence[str]) -> ColumnElement[bool]:
    """A value is a city's name, or `country/city`; which one, for those with a slash, is told by what is known."""
    question = select(rollup_keys.c.key).where(rollup_keys.c.dimension == "city", rollup_keys.c.key.in_(values))
    known = set(connection.execute(question).scalars()) if any("/" in value for value in values) else set()
    return or_(*(_city(value, value in known) for value in values))


def _city(value: str, known: bool) -> ColumnElement[bool]:
    country, slash, city = value.partition("/")
    if not slash:
        return posts.c.city == value
    place = and_(posts.c.city == city, posts.c.country == country if country else posts.c.country.is_(None))
    # Alone it can be read in order from the index of places.
    return place if known else or_(posts.c.city == value, place)
