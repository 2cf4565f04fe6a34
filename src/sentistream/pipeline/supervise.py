"""Keeps the long-running parts of a process running: restarts with a growing wait, ends in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

import msgspec
import structlog

from sentistream.domain.errors import MissingExtra, SentiStreamError, SettingsError

log = structlog.get_logger(__name__)

ComponentState = Literal["waiting", "running", "restarting", "finished", "stopped"]

RESTART_WAITS = (1.0, 2.0, 4.0)
"""Seconds before the first, second, third restart; the last is repeated."""

GRACE_SECONDS = 20.0
"""What a batch in hand may take once asked to stop: within the half minute after which containers are killed there is
time left to give back what could not be finished."""

STABLE_AFTER = 60.0
"""Seconds of running after which earlier crashes are forgotten."""


class Component(msgspec.Struct, frozen=True):
    """One long-running part.

    `run` returns when its work is done and raises when it fails. `stop` asks it to return soon,
    after the work in hand; without one it is cancelled. Without `restart` what it raises ends
    everything.
    """

    name: str
    run: Callable[[], Awaitable[None]]
    stop: Callable[[], None] | None = None
    restart: bool = True


class ComponentReport(msgspec.Struct, frozen=True):
    """How one part is doing; `error` names the crash that it has not yet outlived."""

    state: ComponentState
    restarts: int = 0
    error: str | None = None

    @property
    def healthy(self) -> bool:
        """Whether it runs, or has done what it was for."""
        return self.error is None


class Supervisor:
    """Runs components side by side until `stop()` or until every one has finished.

    A component that raises is started again after 1, 2, then always 4 seconds. Wrong settings are
    not a crash: they end everything and are raised.
    """

    def __init__(
        self,
        components: Sequence[Component],
        *,
        grace: float = GRACE_SECONDS,
        restart_waits: Sequence[float] = RESTART_WAITS,
        stable_after: float = STABLE_AFTER,
    ) -> None:
        """`grace`: seconds that components get to end by themselves once asked to stop."""
        self._components = list(components)
        self._tasks: dict[asyncio.Task[None], Component] = {}
        self._added = asyncio.Event()
        self._grace = grace
        self._restart_waits = tuple(restart_waits)
        self._stable_after = stable_after
        self._reports = {component.name: ComponentReport("waiting") for component in components}
        self._stopping = asyncio.Event()

    @property
    def reports(self) -> dict[str, ComponentReport]:
        """How each component is doing, by name."""
        return dict(self._reports)

    @property
    def stopping(self) -> bool:
        """Whether `stop()` was called."""
        return self._stopping.is_set()

    def stop(self) -> None:
        """Ask every component to end after the work in hand; safe in a signal handler of the loop."""
        self._stopping.set()

    def start(self, component: Component) -> None:
        """Run one more, or one that has ended once again; one that runs goes on as it is."""
        if self.stopping or any(part.name == component.name and not task.done() for task, part in self._tasks.items()):
            return
        self._begin(component)
        self._added.set()

    async def end(self, name: str) -> None:
        """End one component as `stop()` ends them all; one that does not run stays as it is."""
        tasks = {task: part for task, part in self._tasks.items() if part.name == name and not task.done()}
        if tasks:
            await self._end(tasks)
            self._reports[name] = ComponentReport("stopped", self._reports[name].restarts)

    async def run(self) -> None:
        """Until all have ended. Raises what a component without `restart` raises, and SettingsError or MissingExtra."""
        for part in self._components:
            self._begin(part)
        stopping = asyncio.create_task(self._stopping.wait())
        added = asyncio.create_task(self._added.wait())
        try:
            while self._tasks and not stopping.done():
                done, _ = await asyncio.wait({*self._tasks, stopping, added}, return_when=asyncio.FIRST_COMPLETED)
                if added in done:
                    self._added.clear()
                    added = asyncio.create_task(self._added.wait())
                for ended in [task for task in self._tasks if task in done]:
                    del self._tasks[ended]
                    if not ended.cancelled():
                        ended.result()
            if self._tasks:
                await self._end(dict(self._tasks))
        finally:
            self._stopping.set()
            leftover = [task for task in (*self._tasks, stopping, added) if not task.done()]
            for task in leftover:
                task.cancel()
            await asyncio.gather(*leftover, return_exceptions=True)

    def _begin(self, part: Component) -> None:
        self._reports[part.name] = ComponentReport("waiting")
        self._tasks[asyncio.create_task(self._keep(part), name=part.name)] = part

    async def _end(self, tasks: dict[asyncio.Task[None], Component]) -> None:
        """Ask, wait for `grace`, then cancel; what a component raises while ending is its last error."""
        for task, part in tasks.items():
            if part.stop is None:
                task.cancel()
            else:
                part.stop()
        _, late = await asyncio.wait(tasks, timeout=self._grace)
        for task in late:
            log.warning("component_cancelled", component=tasks[task].name, seconds=self._grace)
            task.cancel()
        if late:
            await asyncio.wait(late)
        for task in tasks:
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _keep(self, part: Component) -> None:
        """Run `part`, again after each crash, until it returns or the process stops."""
        crashes = 0
        restarts = 0
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            self._reports[part.name] = ComponentReport("running", restarts, self._reports[part.name].error)
            forgetting = loop.call_later(self._stable_after, self._forget, part.name)
            try:
                await part.run()
            except asyncio.CancelledError:
                self._reports[part.name] = ComponentReport("stopped", restarts)
                raise
            except (SettingsError, MissingExtra):
                raise
            except Exception as error:  # whatever it is: logged, shown in health, and tried again
                if not part.restart:
                    raise
                if loop.time() - started >= self._stable_after:
                    crashes = 0
                said = _said(error)
                if self._stopping.is_set():
                    log.exception("component_failed_while_stopping", component=part.name)
                    self._reports[part.name] = ComponentReport("stopped", restarts, said)
                    return
                wait = self._restart_waits[min(crashes, len(self._restart_waits) - 1)]
                crashes += 1
                restarts += 1
                log.exception("component_crashed", component=part.name, restart_in_seconds=wait, crashes=crashes)
                self._reports[part.name] = ComponentReport("restarting", restarts, said)
                if await self._stopped_within(wait):
                    self._reports[part.name] = ComponentReport("stopped", restarts, said)
                    return
            else:
                state: ComponentState = "stopped" if self._stopping.is_set() else "finished"
                self._reports[part.name] = ComponentReport(state, restarts)
                return
            finally:
                forgetting.cancel()

    def _forget(self, name: str) -> None:
        self._reports[name] = msgspec.structs.replace(self._reports[name], error=None)

    async def _stopped_within(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return False
        return True


def _said(error: Exception) -> str:
    """What health may say of it: messages of other people's libraries can hold what a post says."""
    if isinstance(error, SentiStreamError):
        return error.message
    return f"{type(error).__name__}; the log has the cause"
