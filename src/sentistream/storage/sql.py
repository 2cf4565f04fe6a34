"""Writing a batch: the statements every SQL store shares, as plain functions on a connection.

The hot statements are compiled once per dialect and executed with tuples, so that a batch costs the
driver's time and little more.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import Any

from msgspec.structs import astuple
from sqlalchemy import Column, Connection, Table, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Dialect

from sentistream.domain.rollup import MAX_KEYS, MEASURES, OTHER
from sentistream.storage.base import Settling
from sentistream.storage.deltas import deltas, in_all_grains
from sentistream.storage.rows import AnalysisRow, PostRow
from sentistream.storage.settle import Changes, Known
from sentistream.storage.tables import (
    analyses,
    dead_letters,
    entry_outcomes,
    facts,
    ledger,
    posts,
    rollup_keys,
    rollups,
    tombstones,
)

CHUNK = 500
"""Most values in one IN list."""

BLOCKS = (64, 8, 1)
"""Rows that SQLite inserts in one step.

Its driver gives up Python's global lock for every step and must win it back after; next to a busy
thread that costs more than the step.
"""

ROW_COLUMNS = [posts.c[name] for name in PostRow.__struct_fields__]
ANALYSIS_COLUMNS = [analyses.c[name] for name in AnalysisRow.__struct_fields__]


def insert_into(dialect: Dialect, table: Table) -> Any:
    """An INSERT that can carry ON CONFLICT, which both databases spell alike."""
    return sqlite_insert(table) if dialect.name == "sqlite" else postgresql_insert(table)


@cache
def _compiled(dialect: Dialect, what: str) -> str:
    statement = _STATEMENTS[what](dialect)
    return str(statement.compile(dialect=dialect))


def _plain(table: Table, columns: Sequence[str]) -> Any:
    return lambda dialect: insert_into(dialect, table).values({name: bindparam(name) for name in columns})


def _adding(table: Table, keys: Sequence[str], sums: Sequence[str]) -> Any:
    def build(dialect: Dialect) -> Any:
        statement = insert_into(dialect, table).values({name: bindparam(name) for name in (*keys, *sums)})
        return statement.on_conflict_do_update(
            index_elements=list(keys), set_={name: table.c[name] + statement.excluded[name] for name in sums}
        )

    return build


def _update_posts(dialect: Dialect) -> Any:
    changed = [name for name in PostRow.__struct_fields__ if name not in ("key", "ingested_at")]
    return (
        posts.update()
        .values({name: bindparam("new_" + name) for name in changed})
        .where(posts.c.key == bindparam("old_key"))
    )


_STATEMENTS: dict[str, Any] = {
    "posts": _plain(posts, PostRow.__struct_fields__),
    "update_posts": _update_posts,
    "analyses": _plain(analyses, AnalysisRow.__struct_fields__),
    "outcomes": _plain(entry_outcomes, ("entry_id", "connector", "outcome")),
    "dead": _plain(dead_letters, ("entry_id", "connector", "position", "reason", "raw", "attempts", "dead_at")),
    "tombstones": _plain(tombstones, ("key", "source", "post_id", "deleted_at")),
    "ledger": _adding(ledger, ("connector", "outcome"), ("count",)),
    "rollups": _adding(rollups, ("grain", "dimension", "key", "bucket"), MEASURES),
}


def run_many(connection: Connection, what: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Execute a named statement for many rows of plain tuples, in the order of its columns."""
    sql = _compiled(connection.dialect, what)
    if connection.dialect.paramstyle != "qmark" or " VALUES (" not in sql:
        if rows:
            connection.exec_driver_sql(sql, list(rows))
        return
    done = 0
    for size in BLOCKS:
        several = _repeated(sql, size)
        while len(rows) - done >= size:
            block = rows[done : done + size]
            connection.exec_driver_sql(several, tuple(chain.from_iterable(block)))
            done += size


@cache
def _repeated(sql: str, size: int) -> str:
    """A one-row INSERT as one of `size` rows."""
    head, values, rest = sql.partition(" VALUES ")
    row, end, tail = rest.partition(")")
    return head + values + ", ".join([row + end] * size) + tail


def chunks(values: Sequence[Any]) -> list[Sequence[Any]]:
    """`values` in pieces that fit an IN list."""
    return [values[start : start + CHUNK] for start in range(0, len(values), CHUNK)]


def fetch_in(
    connection: Connection, columns: Sequence[Column[Any]], among: Column[Any], values: Sequence[Any]
) -> list[Any]:
    """Rows whose column `among` is one of `values`, as plain tuples."""
    found: list[Any] = []
    for part in chunks(values):
        found.extend(connection.execute(select(*columns).where(among.in_(part))))
    return found


def load_known(connection: Connection, batch: Sequence[Settling], keys: dict[str, bytes]) -> Known:
    """What the store holds about a batch."""
    unique = sorted(set(keys.values()))
    outcomes = fetch_in(
        connection,
        [entry_outcomes.c.entry_id, entry_outcomes.c.outcome],
        entry_outcomes.c.entry_id,
        [item.entry_id for item in batch],
    )
    known = Known(outcomes=dict(map(tuple, outcomes)))
    known.posts = load_posts(connection, unique)
    known.analyses = load_analyses(connection, sorted(known.posts))
    known.tombstones = {row[0] for row in fetch_in(connection, [tombstones.c.key], tombstones.c.key, unique)}
    return known


def load_posts(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, PostRow]:
    """Rows by key."""
    return {row[0]: PostRow(*row) for row in fetch_in(connection, ROW_COLUMNS, posts.c.key, keys)}


def load_analyses(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, list[AnalysisRow]]:
    """Every analysis of these posts, by key."""
    found: dict[bytes, list[AnalysisRow]] = {key: [] for key in keys}
    for row in fetch_in(connection, ANALYSIS_COLUMNS, analyses.c.post_key, keys):
        found[row[0]].append(AnalysisRow(*row))
    return found


def apply(connection: Connection, changes: Changes, churn_threshold: float) -> None:
    """Write everything `settle` decided; rollups last."""
    run_many(connection, "posts", [astuple(row) for row in changes.inserted])
    update_posts(connection, changes.updated)
    for keys in chunks(changes.deleted):
        connection.execute(delete(analyses).where(analyses.c.post_key.in_(keys)))
        connection.execute(delete(posts).where(posts.c.key.in_(keys)))
    run_many(connection, "analyses", [astuple(row) for row in changes.analyses])
    run_many(connection, "tombstones", list(changes.tombstones))
    run_many(connection, "dead", [astuple(row) for row in changes.dead])
    run_many(connection, "outcomes", list(changes.outcomes))
    run_many(
        connection,
        "ledger",
        [(connector, outcome, count) for (connector, outcome), count in sorted(changes.ledger.items())],
    )
    write_rollups(connection, changes.moves, churn_threshold)
    if changes.past_changed:
        move_epoch(connection)


def update_posts(connection: Connection, rows: Sequence[PostRow]) -> None:
    """Replace rows, found by key."""
    names = [name for name in PostRow.__struct_fields__ if name not in ("key", "ingested_at")]
    run_many(
        connection,
        "update_posts",
        [(*(getattr(row, name) for name in names), row.key) for row in sorted(rows, key=lambda row: row.key)],
    )


def write_rollups(
    connection: Connection, moves: Sequence[tuple[PostRow | None, PostRow | None]], churn_threshold: float
) -> None:
    """Add the difference each post makes, in one sorted upsert."""
    minutes = deltas(moves, churn_threshold)
    admitted = admit_keys(connection, {(dimension, key) for dimension, key, _ in minutes})
    run_many(
        connection,
        "rollups",
        in_all_grains(minutes, lambda dimension, key: key if (dimension, key) in admitted else OTHER),
    )


def admit_keys(connection: Connection, wanted: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of `wanted` that are counted under their own name; a full dimension admits no new ones, ever."""
    by_dimension: dict[str, list[str]] = {}
    for dimension, key in sorted(wanted):
        by_dimension.setdefault(dimension, []).append(key)
    admitted: set[tuple[str, str]] = set()
    new: list[dict[str, str]] = []
    for dimension, keys in by_dimension.items():
        known: set[str] = set()
        for part in chunks(keys):
            found = select(rollup_keys.c.key).where(rollup_keys.c.dimension == dimension, rollup_keys.c.key.in_(part))
            known.update(connection.execute(found).scalars())
        missing = [key for key in keys if key not in known]
        if missing:
            count = select(func.count()).select_from(rollup_keys).where(rollup_keys.c.dimension == dimension)
            room = max(0, MAX_KEYS - connection.execute(count).scalar_one())
            known.update(missing[:room])
            # The key under which the rest is counted is listed too, so that whoever asks for all keys finds it.
            listed = missing[:room] if len(missing) <= room else [*missing[:room], OTHER]
            new.extend({"dimension": dimension, "key": key} for key in listed)
        admitted.update((dimension, key) for key in known)
    if new:
        connection.execute(insert_into(connection.dialect, rollup_keys).on_conflict_do_nothing(), new)
    return admitted


def move_epoch(connection: Connection) -> None:
    """Tell caches that the past has changed."""
    set_fact(connection, "epoch", str(int(fact(connection, "epoch") or "0") + 1))


def fact(connection: Connection, name: str) -> str | None:
    """A stored fact, or None."""
    return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar_one_or_none()


def set_fact(connection: Connection, name: str, value: str) -> None:
    """Store a fact."""
    statement = insert_into(connection.dialect, facts).values(name=name, value=value)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
    )
