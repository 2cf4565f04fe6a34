"""One system per profile: the same parts, wired by the same bootstrap from the URLs of that profile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2

import postgres_server
import redis_server
from fakes import MovableClock
from sentistream.bootstrap import System, open_system
from sentistream.cli.process import Parts, listening
from sentistream.settings import Settings, load_settings

COMMON: dict[str, Any] = {
    "api": {"port": 0, "cache_seconds": 0, "cache_now_seconds": 0},
    # The bundled network: it reads emotions, toxicity and churn risk too, so that these are compared as well.
    "analysis": {"analyser": "fast", "batch_size": 25},
    "alerts": {"every_seconds": 0.05, "min_posts": 5, "negative_share": 0.2, "negative_ratio": 0.5},
}


async def embedded(folder: Path) -> Settings:
    """Two SQLite files, the feed in memory."""
    return load_settings(data_dir=folder, **COMMON)


async def team(folder: Path) -> Settings:
    """A Redis and a PostgreSQL."""
    url = await asyncio.to_thread(redis_server.shared_url)
    name = redis_server.unique("story")
    return load_settings(
        data_dir=folder,
        stream={"url": url, "name": f"{name}-stream"},
        live={"url": url, "name": f"{name}-live", "channel": f"{name}-updates"},
        database={"url": await postgres_server.empty_database(postgres_server.name_for(folder))},
        **COMMON,
    )


PROFILES: dict[str, Callable[[Path], Awaitable[Settings]]] = {"embedded": embedded, "team": team}


class House:
    """A running system: `http` asks it, and nothing else in it moves while a question is asked."""

    def __init__(self, system: System, http: httpx2.AsyncClient) -> None:
        self.system = system
        self.http = http

    async def settled(self) -> None:
        """Wait until everything in the stream has an outcome and is acknowledged."""
        async with asyncio.timeout(60):
            while (await self.system.stream.lag(self.system.settings.stream.group)).entries:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def watched(self, alerts: int) -> None:
        """Let the watcher look at what is there until it has raised so many alerts."""
        parts = Parts(self.system)
        parts.add_watch()
        watching = asyncio.create_task(parts.run())
        async with asyncio.timeout(60):
            while len((await self.http.get("/api/v1/alerts")).json()["data"]) < alerts:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        parts.stop()
        await watching


@asynccontextmanager
async def opened(profile: str, folder: Path, clock: MovableClock) -> AsyncIterator[House]:
    """A worker and an API on the profile's own adapters, at the time of `clock`."""
    settings = await PROFILES[profile](folder)
    listener = listening(settings)
    try:
        async with open_system(settings, clock=clock) as system:
            parts = Parts(system)
            parts.add_worker()
            await parts.add_api(listener)
            running = asyncio.create_task(parts.run())
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
                assert parts.server is not None
                async with asyncio.timeout(30):
                    await parts.server.started.wait()
                yield House(system, http)
            parts.stop()
            await running
    finally:
        listener.close()
