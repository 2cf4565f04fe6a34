"""Small records: alerts and API keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar

import msgspec
from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from sentistream.domain.alert import Alert
from sentistream.domain.errors import Conflict, NotFound
from sentistream.storage.base import ApiKey
from sentistream.storage.rows import micros, moment
from sentistream.storage.sql import insert_into
from sentistream.storage.tables import alerts, api_keys

T = TypeVar("T")


class Runner(Protocol):
    """Runs a function on a connection: in a snapshot, or in a write transaction."""

    def __call__(self, work: Callable[[Connection], T], /) -> Awaitable[T]: ...


class SqlAlerts:
    """`Alerts` in SQL."""

    def __init__(self, read: Runner, change: Runner) -> None:
        self._read = read
        self._change = change

    async def open(self, alert: Alert) -> Alert | None:
        """See `Alerts.open`."""

        def work(connection: Connection) -> Alert | None:
            columns = _columns(alert)
            statement = insert_into(connection.dialect, alerts).values(**columns).on_conflict_do_nothing()
            row = connection.execute(statement.returning(alerts)).first()
            return None if row is None else _alert(row)

        return await self._change(work)

    async def update(self, alert: Alert) -> None:
        """See `Alerts.update`."""

        def work(connection: Connection) -> None:
            if (
                connection.execute(update(alerts).where(alerts.c.id == alert.id).values(**_columns(alert))).rowcount
                == 0
            ):
                raise NotFound(f"there is no alert {alert.id}")

        await self._change(work)

    async def page(
        self, limit: int = 50, before: int | None = None, active: bool | None = None, alert_type: str | None = None
    ) -> list[Alert]:
        """See `Alerts.page`."""
        question = select(alerts).order_by(alerts.c.id.desc()).limit(limit)
        if before is not None:
            question = question.where(alerts.c.id < before)
        if active is not None:
            question = question.where(alerts.c.resolved_at.is_(None) if active else alerts.c.resolved_at.is_not(None))
        if alert_type is not None:
            question = question.where(alerts.c.alert_type == alert_type)
        return await self._read(lambda connection: [_alert(row) for row in connection.execute(question)])

    async def current(self) -> list[Alert]:
        """See `Alerts.current`."""
        return await self.page(limit=100, active=True)


def _columns(alert: Alert) -> dict[str, Any]:
    return {
        "alert_type": alert.alert_type,
        "threshold_value": alert.threshold_value,
        "actual_value": alert.actual_value,
        "window_start": micros(alert.window_start),
        "window_end": micros(alert.window_end),
        "post_count": alert.post_count,
        "triggered_at": micros(alert.triggered_at),
        "resolved_at": None if alert.resolved_at is None else micros(alert.resolved_at),
        "details": msgspec.json.encode(alert.details).decode(),
    }


def _alert(row: Row[Any]) -> Alert:
    values = dict(row._mapping)
    for name in ("window_start", "window_end", "triggered_at", "resolved_at"):
        values[name] = None if values[name] is None else moment(values[name])
    return Alert(**(values | {"details": msgspec.json.decode(values["details"])}))


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
