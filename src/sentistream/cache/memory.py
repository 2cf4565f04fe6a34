"""The cache of one process."""

from __future__ import annotations

import cashews

MAX_ENTRIES = 2_000


class MemoryCache:
    """`Cache` in the process's own memory: the last `max_entries` that were used."""

    name = "memory"
    available = True

    def __init__(self, max_entries: int = MAX_ENTRIES) -> None:
        self._cache = cashews.Cache()
        self._cache.setup(f"mem://?size={max_entries}&check_interval=0")

    async def get(self, key: str) -> bytes | None:
        """The bytes kept under `key`, or None."""
        value: bytes | None = await self._cache.get(key)
        return value

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep `value` for `seconds`."""
        await self._cache.set(key, value, expire=seconds)

    async def close(self) -> None:
        """Forget everything."""
        await self._cache.close()
