"""API keys in SQL, and how the parts of a store get their connections."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from sentistream.domain.errors import Conflict
from sentistream.storage.keys import ApiKey
from sentistream.storage.rows import micros, moment
from sentistream.storage.tables import api_keys

T = TypeVar("T")


class Runner(Protocol):
    """Runs a function on a connection: in a snapshot, or in a write transaction."""

    def __call__(self, work: Callable[[Connection], T], /) -> Awaitable[T]: ...


class SqlKeys:
    """`Keys` in SQL."""

    def __init__(self, read: Runner, change: Runner) -> None:
        self._read = read
        self._change = change

    async def add(self, name: str, prefix: str, key_hash: bytes, now: datetime) -> ApiKey:
        """See `Keys.add`."""

        def work(connection: Connection) -> ApiKey:
            values = {"name": name, "prefix": prefix, "key_hash": key_hash, "created_at": micros(now)}
            try:
                row = connection.execute(insert(api_keys).values(**values).returning(api_keys)).one()
            except IntegrityError as error:
                raise Conflict(
                    f"a live key is already called {name}: revoke it first, or choose another name"
                ) from error
            return _key(row)

        return await self._change(work)

    async def all(self) -> list[ApiKey]:
        """See `Keys.all`."""
        return await self._read(
            lambda connection: _keys(connection.execute(select(api_keys).order_by(api_keys.c.id)).all())
        )

    async def revoke(self, name: str, now: datetime) -> bool:
        """See `Keys.revoke`."""
        live = (api_keys.c.name == name) & api_keys.c.revoked_at.is_(None)
        statement = update(api_keys).where(live).values(revoked_at=micros(now))
        return await self._change(lambda connection: connection.execute(statement).rowcount > 0)


def _keys(rows: Sequence[Row[Any]]) -> list[ApiKey]:
    return [_key(row) for row in rows]


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        key_hash=row.key_hash,
        created_at=moment(row.created_at),
        revoked_at=None if row.revoked_at is None else moment(row.revoked_at),
    )
