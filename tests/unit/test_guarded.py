"""The guard: whatever the model does, every text gets an honest answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from sentistream.analysis.guarded import PROBE, Guarded
from sentistream.domain.analysis import ModelInfo, Reading
from sentistream.telemetry.metrics import Metrics

MODEL = ModelInfo(name="shaky", version="1", tier="fast")


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Shaky:
    """Raises on `bad`, never answers on `hang`, loses a reading on `lost`; `down` fails everything."""

    model = MODEL

    def __init__(self) -> None:
        self.down = False
        self.calls = 0

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        self.calls += 1
        if self.down or "bad" in texts:
            raise ValueError(f"cannot read {texts}")
        if "hang" in texts:
            await asyncio.Event().wait()
        readings = [
            Reading(sentiment_label="positive", model_name="shaky", model_version="1", tier="fast") for _ in texts
        ]
        return readings[:-1] if "lost" in texts else readings


def labels(readings: list[Reading]) -> list[str]:
    return [reading.sentiment_label for reading in readings]


async def test_what_works_passes_through() -> None:
    shaky = Shaky()
    guarded = Guarded(shaky)
    assert labels(await guarded.analyse(["a", "b"])) == ["positive", "positive"]
    assert await guarded.analyse([]) == []
    assert shaky.calls == 1
    assert guarded.model is MODEL


@pytest.mark.parametrize(
    ("poison", "kind", "says"),
    [
        ("bad", "error", "shaky failed: ValueError"),
        ("hang", "timeout", "shaky did not answer within 0.01 seconds"),
        ("lost", "error", "shaky gave 0 readings for 1 texts"),
    ],
)
async def test_poison_is_found_among_many(poison: str, kind: str, says: str) -> None:
    metrics = Metrics()
    guarded = Guarded(Shaky(), timeout=0.01, metrics=metrics, patience=1_000)
    texts = ["fine"] * 10 + [poison] + ["fine"] * 5
    readings = await guarded.analyse(texts)
    assert labels(readings) == ["unscored" if text == poison else "positive" for text in texts]
    refused = readings[10]
    assert refused.reason == says
    assert refused.tier == "unscored"
    assert refused.model_name == "shaky"
    assert (refused.sentiment_score, refused.confidence_score) == (None, None)
    assert metrics.analysis_failures.labels("shaky", kind)._value.get() == 1


async def test_the_log_names_the_cause_and_no_text() -> None:
    with capture_logs() as lines:
        await Guarded(Shaky()).analyse(["a secret thought", "bad"])
    (line,) = lines
    assert line["event"] == "analysis failed"
    assert line["log_level"] == "warning"
    assert "ValueError" in line["reason"]
    assert "test_guarded.py:" in line["place"]
    assert "secret thought" not in str(lines)


async def test_a_model_that_is_down_is_not_asked_about_every_text() -> None:
    shaky, metrics = Shaky(), Metrics()
    shaky.down = True
    readings = await Guarded(shaky, metrics=metrics).analyse(["a"] * 500)
    assert labels(readings) == ["unscored"] * 500
    assert shaky.calls == 2
    assert metrics.analysis_failures.labels("shaky", "error")._value.get() == 500


async def test_the_breaker_opens_after_five_failures_and_closes_by_a_trial() -> None:
    shaky, clock, metrics = Shaky(), Clock(), Metrics()
    guarded = Guarded(shaky, clock=clock, metrics=metrics)
    shaky.down = True
    for _ in range(5):
        assert guarded.available
        await guarded.analyse(["a"])
    assert not guarded.available
    calls = shaky.calls
    clock.now += 59
    (refused,) = await guarded.analyse(["a"])
    assert shaky.calls == calls
    assert refused.reason == "shaky failed repeatedly and is left alone for 60 seconds"
    assert metrics.analysis_failures.labels("shaky", "breaker")._value.get() == 1
    clock.now += 1
    await guarded.analyse(["a"])
    assert shaky.calls > calls
    assert not guarded.available
    shaky.down = False
    clock.now += 59
    assert labels(await guarded.analyse(["a"])) == ["unscored"]
    clock.now += 1
    assert labels(await guarded.analyse(["a"])) == ["positive"]
    assert guarded.available


async def test_only_one_call_tries_a_model_that_was_down() -> None:
    shaky, clock = Shaky(), Clock()
    guarded = Guarded(shaky, timeout=60, clock=clock, failures=1)
    shaky.down = True
    await guarded.analyse(["a"])
    shaky.down = False
    clock.now += 60
    trial = asyncio.create_task(guarded.analyse(["hang"]))
    await asyncio.sleep(0)
    assert labels(await guarded.analyse(["a"])) == ["unscored"]
    trial.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trial
    assert labels(await guarded.analyse(["a"])) == ["positive"]


async def test_bad_texts_never_open_the_breaker() -> None:
    guarded = Guarded(Shaky())
    for _ in range(20):
        assert labels(await guarded.analyse(["bad"])) == ["unscored"]
    assert labels(await guarded.analyse(["fine"])) == ["positive"]


async def test_patience_ends() -> None:
    clock = Clock()

    class Slow(Shaky):
        async def analyse(self, texts: Sequence[str]) -> list[Reading]:
            if list(texts) != [PROBE]:
                clock.now += 10
                raise TimeoutError
            return await super().analyse(texts)

    guarded = Guarded(Slow(), timeout=10, clock=clock, patience=4)
    readings = await guarded.analyse(["a"] * 512)
    assert labels(readings) == ["unscored"] * 512
    assert clock.now <= 1_000 + 60
    assert guarded.available
