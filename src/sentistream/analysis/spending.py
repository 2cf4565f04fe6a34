"""What LLM requests have cost today, and a cap that they never go past.

The sum is kept in a file, so that a restart does not begin anew and the processes of one data folder share one cap.
The worst a request can cost is set aside before it is sent and put right when its answer tells what it did cost;
what a killed process had set aside stays spent.
"""

from __future__ import annotations

import asyncio
import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

UNIT = 1e-9
"""Dollars. Whole numbers of it add up exactly; a single token costs some hundreds."""

_SCHEMA = "CREATE TABLE IF NOT EXISTS spending (day TEXT PRIMARY KEY, spent INTEGER NOT NULL) WITHOUT ROWID"
_RESERVE = "UPDATE spending SET spent = spent + :amount WHERE day = :day AND spent + :amount <= :limit"
_SETTLE = "UPDATE spending SET spent = max(0, spent + :difference) WHERE day = :day"


class Reservation(NamedTuple):
    """Set aside on a day of UTC, in units."""

    day: str
    amount: int


class Spending:
    """`limit` is in dollars a day of UTC. Every call is one transaction in a thread of its own."""

    def __init__(self, path: Path, limit: float, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._path = path
        self._clock = clock
        self.limit = limit

    async def reserve(self, worst: float) -> Reservation | None:
        """Set `worst` dollars aside; None where that would go past the cap."""
        reservation = Reservation(self._clock().astimezone(UTC).date().isoformat(), math.ceil(worst / UNIT))
        return reservation if await asyncio.to_thread(self._reserve, reservation) else None

    async def settle(self, reservation: Reservation, cost: float) -> None:
        """The request cost `cost` dollars, on the day it was sent."""
        await asyncio.to_thread(self._settle, reservation, math.ceil(cost / UNIT))

    async def spent(self) -> float:
        """Dollars spent or set aside today."""
        return await asyncio.to_thread(self._spent, self._clock().astimezone(UTC).date().isoformat())

    def _reserve(self, reservation: Reservation) -> bool:
        with closing(self._open()) as connection, connection:
            connection.execute("INSERT INTO spending VALUES (?, 0) ON CONFLICT DO NOTHING", (reservation.day,))
            limit = round(self.limit / UNIT)
            return connection.execute(_RESERVE, reservation._asdict() | {"limit": limit}).rowcount == 1

    def _settle(self, reservation: Reservation, cost: int) -> None:
        with closing(self._open()) as connection, connection:
            connection.execute(_SETTLE, {"day": reservation.day, "difference": cost - reservation.amount})

    def _spent(self, day: str) -> float:
        with closing(self._open()) as connection:
            row = connection.execute("SELECT spent FROM spending WHERE day = ?", (day,)).fetchone()
        return 0.0 if row is None else float(row[0]) * UNIT

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30)
        connection.execute(_SCHEMA)
        return connection
