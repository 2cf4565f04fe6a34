"""The storage port of API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

import msgspec


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key as stored: only its hash. `prefix` is shown to recognise it."""

    id: int
    name: str
    prefix: str
    key_hash: bytes
    created_at: datetime
    revoked_at: datetime | None = None


class Keys(Protocol):
    """API keys."""

    async def add(self, name: str, prefix: str, key_hash: bytes, now: datetime) -> ApiKey:
        """Store a key; Conflict if the name is taken by a live key."""
        ...

    async def all(self) -> list[ApiKey]:
        """Every key, revoked ones included."""
        ...

    async def revoke(self, name: str, now: datetime) -> bool:
        """False if no live key has that name."""
        ...
