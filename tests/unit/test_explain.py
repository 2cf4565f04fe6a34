"""Explanations: they add up, they point at the right words, they are the same every time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sentistream.analysis.base import Analyser
from sentistream.analysis.explain import (
    AT_ONCE,
    PLAYERS,
    RUNS,
    SEGMENTS,
    TOLERANCE,
    WAITING,
    Explainer,
    Explanation,
    Scores,
    Unexplained,
)
from sentistream.analysis.fast import FastAnalyser
from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.analysis.onnx import OnnxAnalyser
from sentistream.analysis.text import normalise
from sentistream.domain.analysis import ModelInfo, Reading, unscored
from sentistream.domain.errors import Overloaded

PARAGRAPH = "We flew with them for years and it was lovely. Now they lost my bags twice, what idiots. I am leaving! 😡 "


class Scripted:
    """A model that is a formula: `score` of the words of a text; `limit` words are read."""

    def __init__(self, score: Callable[[list[str]], float], name: str = "scripted", limit: int = 10_000) -> None:
        self.model = ModelInfo(name=name, version="1", tier="full")
        self.asked: list[str] = []
        self._score = score
        self._limit = limit

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        self.asked += texts
        return [self._reading(text) for text in texts]

    def _reading(self, text: str) -> Reading:
        if "???" in text:
            return unscored(self.model, "it makes no sense")
        return Reading(
            sentiment_label="neutral",
            sentiment_score=self._score(text.split()[: self._limit]),
            model_name=self.model.name,
            model_version=self.model.version,
            tier=self.model.tier,
        )


def mood(found: list[str]) -> float:
    """Good words and bad ones, and `not`, which turns a good one round."""
    good, bad = found.count("good"), found.count("bad")
    return 0.05 + 0.2 * (-good if "not" in found else good) - 0.1 * bad


@pytest.fixture(scope="module", params=[LexiconAnalyser, FastAnalyser, OnnxAnalyser], ids=["lexicon", "fast", "full"])
def bundled(request: pytest.FixtureRequest) -> Analyser:
    made: Analyser = request.param()
    return made


async def explained(analyser: Analyser, content: str) -> Explanation:
    found = await Explainer([analyser]).explain(content)
    assert isinstance(found, Explanation), found
    return found


def adds_up(found: Explanation) -> None:
    for name in Scores.__struct_fields__:
        base, score = getattr(found.base, name), getattr(found.scores, name)
        parts = [getattr(word.adds, name) for word in found.words]
        if score is None:
            assert base is None
            assert parts == [None] * len(parts)
        else:
            assert base + sum(parts) == pytest.approx(score, abs=1e-9)
            assert all(part == round(part, 4) for part in parts)


def told(found: Explanation, content: str) -> dict[str, float | None]:
    return {content[word.start : word.end]: word.adds.sentiment for word in found.words}


async def test_each_word_gets_what_it_adds() -> None:
    content = "a good day, a bad night"
    found = await explained(Scripted(mood), content)
    assert found.base.sentiment == 0.05
    assert found.scores == Scores(0.15, None, None)
    assert [content[word.start : word.end] for word in found.words] == ["a", "good", "day,", "a", "bad", "night"]
    assert [word.adds.sentiment for word in found.words] == [0, 0.2, 0, 0, -0.1, 0]
    adds_up(found)


async def test_words_that_work_together_share_what_they_do() -> None:
    """`good` alone adds 0.2, `not` takes 0.4 of it away: half of that is charged to each."""
    found = await explained(Scripted(mood), "not good")
    assert told(found, "not good") == {"not": -0.2, "good": 0.0}


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["good", "bad,", "not", "😍", "@a", "שלום", "e\u0301"]), max_size=40).map(" ".join)
)
@example("😡😡")
@example("\u0301")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_text_adds_up_and_its_places_are_in_it(bundled: Analyser, content: str) -> None:
    found = asyncio.run(Explainer([bundled]).explain(content))
    if not normalise(content):
        assert found == Unexplained("there is no text to read")
        return
    assert isinstance(found, Explanation)
    adds_up(found)
    places = [(word.start, word.end) for word in found.words]
    assert places
    assert all(0 <= start < end <= len(content) for start, end in places)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(places))


async def test_a_model_is_explained_as_it_reads(bundled: Analyser) -> None:
    [reading] = await bundled.analyse([normalise(PARAGRAPH)])
    found = await explained(bundled, PARAGRAPH)
    assert (found.model_name, found.model_version) == (reading.model_name, reading.model_version)
    assert found.scores == Scores(reading.sentiment_score, reading.toxicity, reading.churn_risk)
    assert found == await explained(bundled, PARAGRAPH), "the same text, the same explanation"
    adds_up(found)


async def test_the_bundled_models_point_at_the_words_that_people_would(bundled: Analyser) -> None:
    content = "The seats were great, the crew was terrible"
    found = told(await explained(bundled, content), content)
    assert max(found, key=lambda word: found[word] or 0) == "great,"
    assert min(found, key=lambda word: found[word] or 0) == "terrible"


async def test_emoji_alone_are_explained(bundled: Analyser) -> None:
    found = await explained(bundled, "😡😡 🤬")
    assert [(word.start, word.end) for word in found.words] == [(0, 2), (3, 4)]
    adds_up(found)


async def test_a_long_text_is_told_in_groups_the_finest_where_it_matters() -> None:
    filler = ["word"] * 150
    filler[70], filler[-1] = "good", "bad"
    content = " ".join(filler)
    analyser = Scripted(mood)
    found = await explained(analyser, content)
    assert len(found.words) <= PLAYERS
    assert len(analyser.asked) <= RUNS + SEGMENTS + 12
    assert found.words[0].start == 0
    assert found.words[-1].end == len(content)
    mattering = {text: value for text, value in told(found, content).items() if value}
    [good] = [text for text in mattering if "good" in text]
    [bad] = [text for text in mattering if "bad" in text]
    assert max(len(good.split()), len(bad.split())) <= 2
    assert mattering == {good: 0.2, bad: -0.1}
    adds_up(found)


async def test_words_the_model_does_not_reach_are_not_among_the_explained() -> None:
    content = " ".join(["good", *["word"] * 48, "bad", *["good"] * 50])
    found = await explained(Scripted(mood, limit=50), content)
    assert found.scores.sentiment == pytest.approx(0.15)
    assert found.words[-1].end == content.index("bad") + 3
    adds_up(found)


async def test_a_part_that_cannot_be_read_says_nothing() -> None:
    analyser = Scripted(lambda found: 0.5)
    found = await explained(analyser, "one")
    assert (found.base.sentiment, told(found, "one")) == (0.5, {"one": 0.0})
    silent = await Explainer([analyser]).explain("what ???")
    assert silent == Unexplained("it makes no sense")


async def test_the_model_that_made_the_reading_is_asked_else_the_first() -> None:
    first, second = Scripted(mood, "first"), Scripted(mood, "second")
    explainer = Explainer([first, second])
    assert explainer.default == first.model
    assert explainer.knows("second", "1")
    assert not explainer.knows("second", "2")
    for name, version, expected in (("second", "1", "second"), ("second", "2", "first"), (None, None, "first")):
        found = await explainer.explain("good", name, version)
        assert isinstance(found, Explanation)
        assert found.model_name == expected


async def test_without_a_model_there_is_nothing_to_explain() -> None:
    assert Explainer().default is None
    found = await Explainer().explain("good")
    assert isinstance(found, Unexplained)
    assert "runs no model" in found.reason


async def test_few_at_once_some_wait_the_rest_is_refused() -> None:
    release = asyncio.Event()
    running = most = 0

    class Slow(Scripted):
        async def analyse(self, texts: Sequence[str]) -> list[Reading]:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await release.wait()
            running -= 1
            return await super().analyse(texts)

    explainer = Explainer([Slow(mood)])
    tasks = [asyncio.create_task(explainer.explain("good day")) for _ in range(WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await explainer.explain("good day")
    release.set()
    assert len({str(found) for found in await asyncio.gather(*tasks)}) == 1
    assert most <= AT_ONCE
    assert isinstance(await explainer.explain("good day"), Explanation)


def test_the_tolerance_is_one_unit_of_the_last_decimal() -> None:
    assert TOLERANCE == 10**-4
