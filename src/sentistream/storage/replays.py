"""Sending dead letters again, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from sentistream.storage.base import DeadLetter
from sentistream.storage.records import Runner
from sentistream.storage.rows import micros, moment
from sentistream.storage.tables import dead_letters

CLAIM = timedelta(minutes=1)
"""After so long, who claimed a letter has died before it said that it sent it."""

_COLUMNS = [column for column in dead_letters.c if column.name != "claimed_at"]


def letter(row: Row[Any]) -> DeadLetter:
    """A row of `_COLUMNS`, or of the whole table."""
    values = dict(row._mapping)
    values.pop("claimed_at", None)
    for name in ("dead_at", "replayed_at"):
        values[name] = None if values[name] is None else moment(values[name])
    return DeadLetter(**values)


class SqlReplays:
    """`Replays` in SQL."""

    def __init__(self, read: Runner, change: Runner) -> None:
        self._read = read
        self._change = change

    async def claim(self, ids: Sequence[int], now: datetime) -> list[DeadLetter]:
        """See `Replays.claim`."""
        free = dead_letters.c.claimed_at.is_(None) | (dead_letters.c.claimed_at < micros(now - CLAIM))
        statement = (
            update(dead_letters)
            .where(dead_letters.c.id.in_(ids), dead_letters.c.replayed_at.is_(None), free)
            .values(claimed_at=micros(now))
            .returning(*_COLUMNS)
        )

        def work(connection: Connection) -> list[DeadLetter]:
            return sorted(map(letter, connection.execute(statement).all()), key=lambda found: found.id)

        return await self._change(work)

    async def settle(self, ids: Sequence[int], replayed_at: datetime | None) -> None:
        """See `Replays.settle`."""
        sent = None if replayed_at is None else micros(replayed_at)
        statement = update(dead_letters).where(dead_letters.c.id.in_(ids)).values(claimed_at=None, replayed_at=sent)
        await self._change(lambda connection: connection.execute(statement).rowcount)

    async def of(self, ids: Sequence[int]) -> dict[int, DeadLetter]:
        """See `Replays.of`."""
        question = select(*_COLUMNS).where(dead_letters.c.id.in_(ids))
        rows = await self._read(lambda connection: connection.execute(question).all())
        return {row.id: letter(row) for row in rows}
