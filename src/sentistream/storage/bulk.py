"""Many rows in one step: the hot statements, executed with plain tuples.

SQLite takes rows as one long VALUES list, PostgreSQL as one array per column, so that a batch is one
statement of constant text, whatever its size, and one round trip.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, String, Table, any_, literal, select, tuple_

from sentistream.domain.rollup import MEASURES
from sentistream.storage import tables
from sentistream.storage.people import CorrectionRow
from sentistream.storage.rows import AnalysisRow, PostRow
from sentistream.storage.words import tsvector

CHUNK = 500
"""Most values in one IN list."""

BLOCKS = (64, 8, 1)
"""Rows that SQLite inserts in one step.

Its driver gives up Python's global lock for every step and must win it back after; next to a busy
thread that costs more than the step.
"""


class Outrun(Exception):
    """Another writer stored one of the rows first: roll back, and decide again on what stands now."""


class Insert(NamedTuple):
    """Rows for a table. Those that exist are added to where `key` names the primary key, else left alone."""

    table: Table
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()


PLACE = ("grain", "dimension", "key", "bucket")

POSTS = Insert(tables.posts, PostRow.__struct_fields__)
ANALYSES = Insert(tables.analyses, AnalysisRow.__struct_fields__)
CORRECTIONS = Insert(tables.corrections, CorrectionRow.__struct_fields__)
OUTCOMES = Insert(tables.entry_outcomes, ("entry_id", "connector", "outcome"))
DEAD = Insert(tables.dead_letters, ("entry_id", "connector", "position", "reason", "raw", "attempts", "dead_at"))
TOMBSTONES = Insert(tables.tombstones, ("key", "source", "post_id", "deleted_at"))
ROLLUP_KEYS = Insert(tables.rollup_keys, ("dimension", "key"))
QUEUE = Insert(
    tables.refine_queue,
    ("post_key", "content_hash", "tier", "confidence", "queued_at", "attempts", "lease", "leased_until"),
)
LEDGER = Insert(tables.ledger, ("connector", "outcome", "count"), ("connector", "outcome"))
ROLLUPS = Insert(tables.rollups, (*PLACE, *MEASURES), PLACE)

_CONTENT = PostRow.__struct_fields__.index("content")
_KEPT = ("key", "ingested_at")
_CHANGED = tuple(name for name in PostRow.__struct_fields__ if name not in _KEPT)


def insert(connection: Connection, into: Insert, rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert rows, in order; returns how many were written."""
    if not rows:
        return 0
    if connection.dialect.name == "postgresql":
        return connection.exec_driver_sql(_insert_arrays(into), _arrays(into, rows)).rowcount
    written = done = 0
    for size in BLOCKS:
        statement = _insert_values(into, size)
        while len(rows) - done >= size:
            block = tuple(chain.from_iterable(rows[done : done + size]))
            written += connection.exec_driver_sql(statement, block).rowcount
            done += size
    return written


def insert_all(connection: Connection, into: Insert, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, in order; Outrun unless every one was written."""
    if insert(connection, into, rows) < len(rows):
        raise Outrun(into.table.name)


def update_posts(connection: Connection, rows: Sequence[PostRow]) -> None:
    """Replace rows, found by key."""
    if not rows:
        return
    values = [(*(getattr(row, name) for name in _CHANGED), row.key) for row in rows]
    if connection.dialect.name == "postgresql":
        texts = [tsvector(row.content) for row in rows]
        connection.exec_driver_sql(_update_arrays(), (*map(_array, zip(*values, strict=True)), texts))
    else:
        connection.exec_driver_sql(_update_values(), values)


def among(connection: Connection, column: Column[Any], values: Collection[Any]) -> Iterator[ColumnElement[bool]]:
    """Conditions that together say that `column` is one of `values`: one, or as many as SQLite's lists need."""
    if connection.dialect.name == "postgresql":
        yield column == any_(literal(list(values), ARRAY(column.type)))
        return
    listed = list(values)
    for start in range(0, len(listed), CHUNK):
        yield column.in_(listed[start : start + CHUNK])


def fetch_in(
    connection: Connection, columns: Sequence[Column[Any]], column: Column[Any], values: Collection[Any]
) -> list[Any]:
    """Rows whose `column` is one of `values`, as plain tuples."""
    found: list[Any] = []
    for condition in among(connection, column, values) if values else ():
        found.extend(connection.execute(select(*columns).where(condition)))
    return found


def known_keys(connection: Connection, wanted: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of the (dimension, key) pairs that rollups are kept of."""
    if not wanted:
        return set()
    if connection.dialect.name == "postgresql":
        return set(map(tuple, connection.exec_driver_sql(_KNOWN_KEYS, tuple(zip(*wanted, strict=True)))))
    pair = (tables.rollup_keys.c.dimension, tables.rollup_keys.c.key)
    found: set[tuple[str, str]] = set()
    listed = list(wanted)
    for start in range(0, len(listed), CHUNK):
        condition = tuple_(*pair).in_(listed[start : start + CHUNK])
        found.update(map(tuple, connection.execute(select(*pair).where(condition))))
    return found


_KNOWN_KEYS = (
    "SELECT dimension, key FROM rollup_keys JOIN unnest($1::text[], $2::text[])"
    " AS wanted (dimension, key) USING (dimension, key)"
)


@cache
def _insert_values(into: Insert, size: int) -> str:
    row = f"({', '.join('?' for _ in into.columns)})"
    return f"{_into(into.table, into.columns)} VALUES {', '.join([row] * size)}{_on_conflict(into)}"


@cache
def _insert_arrays(into: Insert) -> str:
    columns, types = list(into.columns), _types(into.table, into.columns)
    given = list(columns)
    if into is POSTS:
        columns.append("words")
        given.append("words::tsvector")
        types.append("text")
    # unnest gives the rows in the order of the arrays, and INSERT … SELECT locks them in that order.
    arrays = f"SELECT {', '.join(given)} FROM {_unnest(columns, types)}"
    return f"{_into(into.table, columns)} {arrays}{_on_conflict(into)}"


def _arrays(into: Insert, rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    columns = list(zip(*rows, strict=True))
    arrays = map(_array, columns)
    return (*arrays, [tsvector(text) for text in columns[_CONTENT]]) if into is POSTS else tuple(arrays)


def _array(column: tuple[Any, ...]) -> tuple[Any, ...]:
    """Empty for nothing but NULL: unnest fills the shorter arrays up with that."""
    return () if column[0] is None and column.count(None) == len(column) else column


@cache
def _update_values() -> str:
    return f"UPDATE social_media_posts SET {', '.join(f'{name} = ?' for name in _CHANGED)} WHERE key = ?"


@cache
def _update_arrays() -> str:
    columns = [*_CHANGED, "key"]
    sets = ", ".join([*(f"{name} = given.{name}" for name in _CHANGED), "words = given.words::tsvector"])
    given = _unnest([*columns, "words"], [*_types(tables.posts, columns), "text"])
    return f"UPDATE social_media_posts AS stored SET {sets} FROM {given} WHERE stored.key = given.key"


def _into(table: Table, columns: Sequence[str]) -> str:
    return f"INSERT INTO {table.name} ({', '.join(columns)})"


def _on_conflict(into: Insert) -> str:
    if not into.key:
        return " ON CONFLICT DO NOTHING"
    name = into.table.name
    sums = ", ".join(f"{sum_} = {name}.{sum_} + excluded.{sum_}" for sum_ in into.columns if sum_ not in into.key)
    return f" ON CONFLICT ({', '.join(into.key)}) DO UPDATE SET {sums}"


def _unnest(columns: Sequence[str], types: Sequence[str]) -> str:
    arrays = ", ".join(f"${number}::{type_}[]" for number, type_ in enumerate(types, 1))
    return f"unnest({arrays}) AS given ({', '.join(columns)})"


def _types(table: Table, columns: Sequence[str]) -> list[str]:
    """The types of PostgreSQL; text for all strings, since a cast to a shorter type would cut them silently."""
    kinds = [table.c[name].type for name in columns]
    return ["text" if isinstance(kind, String) else _SQL[type(kind).__name__] for kind in kinds]


_SQL = {
    "BigInteger": "bigint",
    "Boolean": "boolean",
    "Float": "double precision",
    "Integer": "integer",
    "LargeBinary": "bytea",
}
