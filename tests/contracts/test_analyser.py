"""What every analyser keeps to, decorators included."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from sentistream.analysis.base import Analyser
from sentistream.analysis.batcher import Batcher
from sentistream.analysis.guarded import Guarded
from sentistream.analysis.languages import LanguageDetector, LanguageGate
from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.analysis.text import Normalised
from sentistream.domain.analysis import EMOTIONS, SENTIMENT_LABELS, TIER_RANK

DETECTOR = LanguageDetector()


def whole() -> Analyser:
    return Batcher(Guarded(Normalised(LanguageGate(LexiconAnalyser(), DETECTOR))), max_size=16, max_wait=0)


ADAPTERS: dict[str, Callable[[], Analyser]] = {
    "lexicon": LexiconAnalyser,
    "normalised": lambda: Normalised(LexiconAnalyser()),
    "language gate": lambda: LanguageGate(LexiconAnalyser(), DETECTOR),
    "guarded": lambda: Guarded(LexiconAnalyser()),
    "batcher": lambda: Batcher(LexiconAnalyser(), max_size=16, max_wait=0),
    "as wired": whole,
}

TEXTS = [
    "I love this airline, what a wonderful crew!",
    "Worst flight of my life, never again",
    "Gate B12 opens at nine",
    "",
    "   ",
    "😍" * 10_000,
    "Der Flug hat schon wieder Verspätung und niemand sagt etwas",
    "lone \ud800 surrogate, NUL \x00 and \x1b[2J",
    "a " * 500_000,
    "&amp;lt;3 @you https://t.co/x",
    "I love this airline, what a wonderful crew!",
]


@pytest.fixture(params=ADAPTERS.values(), ids=ADAPTERS.keys())
def analyser(request: pytest.FixtureRequest) -> Analyser:
    made: Analyser = request.param()
    return made


async def test_one_reading_per_text_in_order(analyser: Analyser) -> None:
    readings = await analyser.analyse(TEXTS)
    assert len(readings) == len(TEXTS)
    assert readings[0].sentiment_label == "positive"
    assert readings[1].sentiment_label == "negative"
    assert readings[0] == readings[-1]


async def test_neighbours_change_nothing(analyser: Analyser) -> None:
    together = await analyser.analyse(TEXTS)
    alone = [(await analyser.analyse([text]))[0] for text in TEXTS]
    assert together == alone


async def test_values_stay_in_their_ranges(analyser: Analyser) -> None:
    model = analyser.model
    for reading in await analyser.analyse(TEXTS):
        assert reading.sentiment_label in SENTIMENT_LABELS
        assert reading.tier in TIER_RANK
        assert (reading.model_name, reading.model_version) == (model.name, model.version)
        if reading.sentiment_label == "unscored":
            assert reading.tier == "unscored"
            assert reading.reason
            assert (reading.sentiment_score, reading.confidence_score, reading.emotions) == (None, None, None)
            continue
        assert reading.tier == model.tier
        assert reading.sentiment_score is not None
        assert reading.confidence_score is not None
        assert -1 <= reading.sentiment_score <= 1
        assert 0 <= reading.confidence_score <= 1
        assert reading.emotion is None or reading.emotion in EMOTIONS
        for value in (*(reading.emotions or ()), reading.toxicity, reading.churn_risk):
            assert value is None or 0 <= value <= 1


async def test_nothing_gives_nothing(analyser: Analyser) -> None:
    assert await analyser.analyse([]) == []


async def test_calls_at_the_same_time_do_not_mix(analyser: Analyser) -> None:
    expected = await analyser.analyse(TEXTS)
    answers = await asyncio.gather(*(analyser.analyse([text]) for text in TEXTS for _ in range(3)))
    assert answers == [[reading] for reading in expected for _ in range(3)]


async def test_a_cancelled_call_leaves_it_working(analyser: Analyser) -> None:
    task = asyncio.create_task(analyser.analyse(TEXTS * 50))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (reading,) = await analyser.analyse([TEXTS[0]])
    assert reading.sentiment_label == "positive"
