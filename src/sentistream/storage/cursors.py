"""Where each source stands, in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from sentistream.storage.leases import check_held
from sentistream.storage.ownership import source_lease
from sentistream.storage.records import Runner
from sentistream.storage.rows import micros, moment
from sentistream.storage.sql import insert_into
from sentistream.storage.tables import source_cursors


class SqlCursors:
    """`Cursors` in SQL."""

    def __init__(self, read: Runner, change: Runner) -> None:
        self._read = read
        self._change = change

    async def load(self, source: str) -> dict[str, Any] | None:
        """See `Cursors.load`."""
        question = select(source_cursors.c.cursor).where(source_cursors.c.source == source)
        saved = await self._read(lambda connection: connection.execute(question).scalar_one_or_none())
        return None if saved is None else msgspec.json.decode(saved, type=dict[str, Any])

    async def save(self, source: str, cursor: dict[str, Any], now: datetime, holder: str | None = None) -> None:
        """See `Cursors.save`."""
        encoded = msgspec.json.encode(cursor).decode()

        def work(connection: Connection) -> None:
            if holder is not None:
                check_held(connection, source_lease(source), holder)
            statement = insert_into(connection.dialect, source_cursors).values(
                source=source, cursor=encoded, saved_at=micros(now)
            )
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["source"],
                    set_={"cursor": statement.excluded.cursor, "saved_at": statement.excluded.saved_at},
                )
            )

        await self._change(work)

    async def all(self) -> dict[str, tuple[dict[str, Any], datetime]]:
        """See `Cursors.all`."""
        rows = await self._read(lambda connection: connection.execute(select(source_cursors)).all())
        return {row.source: (msgspec.json.decode(row.cursor), moment(row.saved_at)) for row in rows}
