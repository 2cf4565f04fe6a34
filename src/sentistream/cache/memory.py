"""The cache of one process."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cashews import Cache

MAX_ENTRIES = 2_000


class MemoryCache:
    """`Cache` in the process's own memory: the last `max_entries` that were used."""

    name = "memory"
    available = True

    def __init__(self, max_entries: int = MAX_ENTRIES) -> None:
        self._max_entries = max_entries

    @cached_property
    def _cache(self) -> Cache:
        # Only here: it imports every server that it could talk to, and few commands keep anything.
        from cashews import Cache

        made = Cache()
        made.setup(f"mem://?size={self._max_entries}&check_interval=0")
        return made

    async def get(self, key: str) -> bytes | None:
        """The bytes kept under `key`, or None."""
        value: bytes | None = await self._cache.get(key)
        return value

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep `value` for `seconds`."""
        await self._cache.set(key, value, expire=seconds)

    async def close(self) -> None:
        """Forget everything."""
        if "_cache" in self.__dict__:
            await self._cache.close()
