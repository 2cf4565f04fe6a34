"""From the labels of public checkpoints, and their logits, to ours.

Labels are compared in lower case with single spaces for punctuation, so `LABEL_0` is `label 0`. Checkpoints
disagree about everything else, so three rules hold for all:

- Several labels that mean one of ours are one class: where classes exclude each other (softmax) their
  probabilities are added, where they do not (sigmoid) the highest counts, which never overstates.
- A label that nobody here knows is an error, never a guess. Numbered labels without names are known only
  for the checkpoints listed in UNNAMED, whose authors say what the numbers mean.
- The probabilities are the checkpoint's own. Nobody here calibrated them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from sentistream.domain.analysis import EMOTIONS, Emotion, SentimentLabel
from sentistream.domain.errors import SettingsError

REVISION = 1
"""Of these maps and their arithmetic; raised when a text would read otherwise. Part of a model's version."""

NEUTRAL_BAND = 0.5
"""Of a checkpoint without a neutral class: a text is neutral while |P(positive) - P(negative)| is below this."""

Seven = tuple[float, float, float, float, float, float, float]


def _table(lines: Mapping[str, str]) -> dict[str, str]:
    return {name.strip(): ours for ours, names in lines.items() for name in names.split(",")}


SENTIMENTS = _table(
    {
        "negative": "negative, neg, negativ, very negative, 1 star, 2 stars",
        "neutral": "neutral, neu, 3 stars",
        "positive": "positive, pos, positiv, very positive, 4 stars, 5 stars",
    }
)

# The 28 labels of GoEmotions are grouped as its authors group them (Demszky et al. 2020, ekman_mapping.json);
# the others are synonyms, and the words of ISEAR and SemEval 2018 nearest to a group.
ANGER = "anger, annoyance, disapproval, angry"
DISGUST = "disgust, disgusted"
FEAR = "fear, nervousness, fearful"
JOY = (
    "joy, amusement, approval, excitement, gratitude, love, optimism, relief, pride, admiration, desire, caring, "
    "happiness, happy"
)
SADNESS = "sadness, disappointment, embarrassment, grief, remorse, sad, pessimism, guilt, shame"
SURPRISE = "surprise, realization, confusion, curiosity, surprised"
NEUTRAL = "neutral, no emotion, others, other"
NO_COUNTERPART = "anticipation, trust"
"""Plutchik's other two: neither is one of ours, so they are dropped."""

DROPPED = ""
FEELINGS = _table(
    {
        "joy": JOY,
        "sadness": SADNESS,
        "anger": ANGER,
        "fear": FEAR,
        "surprise": SURPRISE,
        "disgust": DISGUST,
        "neutral": NEUTRAL,
        DROPPED: NO_COUNTERPART,
    }
)

UNNAMED = dict.fromkeys(
    ("twitter-roberta-base-sentiment", "twitter-xlm-roberta-base-sentiment"), ("negative", "neutral", "positive")
)
"""Checkpoints that number their labels, and what their authors say the numbers mean (TweetEval's order)."""

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")
_NUMBERED = re.compile(r"(label )?\d+")


class Sentiment(NamedTuple):
    """A label, P(positive) - P(negative) in [-1, 1], and P(label) in [0, 1], both to four decimals."""

    label: SentimentLabel
    score: float
    confidence: float


class SentimentMap:
    """Logits of a sentiment checkpoint to a Sentiment; the label is the most probable of three.

    A checkpoint without a neutral class says only how x, the logarithm of P(positive) / P(negative), stands. Its
    three probabilities are those of an ordinal logistic model (McCullagh 1980) on x with cuts at -t and t:
    P(positive) = s(x - t), P(negative) = s(-x - t), s the logistic function, and neutral the rest. t is chosen such
    that neutral is the most probable exactly while |P(positive) - P(negative)| of the two classes is below `band`,
    in [0, 1). A band of 0 leaves the two classes as they are, and nothing is neutral.
    """

    def __init__(self, model: str, labels: Sequence[str], *, band: float = NEUTRAL_BAND, sigmoid: bool = False) -> None:
        if not 0 <= band < 1:
            raise SettingsError(f"the neutral band must be at least 0 and below 1; it was given {band:g}")
        names = _names(model, labels)
        if not _is_sentiment(names):
            raise _unfit(model, labels, "sentiment", emotional=_is_emotion(names))
        self._sigmoid = sigmoid
        self._classes = {ours: _where(names, SENTIMENTS, ours) for ours in ("negative", "neutral", "positive")}
        self._cut = _cut(band)
        self.band: float | None = None if self._classes["neutral"] else band
        """The band in use; None where the checkpoint has a neutral class of its own."""

    def read(self, logits: Sequence[float]) -> Sentiment:
        """`logits` in the order of the labels; all finite."""
        values = [-_softplus(-x) for x in logits] if self._sigmoid else logits
        weights = {ours: _log_sum(values[i] for i in where) for ours, where in self._classes.items()}
        negative, neutral, positive = self._three(weights)
        score = round(positive - negative, 4)
        if neutral >= max(negative, positive):
            return Sentiment("neutral", score, round(neutral, 4))
        if positive > negative:
            return Sentiment("positive", score, round(positive, 4))
        return Sentiment("negative", score, round(negative, 4))

    def _three(self, weights: Mapping[str, float]) -> tuple[float, float, float]:
        if self.band is None:
            total = _log_sum(weights.values())
            return (
                math.exp(weights["negative"] - total),
                math.exp(weights["neutral"] - total),
                math.exp(weights["positive"] - total),
            )
        x = weights["positive"] - weights["negative"]
        positive, negative = _logistic(x - self._cut), _logistic(-x - self._cut)
        # With no band and no preference at all the rest is 0, or -0 by rounding.
        return negative, max(0.0, 1 - negative - positive), positive


class EmotionMap:
    """Logits of an emotion checkpoint to the likeliest of EMOTIONS, and to all seven where the checkpoint knows all.

    With `sigmoid` each label is judged by itself and the seven are independent; without, they share a sum of 1
    (less what NO_COUNTERPART took), so one rises only as others fall. Where a checkpoint lacks one of the seven,
    they are None, for absent is not 0. The emotion is None where a label without counterpart is likelier than
    all of them, and, of a sigmoid checkpoint that knows no `neutral`, where none is likelier than not.
    """

    def __init__(self, model: str, labels: Sequence[str], *, sigmoid: bool = False) -> None:
        names = _names(model, labels)
        if not _is_emotion(names):
            raise _unfit(model, labels, "emotion", sentimental=_is_sentiment(names))
        self._sigmoid = sigmoid
        self._classes: dict[Emotion, list[int]] = {ours: _where(names, FEELINGS, ours) for ours in EMOTIONS}
        self._dropped = _where(names, FEELINGS, DROPPED)
        self._complete = all(self._classes.values())
        self._least = 0.5 if sigmoid and not self._classes["neutral"] else 0.0

    def read(self, logits: Sequence[float]) -> tuple[Emotion | None, Seven | None]:
        """`logits` in the order of the labels, all finite; probabilities in the order of EMOTIONS, to four decimals."""
        if self._sigmoid:
            values = [_logistic(x) for x in logits]
            known = {ours: max(values[i] for i in where) for ours, where in self._classes.items() if where}
            dropped = 0.0
        else:
            total = _log_sum(logits)
            values = [math.exp(x - total) for x in logits]
            known = {ours: sum(values[i] for i in where) for ours, where in self._classes.items() if where}
            dropped = max((values[i] for i in self._dropped), default=0.0)
        likeliest = max(known, key=known.__getitem__)
        emotion = likeliest if known[likeliest] >= max(self._least, dropped) else None
        if not self._complete:
            return emotion, None
        return emotion, cast(Seven, tuple(round(known[ours], 4) for ours in EMOTIONS))


def _names(model: str, labels: Sequence[str]) -> list[str]:
    names = [_NOT_A_WORD.sub(" ", label.lower()).strip() for label in labels]
    if all(_NUMBERED.fullmatch(name) for name in names):
        # By the last part, so that a copy in a folder of that name counts too.
        meanings = UNNAMED.get(model.rpartition("/")[2], ())
        if len(meanings) == len(names):
            return list(meanings)
    return names


def _is_sentiment(names: Sequence[str]) -> bool:
    return {"negative", "positive"} <= {SENTIMENTS.get(name, "?") for name in names} <= set(SENTIMENTS.values())


def _is_emotion(names: Sequence[str]) -> bool:
    found = {FEELINGS.get(name, "?") for name in names}
    return "?" not in found and len(found - {"neutral", DROPPED}) >= 2


def _where(names: Sequence[str], table: Mapping[str, str], ours: str) -> list[int]:
    return [i for i, name in enumerate(names) if table[name] == ours]


def _unfit(
    model: str, labels: Sequence[str], role: str, *, emotional: bool = False, sentimental: bool = False
) -> SettingsError:
    found = ", ".join(labels[:30]) or "none"
    if emotional:
        hint = "these are emotions: name it as EMOTION_MODEL, beside a sentiment checkpoint as HUGGINGFACE_MODEL"
    elif sentimental:
        hint = "these are sentiments: name it as HUGGINGFACE_MODEL, and an emotion checkpoint as EMOTION_MODEL"
    elif role == "sentiment":
        hint = (
            "expected are negative and positive, with or without neutral, or 1 star to 5 stars; "
            "if the checkpoint means these, write them into id2label in the config.json of a local copy"
        )
    else:
        hint = (
            f"expected are some of {', '.join(EMOTIONS)} or the labels of GoEmotions; "
            "if the checkpoint means these, write them into id2label in the config.json of a local copy"
        )
    return SettingsError(f"{model} cannot be the {role} model: its labels are {found}, but {hint}", labels=list(labels))


def _cut(band: float) -> float:
    """The t of SentimentMap; 0 leaves two classes.

    With a = (1 + band) / (1 - band), the odds at the edge, s(x - t) = 1 - s(x - t) - s(-x - t) at x = ln a
    comes to T² - aT - 2 = 0 for T = exp(t).
    """
    if band == 0:
        return 0.0
    odds = (1 + band) / (1 - band)
    return math.log((odds + math.sqrt(odds * odds + 8)) / 2)


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _log_sum(values: Iterable[float]) -> float:
    """log Σ exp; minus infinity for none."""
    values = list(values)
    if not values:
        return -math.inf
    highest = max(values)
    return highest + math.log(math.fsum(math.exp(x - highest) for x in values))
