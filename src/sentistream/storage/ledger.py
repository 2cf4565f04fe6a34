"""The store's half of the ledger, in SQL."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from sentistream.domain.ledger import Account
from sentistream.storage import audit
from sentistream.storage.base import DeadLetter, Finding
from sentistream.storage.bulk import fetch_in
from sentistream.storage.records import Runner
from sentistream.storage.replays import letter
from sentistream.storage.sql import fact, forget
from sentistream.storage.tables import dead_letters, entry_outcomes, ledger


class SqlLedger:
    """`LedgerReader` in SQL."""

    def __init__(self, read: Runner, change: Runner, examine: Runner, churn_threshold: float) -> None:
        self._read = read
        self._change = change
        self._examine = examine
        self._churn_threshold = churn_threshold

    async def accounts(self) -> dict[str, Account]:
        """See `LedgerReader.accounts`."""
        return await self._read(_accounts)

    async def settled(self, entry_ids: Sequence[str]) -> set[str]:
        """See `LedgerReader.settled`."""
        return await self._read(lambda connection: _settled(connection, entry_ids))

    async def snapshot(self, entry_ids: Sequence[str]) -> tuple[dict[str, Account], set[str]]:
        """See `LedgerReader.snapshot`."""
        return await self._read(lambda connection: (_accounts(connection), _settled(connection, entry_ids)))

    async def expired(self) -> int:
        """See `LedgerReader.expired`."""
        return await self._read(lambda connection: int(fact(connection, "expired") or "0"))

    async def dead_letters(self, limit: int = 50, before: int | None = None) -> list[DeadLetter]:
        """See `LedgerReader.dead_letters`."""
        question = select(dead_letters).order_by(dead_letters.c.id.desc()).limit(limit)
        if before is not None:
            question = question.where(dead_letters.c.id < before)
        rows = await self._read(lambda connection: connection.execute(question).all())
        return [letter(row) for row in rows]

    async def prune(self, low_ids: Sequence[str]) -> int:
        """See `LedgerReader.prune`."""

        def work(connection: Connection) -> int:
            return sum(forget(connection, low) for low in low_ids)

        return await self._change(work)

    async def findings(self) -> list[Finding]:
        """See `LedgerReader.findings`."""
        return await self._examine(lambda connection: audit.findings(connection, self._churn_threshold))


def _accounts(connection: Connection) -> dict[str, Account]:
    found: dict[str, Account] = {}
    for connector, outcome, count in connection.execute(select(ledger)):
        setattr(found.setdefault(connector, Account(connector=connector)), outcome, count)
    return found


def _settled(connection: Connection, entry_ids: Sequence[str]) -> set[str]:
    column = entry_outcomes.c.entry_id
    return {row[0] for row in fetch_in(connection, [column], column, entry_ids)}
