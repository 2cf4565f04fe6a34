"""Any Hugging Face checkpoint for sentiment, and a second one for emotion, as an Analyser.

Labels are mapped in label_maps.py; how checkpoints are found, pinned and versioned is in checkpoint.py.
`confidence_score` is the checkpoint's own probability: nobody here calibrated it. The seven emotions are independent
only where the checkpoint judges each by itself (see EmotionMap). Toxicity and churn risk are absent.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

import structlog

from sentistream.analysis.checkpoint import Checkpoint, Encoding, Libraries, libraries
from sentistream.analysis.label_maps import NEUTRAL_BAND, REVISION, EmotionMap, Sentiment, SentimentMap, Seven
from sentistream.domain.analysis import Emotion, ModelInfo, Reading, unscored
from sentistream.domain.errors import SettingsError

CHUNK = 256
"""Texts cut into tokens in one visit to the thread (about 20 ms)."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class _Nothing(NamedTuple):
    """Why a model said nothing of a text."""

    reason: str


class TransformersAnalyser:
    """Loads when made, and may download; `analyse` then runs on one thread of its own.

    sentiment_model, emotion_model: a folder or a name of huggingface.co, NAME@REVISION to pin it.
    device: `auto` is a GPU (cuda, mps) where torch sees one, else the processor; or a device of torch.
    batch_size: texts in one pass of a model. A cancelled call ends with the pass that is under way.
    neutral_band: for checkpoints without a neutral class, see SentimentMap.
    languages: ISO 639-1 codes that the models know. None takes those of the models' cards; of two cards that
    name some, what both name. No card, no list: all languages.

    Raises MissingExtra without torch and transformers, SettingsError for a checkpoint that cannot be had, has no
    classifier or labels that mean neither sentiment nor emotion, for two whose cards share no language, and for a
    device that is not there.
    """

    def __init__(
        self,
        sentiment_model: str,
        emotion_model: str | None = None,
        *,
        device: str = "auto",
        batch_size: int = 32,
        neutral_band: float = NEUTRAL_BAND,
        languages: Iterable[str] | None = None,
    ) -> None:
        modules = libraries()
        place = _device(device, modules)
        self._batch_size = batch_size
        # Weights last: labels that do not fit are known before anything big is downloaded.
        self._sentiment = sentiment = Checkpoint(sentiment_model, modules)
        self._sentiments = SentimentMap(sentiment.name, sentiment.labels, band=neutral_band, sigmoid=sentiment.sigmoid)
        self._emotion = emotion = Checkpoint(emotion_model, modules) if emotion_model else None
        if emotion is not None:
            self._emotions = EmotionMap(emotion.name, emotion.labels, sigmoid=emotion.sigmoid)
        models = [sentiment] if emotion is None else [sentiment, emotion]
        claimed = frozenset(languages) if languages is not None else _shared(models)
        for model in models:
            model.load(place)
        band = "" if self._sentiments.band is None else f"-band{self._sentiments.band:g}"
        self._model = ModelInfo(
            name=" + ".join(model.name for model in models),
            version=f"{sentiment.version}{band}{'' if emotion is None else f'+{emotion.version}'}+{REVISION}",
            tier="full",
            languages=claimed,
        )
        # One thread: a tokenizer serves one at a time, and two passes at once would only share the cores.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="transformers")
        _log.info(
            "model loaded",
            model=self._model.name,
            version=self._model.version,
            device=str(place),
            languages="all" if claimed is None else sorted(claimed),
        )

    @property
    def model(self) -> ModelInfo:
        """`version` changes with a checkpoint's commit or files, the neutral band in use and the label maps."""
        return self._model

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """Texts are expected normalised. One of which the sentiment model knows no token is `unscored`.

        A reading depends on its neighbours by rounding only (about 1e-6): padding is masked.
        """
        sentiments = await self._read(self._sentiment, self._sentiments.read, texts)
        if self._emotion is None:
            return [self._reading(found, (None, None)) for found in sentiments]
        emotions = await self._read(self._emotion, self._emotions.read, texts)
        return [self._reading(found, felt) for found, felt in zip(sentiments, emotions, strict=True)]

    async def _read(
        self, model: Checkpoint, read: Callable[[Sequence[float]], T], texts: Sequence[str]
    ) -> list[T | _Nothing]:
        loop = asyncio.get_running_loop()
        encodings: list[Encoding | None] = []
        for start in range(0, len(texts), CHUNK):
            encodings += await loop.run_in_executor(self._thread, model.encode, texts[start : start + CHUNK])
        unknown = _Nothing(f"{model.name} knows no word of this text")
        empty = _Nothing("there is no text to read")
        results: list[T | _Nothing] = [unknown if text.strip() else empty for text in texts]
        ready = [(index, encoding) for index, encoding in enumerate(encodings) if encoding is not None]
        # Texts of one length together: the least padding to compute.
        ready.sort(key=lambda item: len(item[1]["input_ids"]))
        size = 1 if model.single else self._batch_size
        for start in range(0, len(ready), size):
            batch = ready[start : start + size]
            found = await loop.run_in_executor(self._thread, _pass, model, read, [encoding for _, encoding in batch])
            for (index, _), result in zip(batch, found, strict=True):
                results[index] = result
        return results

    def _reading(
        self, sentiment: Sentiment | _Nothing, emotion: tuple[Emotion | None, Seven | None] | _Nothing
    ) -> Reading:
        if isinstance(sentiment, _Nothing):
            return unscored(self._model, sentiment.reason)
        felt, seven = (None, None) if isinstance(emotion, _Nothing) else emotion
        return Reading(
            sentiment_label=sentiment.label,
            sentiment_score=sentiment.score,
            confidence_score=sentiment.confidence,
            emotion=felt,
            emotions=seven,
            model_name=self._model.name,
            model_version=self._model.version,
            tier=self._model.tier,
        )


def _pass(model: Checkpoint, read: Callable[[Sequence[float]], T], encodings: Sequence[Encoding]) -> list[T | _Nothing]:
    """One pass of the model, and what its logits mean."""
    broken = _Nothing(f"{model.name} answered with something that is not a number")
    return [read(row) if all(map(math.isfinite, row)) else broken for row in model.logits(encodings)]


def _shared(models: Sequence[Checkpoint]) -> frozenset[str] | None:
    claims = {model.name: model.languages for model in models if model.languages is not None}
    if not claims:
        return None
    shared = frozenset.intersection(*claims.values())
    if not shared:
        listed = ", ".join(f"{name} {', '.join(sorted(codes))}" for name, codes in claims.items())
        raise SettingsError(f"the two models share no language ({listed}): choose two that do, or state the languages")
    return shared


def _device(wanted: str, modules: Libraries) -> Any:
    torch = modules.torch
    if wanted == "auto":
        wanted = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(wanted)
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise SettingsError(
            f"device {wanted} cannot be used: {reason}. Choose auto, cpu, cuda, cuda:N or mps"
        ) from error
    return device
