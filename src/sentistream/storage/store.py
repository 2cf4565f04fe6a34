"""What every SQL store does alike, whatever its database; adapters say how a function gets a connection."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, func, select

from sentistream.crash_points import reached
from sentistream.domain.analysis import Reading
from sentistream.domain.query import LOOK_BACK
from sentistream.storage import audit, layers, migrations, retention, sql
from sentistream.storage.alert_rules import SqlAlertRules
from sentistream.storage.alerts import SqlAlerts
from sentistream.storage.annotations import SqlAnnotations
from sentistream.storage.base import Settled, Settling
from sentistream.storage.corrections import SqlCorrections
from sentistream.storage.cursors import SqlCursors
from sentistream.storage.filters import TextSearch
from sentistream.storage.layer_records import SqlLayers
from sentistream.storage.leases import SqlLeases
from sentistream.storage.ledger import SqlLedger
from sentistream.storage.numbers import SqlNumbers
from sentistream.storage.posts import SqlPosts
from sentistream.storage.records import SqlKeys
from sentistream.storage.refine import SqlRefineQueue
from sentistream.storage.replays import SqlReplays
from sentistream.storage.rows import micros
from sentistream.storage.saved import SqlSavedItems
from sentistream.storage.settle import keys_of, settle
from sentistream.storage.tables import posts

T = TypeVar("T")

_MIGRATION = 0x53_45_4E_54_4D_49_47_52
"""PostgreSQL's advisory lock on changing the schema: "SENTMIGR". Starters take turns."""


class SqlStore(ABC):
    """`Store` on a database that takes SQL."""

    def __init__(self, churn_threshold: float, search: TextSearch) -> None:
        self._churn_threshold = churn_threshold
        self.posts = SqlPosts(self.ask, search)
        self.numbers = SqlNumbers(self.ask, search)
        self.corrections = SqlCorrections(self.read)
        self.layers = SqlLayers(self.read, self.change, search)
        self.ledger = SqlLedger(self.read, self.change, self.examine, churn_threshold)
        self.replays = SqlReplays(self.read, self.change)
        self.alerts = SqlAlerts(self.read, self.change)
        self.alert_rules = SqlAlertRules(self.read, self.change)
        self.saved = SqlSavedItems(self.read, self.change)
        self.annotations = SqlAnnotations(self.read, self.change)
        self.cursors = SqlCursors(self.read, self.change)
        self.leases = SqlLeases(self.read, self.change)
        self.keys = SqlKeys(self.read, self.change)
        self.refine = SqlRefineQueue(self.read, self.change, churn_threshold)

    @abstractmethod
    async def read(self, question: Callable[[Connection], T]) -> T:
        """Run `question` in one read snapshot."""

    @abstractmethod
    async def change(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one write transaction: again from its beginning if it was outrun."""

    async def ask(self, question: Callable[[Connection], T]) -> T:
        """Run a question about posts or numbers, which may be answered from a copy, in one read snapshot."""
        return await self.read(question)

    async def examine(self, question: Callable[[Connection], T]) -> T:
        """Run a question that may take minutes, in one read snapshot."""
        return await self.read(question)

    async def write(self, batch: Sequence[Settling], now: datetime) -> Settled:
        """See `Store.write`. A batch that others held up for long is stamped with the moment it got its turn."""
        begun = time.monotonic()

        def work(connection: Connection) -> Settled:
            keys = keys_of(batch)
            known = sql.load_known(connection, batch, keys)
            waited = timedelta(seconds=time.monotonic() - begun)
            # Who catches up by that stamp looks back no further.
            stamp = now + waited if waited > LOOK_BACK / 2 else now
            changes = settle(batch, keys, known, micros(stamp))
            sql.apply(connection, changes, self._churn_threshold)
            reached("in_transaction")
            return changes.settled

        return await self.change(work)

    async def add_layer(self, layer: str, readings: Sequence[tuple[str, bytes, Reading]], now: datetime) -> None:
        """See `Store.add_layer`."""
        await self.change(lambda connection: layers.add(connection, layer, readings, micros(now)))

    async def promote(self, layer: str, limit: int, now: datetime) -> int:
        """See `Store.promote`."""
        return await self.change(
            lambda connection: layers.promote(connection, layer, limit, micros(now), self._churn_threshold)
        )

    async def demote(self, layer: str, limit: int, now: datetime) -> int:
        """See `Store.demote`."""
        return await self.change(
            lambda connection: layers.demote(connection, layer, limit, micros(now), self._churn_threshold)
        )

    async def expire(self, before: datetime, limit: int) -> int:
        """See `Store.expire`."""
        return await self.change(lambda connection: retention.expire(connection, micros(before), limit))

    async def migrate(self) -> None:
        """See `Store.migrate`; also rebuilds the rollups when the churn threshold has changed."""
        await self.change(self._migrate)

    def _migrate(self, connection: Connection) -> None:
        if sql.many_writers(connection):
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION)))
        migrations.upgrade(connection)
        sql.draw_epoch(connection)
        audit.keep_threshold(connection, self._churn_threshold)

    async def ping(self) -> None:
        """See `Store.ping`."""
        await self.read(_first_post)


def _first_post(connection: Connection) -> None:
    connection.execute(select(posts.c.id).limit(1)).first()
