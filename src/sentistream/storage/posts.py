"""Reading posts back: pages by keyset or offset, single posts, exports."""

from __future__ import annotations

import base64
import binascii
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Connection, Select, func, select, tuple_

from sentistream.domain.analysis import KeptReading, Reading, ReadingStanding
from sentistream.domain.errors import InvalidParameter
from sentistream.domain.event import PostView
from sentistream.domain.post import post_key
from sentistream.domain.query import Filters, PageRequest
from sentistream.domain.term import Voice
from sentistream.storage.base import HUMAN_LAYER, Page
from sentistream.storage.filters import TextSearch, conditions
from sentistream.storage.records import Runner
from sentistream.storage.rows import AnalysisRow, PostRow, micros, moment, reading, view
from sentistream.storage.settle import precedence
from sentistream.storage.sql import ANALYSIS_COLUMNS, ROW_COLUMNS, fact
from sentistream.storage.tables import analyses, ledger, posts, rollup_keys

EXPORT_CHUNK = 1_000

_VOICE = (
    posts.c.source,
    posts.c.author,
    posts.c.language,
    posts.c.content,
    posts.c.sentiment_label,
    posts.c.sentiment_score,
)


ORDERS: dict[str, tuple[Any, bool]] = {
    "newest": (posts.c.created_at, True),
    "oldest": (posts.c.created_at, False),
    "ingested": (posts.c.changed_at, False),
    "least_sure": (posts.c.confidence_score, False),
    "most_negative": (posts.c.sentiment_score, False),
    "most_positive": (posts.c.sentiment_score, True),
    "highest_churn_risk": (posts.c.churn_risk, True),
    "highest_toxicity": (posts.c.toxicity, True),
}
"""By column, and whether the highest comes first. All of them are in an index, so that no row is read in vain."""


class _Cursor(msgspec.Struct, array_like=True):
    sort: str
    value: int | float
    id: int


class SqlPosts:
    """`Posts` in SQL."""

    def __init__(self, read: Runner, search: TextSearch) -> None:
        self._read = read
        self._search = search

    async def page(self, filters: Filters, request: PageRequest) -> Page:
        """See `Posts.page`."""
        cursor = None if request.cursor is None else _decode(request.cursor, request.sort)

        def work(connection: Connection) -> Page:
            wanted = conditions(connection, filters, self._search)
            if request.ingested_after is not None:
                wanted.append(posts.c.changed_at >= micros(request.ingested_after))
            column, _ = ORDERS[request.sort]
            if column.nullable:
                wanted.append(column.is_not(None))
            ids = _ids(request, cursor).where(*wanted).limit(request.limit + 1)
            if cursor is None and request.offset:
                ids = ids.offset(request.offset)
            chosen = ids.subquery()
            question = _ordered(select(posts.c.id, *ROW_COLUMNS).join(chosen, chosen.c.id == posts.c.id), request.sort)
            rows = connection.execute(question).all()
            more = len(rows) > request.limit
            rows = rows[: request.limit]
            return Page(
                posts=[view(PostRow(*row[1:])) for row in rows],
                next_cursor=_encode(request.sort, rows[-1]) if more else None,
                has_more=more,
                total=_total(connection, filters, request, wanted),
            )

        return await self._read(work)

    async def get(self, id: str) -> PostView | None:
        """See `Posts.get`."""

        def work(connection: Connection) -> PostView | None:
            keys = candidates(id, known_sources(connection))
            question = select(*ROW_COLUMNS).where(posts.c.key.in_(keys)).order_by(posts.c.created_at.desc()).limit(1)
            row = connection.execute(question).first()
            return None if row is None else view(PostRow(*row))

        return await self._read(work)

    async def readings(self, key: str) -> list[Reading]:
        """See `Posts.readings`."""
        owner = UUID(key).bytes
        question = (
            select(*ANALYSIS_COLUMNS)
            .join(posts, (posts.c.key == analyses.c.post_key) & (posts.c.content_hash == analyses.c.content_hash))
            .where(analyses.c.post_key == owner, analyses.c.active)
        )

        def work(connection: Connection) -> list[Reading]:
            rows = [AnalysisRow(*row) for row in connection.execute(question)]
            return [reading(row) for row in sorted(rows, key=precedence, reverse=True)]

        return await self._read(work)

    async def analyses(self, key: str) -> list[KeptReading]:
        """See `Posts.analyses`."""
        question = (
            select(posts.c.content_hash, *ANALYSIS_COLUMNS)
            .join(posts, posts.c.key == analyses.c.post_key)
            .where(analyses.c.post_key == UUID(key).bytes)
        )

        def work(connection: Connection) -> list[KeptReading]:
            rows = connection.execute(question).all()
            found = [AnalysisRow(*row[1:]) for row in rows]
            texts = {row[0] for row in rows}
            counting = [one for one in found if one.active and one.content_hash in texts]
            counting.sort(key=precedence, reverse=True)
            others = [one for one in found if one not in counting]
            others.sort(key=lambda one: (one.analyzed_at, one.model_name, one.model_version), reverse=True)
            return [
                *(_kept(one, "outranked" if place else "current") for place, one in enumerate(counting)),
                *(_kept(one, _apart(one, texts)) for one in others),
            ]

        return await self._read(work)

    async def voices(self, filters: Filters, limit: int) -> list[Voice]:
        """See `Posts.voices`."""

        def work(connection: Connection) -> list[Voice]:
            wanted = conditions(connection, filters, self._search)
            request = PageRequest(limit=limit)
            # The narrow index finds them; only those that are wanted are looked up in the table.
            chosen = _ids(request, None).where(*wanted).limit(limit).subquery()
            question = _ordered(select(*_VOICE).join(chosen, chosen.c.id == posts.c.id), request.sort)
            return [Voice(*row) for row in connection.execute(question)]

        return await self._read(work)

    async def count(self) -> int:
        """See `Posts.count`."""
        return await self._read(_count)

    async def version(self) -> str:
        """See `Posts.version`. Posts do not become fewer within an epoch, so no pair of the two comes twice."""
        return await self._read(lambda connection: f"{fact(connection, 'epoch')}-{_count(connection)}")

    async def export(self, filters: Filters) -> AsyncIterator[list[PostView]]:
        """See `Posts.export`; each chunk is read in a snapshot of its own, after the last post of the one before."""
        request = PageRequest(limit=EXPORT_CHUNK, sort="oldest")
        while True:
            page = await self.page(filters, request)
            if page.posts:
                yield page.posts
            if page.next_cursor is None:
                return
            request = msgspec.structs.replace(request, cursor=page.next_cursor)


def _kept(one: AnalysisRow, standing: ReadingStanding) -> KeptReading:
    return KeptReading(reading=reading(one), layer=one.layer, standing=standing, analyzed_at=moment(one.analyzed_at))


def _apart(one: AnalysisRow, texts: set[bytes]) -> ReadingStanding:
    """Why a reading cannot count. texts: that of the post."""
    if one.content_hash not in texts:
        return "earlier"
    return "withdrawn" if one.layer == HUMAN_LAYER else "beside"


def known_sources(connection: Connection) -> list[str]:
    """Every platform that posts came from."""
    return list(connection.execute(select(rollup_keys.c.key).where(rollup_keys.c.dimension == "source")).scalars())


def candidates(id: str, sources: list[str]) -> list[bytes]:
    """The keys that `id` may mean: itself, or a platform's id on one of `sources`."""
    try:
        keys = [UUID(id).bytes]
    except ValueError:
        keys = []
    return [*keys, *(post_key(source, id).bytes for source in sources)]


def _ids(request: PageRequest, cursor: _Cursor | None) -> Select[Any]:
    column, descending = ORDERS[request.sort]
    question = select(posts.c.id)
    if cursor is not None:
        place = tuple_(column, posts.c.id)
        reached = tuple_(cursor.value, cursor.id)
        question = question.where(place < reached if descending else place > reached)
    return _ordered(question, request.sort)


def _ordered(question: Select[Any], sort: str) -> Select[Any]:
    column, descending = ORDERS[sort]
    if descending:
        return question.order_by(column.desc(), posts.c.id.desc())
    return question.order_by(column, posts.c.id)


def _total(connection: Connection, filters: Filters, request: PageRequest, wanted: list[Any]) -> int | None:
    if not wanted:
        return _count(connection)
    if not request.with_total:
        return None
    return int(connection.execute(select(func.count()).select_from(posts).where(*wanted)).scalar_one())


def _count(connection: Connection) -> int:
    """By the ledger: created - deleted - expired = rows."""
    counted = select(ledger.c.outcome, func.sum(ledger.c.count)).group_by(ledger.c.outcome)
    outcomes = dict(map(tuple, connection.execute(counted)))
    return int(outcomes.get("created", 0) - outcomes.get("deleted", 0)) - int(fact(connection, "expired") or "0")


def _encode(sort: str, row: Any) -> str:
    value = getattr(row, ORDERS[sort][0].name)
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(_Cursor(sort, value, row.id))).decode().rstrip("=")


def _decode(text: str, sort: str) -> _Cursor:
    try:
        cursor = msgspec.msgpack.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Cursor)
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        raise InvalidParameter("cursor is not one this server gave", parameter="cursor", provided=text) from None
    if cursor.sort != sort or not (-(2**63) <= cursor.value < 2**63 and -(2**63) <= cursor.id < 2**63):
        raise InvalidParameter("cursor belongs to another order", parameter="cursor", provided=text)
    return cursor
