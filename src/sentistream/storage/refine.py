"""The queue of posts that were read quickly: what a better model reads again, and what that moves.

A row is written, and deleted by writers, under the lock of its post, so a reading can never be stored for a text
that is no longer the post's. Claiming, finishing and giving back take the locks of rows alone, and wait for none:
refiners neither get the same text nor hold up a writer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec.structs import astuple
from sqlalchemy import Connection, func, select, update

from sentistream.domain.analysis import TIER_RANK, Reading, Tier
from sentistream.domain.event import Event
from sentistream.storage import bulk, sql
from sentistream.storage.base import LIVE_LAYER
from sentistream.storage.bulk import among
from sentistream.storage.queue import MAX_ATTEMPTS, Backlog, Claim, Refined, Unrefined
from sentistream.storage.records import Runner
from sentistream.storage.rows import AnalysisRow, PostRow, analysis_row, micros, moment
from sentistream.storage.settle import copy_current, live, post_event
from sentistream.storage.tables import posts, refine_queue


class SqlRefineQueue:
    """`RefineQueue` in SQL."""

    def __init__(self, read: Runner, change: Runner, churn_threshold: float) -> None:
        self._read = read
        self._change = change
        self._churn_threshold = churn_threshold

    async def claim(self, limit: int, lease: str, now: datetime, seconds: float, below: Tier) -> Claim:
        """See `RefineQueue.claim`."""
        until = micros(now + timedelta(seconds=seconds))
        lower = [tier for tier, rank in TIER_RANK.items() if rank < TIER_RANK[below]]
        return await self._change(lambda connection: _claim(connection, limit, lease, micros(now), until, lower))

    async def settle(self, claim: Claim, readings: Sequence[Reading], now: datetime) -> Refined:
        """See `RefineQueue.settle`."""

        def work(connection: Connection) -> Refined:
            step = _Step(connection, claim, micros(now))
            for text, reading in zip(claim.texts, readings, strict=True):
                step.take(text, reading)
            return step.write(self._churn_threshold)

        return await self._change(work)

    async def finish(self, claim: Claim) -> None:
        """See `RefineQueue.finish`."""
        await self._change(lambda connection: _leave(connection, claim, sql.delete_queued))

    async def release(self, claim: Claim) -> None:
        """See `RefineQueue.release`."""
        await self._change(lambda connection: _leave(connection, claim, _put_back))

    async def backlog(self) -> Backlog:
        """See `RefineQueue.backlog`."""
        question = select(func.count(), func.min(refine_queue.c.queued_at))
        count, since = await self._read(lambda connection: tuple(connection.execute(question).one()))
        return Backlog(count, None if since is None else moment(since))


def _claim(connection: Connection, limit: int, lease: str, now: int, until: int, lower: Sequence[str]) -> Claim:
    free = (
        select(refine_queue.c.post_key, refine_queue.c.attempts)
        .where(refine_queue.c.leased_until <= now, refine_queue.c.tier.in_(lower))
        .order_by(refine_queue.c.confidence, refine_queue.c.post_key)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = connection.execute(free).all()
    tired = [key for key, attempts in found if attempts >= MAX_ATTEMPTS]
    sql.delete_queued(connection, tired)
    ready = [(key, attempts) for key, attempts in found if attempts < MAX_ATTEMPTS]
    if ready and ready[0][1]:
        ready = ready[:1]  # whoever had it may have died of it
    taken = [key for key, attempts in ready if attempts == ready[0][1]]
    for condition in among(connection, refine_queue.c.post_key, taken) if taken else ():
        values = {"lease": lease, "leased_until": until, "attempts": refine_queue.c.attempts + 1}
        connection.execute(update(refine_queue).where(condition).values(values))
    columns = [posts.c.key, posts.c.content_hash, posts.c.content]
    texts = {row[0]: row for row in bulk.fetch_in(connection, columns, posts.c.key, taken)}
    return Claim(
        lease,
        [
            Unrefined(id=str(UUID(bytes=key)), content_hash=texts[key][1], content=texts[key][2], attempt=attempts + 1)
            for key, attempts in ready
            if key in texts
        ],
        len(tired),
    )


def _leave(connection: Connection, claim: Claim, leave: Callable[[Connection, Sequence[bytes]], None]) -> None:
    keys = [UUID(text.id).bytes for text in claim.texts]
    for condition in among(connection, refine_queue.c.post_key, keys) if keys else ():
        # In the order in which others lock them; what a writer holds at the moment is about to go.
        ours = (
            select(refine_queue.c.post_key)
            .where(condition, refine_queue.c.lease == claim.lease)
            .order_by(refine_queue.c.post_key)
            .with_for_update(skip_locked=True)
        )
        leave(connection, list(connection.execute(ours).scalars()))


def _put_back(connection: Connection, keys: Sequence[bytes]) -> None:
    for condition in among(connection, refine_queue.c.post_key, keys) if keys else ():
        values = {"lease": "", "leased_until": 0, "attempts": refine_queue.c.attempts - 1}
        connection.execute(update(refine_queue).where(condition).values(values))


class _Step:
    """One claim on its way into the store."""

    def __init__(self, connection: Connection, claim: Claim, now: int) -> None:
        self._connection = connection
        self._claimed = len(claim.texts)
        self._now = now
        keys = sorted(UUID(text.id).bytes for text in claim.texts)
        self._rows = sql.load_posts(connection, keys)
        self._ours = _held(connection, claim.lease, keys)
        self._analyses = sql.load_analyses(connection, sorted(self._rows))
        self._new: list[AnalysisRow] = []
        self._activated: list[AnalysisRow] = []
        self._moves: list[tuple[PostRow | None, PostRow | None]] = []
        self._changed: list[PostRow] = []
        self._kept: list[bytes] = []
        self._stored: list[PostRow] = []

    def take(self, text: Unrefined, reading: Reading) -> None:
        """Let `reading` stand if the text is still ours, still the post's, and nothing better was said of it."""
        key = UUID(text.id).bytes
        row = self._rows.get(key)
        if row is None or key not in self._ours or row.content_hash != text.content_hash:
            return
        analysis = analysis_row(key, row.content_hash, reading, LIVE_LAYER, True, self._now)
        stands = live(row, self._analyses[key])
        if stands is None or TIER_RANK[reading.tier] > TIER_RANK[stands.tier]:  # type: ignore[index]
            self._add(row, analysis)
        elif not reading.provisional and (row.content_hash, row.model_name, row.model_version) == analysis.identity:
            self._stored.append(row)
        if reading.provisional:
            self._kept.append(key)

    def _add(self, row: PostRow, analysis: AnalysisRow) -> None:
        before = msgspec.structs.replace(row)
        known = self._analyses[row.key]
        same = next((one for one in known if one.identity == analysis.identity), None)
        if same is None:
            known.append(analysis)
            self._new.append(analysis)
        elif not same.active:
            same.layer, same.active = LIVE_LAYER, True
            self._activated.append(same)
        copy_current(row, known)
        if row != before:
            row.changed_at = self._now
            self._moves.append((before, row))
            self._changed.append(row)

    def write(self, churn_threshold: float) -> Refined:
        """In the order that `storage.sql` explains."""
        connection = self._connection
        bulk.update_posts(connection, self._changed)
        _put_back(connection, self._kept)
        kept = set(self._kept)
        for row in self._changed:
            if row.key in kept:
                _requeue(connection, row)
        bulk.insert_all(connection, bulk.ANALYSES, [astuple(row) for row in self._new])
        sql.switch_analyses(connection, self._activated)
        if self._moves:
            sql.write_rollups(connection, self._moves, churn_threshold)
            sql.move_epoch(connection)
        # Whoever stored the others may have died before it could tell; ids are the same, and receivers drop repeats.
        news = [*self._changed, *self._stored]
        told: list[Event] = [event for row in news if (event := post_event(row, "updated", self._now))]
        untouched = kept.difference(row.key for row in self._changed)
        dropped = self._claimed - len(self._changed) - len(untouched)
        return Refined(len(self._changed), dropped, len(kept), told)


def _requeue(connection: Connection, row: PostRow) -> None:
    values = {"tier": row.tier, "confidence": row.confidence_score or 0.0}
    connection.execute(update(refine_queue).where(refine_queue.c.post_key == row.key).values(values))


def _held(connection: Connection, lease: str, keys: Sequence[bytes]) -> set[bytes]:
    columns = refine_queue.c.post_key
    found: set[bytes] = set()
    for condition in among(connection, columns, keys) if keys else ():
        question = select(columns).where(condition, refine_queue.c.lease == lease).order_by(columns).with_for_update()
        found.update(connection.execute(question).scalars())
    return found
