"""`Annotations` in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select

from sentistream.domain.annotation import Annotation
from sentistream.domain.errors import NotFound
from sentistream.storage.records import Runner
from sentistream.storage.rows import micros, moment
from sentistream.storage.workspace_tables import chart_annotations

_MOMENTS = ("at", "until", "created_at")


class SqlAnnotations:
    """`Annotations` in SQL."""

    def __init__(self, read: Runner, change: Runner) -> None:
        self._read = read
        self._change = change

    async def add(self, annotation: Annotation) -> Annotation:
        """See `Annotations.add`."""
        values = msgspec.structs.asdict(annotation)
        del values["id"]
        for name in _MOMENTS:
            values[name] = None if values[name] is None else micros(values[name])
        statement = insert(chart_annotations).values(**values).returning(chart_annotations)
        return await self._change(lambda connection: _annotation(connection.execute(statement).one()))

    async def page(
        self, start: datetime | None = None, end: datetime | None = None, limit: int = 50, offset: int = 0
    ) -> list[Annotation]:
        """See `Annotations.page`."""
        at = chart_annotations.c.at
        question = (
            select(chart_annotations).order_by(at.desc(), chart_annotations.c.id.desc()).limit(limit).offset(offset)
        )
        if start is not None:
            # A moment lasts until its own end, so that one at `start` is inside.
            question = question.where(func.coalesce(chart_annotations.c.until, at + 1) > micros(start))
        if end is not None:
            question = question.where(at < micros(end))
        return await self._read(lambda connection: [_annotation(row) for row in connection.execute(question)])

    async def remove(self, id: int) -> Annotation:
        """See `Annotations.remove`."""

        def work(connection: Connection) -> Annotation:
            row = connection.execute(
                delete(chart_annotations).where(chart_annotations.c.id == id).returning(chart_annotations)
            ).first()
            if row is None:
                raise NotFound(f"there is no annotation {id}", id=id)
            return _annotation(row)

        return await self._change(work)


def _annotation(row: Row[Any]) -> Annotation:
    values = dict(row._mapping)
    for name in _MOMENTS:
        values[name] = None if values[name] is None else moment(values[name])
    return Annotation(**values)
