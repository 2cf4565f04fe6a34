"""The cache that all processes share, on Redis or Valkey."""

from __future__ import annotations

from typing import cast

from sentistream.connections.redis import RedisServer
from sentistream.settings import CacheSettings


class RedisCache:
    """`Cache` on the server at `settings.url`. Nothing is kept without an end, so `volatile-ttl` may evict any of it.

    Connects with the first question. A question that is not answered within `settings.timeout_seconds` is
    StorageUnavailable, whatever the server does.
    """

    name = "redis"
    available = True

    def __init__(self, settings: CacheSettings) -> None:
        self._server = RedisServer(settings.url, "SENTISTREAM_CACHE_URL", patience=settings.timeout_seconds)

    async def get(self, key: str) -> bytes | None:
        """The bytes kept under `key`, or None."""
        async with self._server.answering():
            return cast(bytes | None, await self._server.client.get(key))

    async def put(self, key: str, value: bytes, seconds: float) -> None:
        """Keep `value` for `seconds`; a server whose memory is full of other things raises DiskFull."""
        async with self._server.answering():
            await self._server.client.set(key, value, px=max(1, round(seconds * 1_000)))

    async def close(self) -> None:
        """Disconnect."""
        await self._server.close()
