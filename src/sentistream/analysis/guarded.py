"""Time-out, isolation and breaker around an analyser: a failure becomes `unscored`, never a silent neutral."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable, Sequence

import structlog
from msgspec.structs import replace

from sentistream.analysis.base import Analyser
from sentistream.connections.breaker import Breaker
from sentistream.domain.analysis import NOBODY, ModelInfo, Reading, unscored
from sentistream.domain.errors import Unavailable
from sentistream.telemetry.metrics import Metrics

PROBE = "The weather is fine today."
"""Read when a call fails: if the model cannot even do that, the model is at fault and not the text."""

_log = structlog.get_logger(__name__)


class _Failure(Exception):
    """Why a call of the model gave nothing: `kind` for metrics, the message for people."""

    def __init__(self, kind: str, message: str, place: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.place = place


class Guarded:
    """An Analyser that always answers: with the inner readings, or `unscored` and the reason.

    A call that fails or takes longer than `timeout` seconds is followed by a probe. If the model
    still reads a plain sentence, the batch is halved until the texts it stumbles over are alone; this
    may take `patience` time-outs, after which the rest stays unscored. If it does not, everything is
    unscored, by nobody and provisionally, since the model may read it once it is back; the breaker
    counts a failure: bad texts never open it. `clock` is in seconds.
    """

    def __init__(
        self,
        analyser: Analyser,
        timeout: float = 30.0,
        *,
        metrics: Metrics | None = None,
        clock: Callable[[], float] = time.monotonic,
        failures: int = 5,
        open_seconds: float = 60.0,
        patience: float = 4.0,
    ) -> None:
        self._analyser = analyser
        self._timeout = timeout
        self._metrics = metrics
        self._clock = clock
        self._open_seconds = open_seconds
        self._patience = patience
        self._breaker = Breaker(failures, open_seconds, clock)

    @property
    def model(self) -> ModelInfo:
        """The inner analyser's."""
        return self._analyser.model

    @property
    def available(self) -> bool:
        """False while the breaker is open; GET /health shows it."""
        return not self._breaker.is_open

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """One reading per text, in order; raises nothing but cancellation."""
        if not texts:
            return []
        if not self._breaker.admit():
            reason = f"{self.model.name} failed repeatedly and is left alone for {self._open_seconds:g} seconds"
            return self._give_up(texts, _Failure("breaker", reason), down=True)
        try:
            readings = await self._read(texts)
        except asyncio.CancelledError:
            self._breaker.abandon()
            raise
        return readings

    async def _read(self, texts: Sequence[str]) -> list[Reading]:
        try:
            readings = await self._call(texts)
        except _Failure as failure:
            return await self._investigate(texts, failure)
        self._works()
        return readings

    async def _investigate(self, texts: Sequence[str], failure: _Failure) -> list[Reading]:
        try:
            await self._call([PROBE])
        except _Failure as broken:
            if self._breaker.fail():
                _log.error("analysis paused", model=self.model.name, seconds=self._open_seconds, reason=str(broken))
            self._report()
            return self._give_up(texts, failure, down=True)
        self._works()
        deadline = self._clock() + self._patience * self._timeout
        return await self._isolate(texts, failure, deadline)

    async def _isolate(self, texts: Sequence[str], failure: _Failure, deadline: float) -> list[Reading]:
        """`texts` have just failed together: halve them until what fails is alone."""
        if len(texts) == 1:
            return self._give_up(texts, failure)
        middle = len(texts) // 2
        readings: list[Reading] = []
        for half in (texts[:middle], texts[middle:]):
            if self._clock() >= deadline:
                readings += self._give_up(half, failure)
                continue
            try:
                readings += await self._call(half)
            except _Failure as smaller:
                readings += await self._isolate(half, smaller, deadline)
        return readings

    async def _call(self, texts: Sequence[str]) -> list[Reading]:
        name = self.model.name
        try:
            async with asyncio.timeout(self._timeout):
                readings = await self._analyser.analyse(texts)
        except TimeoutError as error:
            raise _Failure("timeout", f"{name} did not answer within {self._timeout:g} seconds") from error
        except Unavailable as error:
            # Said by an adapter for people to read, and it quotes no text.
            raise _Failure("error", f"{name} failed: {error.message}", _place(error)) from error
        except Exception as error:
            # The message of an exception may quote the text, so only its type and place are told.
            raise _Failure("error", f"{name} failed: {type(error).__name__}", _place(error)) from error
        if len(readings) != len(texts):
            raise _Failure("error", f"{name} gave {len(readings)} readings for {len(texts)} texts")
        return readings

    def _works(self) -> None:
        self._breaker.succeed()
        self._report()

    def _report(self) -> None:
        if self._metrics is not None:
            self._metrics.breaker_open.labels(self.model.name).set(self._breaker.is_open)

    def _give_up(self, texts: Sequence[str], failure: _Failure, *, down: bool = False) -> list[Reading]:
        if self._metrics is not None:
            self._metrics.analysis_failures.labels(self.model.name, failure.kind).inc(len(texts))
        _log.warning(
            "analysis failed",
            model=self.model.name,
            kind=failure.kind,
            reason=str(failure),
            place=failure.place,
            unscored=len(texts),
        )
        nothing = unscored(NOBODY if down else self.model, str(failure))
        return [replace(nothing, provisional=down) for _ in texts]


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
