"""Who reads posts as they come, and who reads them again: the tiers, with the policy in between."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from msgspec.structs import replace

from sentistream.analysis.base import Analyser
from sentistream.analysis.speed import Rate, Speed
from sentistream.analysis.tiers import Policy, Situation, Standing, allowance, decide, step
from sentistream.domain.analysis import TIER_RANK, Reading, Tier
from sentistream.telemetry.metrics import Metrics

_log = structlog.get_logger(__name__)


class TieredReader:
    """Reads at the best tier while that keeps up, quickly under backlog; a quick reading is provisional.

    quick: None where one analyser reads everything, however long it takes. clock: in seconds, only ever forward.
    """

    def __init__(
        self,
        best: Analyser,
        quick: Analyser | None = None,
        policy: Policy | None = None,
        *,
        metrics: Metrics | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.best = best
        self._quick = quick
        self._policy = policy or Policy()
        self._metrics = metrics
        self._clock = clock
        self._standing = Standing()
        self._speed = Speed()
        self._quick_speed = Speed()
        self._arrivals = Rate()

    @property
    def tier(self) -> Tier:
        """The best one's: what was read at a lower tier may be read again."""
        return self.best.model.tier

    @property
    def quick(self) -> bool:
        """Whether new posts are read quickly at the moment."""
        return self._standing.quick

    def report(self) -> dict[str, Any]:
        """For health: who reads, and texts a second; None before a batch was big enough to tell."""
        quick = None if self._quick is None else self._quick.model
        return {
            "status": "ok",
            "best": self.best.model.name,
            "best_per_second": self._speed.per_second,
            "quick": quick and quick.name,
            "quick_per_second": self._quick_speed.per_second,
            "reading_quickly": self.quick,
        }

    async def read(self, texts: Sequence[str], *, waiting: int, age: float) -> list[Reading]:
        """One reading per text, in order. waiting: posts behind these in the stream. age: of the oldest, in seconds."""
        if not texts:
            return []
        readings = await self._read(texts, waiting, age)
        self._count(readings)
        return readings

    async def reread(self, texts: Sequence[str]) -> list[Reading]:
        """One reading per text, in order, at the best tier."""
        readings = await self._timed(texts)
        self._count(readings)
        return readings

    def allowance(self, entries: int, seconds: float) -> int:
        """See `tiers.allowance`."""
        return allowance(entries, seconds, self._speed.per_second, self._policy)

    async def _read(self, texts: Sequence[str], waiting: int, age: float) -> list[Reading]:
        if self._quick is None:
            return await self._timed(texts)
        started = self._clock()
        situation = Situation(
            now=started,
            size=len(texts),
            waiting=waiting,
            age=age,
            arriving=self._arrivals.add(len(texts), started),
            speed=self._speed.per_second,
        )
        self._stand(decide(self._standing, situation, self._policy), situation)
        readings: list[Reading] = []
        # A speed is a guess: who turns out to be too slow hands over what is left.
        while not self._standing.quick and len(readings) < len(texts):
            if readings and age + self._clock() - started > self._policy.lag_seconds:
                self._stand(Standing(self._clock()), situation)
                break
            readings += await self._timed(texts[len(readings) :][: step(self._speed.per_second)])
        if len(readings) < len(texts):
            rest, began = texts[len(readings) :], self._clock()
            found = await self._quick.analyse(rest)
            self._quick_speed.add(len(rest), self._clock() - began)
            readings += [self._provisional(one) for one in found]
        return readings

    async def _timed(self, texts: Sequence[str]) -> list[Reading]:
        started = self._clock()
        readings = await self.best.analyse(texts)
        if all(reading.tier == self.tier or not reading.provisional for reading in readings):
            self._speed.add(len(texts), self._clock() - started)
        return readings

    def _provisional(self, reading: Reading) -> Reading:
        better = TIER_RANK[reading.tier] < TIER_RANK[self.tier]
        return replace(reading, provisional=True) if better else reading

    def _stand(self, standing: Standing, situation: Situation) -> None:
        if standing.quick != self._standing.quick:
            _log.info(
                "reading quickly" if standing.quick else "reading at the best tier",
                waiting=situation.size + situation.waiting,
                age_seconds=round(situation.age, 3),
                arriving_per_second=round(situation.arriving),
                best_per_second=round(situation.speed or 0) or None,
            )
        self._standing = standing
        if self._metrics is not None:
            self._metrics.reading_quickly.set(standing.quick)

    def _count(self, readings: Sequence[Reading]) -> None:
        if self._metrics is not None:
            for (model, tier), count in Counter((one.model_name, one.tier) for one in readings).items():
                self._metrics.readings.labels(model, tier).inc(count)
            if (speed := self._speed.per_second) is not None:
                self._metrics.best_speed.set(speed)
