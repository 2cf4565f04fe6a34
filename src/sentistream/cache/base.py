"""The cache port: bytes by key, for a while."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Cache(Protocol):
    """Bytes by key until their time is over, or room is needed. Methods raise Unavailable when it cannot answer."""

    @property
    def name(self) -> str:
        """What metrics call it."""
        ...

    @property
    def available(self) -> bool:
        """Whether it answers, as far as is known."""
        ...

    async def get(self, key: str) -> bytes | None:
        """The bytes kept under `key`, or None."""
        ...

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep `value` for `seconds`, which must be positive, in place of what is there."""
        ...

    async def close(self) -> None:
        """Disconnect; closing twice is not an error."""
        ...


class Caches(NamedTuple):
    """Where a process keeps things: with the other processes, and by itself while those cannot be reached."""

    shared: Cache
    own: Cache
