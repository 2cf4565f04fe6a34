"""Questions about numbers that several routes ask, and the keys their answers are kept under."""

from __future__ import annotations

import msgspec

from sentistream.api.dependencies import Services
from sentistream.api.parameters import Range
from sentistream.domain.query import Filters, NumbersQuery
from sentistream.domain.rollup import Numbers


async def total(services: Services, span: Range, filters: Filters) -> Numbers:
    """Everything in `span` as one group."""
    cells = await services.store.numbers.cells(NumbersQuery(start=span.start, end=span.end, filters=filters))
    return cells[0].numbers if cells else Numbers()


async def answer_key(services: Services, name: str, span: Range, filters: Filters, *others: object) -> str:
    """`name:start:end:…`, completed by every other parameter and by the store's epoch."""
    parts = [name, f"{span.start:%Y%m%dT%H%M}", f"{span.end:%Y%m%dT%H%M}", *map(str, others)]
    parts += [msgspec.json.encode(filters).decode(), str(await services.store.numbers.epoch())]
    return ":".join(parts)
