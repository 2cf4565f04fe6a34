"""The VADER lexicon (Hutto & Gilbert 2014) as an Analyser: English, sentiment only, no model file.

A baseline and last resort: it knows 7,500 words and a few rules. Its compound value says how strong
words are, not how likely a label is; a logistic map fitted on labelled tweets (scripts/calibrate_lexicon.py,
figures in models/vader/card.json) turns it into probabilities.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import math
import re
from collections.abc import Sequence
from importlib import resources
from typing import NamedTuple

import msgspec
from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    NEGATE,
    SentimentIntensityAnalyzer,
    SentiText,
)

from sentistream.domain.analysis import ModelInfo, Reading, SentimentLabel

LABELS: tuple[SentimentLabel, SentimentLabel, SentimentLabel] = ("negative", "neutral", "positive")

CHUNK = 128
"""Texts read in one visit to a worker thread (about 5 ms), so that a cancelled batch stops soon."""

REMEMBERED = 50_000
"""Words whose properties are kept (about 10 MB); then it starts anew."""

READ_AT_MOST = 10_000
"""Characters that are read: parts of the algorithm grow with the square of the length."""


_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


class Calibration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of a multinomial logistic map of the compound value; `neutral` is the reference class.

    Features, in order: 1, c, c², c³, and 1 where c is exactly 0 (no word was known, or all cancel out).
    `prior` is the share of each of LABELS in the fitting data.
    """

    revision: int
    negative: tuple[float, float, float, float, float]
    positive: tuple[float, float, float, float, float]
    prior: tuple[float, float, float]

    def probabilities(self, compound: float) -> tuple[float, float, float]:
        """Of LABELS; `compound` lies in [-1, 1]."""
        features = (1.0, compound, compound**2, compound**3, 1.0 if compound == 0 else 0.0)
        negative = math.exp(sum(w * x for w, x in zip(self.negative, features, strict=True)))
        positive = math.exp(sum(w * x for w, x in zip(self.positive, features, strict=True)))
        total = negative + 1.0 + positive
        return negative / total, 1.0 / total, positive / total

    def label(self, probabilities: tuple[float, float, float]) -> SentimentLabel:
        """The label that the text makes most likelier than it was: best macro recall, no class is starved."""
        lifts = [p / prior for p, prior in zip(probabilities, self.prior, strict=True)]
        return LABELS[lifts.index(max(lifts))]


class LexiconAnalyser:
    """Emotion, toxicity and churn risk are absent: the lexicon knows nothing of them."""

    def __init__(self) -> None:
        self._scorer = _Scorer()
        self._calibration = load_calibration()
        self._readings: dict[float, Reading] = {}
        version = importlib.metadata.version("vaderSentiment")
        self._model = ModelInfo(
            name="vader",
            version=f"{version}+{self._calibration.revision}",
            tier="fast",
            languages=frozenset({"en"}),
        )

    @property
    def model(self) -> ModelInfo:
        """`version` is the package's, then the revision of the calibration."""
        return self._model

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """Texts are expected normalised; the same text always reads the same."""
        readings: list[Reading] = []
        for start in range(0, len(texts), CHUNK):
            readings += await asyncio.to_thread(self._read, texts[start : start + CHUNK])
        return readings

    def _read(self, texts: Sequence[str]) -> list[Reading]:
        return [self._reading(self._scorer.compound(text)) for text in texts]

    def _reading(self, compound: float) -> Reading:
        # The compound value has four decimals, so there are at most 20,001 different readings.
        reading = self._readings.get(compound)
        if reading is None:
            probabilities = self._calibration.probabilities(compound)
            label = self._calibration.label(probabilities)
            reading = self._readings[compound] = Reading(
                sentiment_label=label,
                sentiment_score=round(probabilities[2] - probabilities[0], 4),
                confidence_score=round(probabilities[LABELS.index(label)], 4),
                model_name=self._model.name,
                model_version=self._model.version,
                tier=self._model.tier,
            )
        return reading


def load_calibration() -> Calibration:
    """The calibration this package ships."""
    card = resources.files("sentistream.analysis").joinpath("models", "vader", "card.json").read_bytes()
    return msgspec.convert(msgspec.json.decode(card)["calibration"], Calibration)


class _Scorer(SentimentIntensityAnalyzer):  # type: ignore[misc]
    """VADER's compound value, equal to the original's on every text, at less than half its cost.

    The original looks every character up among emoji, takes every word apart anew and lower-cases the
    whole text for every known word. Here emoji are looked for only where there are any, words are taken
    apart once, and the rules for a known word see only the three words before it and the two behind,
    which is all they read.
    """

    def __init__(self) -> None:
        super().__init__()
        self._emoji = frozenset(emoji for emoji in self.emojis if len(emoji) == 1)
        self._negations = frozenset(NEGATE)
        self._seen: dict[str, _Token] = {}

    def compound(self, text: str) -> float:
        """In [-1, 1], rounded to four decimals."""
        text = text[:READ_AT_MOST]
        if not text.isascii() and not self._emoji.isdisjoint(text):
            text = _NOT_ASCII.sub(self._describe, text)
        tokens = text.split()
        seen = self._seen
        parsed = [seen.get(token) or self._look_up(token) for token in tokens]
        known = [i for i, token in enumerate(parsed) if token.known]
        if not known:
            return 0.0
        words = [token.word for token in parsed]
        lowered = [token.lowered for token in parsed]
        capitals = sum(token.capitals for token in parsed)
        mixed = 0 < capitals < len(parsed)
        valences: list[float] = [0] * len(parsed)
        for i in known:
            if lowered[i] != "kind" or lowered[i + 1 : i + 2] != ["of"]:
                window = _Window(words[max(0, i - 3) : i + 3], mixed)
                valences[i] = self.sentiment_valence(0, window, words[i], min(i, 3), [])[0]
        if "but" in lowered:
            valences = self._but_check(words, valences)
        return float(self.score_valence(valences, text)["compound"])

    def _look_up(self, token: str) -> _Token:
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()
        word = SentiText._strip_punc_if_word(token)
        lowered = word.lower()
        known = lowered in self.lexicon and lowered not in BOOSTER_DICT
        self._seen[token] = found = _Token(word, lowered, known, word.isupper())
        return found

    def _describe(self, match: re.Match[str]) -> str:
        start, symbol = match.start(), match.group()
        if symbol not in self._emoji:
            return symbol
        space = "" if start == 0 or match.string[start - 1] == " " else " "
        return space + str(self.emojis[symbol])

    def _negation_check(self, valence: float, words_and_emoticons: list[str], start_i: int, i: int) -> float:
        # Called three times per known word; nearly always there is no negation to be found.
        for word in words_and_emoticons[i - start_i - 1 : i]:
            lowered = word.lower()
            if lowered in self._negations or "n't" in lowered or lowered in ("so", "this"):
                return float(super()._negation_check(valence, words_and_emoticons, start_i, i))
        return valence


class _Token(NamedTuple):
    """What the rules ask of a word, found out once: posts are made of the same few thousand."""

    word: str
    lowered: str
    known: bool
    capitals: bool


class _Window:
    """What the rules read of a text: a few words, and whether capitals mean anything in it."""

    __slots__ = ("is_cap_diff", "words_and_emoticons")

    def __init__(self, words: list[str], is_cap_diff: bool) -> None:
        self.words_and_emoticons = words
        self.is_cap_diff = is_cap_diff
