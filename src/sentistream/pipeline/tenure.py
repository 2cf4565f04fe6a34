"""What only one process does: it waits for the lease, works under it, and gives it back."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import anyio
import structlog

from sentistream.domain.errors import LeaseLost, Unavailable
from sentistream.storage.ownership import Leases
from sentistream.telemetry.metrics import Metrics

LEASE_SECONDS = 6.0
"""After so long without a sign of life, another process takes over. Renewed three times as often."""

STANDBY_SECONDS = 0.5
"""Between two tries of who stands by."""

RELEASE_SECONDS = 5.0

log = structlog.get_logger(__name__)


def boot_time() -> float:
    """Seconds that go on while the process is frozen and, where the system can tell, while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Tenure:
    """One time of holding a lease. `holder` (`host:pid:token`) is its own, so the next one can refuse it."""

    def __init__(
        self,
        leases: Leases,
        name: str,
        *,
        clock: Callable[[], datetime],
        note: Callable[[], dict[str, Any]] = dict,
        seconds: float = LEASE_SECONDS,
        elapsed: Callable[[], float] = boot_time,
    ) -> None:
        self.name = name
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._leases = leases
        self._clock = clock
        self._note = note
        self._seconds = seconds
        self._elapsed = elapsed
        self._sure_until = float("-inf")

    async def renew(self) -> bool:
        """Take or prolong it; False if another has it."""
        asked = self._elapsed()
        held = await self._leases.hold(self.name, self.holder, self._seconds, self._clock(), self._note())
        self._sure_until = asked + self._seconds if held else float("-inf")
        return held

    async def check(self) -> None:
        """Returns while it is ours, for a third of its length at least; LeaseLost if it is another's.

        To be asked before everything that two must not do: a process may have been frozen since it last looked.
        """
        if self._elapsed() > self._sure_until - self._seconds / 3 and not await self.renew():
            raise LeaseLost(f"another process has taken over {self.name}")

    async def release(self) -> None:
        """Let another take it at once."""
        self._sure_until = float("-inf")
        await self._leases.release(self.name, self.holder)


class Leased:
    """Runs `work` in one of all processes that want to; the others stand by, and one of them takes over.

    on_standby: told whenever the lease cannot be had: None if another process has it, else what is wrong.
    note: what is shown of the work to who asks for the leases.
    """

    def __init__(
        self,
        leases: Leases,
        name: str,
        work: Callable[[Tenure], Awaitable[None]],
        *,
        clock: Callable[[], datetime],
        metrics: Metrics,
        note: Callable[[], dict[str, Any]] = dict,
        on_standby: Callable[[str | None], None] = lambda _: None,
        seconds: float = LEASE_SECONDS,
        standby_seconds: float = STANDBY_SECONDS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._leases = leases
        self._name = name
        self._do = work
        self._clock = clock
        self._held = metrics.lease_held.labels(name)
        self._note = note
        self._on_standby = on_standby
        self._seconds = seconds
        self._standby_seconds = standby_seconds
        self._sleep = sleep

    async def run(self) -> None:
        """Until the work is done; raises what it raises."""
        while True:
            tenure = await self._taken()
            self._held.set(1)
            try:
                await self._work(tenure)
            except LeaseLost as error:
                log.warning("lease_lost", lease=self._name, reason=error.message)
            else:
                return
            finally:
                self._held.set(0)
                await self._give_back(tenure)

    async def _taken(self) -> Tenure:
        told = False
        while True:
            tenure = Tenure(self._leases, self._name, clock=self._clock, note=self._note, seconds=self._seconds)
            try:
                if await tenure.renew():
                    if told:
                        log.info("lease_taken", lease=self._name)
                    return tenure
            except Unavailable as error:
                self._on_standby(error.message)
                log.warning("lease_waits", lease=self._name, reason=error.message)
                await self._sleep(max(self._standby_seconds, error.retry_after))
                continue
            self._on_standby(None)
            if not told:
                log.info("lease_standby", lease=self._name)
                told = True
            await self._sleep(self._standby_seconds)

    async def _work(self, tenure: Tenure) -> None:
        working = asyncio.ensure_future(self._do(tenure))
        beating = asyncio.create_task(self._beat(tenure), name=f"lease-{self._name}")
        tasks: set[asyncio.Future[None]] = {working, beating}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            (working if working.done() else beating).result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _beat(self, tenure: Tenure) -> None:
        while True:
            await self._sleep(self._seconds / 3)
            try:
                held = await tenure.renew()
            except Unavailable as error:
                # Nobody else can take it now either; the work asks before everything that counts.
                log.warning("lease_not_renewed", lease=self._name, reason=error.message)
                continue
            if not held:
                raise LeaseLost(f"another process has taken over {self._name}")

    async def _give_back(self, tenure: Tenure) -> None:
        with anyio.move_on_after(RELEASE_SECONDS, shield=True):
            try:
                await tenure.release()
            except Unavailable as error:
                log.warning("lease_not_given_back", lease=self._name, reason=error.message)
