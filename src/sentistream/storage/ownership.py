"""The ports of who does what alone, and how far it is: leases, and the cursors of sources."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import msgspec


class Cursors(Protocol):
    """Where each source stands: an opaque JSON object per source name."""

    async def load(self, source: str) -> dict[str, Any] | None:
        """The saved cursor, or None."""
        ...

    async def save(self, source: str, cursor: dict[str, Any], now: datetime, holder: str | None = None) -> None:
        """Replace it. With a `holder`: LeaseLost, and nothing is saved, unless it has the lease `source:SOURCE`."""
        ...

    async def all(self) -> dict[str, tuple[dict[str, Any], datetime]]:
        """Every saved cursor with the time it was saved."""
        ...


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """What `holder` does alone until `expires_at`, unless it renews that. `note`: what it says of its work."""

    name: str
    holder: str
    taken_at: datetime
    expires_at: datetime
    note: dict[str, Any]


class Leases(Protocol):
    """What only one process does at a time, by name.

    A holder is the fence as well: choose a new one for every time that the work begins, and whoever writes for
    it later is known for one of the past. On PostgreSQL its own clock decides and `now` is not looked at.
    """

    async def hold(
        self, name: str, holder: str, seconds: float, now: datetime, note: dict[str, Any] | None = None
    ) -> bool:
        """Take a lease that is free or has expired, or renew one's own; False if another holder has it."""
        ...

    async def release(self, name: str, holder: str) -> None:
        """Let another take it at once; nothing happens if it is another's by now."""
        ...

    async def all(self, now: datetime) -> list[Lease]:
        """Every lease that is held, by name."""
        ...


def source_lease(source: str) -> str:
    """The name of the lease under which `source` is brought in."""
    return f"{SOURCE_LEASE}{source}"


SOURCE_LEASE = "source:"
"""What the leases of sources begin with."""
