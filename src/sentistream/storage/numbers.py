"""Counts and averages: from rollups where one dimension can answer, else from the narrow index of the rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from operator import add
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace
from sqlalchemy import BigInteger, Connection, cast, func, select

from sentistream.domain.errors import InvalidParameter
from sentistream.domain.query import NumbersQuery
from sentistream.domain.rollup import GRAINS, MEASURES, MINUTE, OTHER, QUARTER, Confidence, Measured, Numbers, WeekHour
from sentistream.storage.audit import key_column, measures
from sentistream.storage.base import Cell
from sentistream.storage.confidence import spread
from sentistream.storage.deltas import OVERALL, SECOND
from sentistream.storage.filters import TextSearch, conditions
from sentistream.storage.records import Runner
from sentistream.storage.rows import HISTORY, micros
from sentistream.storage.sql import fact
from sentistream.storage.tables import posts, rollup_keys, rollups
from sentistream.storage.week import folded

MAX_BUCKETS = 5_000
"""Most buckets one answer may have."""

MAX_HOURS = 367 * 24
"""Most hours that are folded into a week."""

_HOUR = 3_600


class SqlNumbers:
    """`NumbersReader` in SQL."""

    def __init__(self, read: Runner, search: TextSearch) -> None:
        self._read = read
        self._search = search

    async def cells(self, query: NumbersQuery) -> list[Cell]:
        """See `NumbersReader.cells`. InvalidParameter beyond MAX_BUCKETS buckets."""
        edges = bucket_edges(query)

        return await self._read(lambda connection: _cells(query, edges, self._rows(connection, query, edges)))

    async def week(self, query: NumbersQuery) -> list[WeekHour]:
        """See `NumbersReader.week`. InvalidParameter beyond MAX_HOURS hours."""
        hourly = replace(query, period="hour", group_by=None)

        def work(connection: Connection) -> list[WeekHour]:
            edges = bucket_edges(hourly, MAX_HOURS)
            totals = ((place, numbers) for place, _, numbers in self._rows(connection, hourly, edges))
            return folded(edges, totals, ZoneInfo(query.tz))

        return await self._read(work)

    async def confidence(self, query: NumbersQuery) -> list[Confidence]:
        """See `NumbersReader.confidence`."""
        return await self._read(lambda connection: spread(connection, query, self._search))

    def _rows(self, connection: Connection, query: NumbersQuery, edges: list[int]) -> list[_Row]:
        dimension, keys = _rollup_for(connection, query)
        if dimension is None:
            return _from_rows(connection, query, edges, self._search)
        return _from_rollups(connection, query, edges, dimension, keys)

    async def arrivals(self, since: datetime) -> int:
        """See `NumbersReader.arrivals`."""
        start = micros(since)
        history = posts.c.simulated & (posts.c.created_at < posts.c.ingested_at - HISTORY)
        question = select(func.count()).where(posts.c.changed_at >= start, posts.c.ingested_at >= start, ~history)
        return int(await self._read(lambda connection: connection.execute(question).scalar_one()))

    async def epoch(self) -> int:
        """See `NumbersReader.epoch`."""
        return await self._read(lambda connection: int(fact(connection, "epoch") or "0"))

    async def churn_threshold(self) -> float:
        """See `NumbersReader.churn_threshold`."""
        return await self._read(_churn_threshold)


def _churn_threshold(connection: Connection) -> float:
    return float(fact(connection, "churn_threshold") or "0.5")


def bucket_edges(query: NumbersQuery, most: int = MAX_BUCKETS) -> list[int]:
    """First seconds of the buckets, and the second after the last; the first and last are cut to the range."""
    start = int(query.start.timestamp()) // MINUTE * MINUTE
    end = -(-int(-(-query.end.timestamp() // 1)) // MINUTE) * MINUTE
    if end <= start:
        raise InvalidParameter("the range is empty: end must lie after start", parameter="end", provided=None)
    if query.period is None:
        return [start, end]
    if query.period == "minute":
        count = (end - start) // MINUTE
        _check_count(count, most)
        return list(range(start, end + 1, MINUTE))
    zone = ZoneInfo(query.tz)
    edges = [start]
    while edges[-1] < end:
        edges.append(min(end, _next_edge(edges[-1], query.period, zone)))
        _check_count(len(edges) - 1, most)
    return edges


def _check_count(count: int, most: int) -> None:
    if count > most:
        raise InvalidParameter(
            f"the range has more than {most:,} buckets: choose a longer period or a shorter range",
            parameter="period",
            provided=None,
            allowed=["minute", "hour", "day"],
        )


def _next_edge(second: int, period: str, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(second, zone)
    if period == "hour":
        # Elapsed seconds since the local hour began, so that hours on both sides of a clock change stay apart.
        return second + _HOUR - (local.minute * 60 + local.second)
    midnight = (local.replace(tzinfo=None) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    following = int(midnight.replace(tzinfo=zone).timestamp())
    return following if following > second else second + 24 * _HOUR


def bucket_start(second: int, period: str, tz: str) -> datetime:
    """The whole bucket's beginning, for a first bucket that the range cuts."""
    zone = ZoneInfo(tz)
    local = datetime.fromtimestamp(second, zone)
    if period == "minute":
        return datetime.fromtimestamp(second, UTC)
    if period == "hour":
        return datetime.fromtimestamp(second - local.minute * 60 - local.second, UTC)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return midnight.astimezone(UTC)


def _rollup_for(connection: Connection, query: NumbersQuery) -> tuple[str | None, list[str] | None]:
    """The dimension whose rollups answer `query` and the keys wanted of it (None: all); (None, None) if none does."""
    filters = query.filters
    if filters.q or filters.author or filters.minimums() or filters.start or filters.end:
        return None, None
    wanted = filters.dimensions()
    if not wanted:
        return query.group_by or OVERALL, None
    if len(wanted) > 1 or query.group_by not in (None, *wanted):
        return None, None
    [(dimension, asked)] = wanted.items()
    known = set(
        connection.execute(select(rollup_keys.c.key).where(rollup_keys.c.dimension == dimension)).scalars()
        if dimension == "city"
        else connection.execute(
            select(rollup_keys.c.key).where(rollup_keys.c.dimension == dimension, rollup_keys.c.key.in_(asked))
        ).scalars()
    )
    names = set(asked) - known if dimension == "city" else set()
    keys = [key for key in known if key in asked or key.partition("/")[2] in names]
    if _has_other(connection, dimension):
        return None, None
    return dimension, keys


def _has_other(connection: Connection, dimension: str) -> bool:
    beyond = select(rollup_keys.c.key).where(rollup_keys.c.dimension == dimension, rollup_keys.c.key == OTHER)
    return connection.execute(beyond).first() is not None


class Run(NamedTuple):
    """Stored buckets of one grain in [low, high); each `width` seconds of it make one bucket of the answer."""

    grain: int
    low: int
    high: int
    width: int
    first: int
    """Index of the answer's bucket at `low`."""


def runs(edges: Sequence[int]) -> list[Run]:
    """The answer's buckets as runs of the coarsest stored buckets that fit, with finer ones at their ends."""
    found: list[Run] = []
    for index, (low, high) in enumerate(pairwise(edges)):
        for grain, start, end in _pieces(low, high, GRAINS):
            last = found[-1] if found else None
            if last and (last.grain, last.high, last.width) == (grain, start, end - start):
                found[-1] = last._replace(high=end)
            else:
                found.append(Run(grain, start, end, end - start, index))
    return found


def _pieces(low: int, high: int, grains: Sequence[int]) -> list[tuple[int, int, int]]:
    """[low, high) in order, as (grain, start, end)."""
    if low >= high:
        return []
    *finer, coarsest = grains
    start, end = -(-low // coarsest) * coarsest, high // coarsest * coarsest
    if start >= end:
        return _pieces(low, high, finer)
    return [*_pieces(low, start, finer), (coarsest, start, end), *_pieces(end, high, finer)]


_Row = tuple[int, str | None, Measured]
"""(index of the bucket, key, measures)."""


def _from_rollups(
    connection: Connection, query: NumbersQuery, edges: list[int], dimension: str, keys: list[str] | None
) -> list[_Row]:
    grouped = query.group_by is not None
    # Every wanted key is one short range of the primary key.
    wanted = select(rollup_keys.c.key).where(rollup_keys.c.dimension == dimension)
    if keys is not None:
        wanted = wanted.where(rollup_keys.c.key.in_(keys))
    found: list[_Row] = []
    for run in runs(edges):
        place = (rollups.c.bucket - run.low) // run.width
        question = (
            select(place, rollups.c.key, *(func.sum(rollups.c[name]) for name in MEASURES))
            .where(
                rollups.c.grain == run.grain,
                rollups.c.dimension == dimension,
                rollups.c.key.in_(wanted),
                rollups.c.bucket >= run.low,
                rollups.c.bucket < run.high,
            )
            .group_by(place, rollups.c.key)
        )
        for index, key, *numbers in connection.execute(question):
            found.append((run.first + index, key if grouped else None, tuple(map(int, numbers))))
    return _merged(found)


def _from_rows(connection: Connection, query: NumbersQuery, edges: list[int], search: TextSearch) -> list[_Row]:
    emotional = select(rollup_keys.c.key).where(rollup_keys.c.dimension == "emotion").limit(1)
    has_emotions = connection.execute(emotional).first() is not None
    churn_threshold = _churn_threshold(connection)
    width = None if query.period is None else MINUTE if query.period == "minute" else QUARTER
    # A quarter of an hour divides every bucket of an hour or a day, but the range may cut the first and the last.
    pieces = [(edges[0], edges[-1])] if width in (None, MINUTE) else _whole_quarters(edges[0], edges[-1])
    wanted = conditions(connection, query.filters, search)
    found: list[_Row] = []
    for low, high in pieces:
        bucket = cast(posts.c.created_at, BigInteger) // (width * SECOND) * width if width else None
        columns = [bucket.label("bucket")] if bucket is not None else []
        if query.group_by is not None:
            columns.append(key_column(query.group_by).label("key"))
        question = select(*columns, *measures(churn_threshold, emotions=has_emotions)).where(
            posts.c.created_at >= low * SECOND,
            posts.c.created_at < high * SECOND,
            *wanted,
        )
        if columns:
            question = question.group_by(*columns)
        for row in connection.execute(question):
            head, numbers = row[: len(columns)], row[len(columns) :]
            place = 0 if bucket is None else bisect_right(edges, max(head[0], edges[0])) - 1
            key = None if query.group_by is None else str(head[-1])
            if query.group_by is None or head[-1] is not None:
                found.append((place, key, tuple(map(int, numbers))))
    return _merged(found)


def _whole_quarters(low: int, high: int) -> list[tuple[int, int]]:
    first, last = min(high, -(-low // QUARTER) * QUARTER), max(low, high // QUARTER * QUARTER)
    return [piece for piece in ((low, first), (first, last), (last, high)) if piece[0] < piece[1]]


def _merged(rows: list[_Row]) -> list[_Row]:
    total: dict[tuple[int, str | None], Measured] = {}
    for place, key, numbers in rows:
        held = total.get((place, key))
        total[place, key] = numbers if held is None else tuple(map(add, held, numbers))
    return [(place, key, numbers) for (place, key), numbers in total.items()]


def _cells(query: NumbersQuery, edges: list[int], rows: list[_Row]) -> list[Cell]:
    rows = [row for row in rows if row[2][0] > 0]
    if query.limit is not None and query.group_by is not None:
        posts_of: dict[str | None, int] = {}
        for _, key, numbers in rows:
            posts_of[key] = posts_of.get(key, 0) + numbers[0]
        kept = set(sorted(posts_of, key=lambda key: (-posts_of[key], key or ""))[: query.limit])
        rows = [row for row in rows if row[1] in kept]
    rows.sort(key=lambda row: (row[0], -row[2][0], row[1] or ""))
    return [
        Cell(
            bucket=None if query.period is None else bucket_start(edges[place], query.period, query.tz),
            key=key,
            numbers=Numbers.of(numbers),
        )
        for place, key, numbers in rows
    ]
