"""Writing a batch: the functions every SQL store shares, on a connection inside a transaction.

SQLite has one writer. On PostgreSQL any number write the same posts and the same rollups at once:

- *Nobody decides on what is about to change.* `load_known` locks the posts it reads. A key without a
  row cannot be locked, so `apply` claims it by inserting it, a deletion that met no post by inserting a
  row for a moment. Whoever inserts the same key, outcome or dead letter second waits for the first to
  commit, finds that not all of its rows went in (`Outrun`), rolls back, and decides again.
- *Nobody settles what is done.* A worker that was frozen goes on with entries that others have settled meanwhile. Their
  outcomes tell; where those are forgotten already, a fact tells up to where.
- *Nobody waits in a circle.* Everyone takes what can be contended in one order: posts that exist, new
  posts, dead letters, outcomes, the right to admit keys, ledger, rollups, epoch; by key within each.
- *No increment is lost.* Ledger, rollups and epoch are added to in place (`x = x + …`), never read first.
  Every batch touches those rows, so they come last: they are held from one round trip to the commit.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from operator import attrgetter, eq
from typing import Any

from msgspec.structs import astuple
from sqlalchemy import BigInteger, Connection, Table, Text, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import Dialect

from sentistream.domain.rollup import MAX_KEYS, OTHER
from sentistream.storage import bulk
from sentistream.storage.base import Settling
from sentistream.storage.bulk import Outrun, among, fetch_in, insert_all, update_posts
from sentistream.storage.deltas import SECOND, deltas, in_all_grains
from sentistream.storage.rows import AnalysisRow, PostRow, placeholder
from sentistream.storage.settle import Changes, Known
from sentistream.storage.tables import (
    analyses,
    corrections,
    entry_outcomes,
    facts,
    posts,
    refine_queue,
    rollup_keys,
    tombstones,
)

ROW_COLUMNS = [posts.c[name] for name in PostRow.__struct_fields__]
ANALYSIS_COLUMNS = [analyses.c[name] for name in AnalysisRow.__struct_fields__]

_IDENTITY = (analyses.c.content_hash, analyses.c.model_name, analyses.c.model_version)

_ADMISSION = 0x53_45_4E_54_4B_45_59_53
"""PostgreSQL's advisory lock on admitting keys to rollups: "SENTKEYS"."""

_FORGOTTEN = "forgotten:"
"""Fact by partition of the stream: the entry before which all have been settled and forgotten."""


def insert_into(dialect: Dialect, table: Table) -> Any:
    """An INSERT that can carry ON CONFLICT, which both databases spell alike."""
    return sqlite_insert(table) if dialect.name == "sqlite" else postgresql_insert(table)


def many_writers(connection: Connection) -> bool:
    """Whether others may write at the same time."""
    return connection.dialect.name != "sqlite"


def load_known(connection: Connection, batch: Sequence[Settling], keys: dict[str, bytes]) -> Known:
    """What the store holds about a batch; its posts are locked first, and all else is read under the locks."""
    unique = sorted(set(keys.values()))
    known = Known(posts=load_posts(connection, unique))
    known.analyses = load_analyses(connection, sorted(known.posts))
    known.tombstones = _buried(connection, unique)
    entry_ids = [item.entry_id for item in batch]
    columns = [entry_outcomes.c.entry_id, entry_outcomes.c.outcome]
    known.outcomes = dict(map(tuple, fetch_in(connection, columns, entry_outcomes.c.entry_id, entry_ids)))
    known.forgotten = forgotten(connection, [one for one in entry_ids if one not in known.outcomes])
    known.sealed = sealed(connection) * SECOND
    return known


def forget(connection: Connection, low: str) -> int:
    """Forget the outcomes of entries before `low`, but not that they had one. Returns how many."""
    partition = low.rpartition(":")[0]
    gone = (entry_outcomes.c.entry_id >= f"{partition}:") & (entry_outcomes.c.entry_id < low)
    count = connection.execute(delete(entry_outcomes).where(gone)).rowcount
    if count:
        statement = insert_into(connection.dialect, facts).values(name=f"{_FORGOTTEN}{partition}", value=low)
        stands = facts.c.value.collate("C") if many_writers(connection) else facts.c.value
        further = {"set_": {"value": statement.excluded.value}, "where": stands < statement.excluded.value}
        connection.execute(statement.on_conflict_do_update(index_elements=["name"], **further))
    return count


def forgotten(connection: Connection, entry_ids: Sequence[str]) -> set[str]:
    """Those of `entry_ids` that were settled so long ago that their outcome is forgotten.

    Nobody is given them any more, but a worker that was frozen may still have them in hand.
    """
    partitions = sorted({entry_id.rpartition(":")[0] for entry_id in entry_ids})
    names = [f"{_FORGOTTEN}{partition}" for partition in partitions]
    rows = connection.execute(select(facts.c.name, facts.c.value).where(facts.c.name.in_(names))) if names else ()
    lows = {name.removeprefix(_FORGOTTEN): low for name, low in rows}
    return {entry_id for entry_id in entry_ids if entry_id < lows.get(entry_id.rpartition(":")[0], "")}


def load_posts(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, PostRow]:
    """Rows by key, locked in the order of their keys until the transaction ends."""
    found: dict[bytes, PostRow] = {}
    for condition in among(connection, posts.c.key, keys) if keys else ():
        question = select(*ROW_COLUMNS).where(condition)
        if many_writers(connection):
            question = question.order_by(posts.c.key).with_for_update()
        found.update((row[0], PostRow(*row)) for row in connection.execute(question))
    return found


def load_analyses(connection: Connection, keys: Sequence[bytes]) -> dict[bytes, list[AnalysisRow]]:
    """Every analysis of these posts, by key."""
    found: dict[bytes, list[AnalysisRow]] = {key: [] for key in keys}
    for row in fetch_in(connection, ANALYSIS_COLUMNS, analyses.c.post_key, keys):
        found[row[0]].append(AnalysisRow(*row))
    return found


def _buried(connection: Connection, keys: Sequence[bytes]) -> set[bytes]:
    return {row[0] for row in fetch_in(connection, [tombstones.c.key], tombstones.c.key, keys)}


def apply(connection: Connection, changes: Changes, churn_threshold: float) -> None:
    """Write everything `settle` decided, in the order that the module explains. Raises Outrun."""
    gone = [*changes.deleted, *_claim(connection, changes)]
    update_posts(connection, changes.updated)
    delete_posts(connection, gone)
    delete_queued(connection, changes.unqueued)
    insert_all(connection, bulk.ANALYSES, [astuple(row) for row in changes.analyses])
    insert_all(connection, bulk.QUEUE, sorted(changes.queued))
    switch_analyses(connection, changes.switched)
    insert_all(connection, bulk.CORRECTIONS, [astuple(row) for row in changes.corrections])
    insert_all(connection, bulk.TOMBSTONES, sorted(changes.tombstones))
    insert_all(connection, bulk.DEAD, sorted(astuple(row) for row in changes.dead))
    insert_all(connection, bulk.OUTCOMES, sorted(changes.outcomes))
    if many_writers(connection) and forgotten(connection, [entry_id for entry_id, *_ in changes.outcomes]):
        raise Outrun(entry_outcomes.name)  # others settled them, and forgot it, after this had looked
    rollups = rollup_rows(connection, changes.moves, churn_threshold)
    counts = [(connector, outcome, count) for (connector, outcome), count in sorted(changes.ledger.items())]
    insert_all(connection, bulk.LEDGER, counts)
    insert_all(connection, bulk.ROLLUPS, rollups)
    if changes.past_changed:
        move_epoch(connection)


def _claim(connection: Connection, changes: Changes) -> list[bytes]:
    """Insert the new posts, and make sure that no key was created or buried meanwhile.

    Returns the keys of the rows that stand in for posts which were buried before they came; to be deleted.
    """
    rows = changes.inserted
    if not many_writers(connection):
        insert_all(connection, bulk.POSTS, [astuple(row) for row in rows])
        return []
    met = set(changes.deleted)
    unmet = [key for key, *_ in changes.tombstones if key not in met]
    claimed = sorted([*rows, *(placeholder(key) for key in unmet)], key=attrgetter("key"))
    insert_all(connection, bulk.POSTS, [astuple(row) for row in claimed])
    if _buried(connection, [row.key for row in claimed]):
        raise Outrun(tombstones.name)
    return unmet


def switch_analyses(connection: Connection, rows: Sequence[AnalysisRow]) -> None:
    """Store the layer and the activity of analyses whose posts are locked."""
    for row in rows:
        place = (analyses.c.post_key == row.post_key, *map(eq, _IDENTITY, row.identity))
        connection.execute(update(analyses).where(*place).values(layer=row.layer, active=row.active))


def delete_posts(connection: Connection, keys: Sequence[bytes]) -> None:
    """Delete posts, which must be locked, and all that hangs on them."""
    delete_queued(connection, keys)
    columns = (analyses.c.post_key, corrections.c.post_key, posts.c.key)
    for table, column in zip((analyses, corrections, posts), columns, strict=True):
        for condition in among(connection, column, keys) if keys else ():
            connection.execute(delete(table).where(condition))


def delete_queued(connection: Connection, keys: Sequence[bytes]) -> None:
    """What was to be read again of these posts, which must be locked, no longer is."""
    for condition in among(connection, refine_queue.c.post_key, keys) if keys else ():
        connection.execute(delete(refine_queue).where(condition))


def write_rollups(
    connection: Connection, moves: Sequence[tuple[PostRow | None, PostRow | None]], churn_threshold: float
) -> None:
    """Add the difference each post makes, in one sorted upsert."""
    insert_all(connection, bulk.ROLLUPS, rollup_rows(connection, moves, churn_threshold))


def rollup_rows(
    connection: Connection, moves: Sequence[tuple[PostRow | None, PostRow | None]], churn_threshold: float
) -> list[tuple[int | str, ...]]:
    """The difference each post makes, as rows to add, sorted by their primary key."""
    minutes = deltas(moves, churn_threshold)
    admitted = admit_keys(connection, {(dimension, key) for dimension, key, _ in minutes.places})
    return in_all_grains(minutes, lambda dimension, key: key if (dimension, key) in admitted else OTHER)


def admit_keys(connection: Connection, wanted: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of `wanted` that are counted under their own name; a full dimension admits no new ones, ever."""
    admitted = bulk.known_keys(connection, wanted)
    unknown = wanted - admitted
    missing = _admissible(connection, unknown)
    if unknown - missing and many_writers(connection):
        # Their dimensions are full and stay as they are, but may have become so since the keys were read.
        admitted |= bulk.known_keys(connection, unknown - missing)
    if missing and many_writers(connection):
        connection.execute(select(func.pg_advisory_xact_lock(_ADMISSION)))
        admitted |= bulk.known_keys(connection, missing)
        missing = _admissible(connection, missing - admitted)
    new: list[tuple[str, str]] = []
    counts = _key_counts(connection, missing)
    for dimension in sorted({dimension for dimension, _ in missing}):
        keys = sorted(key for of, key in missing if of == dimension)
        room = max(0, MAX_KEYS - counts.get(dimension, 0))
        admitted.update((dimension, key) for key in keys[:room])
        # The key under which the rest is counted is listed too, so that whoever asks for all keys finds it.
        listed = keys[:room] if len(keys) <= room else [*keys[:room], OTHER]
        new.extend((dimension, key) for key in listed)
    bulk.insert(connection, bulk.ROLLUP_KEYS, new)
    return admitted


def _admissible(connection: Connection, keys: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of `keys` whose dimension is not yet full and listed as full."""
    counts = _key_counts(connection, keys)
    return {(dimension, key) for dimension, key in keys if counts.get(dimension, 0) <= MAX_KEYS}


def _key_counts(connection: Connection, keys: set[tuple[str, str]]) -> dict[str, int]:
    if not keys:
        return {}
    dimension = rollup_keys.c.dimension
    [condition] = among(connection, dimension, {of for of, _ in keys})
    return dict(map(tuple, connection.execute(select(dimension, func.count()).where(condition).group_by(dimension))))


def draw_epoch(connection: Connection) -> None:
    """Give a new store its first epoch, so that two stores which share a cache never mean the same by a number."""
    statement = insert_into(connection.dialect, facts).values(name="epoch", value=str(secrets.randbits(48)))
    connection.execute(statement.on_conflict_do_nothing(index_elements=["name"]))


def move_epoch(connection: Connection) -> None:
    """Tell caches that the past has changed."""
    add_to_fact(connection, "epoch", 1)


def sealed(connection: Connection) -> int:
    """The second before which posts have expired; what they counted stays. 0 where none has."""
    return int(fact(connection, "sealed") or "0")


def fact(connection: Connection, name: str) -> str | None:
    """A stored fact, or None."""
    return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar_one_or_none()


def set_fact(connection: Connection, name: str, value: str) -> None:
    """Store a fact."""
    statement = insert_into(connection.dialect, facts).values(name=name, value=value)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": statement.excluded.value})
    )


def add_to_fact(connection: Connection, name: str, number: int) -> None:
    """Add to a fact that is a number; it begins at 0."""
    statement = insert_into(connection.dialect, facts).values(name=name, value=str(number))
    added = cast(cast(facts.c.value, BigInteger) + number, Text)
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": added}))
