"""Joins small concurrent requests into one call of the model."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from sentistream.analysis.base import Analyser
from sentistream.domain.analysis import ModelInfo, Reading
from sentistream.domain.errors import Overloaded, Unavailable


class _Request:
    """One caller's texts, the readings that have come in, and the future it waits on."""

    __slots__ = ("future", "left", "readings", "texts")

    def __init__(self, texts: Sequence[str], future: asyncio.Future[list[Reading]]) -> None:
        self.texts = texts
        self.future = future
        self.readings: list[Reading | None] = [None] * len(texts)
        self.left = len(texts)

    def settle(self, index: int, reading: Reading) -> None:
        self.readings[index] = reading
        self.left -= 1
        if self.left == 0 and not self.future.done():
            self.future.set_result([found for found in self.readings if found is not None])

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(error)


_Item = tuple[_Request, int]


class Batcher:
    """An Analyser for many callers: texts that arrive together are analysed together.

    A call of the inner analyser carries at most `max_size` texts and starts at most `max_wait`
    seconds after the first of them came. More than `max_queue` texts waiting is Overloaded. When a
    call fails its texts are tried one by one, so that only the caller who brought the bad one sees
    the error. A caller that is cancelled takes its waiting texts with it and disturbs nobody.
    """

    def __init__(
        self, analyser: Analyser, max_size: int = 64, max_wait: float = 0.005, *, max_queue: int = 2_000
    ) -> None:
        self._analyser = analyser
        self._max_size = max_size
        self._max_wait = max_wait
        self._max_queue = max_queue
        self._queue: deque[_Item] = deque()
        self._full = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def model(self) -> ModelInfo:
        """The inner analyser's."""
        return self._analyser.model

    @property
    def waiting(self) -> int:
        """Texts that wait for a call."""
        return len(self._queue)

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """One reading per text, in order. Overloaded when the queue has no room for all of them."""
        if self._closed:
            raise Unavailable("the analysis is shutting down; try again in a moment")
        if not texts:
            return []
        if self._queue and len(self._queue) + len(texts) > self._max_queue:
            raise Overloaded(f"{len(self._queue):,} texts are waiting to be analysed; try again in a moment")
        request = _Request(texts, asyncio.get_running_loop().create_future())
        self._queue.extend((request, index) for index in range(len(texts)))
        if len(self._queue) >= self._max_size:
            self._full.set()
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        try:
            return await request.future
        except asyncio.CancelledError:
            request.future.cancel()
            self._queue = deque(item for item in self._queue if item[0] is not request)
            raise

    async def close(self) -> None:
        """Stop; whoever still waits gets Unavailable."""
        self._closed = True
        worker, self._worker = self._worker, None
        if worker is not None and not worker.done():
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    async def _work(self) -> None:
        taken: list[_Item] = []
        try:
            while self._queue:
                await self._gather()
                taken = [self._queue.popleft() for _ in range(min(self._max_size, len(self._queue)))]
                if len(self._queue) < self._max_size:
                    self._full.clear()
                await self._settle([item for item in taken if not item[0].future.done()])
        finally:
            # Only when stopped in the middle is anybody left here.
            for request, _ in [*taken, *self._queue]:
                request.fail(Unavailable("the analysis is shutting down; try again in a moment"))
            self._queue.clear()

    async def _gather(self) -> None:
        if len(self._queue) >= self._max_size:
            return
        if self._max_wait <= 0:
            await asyncio.sleep(0)
            return
        try:
            async with asyncio.timeout(self._max_wait):
                await self._full.wait()
        except TimeoutError:
            return

    async def _settle(self, items: list[_Item]) -> None:
        if not items:
            return
        try:
            readings = await self._analyser.analyse([request.texts[index] for request, index in items])
            _check(readings, len(items))
        except Exception as error:  # noqa: BLE001 - handed to the callers, each their own
            if len({id(request) for request, _ in items}) == 1:
                items[0][0].fail(error)
                return
            for item in items:
                await self._settle([item] if not item[0].future.done() else [])
            return
        for (request, index), reading in zip(items, readings, strict=True):
            request.settle(index, reading)


def _check(readings: Sequence[Reading], expected: int) -> None:
    if len(readings) != expected:
        raise RuntimeError(f"the analyser gave {len(readings)} readings for {expected} texts")
