"""`AlertRules` in SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, select, update

from sentistream.domain.errors import Conflict, NotFound
from sentistream.domain.rule import MAX_RULES, Rule, Scope
from sentistream.storage.records import Runner
from sentistream.storage.rows import micros, moment
from sentistream.storage.sql import insert_into
from sentistream.storage.workspace_tables import alert_rules, alert_snoozes


class SqlAlertRules:
    """`AlertRules` in SQL."""

    def __init__(self, read: Runner, change: Runner) -> None:
        self._read = read
        self._change = change

    async def all(self) -> list[Rule]:
        """See `AlertRules.all`."""
        question = select(alert_rules).order_by(alert_rules.c.created_at, alert_rules.c.id)
        return await self._read(lambda connection: [_rule(row) for row in connection.execute(question)])

    async def put(self, rule: Rule) -> Rule:
        """See `AlertRules.put`."""
        values = _columns(rule)
        created = {"created_at": values["updated_at"]}

        def work(connection: Connection) -> Rule:
            others = select(func.count()).select_from(alert_rules).where(alert_rules.c.id != rule.id)
            if connection.execute(others).scalar_one() >= MAX_RULES:
                raise Conflict(f"there are {MAX_RULES} rules already, which is the most: delete one first")
            statement = insert_into(connection.dialect, alert_rules).values(**values, **created)
            statement = statement.on_conflict_do_update(index_elements=["id"], set_=values)
            return _rule(connection.execute(statement.returning(alert_rules)).one())

        return await self._change(work)

    async def change(self, rule: Rule) -> Rule:
        """See `AlertRules.change`."""
        statement = update(alert_rules).where(alert_rules.c.id == rule.id).values(**_columns(rule))
        return await self._one(statement.returning(alert_rules), rule.id)

    async def remove(self, id: str) -> Rule:
        """See `AlertRules.remove`."""
        return await self._one(delete(alert_rules).where(alert_rules.c.id == id).returning(alert_rules), id)

    async def snooze(self, rule_id: str, until: datetime | None, by: str) -> None:
        """See `AlertRules.snooze`."""

        def work(connection: Connection) -> None:
            if until is None:
                connection.execute(delete(alert_snoozes).where(alert_snoozes.c.rule_id == rule_id))
                return
            said = {"until": micros(until), "snoozed_by": by}
            statement = insert_into(connection.dialect, alert_snoozes).values(rule_id=rule_id, **said)
            connection.execute(statement.on_conflict_do_update(index_elements=["rule_id"], set_=said))

        await self._change(work)

    async def snoozes(self) -> dict[str, tuple[datetime, str]]:
        """See `AlertRules.snoozes`."""
        rows = await self._read(lambda connection: connection.execute(select(alert_snoozes)).all())
        return {row.rule_id: (moment(row.until), row.snoozed_by) for row in rows}

    async def _one(self, statement: Any, id: str) -> Rule:
        def work(connection: Connection) -> Rule:
            row = connection.execute(statement).first()
            if row is None:
                raise NotFound(f"there is no rule {id}", id=id)
            return _rule(row)

        return await self._change(work)


def _columns(rule: Rule) -> dict[str, Any]:
    values = msgspec.structs.asdict(rule)
    for name in ("scope", "snoozed_until", "snoozed_by"):
        del values[name]
    assert rule.updated_at is not None
    return values | {
        "scope_dimension": rule.scope and rule.scope.dimension,
        "scope_value": rule.scope and rule.scope.value,
        "updated_at": micros(rule.updated_at),
    }


def _rule(row: Row[Any]) -> Rule:
    values = dict(row._mapping)
    del values["created_at"]
    dimension, value = values.pop("scope_dimension"), values.pop("scope_value")
    scope = None if dimension is None else Scope(dimension, value)
    return Rule(**(values | {"scope": scope, "updated_at": moment(values["updated_at"])}))
