"""A PostgreSQL with millions of posts in minutes: the store writes some thousands, the rest are their copies.

Copies are made in SQL, spread evenly over thirty days, and rollups and ledger are counted from them, so that
`sentistream doctor` finds nothing wrong. Indexes but the unique ones are made after the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, text

from benchmarks.corpus import posts
from sentistream.analysis.fast import FastAnalyser
from sentistream.domain.query import DIMENSIONS
from sentistream.storage.audit import count
from sentistream.storage.base import Settling
from sentistream.storage.deltas import OVERALL
from sentistream.storage.postgres.store import PostgresStore
from sentistream.storage.rows import AnalysisRow, PostRow, micros

WRITTEN = 20_000
"""Posts that the store writes itself."""

BATCH = 2_000
PIECE = 500_000
SPAN = 30 * 86_400_000_000
"""Microseconds over which all posts are spread."""

CHURN_THRESHOLD = 0.5

Step = Callable[[Connection], Any]


async def fill(store: PostgresStore, number: int, end: datetime) -> None:
    """`number` posts in an empty database, the last of them written at `end`."""
    await write(store, end)
    for _, step in copying(number, end):
        await store.change(step)


async def write(store: PostgresStore, end: datetime) -> None:
    """The posts that all others are copies of."""
    await store.migrate()
    found = list(posts(WRITTEN, days=0.01, end=end))
    readings = await FastAnalyser().analyse([post.content for post in found])
    items = [
        Settling(entry_id=f"fill:{number:016d}", entry=post, reading=reading)
        for number, (post, reading) in enumerate(zip(found, readings, strict=True))
    ]
    for start in range(0, WRITTEN, BATCH):
        await store.write(items[start : start + BATCH], end)
    await store.ledger.prune([f"fill:{WRITTEN:016d}"])


def copying(number: int, end: datetime) -> Iterator[tuple[str, Step]]:
    """The steps from the posts written to `number`, each with its name and each of a minute at most."""
    indexes: dict[str, str] = {}

    def drop(connection: Connection) -> None:
        indexes.update(map(tuple, connection.execute(text(_INDEXES))))
        for name in indexes:
            connection.execute(text(f"DROP INDEX {name}"))

    yield "drop indexes", drop
    place = {"start": micros(end) - SPAN, "step": SPAN // number, "written": WRITTEN}
    yield "spread", lambda connection: connection.execute(text(_SPREAD), place)
    for first in range(WRITTEN, number, PIECE):
        yield f"from {first:,}", partial(_copy, place | {"first": first, "last": min(first + PIECE, number) - 1})
    for name, definition in indexes.items():
        yield name, lambda connection, statement=definition: connection.execute(text(statement))
    yield "statistics", lambda connection: connection.execute(text("ANALYZE"))
    yield "ledger", lambda connection: connection.execute(text(_LEDGER), {"count": number})
    yield "no rollups", lambda connection: connection.execute(text("TRUNCATE sentiment_rollups"))
    for dimension in (OVERALL, *DIMENSIONS):
        yield f"rollups of {dimension}", partial(_counted, dimension)
    yield "statistics of rollups", lambda connection: connection.execute(text("ANALYZE sentiment_rollups"))


def _counted(dimension: str, connection: Connection) -> None:
    count(connection, dimension, CHURN_THRESHOLD)


def _copy(place: dict[str, int], connection: Connection) -> None:
    connection.execute(text(_POSTS), place)
    connection.execute(text(_ANALYSES), place)


def _selected(row: str, columns: Iterable[str], **own: str) -> str:
    return ", ".join(own.get(name, f"{row}.{name}") for name in columns)


_COPIES = (
    "generate_series(CAST(:first AS bigint), :last) AS n JOIN social_media_posts AS post ON post.id = n % :written + 1"
)
_KEY = "decode(md5(post.key || CAST(CAST(n AS text) AS bytea)), 'hex')"
"""A copy's key is of sixteen bytes like any other, and as random."""

_POST = [*PostRow.__struct_fields__, "words"]
_WHEN = "CAST(:start AS bigint) + n * :step"
_POSTS = f"""INSERT INTO social_media_posts ({", ".join(_POST)})
    SELECT {_selected("post", _POST, key=_KEY, post_id="post.post_id || '-' || n", created_at=_WHEN, edited_at=_WHEN)}
    FROM {_COPIES} ORDER BY n"""
_ANALYSIS = AnalysisRow.__struct_fields__
_ANALYSES = f"""INSERT INTO sentiment_analysis ({", ".join(_ANALYSIS)})
    SELECT {_selected("one", _ANALYSIS, post_key=_KEY)}
    FROM {_COPIES} JOIN sentiment_analysis AS one ON one.post_key = post.key"""
_SPREAD = """UPDATE social_media_posts
    SET created_at = CAST(:start AS bigint) + (id - 1) * :step, edited_at = CAST(:start AS bigint) + (id - 1) * :step
    WHERE id <= :written"""
_LEDGER = "UPDATE ledger SET count = :count WHERE outcome = 'created'"
_INDEXES = """SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = 'social_media_posts' AND indexdef NOT LIKE 'CREATE UNIQUE%'"""
