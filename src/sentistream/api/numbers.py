"""Questions about numbers that several routes ask, and the keys their answers are kept under."""

from __future__ import annotations

from sentistream.api.caching import AnswerCache
from sentistream.api.dependencies import Services
from sentistream.api.parameters.ranges import Range
from sentistream.domain.query import Filters, NumbersQuery
from sentistream.domain.rollup import Numbers


async def total(services: Services, span: Range, filters: Filters) -> Numbers:
    """Everything in `span` as one group."""
    cells = await services.store.numbers.cells(NumbersQuery(start=span.start, end=span.end, filters=filters))
    return cells[0].numbers if cells else Numbers()


async def answer_key(cache: AnswerCache, name: str, span: Range, filters: Filters, *others: object) -> str:
    """`name:start:end:…`, completed by every other parameter and by the store's epoch."""
    return await cache.key(f"{name}:{span.start:%Y%m%dT%H%M}:{span.end:%Y%m%dT%H%M}", filters, *others)
