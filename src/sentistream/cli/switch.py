"""Starting and stopping sources of a process that runs."""

from __future__ import annotations

import asyncio

from sentistream.bootstrap import Replay, make_backfill, make_source
from sentistream.cli.process import Parts
from sentistream.domain.errors import NotFound
from sentistream.pipeline.ingest import Ingester, SourceState

SYNTHETIC = "synthetic"
OFFERED = (SYNTHETIC, "example", "bluesky")
"""Sources that any process can start, whatever it was started with."""

BACKFILL = "backfill"


class Switch:
    """Turns sources of `parts` on and off; see api/dependencies.py. None of it outlives the process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._turn = asyncio.Lock()

    async def start(self, name: str) -> SourceState:
        """Whatever source this process has or had, and each of OFFERED in any case."""
        async with self._turn:
            if name == SYNTHETIC:
                await self._add_history()
            if name in OFFERED and self._ingester(name) is None:
                system = self._parts.system
                self._parts.add_source(make_source(name, system.settings, Replay(), system.clock), name)
            found = self._found(name)
            self._parts.start(name)
            return found.state

    async def stop(self, name: str) -> SourceState:
        """The simulated history ends with the synthetic source: both are what nobody said."""
        async with self._turn:
            found = self._found(name)
            for ending in (name, BACKFILL) if name == SYNTHETIC else (name,):
                if (ingester := self._ingester(ending)) is not None and ingester.state.state != "finished":
                    await self._parts.end(ending)
                    ingester.halt()
            return found.state

    async def _add_history(self) -> None:
        # Before the first live post, which would make the store look as if it had a past.
        if self._ingester(BACKFILL) is None and (backfill := await make_backfill(self._parts.system)) is not None:
            self._parts.add_source(backfill, BACKFILL)
        if (history := self._ingester(BACKFILL)) is not None and history.state.state != "finished":
            self._parts.start(BACKFILL)

    def _found(self, name: str) -> Ingester:
        if (ingester := self._ingester(name)) is None:
            known = sorted({*OFFERED, *(one.state.name for one in self._parts.ingesters)})
            raise NotFound(f"this process has no source of that name, only {', '.join(known)}", known=known)
        return ingester

    def _ingester(self, name: str) -> Ingester | None:
        return next((one for one in self._parts.ingesters if one.state.name == name), None)
