"""The card of a bundled model: what it is, how its logits become probabilities, how well it does."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from sentistream.domain.analysis import EMOTIONS, ModelInfo, Reading, SentimentLabel, Tier
from sentistream.domain.errors import SettingsError

SENTIMENTS: tuple[SentimentLabel, SentimentLabel, SentimentLabel] = ("negative", "neutral", "positive")
WIDTH = len(SENTIMENTS) + len(EMOTIONS) + 2
"""Logits of a bundled model: SENTIMENTS, EMOTIONS, toxicity, churn risk."""

Logits = npt.NDArray[np.float32]

MODELS = Path(__file__).parent / "models"


class Softmax(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """p = softmax(logits / temperature + bias); the label is the highest of log p + lift.

    temperature and bias make p calibrated on the validation set (Guo et al. 2017). lift, chosen there for
    macro recall, keeps the rarer labels from being starved by the commonest.
    """

    temperature: float
    bias: tuple[float, float, float]
    lift: tuple[float, float, float]


class Sigmoid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """p = sigmoid(logit / temperature + bias), one bias per output."""

    temperature: float
    bias: tuple[float, ...]

    def log_odds(self, logits: Logits) -> Logits:
        """(texts, outputs), calibrated."""
        return logits / np.float32(self.temperature) + np.array(self.bias, np.float32)

    def probabilities(self, logits: Logits) -> Logits:
        """(texts, outputs)."""
        probabilities: Logits = 1 / (1 + np.exp(-self.log_odds(logits).clip(-60, 60)))
        return probabilities


class Emotions(Sigmoid, frozen=True, forbid_unknown_fields=True):
    """Seven independent probabilities; the leading emotion is the highest of their log-odds + lift.

    lift is chosen on the validation set for macro F1: neutral, the commonest, would else win every tie.
    """

    lift: tuple[float, ...]


class Card(msgspec.Struct, frozen=True):
    """What the runtime needs of card.json; the rest of it is for people and is left in `figures` and `about`.

    max_length: tokens read, of which a longer text keeps its beginning. files: name to sha256.
    """

    name: str
    version: str
    tier: Tier
    languages: frozenset[str]
    max_length: int
    files: dict[str, str]
    sentiment: Softmax
    emotion: Emotions
    toxicity: Sigmoid
    churn: Sigmoid
    about: dict[str, Any] = {}
    figures: dict[str, Any] = {}

    @property
    def model(self) -> ModelInfo:
        """Who speaks."""
        return ModelInfo(name=self.name, version=self.version, tier=self.tier, languages=self.languages)

    def readings(self, logits: Logits) -> list[Reading]:
        """(texts, WIDTH) logits as readings, their numbers with four decimals."""
        start, end = len(SENTIMENTS), len(SENTIMENTS) + len(EMOTIONS)
        scaled = logits[:, :start] / self.sentiment.temperature + np.array(self.sentiment.bias, np.float32)
        powers = np.exp(scaled - scaled.max(1, keepdims=True))
        sentiments = powers / powers.sum(1, keepdims=True)
        labels = (scaled + np.array(self.sentiment.lift, np.float32)).argmax(1)
        confidences = sentiments[np.arange(len(labels)), labels]
        emotions = self.emotion.probabilities(logits[:, start:end])
        leading = (self.emotion.log_odds(logits[:, start:end]) + np.array(self.emotion.lift, np.float32)).argmax(1)
        columns = zip(
            labels.tolist(),
            _rounded(sentiments[:, 2] - sentiments[:, 0]),
            _rounded(confidences),
            leading.tolist(),
            _rounded(emotions),
            _rounded(self.toxicity.probabilities(logits[:, end : end + 1])[:, 0]),
            _rounded(self.churn.probabilities(logits[:, end + 1 :])[:, 0]),
            strict=True,
        )
        return [
            Reading(
                sentiment_label=SENTIMENTS[label],
                sentiment_score=score,
                confidence_score=confidence,
                emotion=EMOTIONS[emotion],
                emotions=tuple(seven),
                toxicity=toxicity,
                churn_risk=churn,
                model_name=self.name,
                model_version=self.version,
                tier=self.tier,
            )
            for label, score, confidence, emotion, seven, toxicity, churn in columns
        ]


def load_card(folder: Path) -> Card:
    """The card in `folder`, after comparing the files it names with their digests.

    Raises SettingsError for a folder that holds no whole model.
    """
    if not folder.is_dir():
        raise SettingsError(
            f"this copy of SentiStream holds no model {folder.name}: choose another analyser, or build it (training/)"
        )
    try:
        card = msgspec.json.decode((folder / "card.json").read_bytes(), type=Card)
        for name, digest in card.files.items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                raise SettingsError(f"the model file {folder / name} is damaged: install SentiStream again")
    except OSError as error:
        raise SettingsError(f"the model in {folder} is incomplete: {error.strerror}: {error.filename}") from error
    except msgspec.DecodeError as error:
        raise SettingsError(f"the model card {folder / 'card.json'} cannot be used: {error}") from error
    return card


def _rounded(values: Logits) -> Any:
    # In double precision: of a rounded single one, every stray digit would be written out.
    return values.astype(np.float64).round(4).tolist()
