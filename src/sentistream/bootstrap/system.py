"""Everything that a process works with, opened side by side and closed in the opposite order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from sentistream.analysis.absent import Absent
from sentistream.analysis.base import Analyser
from sentistream.analysis.reader import TieredReader
from sentistream.bootstrap.adapters import make_caches, make_live, make_store, make_stream
from sentistream.bootstrap.addresses import POSTGRES_SCHEMES, REDIS_SCHEMES
from sentistream.bootstrap.analysers import make_analyser, make_reader
from sentistream.bootstrap.folder import prepare_folder
from sentistream.cache.base import Caches
from sentistream.domain.errors import SettingsError
from sentistream.live.base import Live
from sentistream.pipeline.layering import Busy, Layering, Shadow, never
from sentistream.pipeline.waiting import Waiting
from sentistream.settings import Settings, place
from sentistream.sources.gazetteer import Gazetteer
from sentistream.storage.base import Store
from sentistream.stream.base import Stream
from sentistream.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from sentistream.analysis.explain import Explainer

Clock = Callable[[], datetime]
Result = TypeVar("Result")
Service = TypeVar("Service", Stream, Live)


def utc_now() -> datetime:
    """The clock of real processes."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class System:
    """What a process works with; `open_system` makes it and releases it. explainer: None where nothing is read."""

    settings: Settings
    clock: Clock
    metrics: Metrics
    store: Store
    stream: Stream
    live: Live
    caches: Caches
    reader: TieredReader
    explainer: Explainer | None
    gazetteer: Gazetteer

    @property
    def analyser(self) -> Analyser:
        """The best there is, for texts that can wait."""
        return self.reader.best


@asynccontextmanager
async def open_system(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    create: bool = True,
    reads: bool = True,
    waiting: Waiting | None = None,
) -> AsyncIterator[System]:
    """Everything open and at this version's schema.

    create: make what is missing; without it a missing database is a SettingsError. reads: load the
    analyser; a process that reads no texts does without. waiting: for servers that do not answer yet;
    without it that is StorageUnavailable. Raises SettingsError for a URL that this release does not
    support, a server that will never let us in, or a model that cannot be loaded, MissingExtra where
    its packages are not installed, StorageUnavailable or DiskFull where the data folder cannot be used.
    """
    if create:
        prepare_folder(settings.data_dir)
    elif not settings.data_dir.is_dir():
        raise SettingsError(
            f"there is no data folder {settings.data_dir}: `sentistream up` makes one, --data-dir names another"
        )
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        store = make_store(settings, metrics)
        stack.push_async_callback(store.close)
        caches = make_caches(settings, metrics)
        for cache in caches:
            stack.push_async_callback(cache.close)

        async def opened(name: str, url: str, make: Callable[[], Awaitable[Service]]) -> Service:
            service = await _answering(waiting, name, url, make)
            stack.push_async_callback(service.close)
            return service

        # Side by side, so that what is wrong with one is said at once while another is awaited.
        tasks = asyncio.TaskGroup()
        try:
            async with tasks:
                stream = tasks.create_task(opened("stream", settings.stream_url, lambda: make_stream(settings, clock)))
                live = tasks.create_task(opened("live feed", settings.live.url, lambda: make_live(settings)))
                tasks.create_task(_answering(waiting, "database", settings.database_url, store.migrate))
                reader = tasks.create_task(_reader(settings, metrics, reads))
        except BaseExceptionGroup as group:
            error = group.exceptions[0]
            raise error from error.__cause__
        yield System(
            settings=settings,
            clock=clock,
            metrics=metrics,
            store=store,
            stream=stream.result(),
            live=live.result(),
            caches=caches,
            reader=reader.result()[0],
            explainer=reader.result()[1],
            gazetteer=Gazetteer(),
        )


async def _answering(waiting: Waiting | None, name: str, url: str, attempt: Callable[[], Awaitable[Result]]) -> Result:
    """What `attempt` returns once the server of `url` answers; files are not waited for."""
    served = url.partition("://")[0] in (*POSTGRES_SCHEMES, *REDIS_SCHEMES)
    return await (waiting if waiting and served else Waiting(0)).until(name, place(url), attempt)


async def _reader(settings: Settings, metrics: Metrics, reads: bool) -> tuple[TieredReader, Explainer | None]:
    return await asyncio.to_thread(_reading, settings, metrics) if reads else (TieredReader(Absent()), None)


def _reading(settings: Settings, metrics: Metrics) -> tuple[TieredReader, Explainer]:
    # Only here: numpy would slow the start of every command that reads nothing.
    from sentistream.analysis.explain import Explainer

    explainer = Explainer()
    return make_reader(settings, metrics, explainer), explainer


def make_layering(system: System, holder: str, *, busy: Busy = never, shadows: bool = False) -> Layering:
    """What works on layers. shadows: also on the one that the settings ask for."""
    settings = system.settings

    def load(model: str) -> Analyser:
        chosen = settings.analysis.model_copy(update={"analyser": model})
        return make_analyser(settings.model_copy(update={"analysis": chosen}), system.metrics)

    analysis = settings.analysis
    shadow = Shadow(analysis.shadow_model, analysis.shadow_share) if shadows and analysis.shadow_model else None
    return Layering(system.store, load, system.clock, holder, busy=busy, shadow=shadow)
