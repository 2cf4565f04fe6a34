"""`Layers` in SQL: the records of layers, the posts that they have yet to read, and how they compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, FromClause, Row, and_, func, insert, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from sentistream.domain.analysis import Reading
from sentistream.domain.errors import Conflict, NotFound
from sentistream.domain.layer import Disagreement, Layer, Opinion, Tally, Unread
from sentistream.domain.query import Filters
from sentistream.storage import layers as steps
from sentistream.storage.filters import TextSearch, conditions
from sentistream.storage.records import Runner
from sentistream.storage.rows import PostRow, micros, moment, view
from sentistream.storage.sql import ROW_COLUMNS
from sentistream.storage.tables import analyses, layers, posts

_SPECIAL = ("filters", "report", "created_at", "updated_at")


class SqlLayers:
    """`Layers` in SQL."""

    def __init__(self, read: Runner, change: Runner, search: TextSearch) -> None:
        self._read = read
        self._change = change
        self._search = search

    async def create(self, layer: Layer) -> Layer:
        """See `Layers.create`."""

        def work(connection: Connection) -> Layer:
            found = layer
            if layer.shadow:
                newest = connection.execute(select(func.max(posts.c.id))).scalar_one()
                found = msgspec.structs.replace(layer, position=newest or 0)
            else:
                matching = select(func.count()).select_from(posts).where(*self._wanted(connection, layer))
                found = msgspec.structs.replace(layer, total=connection.execute(matching).scalar_one())
            try:
                connection.execute(insert(layers).values(**_columns(msgspec.structs.asdict(found))))
            except IntegrityError as error:
                raise Conflict(f"a layer is already called {layer.name}: choose another name") from error
            return found

        return await self._change(work)

    async def get(self, name: str) -> Layer | None:
        """See `Layers.get`."""
        question = select(layers).where(layers.c.name == name)

        def work(connection: Connection) -> Layer | None:
            row = connection.execute(question).first()
            return None if row is None else _layer(row)

        return await self._read(work)

    async def all(self) -> list[Layer]:
        """See `Layers.all`."""
        question = select(layers).order_by(layers.c.created_at.desc(), layers.c.name)
        return await self._read(lambda connection: [_layer(row) for row in connection.execute(question)])

    async def update(self, name: str, now: datetime, **changes: Any) -> Layer:
        """See `Layers.update`."""
        values = _columns(changes | {"updated_at": now})

        def work(connection: Connection) -> Layer:
            row = connection.execute(
                update(layers).where(layers.c.name == name).values(**values).returning(layers)
            ).first()
            if row is None:
                raise NotFound(f"there is no layer {name}")
            return _layer(row)

        return await self._change(work)

    async def unread(self, layer: Layer, limit: int) -> Unread:
        """See `Layers.unread`."""

        def work(connection: Connection) -> Unread:
            same = and_(
                analyses.c.post_key == posts.c.key,
                analyses.c.content_hash == posts.c.content_hash,
                analyses.c.model_name == layer.model_name,
                analyses.c.model_version == layer.model_version,
            )
            question = (
                select(posts.c.id, posts.c.key, posts.c.content_hash, posts.c.content, analyses.c.model_name)
                .select_from(posts.outerjoin(analyses, same))
                .where(*self._wanted(connection, layer))
                .order_by(posts.c.id)
                .limit(limit)
            )
            rows = connection.execute(question.where(posts.c.id > layer.position)).all()
            if not rows and not layer.shadow:
                # Edited since, or stored by a transaction that ended after that of a higher id.
                rows = connection.execute(question.where(analyses.c.post_key.is_(None))).all()
                missed = [(str(UUID(bytes=row.key)), row.content_hash, row.content) for row in rows]
                return Unread(position=layer.position, seen=0, texts=missed)
            texts = [
                (str(UUID(bytes=row.key)), row.content_hash, row.content) for row in rows if row.model_name is None
            ]
            return Unread(position=rows[-1].id if rows else layer.position, seen=len(rows), texts=texts)

        return await self._read(work)

    async def record(
        self, layer: Layer, found: Unread, readings: Sequence[tuple[str, bytes, Reading]], now: datetime
    ) -> Layer:
        """See `Layers.record`."""

        def work(connection: Connection) -> Layer:
            here = and_(layers.c.name == layer.name, layers.c.position == layer.position)
            row = connection.execute(
                update(layers)
                .where(here)
                .values(
                    position=found.position,
                    seen=layers.c.seen + found.seen,
                    read=layers.c.read + len(readings),
                    updated_at=micros(now),
                )
                .returning(layers)
            ).first()
            if row is None:
                raise Conflict(f"somebody else went on with the layer {layer.name}")
            steps.add(connection, layer.name, readings, micros(now))
            return _layer(row)

        return await self._change(work)

    async def tallies(self, name: str, against: str | None = None) -> list[Tally]:
        """See `Layers.tallies`."""
        compared, other = _beside(against)
        groups: list[ColumnElement[Any]] = [
            posts.c.source,
            posts.c.language,
            other.sentiment_label,
            analyses.c.sentiment_label,
        ]
        if against is None:
            groups.append((posts.c.tier == "human").label("corrected"))
        question = select(*groups, func.count()).select_from(compared).where(analyses.c.layer == name)
        rows = await self._read(lambda connection: connection.execute(question.group_by(*groups)).all())
        return [
            Tally(
                source=row[0],
                language=row[1],
                current=row[2],
                layer=row[3],
                corrected=against is None and bool(row[4]),
                posts=row[-1],
            )
            for row in rows
        ]

    async def disagreements(
        self,
        name: str,
        limit: int,
        offset: int = 0,
        current: str | None = None,
        label: str | None = None,
        against: str | None = None,
    ) -> list[Disagreement]:
        """See `Layers.disagreements`."""
        compared, other = _beside(against)
        wanted: list[ColumnElement[bool]] = [
            analyses.c.layer == name,
            other.sentiment_label != analyses.c.sentiment_label,
            true() if current is None else other.sentiment_label == current,
            true() if label is None else analyses.c.sentiment_label == label,
        ]
        apart = func.abs(func.coalesce(other.sentiment_score, 0) - func.coalesce(analyses.c.sentiment_score, 0))
        question = (
            select(*_opinion(analyses.c), *_opinion(other), *ROW_COLUMNS)
            .select_from(compared)
            .where(*wanted)
            .order_by(apart.desc(), posts.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        rows = await self._read(lambda connection: connection.execute(question).all())
        return [
            Disagreement(
                post=view(PostRow(*row[6:])),
                sentiment_label=row[0],
                sentiment_score=row[1],
                confidence_score=row[2],
                against=Opinion(sentiment_label=row[3], sentiment_score=row[4], confidence_score=row[5]),
            )
            for row in rows
        ]

    def _wanted(self, connection: Connection, layer: Layer) -> list[ColumnElement[bool]]:
        wanted = conditions(connection, layer.filters, self._search)
        if layer.share < 1:
            # Keys are hashes, so their first bytes are a fair draw, and always the same one.
            wanted.append(posts.c.key < int(layer.share * 2**32).to_bytes(4, "big") + bytes(12))
        return wanted


def _beside(against: str | None) -> tuple[FromClause, ReadOnlyColumnCollection[str, Column[Any]]]:
    """The readings with their posts, and the columns of what they are beside: the posts as they count, or a layer."""
    read = analyses.join(
        posts, and_(posts.c.key == analyses.c.post_key, posts.c.content_hash == analyses.c.content_hash)
    )
    if against is None:
        return read, posts.c
    other = analyses.alias()
    same = and_(
        other.c.post_key == analyses.c.post_key,
        other.c.content_hash == analyses.c.content_hash,
        other.c.layer == against,
    )
    return read.join(other, same), other.c


def _opinion(side: ReadOnlyColumnCollection[str, Column[Any]]) -> list[Column[Any]]:
    return [side.sentiment_label, side.sentiment_score, side.confidence_score]


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    found = dict(values)
    for name in ("filters", "report"):
        if name in found and found[name] is not None:
            found[name] = msgspec.json.encode(found[name]).decode()
    for name in ("created_at", "updated_at"):
        if name in found:
            found[name] = micros(found[name])
    return found


def _layer(row: Row[Any]) -> Layer:
    values = {name: value for name, value in row._mapping.items() if name not in _SPECIAL}
    return Layer(
        **values,
        filters=msgspec.json.decode(row.filters, type=Filters),
        report=None if row.report is None else msgspec.json.decode(row.report),
        created_at=moment(row.created_at),
        updated_at=moment(row.updated_at),
    )
