"""A long-running process: its supervised parts, its signals, its health.

The web framework is imported only where something is served, so that every other command starts quickly.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from sentistream import __version__
from sentistream.analysis.batcher import Batcher
from sentistream.bootstrap import System, make_layering
from sentistream.domain.errors import SettingsError
from sentistream.domain.post import Entry
from sentistream.pipeline.analyse import Worker
from sentistream.pipeline.ingest import Ingester, Prepared, SourceState, prepare
from sentistream.pipeline.layering import GIVES_WAY_AT
from sentistream.pipeline.ours import Ours
from sentistream.pipeline.refine import Refiner
from sentistream.pipeline.retention import Retention
from sentistream.pipeline.supervise import Component, Supervisor
from sentistream.pipeline.tenure import Leased, Tenure
from sentistream.pipeline.watch import Watcher
from sentistream.settings import Settings
from sentistream.sources.base import Source
from sentistream.storage.ownership import source_lease

if TYPE_CHECKING:
    from sentistream.api.dependencies import Services, SourceSwitch
    from sentistream.api.server import HttpServer

Result = TypeVar("Result")

IDLE_SECONDS = 0.1
"""Between two looks at whether anything is left to do."""

REFINE_LEASES = 4
"""Leases of the stream that one of the refiner's lasts: nothing renews it."""

ALONE = {
    "status": "degraded",
    "message": "live events of other processes do not reach this one (SENTISTREAM_LIVE_URL is memory://):"
    " REST answers are complete, the dashboard shows new posts when it asks again",
}


class Parts:
    """The parts of one process: added one by one, then run under one supervisor until a signal."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.server: HttpServer | None = None
        self.ingesters: list[Ingester] = []
        self.refiner: Refiner | None = None
        self.switch: SourceSwitch | None = None
        self._components: list[Component] = []
        self._supervisor: Supervisor | None = None
        self._notes: dict[str, dict[str, Any]] = {}
        self._reads = False
        self._batcher = Batcher(system.analyser)
        self._started_at = system.clock()

    def add_worker(self) -> None:
        """Settle what the stream delivers."""
        self._reads = True
        system, settings = self.system, self.system.settings
        worker = Worker(
            stream=system.stream,
            store=system.store,
            live=system.live,
            reader=system.reader,
            metrics=system.metrics,
            clock=system.clock,
            group=settings.stream.group,
            batch_size=settings.analysis.batch_size,
            batch_wait=settings.analysis.batch_wait,
            max_attempts=settings.stream.max_attempts,
        )
        self._components.append(Component("worker", worker.run, worker.stop))

    def add_refiner(self, on_step: Callable[[int, int], None] | None = None) -> Refiner:
        """Read again what was read quickly; `on_step` hears how many posts were, and how many are left."""
        system = self.system
        self.refiner = refiner = Refiner(
            stream=system.stream,
            store=system.store,
            live=system.live,
            reader=system.reader,
            metrics=system.metrics,
            clock=system.clock,
            group=system.settings.stream.group,
            lease_seconds=REFINE_LEASES * system.settings.stream.lease_seconds,
            on_step=on_step,
        )
        self._components.append(Component("refine", refiner.run, refiner.stop))
        return refiner

    def add_layering(self) -> None:
        """Go on with layers whose work is not done, while the live path leaves time."""
        system = self.system

        async def busy() -> bool:
            return (await system.stream.lag(system.settings.stream.group)).entries >= GIVES_WAY_AT

        layering = make_layering(system, secrets.token_hex(8), busy=busy, shadows=True)
        self._components.append(Component("layers", layering.run, layering.stop))

    def add_watch(self) -> None:
        """Look for alerts, if no other process does."""
        system = self.system
        watcher = Watcher(
            store=system.store,
            live=system.live,
            metrics=system.metrics,
            settings=system.settings.alerts,
            clock=system.clock,
        )
        self._components.append(Component("watch", self._leased("watch", watcher.run).run))

    def add_retention(self) -> None:
        """Delete posts that are older than the days to keep, if there is such a number and no other process does."""
        system = self.system
        if days := system.settings.retention.days:
            retention = Retention(store=system.store, metrics=system.metrics, clock=system.clock, days=days)
            self._components.append(Component("retention", self._leased("retention", retention.run).run))

    def add_source(
        self,
        source: Source,
        kind: str,
        on_published: Callable[[SourceState], None] | None = None,
        *,
        restart: bool = True,
    ) -> None:
        """Bring in what `source` yields, if no other process does; `on_published` hears of every batch.

        Two of one name are a SettingsError.
        """
        if any(ingester.state.name == source.name for ingester in self.ingesters):
            raise SettingsError(f"two sources are named {source.name}: their positions would be mixed up")
        system = self.system
        counter = system.metrics.source_published.labels(source.name)
        counted = 0

        def count(state: SourceState) -> None:
            nonlocal counted
            counter.inc(state.published - counted)
            counted = state.published
            if on_published is not None:
                on_published(state)

        ingester = Ingester(
            source,
            system.stream,
            system.store.cursors,
            clock=system.clock,
            gazetteer=system.gazetteer,
            kind=kind,
            retry_seconds=system.settings.sources.disk_retry_seconds,
            on_published=count,
            gives_way_to=system.settings.stream.group if kind == "backfill" else None,
            ours=Ours(system.store.corrections.standing) if kind == "bluesky" else None,
        )
        self.ingesters.append(ingester)
        leased = self._leased(
            source_lease(source.name),
            ingester.run,
            note=lambda: msgspec.to_builtins(ingester.state),
            on_standby=ingester.stand_by,
        )
        self._components.append(Component(source.name, leased.run, restart=restart))

    async def add_api(self, listener: socket.socket, *, alone: bool = False) -> None:
        """Serve HTTP and WebSocket on `listener`. SettingsError if strangers could reach it without a key.

        alone: nothing in this process publishes live events, and health says so.
        """
        from sentistream.api.app import create_app

        await require_key(self.system)
        if alone:
            self._notes["live_feed"] = ALONE
        self._serve(create_app(self._services()), listener)

    async def add_monitor(self, listener: socket.socket) -> None:
        """Serve health and metrics on `listener`."""
        from sentistream.api.monitor import create_monitor

        await require_key(self.system)
        self._serve(create_monitor(self._services()), listener)

    def stop_when(self, done: Callable[[], Awaitable[bool]]) -> None:
        """End the process once `done` says so; it is asked every now and then."""

        async def watch() -> None:
            while not await done():  # noqa: ASYNC110  (other processes decide it, and they cannot tell us)
                await asyncio.sleep(IDLE_SECONDS)
            self.stop()

        self._components.append(Component("until done", watch))

    async def idle(self) -> bool:
        """Whether nothing waits in the stream, and nothing to be read again."""
        if (await self.system.stream.lag(self.system.settings.stream.group)).entries:
            return False
        return self.refiner is None or await self.refiner.finished()

    async def read(self) -> bool:
        """Whether every source has come to its end."""
        return all(ingester.state.state == "finished" for ingester in self.ingesters)

    def start(self, name: str) -> None:
        """Run a part that was added while the others ran, or that has ended; one that runs goes on as it is."""
        if self._supervisor is not None:
            self._supervisor.start(next(part for part in self._components if part.name == name))

    async def end(self, name: str) -> None:
        """End one part, and none of the others."""
        if self._supervisor is not None:
            await self._supervisor.end(name)

    def stop(self) -> None:
        """Ask every part to end after the work in hand."""
        if self._supervisor is not None:
            self._supervisor.stop()

    async def run(self, ready: Callable[[Parts], None] | None = None) -> None:
        """Until SIGTERM or SIGINT, or until every part has finished; `ready` is called once it serves.

        The first signal lets each part finish its work; a second ends the process at once, which the
        next start repairs.
        """
        self._supervisor = supervisor = Supervisor(self._components)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, partial(_signalled, supervisor, number))
        greeting = asyncio.create_task(self._greet(ready)) if ready else None
        try:
            await supervisor.run()
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
            if greeting is not None:
                greeting.cancel()
                await asyncio.gather(greeting, return_exceptions=True)
            if self.server is not None:
                self.server.close()
            await self._batcher.close()

    def _leased(self, name: str, work: Callable[[Tenure], Awaitable[None]], **options: Any) -> Leased:
        system = self.system
        return Leased(system.store.leases, name, work, clock=system.clock, metrics=system.metrics, **options)

    async def _greet(self, ready: Callable[[Parts], None]) -> None:
        if self.server is not None:
            await self.server.started.wait()
        ready(self)

    def _serve(self, app: Any, listener: socket.socket) -> None:
        from sentistream.api.server import HttpServer

        self.server = HttpServer(app, listener)
        self._components.append(Component("http", self.server.run, self.server.stop))

    def _services(self) -> Services:
        from sentistream.analysis.explain import Explainer
        from sentistream.api.dependencies import Services

        system = self.system
        return Services(
            api_settings=system.settings.api,
            alerts_settings=system.settings.alerts,
            live_settings=system.settings.live,
            store=system.store,
            stream=system.stream,
            live=system.live,
            caches=system.caches,
            analyser=self._batcher,
            explainer=system.explainer or Explainer(),
            metrics=system.metrics,
            source_states=self._source_states,
            clock=system.clock,
            group=system.settings.stream.group,
            version=__version__,
            started_at=self._started_at,
            prepare=self._prepare,
            locate=self._locate,
            process_health=self._health,
            source_switch=self.switch,
        )

    def _prepare(self, entries: Sequence[Entry], now: datetime) -> Prepared:
        return prepare(entries, now, self.system.gazetteer)

    def _locate(self, city: str, country: str | None) -> tuple[float, float] | None:
        place = self.system.gazetteer.locate(city, country)
        if place is None or place.latitude is None or place.longitude is None:
            return None
        return place.latitude, place.longitude

    def _source_states(self) -> list[SourceState]:
        return [ingester.state for ingester in self.ingesters]

    def _health(self) -> dict[str, dict[str, Any]]:
        """Degraded while a part has crashed and not yet been steady for a while."""
        reports = self._supervisor.reports if self._supervisor is not None else {}
        broken = [name for name, report in reports.items() if not report.healthy]
        process: dict[str, Any] = {
            "status": "degraded" if broken else "ok",
            "parts": {name: {"state": report.state, "restarts": report.restarts} for name, report in reports.items()},
        }
        if broken:
            process["message"] = "; ".join(f"{name} crashed: {reports[name].error}" for name in broken)
        reading = {"reading": self.system.reader.report()} if self._reads else {}
        return {"process": process, **reading, **self._notes}


async def require_key(system: System) -> None:
    """SettingsError where strangers could reach the API and no key exists."""
    from sentistream.api.security import is_loopback

    host = system.settings.api.host
    if is_loopback(host) or any(key.revoked_at is None for key in await system.store.keys.all()):
        return
    raise SettingsError(
        f"binding to {host} lets other machines in, and there is no API key:"
        " create one with `sentistream keys create NAME`",
        setting="api.host",
    )


SWITCH_SECONDS = 0.001
"""How long a thread may keep Python's lock from the others. The store gives it up at every statement and waits so long
to have it back from a model that computes: with Python's own 5 ms a fifth fewer posts a second were stored."""


def run_loop(main: Coroutine[Any, Any, Result]) -> Result:
    """`main` on the fastest event loop there is here."""
    import uvicorn

    sys.setswitchinterval(SWITCH_SECONDS)

    factory = uvicorn.Config("", log_config=None).get_loop_factory()
    with asyncio.Runner(loop_factory=factory) as runner:
        return runner.run(main)


def _signalled(supervisor: Supervisor, number: int) -> None:
    if supervisor.stopping:
        os._exit(128 + number)
    supervisor.stop()


Ready = Callable[[Parts], None]
Add = Callable[[Parts], Awaitable[None]]


def listening(settings: Settings) -> socket.socket:
    """A socket on the address of the settings; SettingsError says why there can be none."""
    from sentistream.api.server import bind

    return bind(settings.api.host, settings.api.port)
