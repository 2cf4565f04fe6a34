"""Full, then fast, then an LLM, then unscored: who reads what the one before could not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import BrokenExecutor

import pytest

from sentistream.analysis.fallback import Fallback
from sentistream.analysis.guarded import Guarded
from sentistream.domain.analysis import ModelInfo, Reading, Tier, unscored
from sentistream.telemetry.metrics import Metrics


class Model:
    """Reads all but what `fails` names: it raises on `bad`, hangs on `hang`, dies on `die`, refuses `foreign`."""

    def __init__(self, tier: Tier, *, fails: Sequence[str] = (), languages: frozenset[str] | None = None) -> None:
        self.model = ModelInfo(name=f"the {tier}", version="1", tier=tier, languages=languages)
        self.fails = set(fails)
        self.dead = False
        self.hanging = False
        self.seen: list[str] = []

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        self.seen += texts
        if self.hanging:
            await asyncio.Event().wait()
        if self.dead or ("die" in self.fails and "die" in texts):
            raise BrokenExecutor("a thread of the model ended")
        if "bad" in self.fails and "bad" in texts:
            raise ValueError(f"cannot read {texts}")
        return [
            unscored(self.model, f"not claimed by {self.model.name}")
            if text == "foreign" and "foreign" in self.fails
            else Reading(
                sentiment_label="positive", model_name=self.model.name, model_version="1", tier=self.model.tier
            )
            for text in texts
        ]


class Chain:
    """Full, fast and llm behind their guards."""

    def __init__(self, full: Model, fast: Model, llm: Model | None = None) -> None:
        self.now = 0.0
        self.metrics = Metrics()
        self.guards = [
            Guarded(one, 0.02, metrics=self.metrics, clock=lambda: self.now) for one in (full, fast, llm) if one
        ]
        self.chain = Fallback(self.guards, metrics=self.metrics)

    async def read(self, *texts: str) -> list[tuple[str, str, bool]]:
        readings = await self.chain.analyse(texts)
        assert all(reading.sentiment_label != "neutral" for reading in readings)
        return [(reading.model_name, reading.tier, reading.provisional) for reading in readings]

    def fallbacks(self, above: str, by: str) -> float:
        return self.metrics.analysis_fallbacks.labels(above, by)._value.get()


async def test_who_can_read_everything_is_the_only_one_asked() -> None:
    fast = Model("fast")
    chain = Chain(Model("full"), fast)
    assert await chain.read("a", "b") == [("the full", "full", False)] * 2
    assert fast.seen == []
    assert chain.chain.model.name == "the full"


@pytest.mark.parametrize("poison", ["bad", "die"])
async def test_a_text_that_one_stumbles_over_is_read_by_the_next_for_good(poison: str) -> None:
    chain = Chain(Model("full", fails=[poison]), Model("fast"))
    assert await chain.read("a", poison, "b") == [
        ("the full", "full", False), ("the fast", "fast", False), ("the full", "full", False),
    ]  # fmt: skip
    assert chain.fallbacks("the full", "the fast") == 1


@pytest.mark.parametrize("trouble", ["dead", "hanging"])
async def test_a_model_that_is_down_leaves_provisional_readings_of_the_next(trouble: str) -> None:
    full = Model("full")
    setattr(full, trouble, True)
    chain = Chain(full, Model("fast"))
    assert await chain.read("a", "b") == [("the fast", "fast", True)] * 2


async def test_the_breaker_spares_the_queue_the_wait_and_closes_again() -> None:
    full = Model("full")
    full.dead = True
    chain = Chain(full, Model("fast"))
    for _ in range(5):
        assert await chain.read("a") == [("the fast", "fast", True)]
    assert chain.metrics.breaker_open.labels("the full")._value.get() == 1
    asked = len(full.seen)
    full.dead = False
    chain.now += 59
    assert await chain.read("a") == [("the fast", "fast", True)]
    assert len(full.seen) == asked
    chain.now += 1
    assert await chain.read("a") == [("the full", "full", False)]
    assert chain.metrics.breaker_open.labels("the full")._value.get() == 0


async def test_the_llm_is_the_last_who_is_asked() -> None:
    english = frozenset({"en"})
    full, fast = (Model(tier, fails=["foreign", "bad"], languages=english) for tier in ("full", "fast"))
    chain = Chain(full, fast, Model("llm"))
    assert await chain.read("a", "foreign", "bad") == [
        ("the full", "full", False), ("the llm", "llm", False), ("the llm", "llm", False),
    ]  # fmt: skip
    assert chain.chain.model.languages is None
    assert Fallback(chain.guards[:2]).model.languages == english


async def test_what_nobody_can_read_is_unscored_with_every_reason() -> None:
    chain = Chain(Model("full", fails=["bad", "foreign"]), Model("fast", fails=["bad", "foreign"]))
    bad, foreign = await chain.chain.analyse(["bad", "foreign"])
    assert (bad.sentiment_label, bad.model_name, bad.provisional) == ("unscored", "the full", False)
    assert bad.reason == "the full failed: ValueError; the fast failed: ValueError"
    assert foreign.reason == "not claimed by the full; not claimed by the fast"
    assert (bad.sentiment_score, bad.confidence_score, bad.emotion) == (None, None, None)


async def test_when_all_are_down_nobody_has_read_it_yet() -> None:
    full, fast = Model("full"), Model("fast")
    full.dead = fast.dead = True
    [reading] = await Chain(full, fast).chain.analyse(["a"])
    assert (reading.sentiment_label, reading.model_name, reading.provisional) == ("unscored", "none", True)
    assert reading.reason == "the full failed: BrokenExecutor; the fast failed: BrokenExecutor"
    fast.dead = False
    full.dead, full.fails = False, {"bad"}
    fast.dead = True
    [reading] = await Chain(full, fast).chain.analyse(["bad"])
    assert (reading.model_name, reading.provisional) == ("the full", True)


async def test_no_texts_and_no_members() -> None:
    assert await Chain(Model("full"), Model("fast")).chain.analyse([]) == []
    with pytest.raises(ValueError, match="somebody"):
        Fallback([])
