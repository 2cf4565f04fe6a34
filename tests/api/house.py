"""A whole house for the API's tests: the real embedded adapters, the real worker, the real application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI

from fakes import MovableClock
from sentistream.analysis.explain import Explainer
from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.analysis.reader import TieredReader
from sentistream.api.app import create_app
from sentistream.api.dependencies import Services, nowhere
from sentistream.api.server import SERVER_OPTIONS
from sentistream.cache.base import Cache, Caches
from sentistream.cache.memory import MemoryCache
from sentistream.live.memory import MemoryLive
from sentistream.pipeline.analyse import Worker
from sentistream.pipeline.ingest import SourceState
from sentistream.settings import ApiSettings, LiveSettings, StreamSettings
from sentistream.storage.sqlite import SqliteStore
from sentistream.stream.sqlite import SqliteStream
from sentistream.telemetry.metrics import Metrics
from sqlite_files import prepare

GROUP = "sentiment_workers"
ORIGIN = "http://127.0.0.1:8000"

LEXICON = LexiconAnalyser()
"""It keeps nothing of what it reads."""

GOOD = "I love this, it is wonderful and great"
BAD = "I hate this, it is terrible and awful"
FLAT = "The bus leaves from platform nine"


def post(number: int = 1, /, **fields: Any) -> dict[str, Any]:
    """The JSON of a post to take in."""
    return {
        "post_id": f"p{number}",
        "source": "twitter",
        "content": f"{GOOD} ({number})",
        "created_at": "2026-11-22T11:30:00Z",
        **fields,
    }


class House:
    """Everything wired; `get` and `send` speak HTTP to it in process."""

    def __init__(
        self,
        store: SqliteStore,
        stream: SqliteStream,
        clock: MovableClock,
        *,
        api: ApiSettings | None = None,
        live: LiveSettings | None = None,
        dashboard: Path | None = None,
        cache: Cache | None = None,
        locate: Callable[[tuple[str, str | None]], tuple[float, float] | None] | None = None,
    ) -> None:
        self.store = store
        self.stream = stream
        self.clock = clock
        self.metrics = Metrics()
        self.live_settings = live or LiveSettings()
        self.live = MemoryLive(self.live_settings.history, "e1")
        self.analyser = LEXICON
        memory = MemoryCache()
        self.explainer = Explainer([self.analyser])
        self.sources: list[SourceState] = []
        more = {} if dashboard is None else {"dashboard": dashboard}
        self.services = Services(
            api_settings=api or ApiSettings(),
            live_settings=self.live_settings,
            store=store,
            stream=stream,
            live=self.live,
            caches=Caches(shared=cache or memory, own=memory),
            analyser=self.analyser,
            explainer=self.explainer,
            metrics=self.metrics,
            source_states=lambda: self.sources,
            clock=clock,
            group=GROUP,
            version="1.2.3",
            started_at=clock() - timedelta(seconds=60),
            locate=nowhere if locate is None else lambda city, country: locate((city, country)),
            **more,
        )
        self.app: FastAPI = create_app(self.services)
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app), base_url=ORIGIN, headers={"Accept": "*/*"}
        )

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        """GET below /api/v1."""
        return await self.client.get(f"/api/v1/{path}", **options)

    async def send(self, posts: Any, **options: Any) -> httpx2.Response:
        """POST posts."""
        return await self.client.post("/api/v1/posts", json=posts, **options)

    async def settle(self) -> None:
        """Let the real worker settle everything in the stream."""
        worker = Worker(
            stream=self.stream,
            store=self.store,
            live=self.live,
            reader=TieredReader(self.analyser),
            metrics=self.metrics,
            clock=self.clock,
            group=GROUP,
        )
        running = asyncio.create_task(worker.run())
        try:
            async with asyncio.timeout(30):
                while (await self.stream.lag(GROUP)).entries:
                    if running.done():
                        break
                    await asyncio.sleep(0.01)
        finally:
            worker.stop()
            await running

    async def fill(self, posts: Sequence[dict[str, Any]]) -> None:
        """Take `posts` in and settle them."""
        answer = await self.send({"posts": list(posts)})
        assert answer.status_code == 202, answer.text
        assert answer.json()["data"]["rejected"] == []
        await self.settle()

    def counted(self, name: str, **labels: str) -> float:
        """The value of a metric now."""
        return self.metrics.registry.get_sample_value(f"sentistream_{name}", labels or None) or 0.0

    async def close(self) -> None:
        """Release the application's own."""
        await self.client.aclose()
        await self.app.state.cache.close()
        await self.live.close()


@asynccontextmanager
async def opened(folder: Path, clock: MovableClock) -> AsyncIterator[tuple[SqliteStore, SqliteStream]]:
    """The two files of the embedded profile."""
    path = folder / "sentistream.db"
    prepare(path)
    store = SqliteStore(path)
    await store.migrate()
    stream = SqliteStream(folder / "stream.db", StreamSettings(min_free_bytes=0), clock, (GROUP,))
    await stream.open()
    try:
        yield store, stream
    finally:
        await stream.close()
        await store.close()


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[int]:
    """A real server on a free port of loopback; yields the port."""
    server = uvicorn.Server(
        uvicorn.Config(
            app, host="127.0.0.1", port=0, log_config=None, access_log=False, lifespan="on", **SERVER_OPTIONS
        )
    )
    running = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(10):
            while not server.started:
                assert not running.done()
                await asyncio.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await running


def at(text: str) -> datetime:
    """A moment of the day that the tests play on."""
    return datetime.fromisoformat(f"2026-11-22T{text}+00:00")
