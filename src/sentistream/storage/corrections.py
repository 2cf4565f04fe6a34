"""Reading back what people said of posts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from sentistream.domain.correction import Corrected, Judgement, Labelled, Reread, Standing
from sentistream.storage.base import HUMAN_LAYER
from sentistream.storage.bulk import among, fetch_in
from sentistream.storage.posts import candidates, known_sources
from sentistream.storage.records import Runner
from sentistream.storage.rows import AnalysisRow, PostRow, moment, reading, view
from sentistream.storage.sql import ANALYSIS_COLUMNS, ROW_COLUMNS
from sentistream.storage.tables import analyses, corrections, posts

_LINE: list[Any] = [
    corrections,
    posts.c.source,
    posts.c.post_id,
    (posts.c.content_hash != corrections.c.content_hash).label("stale"),
]
_JOINED = corrections.join(posts, posts.c.key == corrections.c.post_key)


class SqlCorrections:
    """`Corrections` in SQL."""

    def __init__(self, read: Runner) -> None:
        self._read = read

    async def standing(self, ids: Sequence[str]) -> dict[str, Standing]:
        """See `Corrections.standing`."""

        def work(connection: Connection) -> dict[str, Standing]:
            sources = known_sources(connection)
            wanted = {id: candidates(id, sources) for id in ids}
            keys = sorted({key for found in wanted.values() for key in found})
            rows = {row[0]: PostRow(*row) for row in fetch_in(connection, ROW_COLUMNS, posts.c.key, keys)}
            history = _history(connection, sorted(rows))
            found: dict[str, Standing] = {}
            for id, named in wanted.items():
                known = [rows[key] for key in named if key in rows]
                if known:
                    row = max(known, key=lambda one: one.created_at)
                    found[id] = _standing(row, history[row.key])
            return found

        return await self._read(work)

    async def settled(self, correction_ids: Sequence[str]) -> set[str]:
        """See `Corrections.settled`."""
        column = corrections.c.correction_id
        return await self._read(
            lambda connection: {row[0] for row in fetch_in(connection, [column], column, list(set(correction_ids)))}
        )

    async def of(self, post_key: str) -> list[Corrected]:
        """See `Corrections.of`."""
        key = UUID(post_key).bytes
        question = select(*_LINE).select_from(_JOINED).where(corrections.c.post_key == key)
        question = question.order_by(corrections.c.id.desc())
        return await self._read(lambda connection: [_line(row) for row in connection.execute(question)])

    async def page(self, limit: int = 50, before: int | None = None) -> list[Corrected]:
        """See `Corrections.page`."""
        question = select(*_LINE).select_from(_JOINED).order_by(corrections.c.id.desc()).limit(limit)
        if before is not None:
            question = question.where(corrections.c.id < before)
        return await self._read(lambda connection: [_line(row) for row in connection.execute(question)])

    async def labelled(self, chunk: int = 500) -> AsyncIterator[list[Labelled]]:
        """See `Corrections.labelled`; each chunk is read in a snapshot of its own, by the order of keys."""
        after = b""
        while True:
            last, found = await self._read(partial(_labelled, after=after, limit=chunk))
            if found:
                yield found
            if last is None:
                return
            after = last


def _labelled(connection: Connection, after: bytes, limit: int) -> tuple[bytes | None, list[Labelled]]:
    """The next key to continue from, None at the end, and what stands of the posts up to it."""
    key = corrections.c.post_key
    keys = list(connection.execute(select(key).distinct().where(key > after).order_by(key).limit(limit)).scalars())
    if not keys:
        return None, []
    rows = {row[0]: PostRow(*row) for row in fetch_in(connection, ROW_COLUMNS, posts.c.key, keys)}
    read: dict[bytes, list[AnalysisRow]] = defaultdict(list)
    for row in fetch_in(connection, ANALYSIS_COLUMNS, analyses.c.post_key, keys):
        one = AnalysisRow(*row)
        if one.content_hash == rows[one.post_key].content_hash and one.layer != HUMAN_LAYER:
            read[one.post_key].append(one)
    history = _history(connection, keys)
    found = []
    for one_key in keys:
        standing = _standing(rows[one_key], history[one_key])
        if standing.last is not None and not standing.said.empty:
            found.append(_label(standing, standing.last, read[one_key]))
    return keys[-1], found


def _label(standing: Standing, last: Corrected, read: list[AnalysisRow]) -> Labelled:
    post = standing.post
    return Labelled(
        post_key=post.id,
        source=post.source,
        post_id=post.post_id,
        content=post.content,
        language=post.language,
        said=standing.said,
        corrected_by=last.corrected_by,
        corrected_at=last.corrected_at,
        readings=tuple(reading(one) for one in sorted(read, key=lambda one: (one.model_name, one.model_version))),
    )


def _history(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, list[Corrected]]:
    """Lines by post, oldest first."""
    found: dict[bytes, list[Corrected]] = defaultdict(list)
    if not keys:
        return found
    rows: list[Row[Any]] = []
    for condition in among(connection, corrections.c.post_key, keys):
        rows += connection.execute(select(*_LINE).select_from(_JOINED).where(condition)).all()
    for row in sorted(rows, key=lambda row: int(row.id)):
        found[row.post_key].append(_line(row))
    return found


def _standing(row: PostRow, history: list[Corrected]) -> Standing:
    """What was said of the text the post has now, later over earlier, from the last withdrawal on."""
    said, last = Judgement(), None
    for line in history:
        if line.stale:
            continue
        if line.kind == "withdrawal":
            said, last = Judgement(), None
        else:
            said, last = line.became.over(said), line
    return Standing(post=view(row), last=last, said=said, lines=len(history))


def _line(row: Row[Any]) -> Corrected:
    return Corrected(
        number=row.id,
        correction_id=row.correction_id,
        kind=row.kind,
        post_key=str(UUID(bytes=row.post_key)),
        source=row.source,
        post_id=row.post_id,
        corrected_by=row.corrected_by,
        corrected_at=moment(row.corrected_at),
        note=row.note,
        language=row.language,
        was=Reread(**{name: getattr(row, f"was_{name}") for name in Reread.__struct_fields__}),
        became=Judgement(**{name: getattr(row, name) for name in Judgement.__struct_fields__}),
        stale=bool(row.stale),
    )
