"""Filters as SQL conditions on the posts table."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, and_, or_

from sentistream.domain.query import Filters
from sentistream.storage.rows import micros
from sentistream.storage.tables import posts

RARE = 5_000
"""Below this many matches a text search starts from its matches; above, from the newest posts."""


class TextSearch(Protocol):
    """How a store finds words."""

    def condition(self, q: str, *, walk: bool) -> Any:
        """A condition on posts; with `walk` it tests posts reached otherwise, instead of starting from the matches."""
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
        found.append(or_(*(_city(value) for value in filters.city)))
    found += [_MINIMUMS[name] >= value for name, value in filters.minimums().items()]
    if filters.q:
        found.append(search.condition(filters.q, walk=not search.rare(connection, filters.q)))
    return found


def _city(value: str) -> ColumnElement[bool]:
    country, slash, city = value.partition("/")
    if not slash:
        return posts.c.city == value
    whole = posts.c.city == value
    return or_(whole, and_(posts.c.city == city, posts.c.country == country if country else posts.c.country.is_(None)))
