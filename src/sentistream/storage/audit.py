"""Recounting: do the rollups, the ledger and the copies say what the rows say?"""

from __future__ import annotations

import functools
from typing import Any

import structlog
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy import text as raw

from sentistream.domain.analysis import EMOTIONS
from sentistream.domain.query import DIMENSIONS
from sentistream.domain.rollup import GRAINS, MEASURES, MINUTE, OTHER, SCALE
from sentistream.storage.base import Finding
from sentistream.storage.deltas import OVERALL, SECOND
from sentistream.storage.sql import fact, insert_into, many_writers, move_epoch, sealed, set_fact
from sentistream.storage.tables import (
    analyses,
    corrections,
    dead_letters,
    ledger,
    posts,
    refine_queue,
    rollup_keys,
    rollups,
    tombstones,
)

log = structlog.get_logger(__name__)

_SHOWN = 3


def key_column(dimension: str) -> ColumnElement[Any]:
    """The key of a post in a dimension, as SQL; NULL or empty where it has none."""
    if dimension == OVERALL:
        return literal("")
    if dimension == "city":
        has_city = and_(posts.c.city.is_not(None), posts.c.city != "")
        return case((has_city, func.coalesce(posts.c.country, "").concat("/").concat(posts.c.city)))
    column: ColumnElement[Any] = posts.c["sentiment_label" if dimension == "sentiment" else dimension]
    return func.nullif(column, "")


def measures(churn_threshold: float, *, emotions: bool = True) -> list[ColumnElement[Any]]:
    """The measures of a group of posts, in the order of MEASURES, as SQL; zero for emotions if they are left out."""

    def total(condition: Any) -> ColumnElement[Any]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    def pair(column: Any) -> list[ColumnElement[Any]]:
        return [func.coalesce(func.sum(cast(func.round(column * SCALE), BigInteger)), 0), func.count(column)]

    found: list[ColumnElement[Any]] = [func.count()]
    found += [total(posts.c.sentiment_label == label) for label in ("positive", "negative", "neutral", "unscored")]
    for name in ("sentiment_score", "toxicity", "churn_risk"):
        found += pair(posts.c[name])
    found.append(total(posts.c.churn_risk >= churn_threshold))
    for emotion in EMOTIONS:
        found += pair(posts.c[f"emotion_{emotion}"]) if emotions else [literal(0), literal(0)]
    return [column.label(name) for column, name in zip(found, MEASURES, strict=True)]


def recount(dimension: str, grain: int, churn_threshold: float, since: int = 0) -> Select[Any]:
    """What the rollups of one dimension and grain must be from the second `since` on, counted from the rows."""
    key = key_column(dimension)
    bucket = posts.c.created_at // (grain * SECOND) * grain
    counted = func.coalesce(rollup_keys.c.key, OTHER)
    joined = posts.outerjoin(rollup_keys, and_(rollup_keys.c.dimension == dimension, rollup_keys.c.key == key))
    return (
        select(literal(grain), literal(dimension), counted, bucket, *measures(churn_threshold))
        .select_from(joined)
        .where(key.is_not(None), posts.c.created_at >= since * SECOND)
        .group_by(counted, bucket)
    )


def findings(connection: Connection, churn_threshold: float) -> list[Finding]:
    """Every broken invariant."""
    found: list[Finding] = []
    since = sealed(connection)
    for dimension in (OVERALL, *DIMENSIONS):
        for grain in GRAINS:
            found += _compare(connection, dimension, grain, churn_threshold, since)
    found += _ledger(connection)
    found += _references(connection)
    if connection.dialect.name == "sqlite":
        found += _file(connection)
    return found


def _from_minutes(dimension: str, grain: int, since: int) -> Select[Any]:
    bucket = rollups.c.bucket // grain * grain
    sums = [func.sum(rollups.c[name]).label(name) for name in MEASURES]
    return (
        select(literal(grain), rollups.c.dimension, rollups.c.key, bucket, *sums)
        .where(rollups.c.grain == MINUTE, rollups.c.dimension == dimension, rollups.c.bucket >= since)
        .group_by(rollups.c.dimension, rollups.c.key, bucket)
        .having(or_(*(func.sum(rollups.c[name]) != 0 for name in MEASURES)))
    )


def _compare(connection: Connection, dimension: str, grain: int, churn_threshold: float, since: int) -> list[Finding]:
    counted_from = "the rows" if grain == MINUTE else "the minutes"
    found = []
    whats = (f"are missing or too low, counted from {counted_from}", f"are more than {counted_from} say")
    for (counting, listing), what in zip(_differences(dimension, grain, churn_threshold, since), whats, strict=True):
        wrong = connection.execute(counting).scalar_one()
        if wrong:
            places = [f"{row[2] or 'all'} at {row[3]}" for row in connection.execute(listing)]
            found.append(
                Finding("rollups", f"{wrong} {grain}-second rollups of {dimension} {what}: {', '.join(places)}")
            )
    return found


@functools.lru_cache(maxsize=128)  # they are large: building them takes longer than a small store takes to answer
def _differences(
    dimension: str, grain: int, churn_threshold: float, since: int
) -> list[tuple[Select[Any], CompoundSelect[Any]]]:
    """(how many, the first few) of what should be stored and is not, and of what is stored and should not be."""
    if grain == MINUTE:
        expected = recount(dimension, MINUTE, churn_threshold, since)
    else:
        expected = _from_minutes(dimension, grain, since)
    stored = select(rollups).where(
        rollups.c.grain == grain,
        rollups.c.dimension == dimension,
        rollups.c.bucket >= since,
        or_(*(rollups.c[name] != 0 for name in MEASURES)),
    )
    return [
        (select(func.count()).select_from(wrong.subquery()), wrong.limit(_SHOWN))
        for wrong in (expected.except_(stored), stored.except_(expected))
    ]


def _ledger(connection: Connection) -> list[Finding]:
    outcomes = dict(
        map(tuple, connection.execute(select(ledger.c.outcome, func.sum(ledger.c.count)).group_by(ledger.c.outcome)))
    )
    rows = connection.execute(select(func.count()).select_from(posts)).scalar_one()
    dead = connection.execute(select(func.count()).select_from(dead_letters)).scalar_one()
    found = []
    kept = outcomes.get("created", 0) - outcomes.get("deleted", 0) - int(fact(connection, "expired") or "0")
    if kept != rows:
        found.append(Finding("ledger", f"created - deleted - expired = {kept}, but there are {rows} posts"))
    if outcomes.get("dead_lettered", 0) != dead:
        found.append(
            Finding("ledger", f"{outcomes.get('dead_lettered', 0)} dead-lettered, but {dead} dead letters are kept")
        )
    return found


def _references(connection: Connection) -> list[Finding]:
    read = (
        (analyses.c.post_key == posts.c.key)
        & (analyses.c.content_hash == posts.c.content_hash)
        & (analyses.c.model_name == posts.c.model_name)
        & (analyses.c.model_version == posts.c.model_version)
        & (analyses.c.sentiment_label == posts.c.sentiment_label)
        & analyses.c.active
    )
    questions = {
        "posts copy an analysis that is not there": select(func.count())
        .select_from(posts.outerjoin(analyses, read))
        .where(posts.c.model_name.is_not(None), analyses.c.post_key.is_(None)),
        "analyses belong to no post": select(func.count())
        .select_from(analyses.outerjoin(posts, analyses.c.post_key == posts.c.key))
        .where(posts.c.key.is_(None)),
        "posts are queued to be read again with a text that is no longer theirs": select(func.count())
        .select_from(refine_queue.outerjoin(posts, refine_queue.c.post_key == posts.c.key))
        .where(or_(posts.c.key.is_(None), posts.c.content_hash != refine_queue.c.content_hash)),
        "corrections belong to no post": select(func.count())
        .select_from(corrections.outerjoin(posts, corrections.c.post_key == posts.c.key))
        .where(posts.c.key.is_(None)),
        "posts stand although they were deleted": select(func.count()).select_from(
            posts.join(tombstones, tombstones.c.key == posts.c.key)
        ),
    }
    counts = {what: connection.execute(question).scalar_one() for what, question in questions.items()}
    return [Finding("references", f"{count} {what}") for what, count in counts.items() if count]


def _file(connection: Connection) -> list[Finding]:
    found = []
    verdict = connection.execute(raw("PRAGMA quick_check(1)")).scalar_one()
    if verdict != "ok":
        found.append(Finding("file", f"the database file is damaged: {verdict}"))
    indexed = connection.execute(raw("SELECT count(*) FROM posts_text_docsize")).scalar_one()
    rows = connection.execute(select(func.count()).select_from(posts)).scalar_one()
    if indexed != rows:
        found.append(Finding("text index", f"{indexed} posts are indexed for text search, but there are {rows}"))
    return found


def keep_threshold(connection: Connection, churn_threshold: float) -> None:
    """Rebuild the rollups from the rows if they were made with another threshold."""
    stored = fact(connection, "churn_threshold")
    if stored is not None and float(stored) == churn_threshold:
        return
    if stored is not None:
        rebuild(connection, churn_threshold)
        move_epoch(connection)
    set_fact(connection, "churn_threshold", repr(churn_threshold))


def rebuild(connection: Connection, churn_threshold: float) -> None:
    """Replace all rollups but the sealed by a recount: a minute and a half for a million rows, so it says how far."""
    since = sealed(connection)
    if many_writers(connection):
        # Who has counted commits first, who has not counts again after.
        connection.execute(raw("LOCK TABLE sentiment_rollups IN EXCLUSIVE MODE"))
    connection.execute(delete(rollups).where(rollups.c.bucket >= since))
    dimensions = (OVERALL, *DIMENSIONS)
    for done, dimension in enumerate(dimensions):
        log.info("rollups_rebuilding", dimension=dimension, done=done, of=len(dimensions))
        count(connection, dimension, churn_threshold, since)
    log.info("rollups_rebuilt", churn_threshold=churn_threshold)


def count(connection: Connection, dimension: str, churn_threshold: float, since: int = 0) -> None:
    """Store the rollups of one dimension from the second `since` on, where there are none yet.

    Minutes are counted from the rows, wider buckets from the minutes.
    """
    counted = [recount(dimension, MINUTE, churn_threshold, since)]
    counted += [_from_minutes(dimension, grain, since) for grain in GRAINS[1:]]
    for numbers in counted:
        names = ["grain", "dimension", "key", "bucket", *MEASURES]
        connection.execute(insert_into(connection.dialect, rollups).from_select(names, numbers))
