"""Leases in SQL: what only one process does at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Connection, case, cast, delete, func, literal, or_, select

from sentistream.domain.errors import LeaseLost
from sentistream.storage.liveness import Liveness
from sentistream.storage.ownership import Lease
from sentistream.storage.records import Runner
from sentistream.storage.rows import micros, moment
from sentistream.storage.sql import insert_into, many_writers
from sentistream.storage.tables import leases


class SqlLeases:
    """`Leases` in SQL.

    liveness: where all processes share a machine, tells which of them are gone; what those held is free at once.
    """

    def __init__(self, read: Runner, change: Runner, liveness: Liveness | None = None) -> None:
        self._read = read
        self._change = change
        self._liveness = liveness

    async def hold(
        self, name: str, holder: str, seconds: float, now: datetime, note: dict[str, Any] | None = None
    ) -> bool:
        """See `Leases.hold`."""
        said = msgspec.json.encode(note or {}).decode()

        def work(connection: Connection) -> bool:
            clock = _clock(connection, now)
            free = or_(leases.c.holder == holder, leases.c.expires_at <= clock)
            question = select(leases.c.holder, leases.c.process, free.label("free")).where(leases.c.name == name)
            # Asked first, because whoever stands by asks often, and an upsert writes even where it changes nothing.
            found = connection.execute(question).first()
            if found is not None and not found.free:
                if not self._is_gone(found.process):
                    return False
                free = or_(free, leases.c.process == found.process)
            statement = insert_into(connection.dialect, leases).values(
                name=name,
                holder=holder,
                process=None if self._liveness is None else self._liveness.own(),
                taken_at=clock,
                expires_at=clock + round(seconds * 1_000_000),
                note=said,
            )
            new = statement.excluded
            taking = statement.on_conflict_do_update(
                index_elements=["name"],
                set_={
                    "holder": new.holder,
                    "process": new.process,
                    "taken_at": case((leases.c.holder == new.holder, leases.c.taken_at), else_=new.taken_at),
                    "expires_at": new.expires_at,
                    "note": new.note,
                },
                where=free,
            )
            return connection.execute(taking).rowcount > 0

        return await self._change(work)

    async def release(self, name: str, holder: str) -> None:
        """See `Leases.release`."""
        statement = delete(leases).where(leases.c.name == name, leases.c.holder == holder)
        await self._change(lambda connection: connection.execute(statement).rowcount)

    async def all(self, now: datetime) -> list[Lease]:
        """See `Leases.all`."""

        def work(connection: Connection) -> list[Lease]:
            question = select(leases).where(leases.c.expires_at > _clock(connection, now)).order_by(leases.c.name)
            return [
                Lease(
                    name=row.name,
                    holder=row.holder,
                    taken_at=moment(row.taken_at),
                    expires_at=moment(row.expires_at),
                    note=msgspec.json.decode(row.note),
                )
                for row in connection.execute(question)
            ]

        return await self._read(work)

    def _is_gone(self, process: str | None) -> bool:
        return self._liveness is not None and process is not None and self._liveness.gone(process)


def check_held(connection: Connection, name: str, holder: str) -> None:
    """LeaseLost unless `holder` has the lease; nobody can take it before this transaction ends."""
    held = select(leases.c.name).where(leases.c.name == name, leases.c.holder == holder).with_for_update()
    if connection.execute(held).first() is None:
        raise LeaseLost(f"another process has taken over {name}")


def _clock(connection: Connection, now: datetime) -> ColumnElement[int]:
    """Now in microseconds since 1970: the server's, where there is one that all processes share."""
    if many_writers(connection):
        return cast(func.extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)
    return literal(micros(now), BigInteger)
