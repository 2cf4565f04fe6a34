"""Who reads new posts, by the clock of the reader."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from sentistream.analysis.reader import TieredReader
from sentistream.domain.analysis import NOBODY, ModelInfo, Reading, Tier, unscored
from sentistream.telemetry.metrics import Metrics


class Timed:
    """Reads `speed` texts a second of the clock that it moves."""

    def __init__(self, house: House, tier: Tier, speed: float) -> None:
        self.house = house
        self.model = ModelInfo(name=tier, version="1", tier=tier)
        self.speed = speed
        self.down = False
        self.calls: list[int] = []

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        self.calls.append(len(texts))
        self.house.now += len(texts) / self.speed
        if self.down:
            nothing = unscored(NOBODY, "down")
            return [Reading(**{name: getattr(nothing, name) for name in ("sentiment_label", "model_name",
                    "model_version", "tier", "reason")}, provisional=True) for _ in texts]  # fmt: skip
        return [
            Reading(sentiment_label="positive", model_name=self.model.name, model_version="1", tier=self.model.tier)
            for _ in texts
        ]


class House:
    def __init__(self, full: float = 600, fast: float = 8_000) -> None:
        self.now = 0.0
        self.metrics = Metrics()
        self.full = Timed(self, "full", full)
        self.fast = Timed(self, "fast", fast)
        self.reader = TieredReader(self.full, self.fast, metrics=self.metrics, clock=lambda: self.now)

    async def read(self, count: int, *, waiting: int = 0, age: float = 0.0) -> dict[tuple[str, bool], int]:
        found: dict[tuple[str, bool], int] = {}
        for reading in await self.reader.read(["text"] * count, waiting=waiting, age=age):
            place = (reading.tier, reading.provisional)
            found[place] = found.get(place, 0) + 1
        return found


async def test_full_while_it_keeps_up_fast_under_backlog_and_full_after_a_calm_while() -> None:
    house = House()
    assert await house.read(50) == {("full", False): 50}
    assert await house.read(450) == {("full", False): 450}
    assert await house.read(500, waiting=2_000) == {("fast", True): 500}
    assert house.metrics.reading_quickly._value.get() == 1
    house.now += 4
    assert await house.read(10) == {("fast", True): 10}
    house.now += 5
    assert await house.read(10) == {("full", False): 10}
    assert not house.reader.quick
    assert house.metrics.readings.labels("full", "full")._value.get() == 510
    assert house.metrics.readings.labels("fast", "fast")._value.get() == 510
    assert round(house.metrics.best_speed._value.get()) == 600


async def test_what_turns_out_too_slow_hands_over_what_is_left() -> None:
    house = House()
    await house.read(50)
    house.full.speed = 100  # a neighbour takes the processor
    found = await house.read(500)
    assert found == {("full", False): 150, ("fast", True): 350}
    assert house.reader.quick


async def test_a_model_that_is_down_says_nothing_about_its_speed() -> None:
    house = House()
    house.full.down = True
    house.full.speed = 1e9
    assert await house.read(60) == {("unscored", True): 60}
    assert house.metrics.best_speed._value.get() == 0
    assert await house.reader.reread(["text"] * 50) == await house.full.analyse(["text"] * 50)


async def test_one_analyser_alone_reads_everything() -> None:
    house = House(full=1)
    reader = TieredReader(house.full, clock=lambda: house.now)
    readings = await reader.read(["text"] * 100, waiting=100_000, age=3_600)
    assert {(one.tier, one.provisional) for one in readings} == {("full", False)}
    assert not reader.quick
    assert reader.report()["best_per_second"] == pytest.approx(1)
    assert await reader.read([], waiting=0, age=0) == []


async def test_it_reports_the_speed_of_both_models_once_a_batch_could_tell() -> None:
    house = House(full=600, fast=8_000)
    first = house.reader.report()
    assert (first["best_per_second"], first["quick_per_second"], first["reading_quickly"]) == (None, None, False)
    assert await house.read(50) == {("full", False): 50}
    assert await house.read(500, waiting=2_000) == {("fast", True): 500}
    report = house.reader.report()
    assert (round(report["best_per_second"]), round(report["quick_per_second"])) == (600, 8_000)
    assert (report["best"], report["quick"], report["reading_quickly"]) == ("full", "fast", True)
