"""The lexicon: the same values as VADER, calibrated, sentiment only."""

from __future__ import annotations

import importlib.metadata
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

from fakes import unavailable
from sentistream.analysis.lexicon import LABELS, LexiconAnalyser, _Scorer, load_calibration
from sentistream.analysis.text import normalise

ORIGINAL = SentimentIntensityAnalyzer()
SCORER = _Scorer()
ANALYSER = LexiconAnalyser()

WORDS = [
    *list(ORIGINAL.lexicon)[::60], *NEGATE, *BOOSTER_DICT, *" ".join(SPECIAL_CASES).split(),
    "but", "BUT", "so", "this", "without", "doubt", "no", "or", "nor", "least", "at", "very", "kind", "of", "the", "x",
    "GOOD", "Bad", "(good)", "good!", "!!!", "???", "?", ":)", "😀", "😡😀", "❤️", "é",
]  # fmt: skip
sentences = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)


@given(sentences)
@settings(max_examples=1_500, deadline=None)
def test_equal_to_the_original_on_its_own_words(text: str) -> None:
    assert SCORER.compound(text) == ORIGINAL.polarity_scores(text)["compound"]


@given(st.text())
@settings(deadline=None)
def test_equal_to_the_original_on_anything(text: str) -> None:
    assert SCORER.compound(text) == ORIGINAL.polarity_scores(text)["compound"]


def test_equal_to_the_original_on_real_posts(test_data: Path) -> None:
    lines = (test_data / "airline" / "replay.jsonl").read_text(encoding="utf-8").splitlines()[:3_000]
    for line in lines:
        text = normalise(json.loads(line)["content"])
        assert SCORER.compound(text) == ORIGINAL.polarity_scores(text)["compound"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I love this, it is wonderful!", "positive"),
        ("This is terrible, I hate it", "negative"),
        ("The plane leaves at nine", "neutral"),
        ("", "neutral"),
        ("😍😍", "positive"),
        ("not good at all", "negative"),
    ],
)
async def test_labels(text: str, label: str) -> None:
    (reading,) = await ANALYSER.analyse([text])
    assert reading.sentiment_label == label
    assert reading.sentiment_score is not None
    assert reading.confidence_score is not None
    assert -1 <= reading.sentiment_score <= 1
    assert 0 < reading.confidence_score <= 1
    if label != "neutral":
        assert (reading.sentiment_score > 0) == (label == "positive")


async def test_what_it_does_not_know_is_absent() -> None:
    (reading,) = await ANALYSER.analyse(["I love this"])
    assert (reading.emotion, reading.emotions, reading.toxicity, reading.churn_risk) == (None,) * 4
    assert (reading.language, reading.reason) == (None, None)
    assert (reading.model_name, reading.tier) == ("vader", "fast")
    assert ANALYSER.model.languages == {"en"}
    assert ANALYSER.model.version.startswith(importlib.metadata.version("vaderSentiment") + "+")


def test_the_map_is_one_of_probabilities() -> None:
    calibration = load_calibration()
    previous = -1.0
    for step in range(-100, 101):
        probabilities = calibration.probabilities(step / 100)
        assert sum(probabilities) == pytest.approx(1)
        assert min(probabilities) > 0
        assert calibration.label(probabilities) in LABELS
        if step:  # at exactly 0 no word was known, which is its own case
            score = probabilities[2] - probabilities[0]
            assert score > previous
            previous = score
    assert sum(calibration.prior) == pytest.approx(1, abs=1e-5)


async def test_calibrated_on_tweets_it_has_not_seen(test_data: Path) -> None:
    path = test_data / "sentiment" / "val.jsonl"
    if not path.is_file():
        unavailable("the labelled tweets are not among the test data")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    readings = await ANALYSER.analyse([normalise(row["text"]) for row in rows])
    bins = [[0.0, 0.0] for _ in range(15)]
    hits, totals = dict.fromkeys(LABELS, 0), dict.fromkeys(LABELS, 0)
    for row, reading in zip(rows, readings, strict=True):
        assert reading.confidence_score is not None
        right = reading.sentiment_label == row["label"]
        cell = bins[min(14, int(reading.confidence_score * 15))]
        cell[0] += reading.confidence_score
        cell[1] += right
        totals[row["label"]] += 1
        hits[row["label"]] += right
    assert sum(abs(sure - right) for sure, right in bins) / len(rows) <= 0.03
    assert sum(hits[label] / totals[label] for label in LABELS) / 3 >= 0.60


@pytest.mark.parametrize("piece", ["good but ", "bad ", "GOOD bad ", "😀", "but ", "no ", "never so good ", "a", "!?"])
def test_hostile_length_costs_little(piece: str) -> None:
    text = (piece * (2**16 // len(piece) + 1))[: 2**16]
    started = time.process_time()
    SCORER.compound(text)
    assert time.process_time() - started < 4


def test_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentistream.analysis.lexicon.REMEMBERED", 100)
    scorer = _Scorer()
    for n in range(1_000):
        scorer.compound(f"word{n} good")
    assert len(scorer._seen) <= 100
