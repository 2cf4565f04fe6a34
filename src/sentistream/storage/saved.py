"""`SavedItems` in SQL."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from sentistream.domain.errors import Conflict, NotFound
from sentistream.domain.saved import MAX_SAVED, Saved, SavedKind
from sentistream.storage.records import Runner
from sentistream.storage.rows import micros, moment
from sentistream.storage.workspace_tables import saved_items

_WHAT: dict[SavedKind, str] = {"view": "view", "products": "list of products"}


class SqlSavedItems:
    """`SavedItems` in SQL."""

    def __init__(self, read: Runner, change: Runner) -> None:
        self._read = read
        self._change = change

    async def all(self, kind: SavedKind) -> list[Saved]:
        """See `SavedItems.all`."""
        question = select(saved_items).where(saved_items.c.kind == kind).order_by(saved_items.c.id)
        return await self._read(lambda connection: [_saved(row) for row in connection.execute(question)])

    async def get(self, kind: SavedKind, id: int) -> Saved:
        """See `SavedItems.get`."""
        question = select(saved_items).where(saved_items.c.kind == kind, saved_items.c.id == id)
        return _saved(_found(await self._read(lambda connection: connection.execute(question).first()), kind, id))

    async def add(self, item: Saved) -> Saved:
        """See `SavedItems.add`."""

        def work(connection: Connection) -> Saved:
            kept = select(func.count()).select_from(saved_items).where(saved_items.c.kind == item.kind)
            if connection.execute(kept).scalar_one() >= MAX_SAVED:
                raise Conflict(f"there are {MAX_SAVED} already, which is the most: delete one first")
            return _saved(_written(connection, insert(saved_items).values(**_columns(item)), item))

        return await self._change(work)

    async def change(self, item: Saved) -> Saved:
        """See `SavedItems.change`."""
        values = _columns(item)
        for name in ("kind", "created_by", "created_at"):
            del values[name]
        statement = update(saved_items).where(saved_items.c.kind == item.kind, saved_items.c.id == item.id)

        def work(connection: Connection) -> Saved:
            return _saved(_found(_written(connection, statement.values(**values), item), item.kind, item.id))

        return await self._change(work)

    async def remove(self, kind: SavedKind, id: int) -> Saved:
        """See `SavedItems.remove`."""
        wanted = delete(saved_items).where(saved_items.c.kind == kind, saved_items.c.id == id)
        statement = wanted.returning(saved_items)
        return _saved(_found(await self._change(lambda connection: connection.execute(statement).first()), kind, id))


def _written(connection: Connection, statement: Any, item: Saved) -> Any:
    try:
        return connection.execute(statement.returning(saved_items)).first()
    except IntegrityError as error:
        raise Conflict(f"a {_WHAT[item.kind]} is already called {item.name}: choose another name") from error


def _found(row: Row[Any] | None, kind: SavedKind, id: int) -> Row[Any]:
    if row is None:
        raise NotFound(f"there is no {_WHAT[kind]} {id}", id=id)
    return row


def _columns(item: Saved) -> dict[str, Any]:
    values = msgspec.structs.asdict(item)
    del values["id"]
    return values | {
        "content": msgspec.json.encode(item.content).decode(),
        "created_at": micros(item.created_at),
        "updated_at": micros(item.updated_at),
    }


def _saved(row: Row[Any]) -> Saved:
    values = dict(row._mapping)
    times = {name: moment(values[name]) for name in ("created_at", "updated_at")}
    return Saved(**(values | times | {"content": msgspec.json.decode(values["content"])}))
