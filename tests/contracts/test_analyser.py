"""What every analyser keeps to, decorators included."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentistream.analysis.base import Analyser
from sentistream.analysis.batcher import Batcher
from sentistream.analysis.fast import FastAnalyser
from sentistream.analysis.guarded import Guarded
from sentistream.analysis.languages import LanguageDetector, LanguageGate
from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.analysis.onnx import OnnxAnalyser
from sentistream.analysis.text import Normalised
from sentistream.domain.analysis import EMOTIONS, SENTIMENT_LABELS, TIER_RANK, ModelInfo, Reading

DETECTOR = LanguageDetector()


class Adapter(NamedTuple):
    """How to make an analyser, given a folder of its own, and what to expect of it.

    tolerance: by how much its numbers may differ with a text's neighbours; its labels never may.
    trained: it tells joy from anger.
    """

    make: Callable[[Path], Analyser]
    tolerance: float = 0.0
    trained: bool = True


def wired(model: Analyser) -> Analyser:
    return Batcher(Guarded(Normalised(LanguageGate(model, DETECTOR))), max_size=16, max_wait=0)


def tiny_checkpoint(folder: Path) -> Analyser:
    """Of random weights: nothing but what a checkpoint of any size keeps to."""
    from sentistream.analysis.transformers import TransformersAnalyser
    from tiny_checkpoints import make, needed  # torch takes seconds to import

    with pytest.MonkeyPatch.context() as patch:
        needed(patch)
        checkpoint = make(folder / "checkpoint", ["negative", "neutral", "positive"])
        return TransformersAnalyser(str(checkpoint), device="cpu")


SERVERS = ExitStack()
"""Those that an adapter has started, until the module's last test."""


def fake_llm(_: Path) -> Analyser:
    """Over HTTP, by a model of a few words."""
    from fake_llm import FakeLlm  # needs the extra
    from sentistream.analysis.llm import LlmAnalyser
    from sentistream.settings import LlmSettings

    server = SERVERS.enter_context(FakeLlm(keyed=False).serving())
    return LlmAnalyser(LlmSettings(base_url=f"{server.url}/v1", concurrency=32))


# Models behind Normalised, as everywhere: what is no text never reaches them.
ADAPTERS: dict[str, Adapter] = {
    "lexicon": Adapter(lambda _: LexiconAnalyser()),
    "normalised": Adapter(lambda _: Normalised(LexiconAnalyser())),
    "language gate": Adapter(lambda _: LanguageGate(LexiconAnalyser(), DETECTOR)),
    "guarded": Adapter(lambda _: Guarded(LexiconAnalyser())),
    "batcher": Adapter(lambda _: Batcher(LexiconAnalyser(), max_size=16, max_wait=0)),
    "lexicon as wired": Adapter(lambda _: wired(LexiconAnalyser())),
    "full": Adapter(lambda _: Normalised(OnnxAnalyser())),
    "full as wired": Adapter(lambda _: wired(OnnxAnalyser())),
    "fast": Adapter(lambda _: Normalised(FastAnalyser()), tolerance=1e-3),
    "fast as wired": Adapter(lambda _: wired(FastAnalyser()), tolerance=1e-3),
    "transformers": Adapter(lambda folder: Normalised(tiny_checkpoint(folder)), tolerance=1e-3, trained=False),
    "llm": Adapter(lambda folder: Normalised(fake_llm(folder))),
}

STRANGE = {
    "empty": "",
    "spaces": "   ",
    "emoji only": "😍" * 10_000,
    "one emoji, joined and coloured": "👩🏽‍🚀",
    "ten thousand words": " ".join(f"word{n % 97} again" for n in range(5_000)),
    "a million characters": "a " * 500_000,
    "zero width only": "\u200b\u200c\u200d\u2060\ufeff",
    "zero width within": "I l\u200bo\u200dv\ufeffe it",
    "right to left": "هذه الخدمة رائعة، شكرا لكم جميعا",
    "both directions": "The crew said שלום and \u202egnihtyna did\u202c",
    "combining marks": "s̷̢̛o̸͝ ̶b̵͠a̷͝d̶",
    "no text": "lone \ud800 surrogate, NUL \x00 and \x1b[2J",
    "encoded": "&amp;lt;3 @you https://t.co/x",
    "another language": "Der Flug hat schon wieder Verspätung und niemand sagt etwas",
    "punctuation": "?!… ... --- ###",
}
TEXTS = [
    "I love this airline, what a wonderful crew!",
    "Worst flight of my life, never again",
    "Gate B12 opens at nine",
    *STRANGE.values(),
    "I love this airline, what a wonderful crew!",
]
LONG = "and then we waited at the gate for another hour without a word " * 20
"""A neighbour beside which every other text is short: padding, if there is any, is long."""

PIECES = st.sampled_from(
    ["so", "good", "hate", "not", "flight", "late", "#fail", "@you", "😡", "❤️", "שלום", "\u200d", "!"]
)
POSTS = st.text(max_size=30) | st.lists(PIECES, max_size=30).map(" ".join) | st.sampled_from(TEXTS)


@pytest.fixture(scope="module", autouse=True)
def _servers() -> Iterator[None]:
    with SERVERS:
        yield


@pytest.fixture(scope="module", params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> Adapter:
    return ADAPTERS[request.param]


@pytest.fixture(scope="module")
def analyser(adapter: Adapter, tmp_path_factory: pytest.TempPathFactory) -> Analyser:
    return adapter.make(tmp_path_factory.mktemp("analyser"))


def numbers(reading: Reading) -> dict[str, float]:
    """Those that are there, by name."""
    emotions = dict(zip(EMOTIONS, reading.emotions or (), strict=False))
    named = {name: getattr(reading, name) for name in ("sentiment_score", "confidence_score", "toxicity", "churn_risk")}
    return emotions | {name: value for name, value in named.items() if value is not None}


def assert_alike(found: list[Reading], expected: list[Reading], tolerance: float) -> None:
    """Equal, but for numbers that differ by no more than `tolerance`."""
    if not tolerance:
        assert found == expected
        return
    for one, other in zip(found, expected, strict=True):
        assert one.sentiment_label == other.sentiment_label
        assert (one.emotion, one.tier, one.reason) == (other.emotion, other.tier, other.reason)
        assert numbers(one) == pytest.approx(numbers(other), abs=tolerance, rel=0)


def assert_valid(reading: Reading, model: ModelInfo) -> None:
    """Every field of a value that it may have."""
    assert reading.sentiment_label in SENTIMENT_LABELS
    assert reading.tier in TIER_RANK
    assert (reading.model_name, reading.model_version) == (model.name, model.version)
    if reading.sentiment_label == "unscored":
        assert reading.tier == "unscored"
        assert reading.reason
        assert not numbers(reading)
        return
    assert reading.tier == model.tier
    assert reading.emotion is None or reading.emotion in EMOTIONS
    assert reading.emotions is None or len(reading.emotions) == len(EMOTIONS)
    found = numbers(reading)
    assert {"sentiment_score", "confidence_score"} <= set(found)
    assert -1 <= found.pop("sentiment_score") <= 1
    assert all(0 <= value <= 1 for value in found.values())


async def test_one_reading_per_text_in_order(adapter: Adapter, analyser: Analyser) -> None:
    readings = await analyser.analyse(TEXTS)
    assert len(readings) == len(TEXTS)
    assert_alike(readings[:1], readings[-1:], adapter.tolerance)
    if adapter.trained:
        assert readings[0].sentiment_label == "positive"
        assert readings[1].sentiment_label == "negative"


async def test_neighbours_change_nothing(adapter: Adapter, analyser: Analyser) -> None:
    together = await analyser.analyse(TEXTS)
    alone = [(await analyser.analyse([text]))[0] for text in TEXTS]
    assert_alike(together, alone, adapter.tolerance)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(POSTS, min_size=1, max_size=6), st.randoms(use_true_random=False))
async def test_the_same_text_reads_the_same_anywhere(
    adapter: Adapter, analyser: Analyser, texts: list[str], chance: random.Random
) -> None:
    """Whatever its neighbours, their order and their length."""
    alone = [(await analyser.analyse([text]))[0] for text in texts]
    order = list(range(len(texts)))
    chance.shuffle(order)
    batch = [*(texts[i] for i in order), LONG]
    readings = await analyser.analyse(batch)
    assert_alike(readings[:-1], [alone[i] for i in order], adapter.tolerance)
    for reading in readings:
        assert_valid(reading, analyser.model)


async def test_values_stay_in_their_ranges(analyser: Analyser) -> None:
    for reading in await analyser.analyse(TEXTS):
        assert_valid(reading, analyser.model)


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
async def test_strange_texts_get_a_valid_analysis(analyser: Analyser, text: str) -> None:
    [reading] = await analyser.analyse([text])
    assert_valid(reading, analyser.model)


async def test_nothing_gives_nothing(analyser: Analyser) -> None:
    assert await analyser.analyse([]) == []


async def test_calls_at_the_same_time_do_not_mix(adapter: Adapter, analyser: Analyser) -> None:
    expected = await analyser.analyse(TEXTS)
    answers = await asyncio.gather(*(analyser.analyse([text]) for text in TEXTS for _ in range(3)))
    assert_alike([answer for [answer] in answers], [one for one in expected for _ in range(3)], adapter.tolerance)


async def test_a_cancelled_call_leaves_it_working(adapter: Adapter, analyser: Analyser) -> None:
    [before] = await analyser.analyse(TEXTS[:1])
    task = asyncio.create_task(analyser.analyse(TEXTS * 50))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert_alike(await analyser.analyse(TEXTS[:1]), [before], adapter.tolerance)
