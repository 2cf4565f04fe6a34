"""`Alerts` in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, select, update

from sentistream.domain.alert import Alert
from sentistream.domain.errors import NotFound
from sentistream.domain.query import AlertsQuery
from sentistream.domain.rule import Scope
from sentistream.storage.records import Runner
from sentistream.storage.rows import micros, moment
from sentistream.storage.sql import insert_into
from sentistream.storage.tables import alerts
from sentistream.storage.workspace_tables import alert_snoozes

_MOMENTS = ("window_start", "window_end", "triggered_at", "resolved_at", "acknowledged_at", "snoozed_until")
_OF_RULE = ("snoozed_until", "snoozed_by")
"""What an episode shows of its rule as that is now."""


class SqlAlerts:
    """`Alerts` in SQL."""

    def __init__(self, read: Runner, change: Runner) -> None:
        self._read = read
        self._change = change

    async def open(self, alert: Alert) -> Alert | None:
        """See `Alerts.open`."""

        def work(connection: Connection) -> Alert | None:
            statement = insert_into(connection.dialect, alerts).values(**_columns(alert)).on_conflict_do_nothing()
            id = connection.execute(statement.returning(alerts.c.id)).scalar_one_or_none()
            return None if id is None else _one(connection, id)

        return await self._change(work)

    async def update(self, alert: Alert) -> Alert:
        """See `Alerts.update`."""
        columns = _columns(alert)
        return await self._set(alert.id, {name: columns[name] for name in ("actual_value", "resolved_at", "details")})

    async def acknowledge(self, id: int, by: str, note: str | None, now: datetime) -> Alert:
        """See `Alerts.acknowledge`."""
        said = {"acknowledged_at": micros(now), "acknowledged_by": by, "acknowledged_note": note}
        return await self._set(id, said)

    async def get(self, id: int) -> Alert | None:
        """See `Alerts.get`."""
        return await self._read(lambda connection: _one(connection, id))

    async def page(self, query: AlertsQuery = AlertsQuery()) -> list[Alert]:
        """See `Alerts.page`."""
        question = _question().order_by(alerts.c.id.desc()).limit(query.limit)
        ended = alerts.c.resolved_at
        if query.before is not None:
            question = question.where(alerts.c.id < query.before)
        if query.active is not None:
            question = question.where(ended.is_(None) if query.active else ended.is_not(None))
        if query.alert_type is not None:
            question = question.where(alerts.c.alert_type == query.alert_type)
        if query.rule_id is not None:
            question = question.where(alerts.c.rule_id == query.rule_id)
        if query.start is not None:
            question = question.where(ended.is_(None) | (ended >= micros(query.start)))
        if query.end is not None:
            question = question.where(alerts.c.triggered_at < micros(query.end))
        return await self._read(lambda connection: [_alert(row) for row in connection.execute(question)])

    async def current(self) -> list[Alert]:
        """See `Alerts.current`."""
        return await self.page(AlertsQuery(limit=1_000, active=True))

    async def _set(self, id: int, values: dict[str, Any]) -> Alert:
        def work(connection: Connection) -> Alert:
            changed = connection.execute(update(alerts).where(alerts.c.id == id).values(**values)).rowcount
            found = _one(connection, id) if changed else None
            if found is None:
                raise NotFound(f"there is no alert {id}", id=id)
            return found

        return await self._change(work)


def _question() -> Select[Any]:
    snoozed = alerts.outerjoin(alert_snoozes, alert_snoozes.c.rule_id == alerts.c.rule_id)
    return select(
        alerts, alert_snoozes.c.until.label("snoozed_until"), alert_snoozes.c.snoozed_by.label("snoozed_by")
    ).select_from(snoozed)


def _one(connection: Connection, id: int) -> Alert | None:
    row = connection.execute(_question().where(alerts.c.id == id)).first()
    return None if row is None else _alert(row)


def _columns(alert: Alert) -> dict[str, Any]:
    values = msgspec.structs.asdict(alert)
    for name in ("id", "scope", *_OF_RULE):
        del values[name]
    for name in _MOMENTS:
        if values.get(name) is not None:
            values[name] = micros(values[name])
    return values | {
        "scope_dimension": alert.scope and alert.scope.dimension,
        "scope_value": alert.scope and alert.scope.value,
        "details": msgspec.json.encode(alert.details).decode(),
    }


def _alert(row: Row[Any]) -> Alert:
    values = dict(row._mapping)
    for name in _MOMENTS:
        values[name] = None if values[name] is None else moment(values[name])
    dimension, value = values.pop("scope_dimension"), values.pop("scope_value")
    scope = None if dimension is None else Scope(dimension, value)
    return Alert(**(values | {"scope": scope, "details": msgspec.json.decode(values["details"])}))
