"""The work on layers: another model reads stored posts, and what it says is promoted, or demoted, in steps.

Where a layer stands is in the store, and every step is one transaction, so whoever is killed leaves it for the
next: the same command again, or any worker, goes on. A lease keeps two from doing the same step in vain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import msgspec
import structlog

from sentistream.analysis.base import Analyser
from sentistream.domain.analysis import Reading
from sentistream.domain.errors import Conflict, NotFound, SentiStreamError, SettingsError, Unavailable
from sentistream.domain.layer import WORKING, Layer
from sentistream.pipeline.compare import compared
from sentistream.storage.base import Store

log = structlog.get_logger(__name__)

BATCH = 200
"""Posts read in one step."""

STEP = 500
"""Posts promoted in one step: others write in between."""

LEASE_SECONDS = 30.0

LOOK_SECONDS = 1.0
"""Between two looks for work."""

GIVES_WAY_AT = 200
"""Entries waiting in the stream from which a layer's reading waits for the live path."""

Load = Callable[[str], Analyser]
Busy = Callable[[], Awaitable[bool]]
Progress = Callable[[Layer, int], None]
"""Hears of every step: the layer, and how many posts are left to promote or demote (0 while reading)."""


class Shadow(msgspec.Struct, frozen=True):
    """A second model, by its name in the settings, and its share of the new posts in (0, 1]."""

    model: str
    share: float

    @property
    def layer(self) -> str:
        """The layer that it writes."""
        return f"shadow-{self.model}"


async def never() -> bool:
    """Nobody has to be given way."""
    return False


class Layering:
    """Does what is left to do on layers.

    load: makes the analyser of that name (blocking). holder: who we are to others. busy: whether the live path needs
    the processor. shadow: the second model that reads a share of the new posts, if any.
    """

    def __init__(
        self,
        store: Store,
        load: Load,
        clock: Callable[[], datetime],
        holder: str,
        *,
        busy: Busy = never,
        shadow: Shadow | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        batch: int = BATCH,
        step: int = STEP,
    ) -> None:
        self._shadow = shadow
        self._store = store
        self._load = load
        self._clock = clock
        self._holder = holder
        self._busy = busy
        self._sleep = sleep
        self._batch = batch
        self._step = step
        self._analysers: dict[str, Analyser] = {}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Return from `run()` after the step in hand."""
        self._stopping.set()

    async def run(self) -> None:
        """Look for layers with work left, until `stop()`. What fails is told on the layer, and stops no other."""
        while not self._stopping.is_set():
            done = False
            try:
                for layer in await self._mine():
                    if not self._stopping.is_set():
                        done |= await self._try(layer.name)
            except Unavailable as error:
                log.warning("layers_wait", reason=error.message)
            if not done:
                await self._pause()

    async def finish(self, name: str, progress: Progress = lambda layer, left: None) -> Layer:
        """Work on one layer until nothing is left, or look on while another process does; raises what it fails of."""
        while True:
            if not await self._hold(name):
                layer = await self._known(name)
                if layer.error is not None:
                    raise Conflict(layer.error)
                progress(layer, 0)
                if layer.state not in WORKING:
                    return layer
                await self._sleep(LOOK_SECONDS)
                continue
            layer, left = await self._one_step(name)
            progress(layer, left)
            if layer.state not in WORKING:
                await self._store.leases.release(_lease(name), self._holder)
                return layer

    async def _mine(self) -> list[Layer]:
        """Layers with work left; of shadows the configured one, as it is configured."""
        wanted, now = self._shadow, self._clock()
        found = await self._store.layers.all()
        if wanted is not None:
            known = next((one for one in found if one.name == wanted.layer), None)
            if known is None:
                new = Layer(
                    name=wanted.layer,
                    model=wanted.model,
                    share=wanted.share,
                    shadow=True,
                    created_at=now,
                    updated_at=now,
                )
                try:
                    found.append(await self._store.layers.create(new))
                except Conflict:
                    return []  # another process was first; the next look finds it
            elif known.share != wanted.share:
                await self._store.layers.update(known.name, now, share=wanted.share)
        mine = None if wanted is None else wanted.layer
        return [
            one
            for one in found
            if one.state in WORKING
            and one.error is None
            and not (one.shadow and one.state == "reading" and one.name != mine)
        ]

    async def _try(self, name: str) -> bool:
        """One step, if nobody else is at it; False where nothing was done."""
        if await self._busy() or not await self._hold(name):
            return False
        before = await self._store.layers.get(name)
        try:
            layer, _ = await self._one_step(name)
        except Unavailable:
            raise
        except SentiStreamError as error:
            log.warning("layer_stands_still", layer=name, reason=error.message)
            if not isinstance(error, Conflict):
                await self._store.layers.update(name, self._clock(), error=error.message)
            return False
        if layer.state not in WORKING:
            await self._store.leases.release(_lease(name), self._holder)
            self._analysers.pop(layer.model, None)
        return layer != before

    async def _pause(self) -> None:
        stopping = asyncio.ensure_future(self._stopping.wait())
        waiting = asyncio.ensure_future(self._sleep(LOOK_SECONDS))
        try:
            await asyncio.wait({stopping, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in (stopping, waiting):
                one.cancel()
            await asyncio.gather(stopping, waiting, return_exceptions=True)

    async def _hold(self, name: str) -> bool:
        return await self._store.leases.hold(_lease(name), self._holder, LEASE_SECONDS, self._clock())

    async def _one_step(self, name: str) -> tuple[Layer, int]:
        layer = await self._known(name)
        if layer.state == "reading":
            return await self._read(layer), 0
        if layer.state == "promoting":
            if layer.report is None:
                report = msgspec.to_builtins(compared(await self._store.layers.tallies(name)))
                layer = await self._store.layers.update(name, self._clock(), report=report)
            left = await self._store.promote(name, self._step, self._clock())
            return (layer, left) if left else (await self._become(name, "promoted"), 0)
        if layer.state == "demoting":
            left = await self._store.demote(name, self._step, self._clock())
            return (layer, left) if left else (await self._become(name, "read"), 0)
        return layer, 0

    async def _known(self, name: str) -> Layer:
        layer = await self._store.layers.get(name)
        if layer is None:
            raise NotFound(f"there is no layer {name}")
        return layer

    async def _become(self, name: str, state: str) -> Layer:
        changes = {"state": state} | ({"report": None} if state == "read" else {})
        return await self._store.layers.update(name, self._clock(), **changes)

    async def _read(self, layer: Layer) -> Layer:
        analyser = self._analysers.get(layer.model)
        if analyser is None:
            analyser = self._analysers[layer.model] = await asyncio.to_thread(self._load, layer.model)
        model = analyser.model
        if (layer.model_name, layer.model_version) != (model.name, model.version):
            if layer.model_name is not None:
                before = f"{layer.model_name} {layer.model_version}"
                raise SettingsError(
                    f"{layer.name} was begun by {before}, and {layer.model} is {model.name} {model.version} now:"
                    " begin another layer"
                )
            layer = await self._store.layers.update(
                layer.name, self._clock(), model_name=model.name, model_version=model.version, tier=model.tier
            )
        found = await self._store.layers.unread(layer, self._batch)
        if not found.seen and not found.texts:
            return layer if layer.shadow else await self._become(layer.name, "read")
        readings: list[Reading] = await analyser.analyse([text for _, _, text in found.texts]) if found.texts else []
        if down := next((one for one in readings if one.provisional), None):
            raise Unavailable(f"{model.name} does not answer: {down.reason}", retry_after=5)
        kept = [(key, hash_, one) for (key, hash_, _), one in zip(found.texts, readings, strict=True)]
        return await self._store.layers.record(layer, found, kept, self._clock())


def _lease(name: str) -> str:
    return f"layer:{name}"
