"""The bundled small model (tier `fast`): token embeddings and a small head, distilled from the full one.

Embeddings of neighbouring words, as many as the weights are for, go through one rectified layer; its
highest and mean values over the text go through a small head. A batch is one matrix product, and a
text's rows in it depend on that text alone, so its scores are those it has by itself but for the
rounding of single precision.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sentistream.analysis.card import MODELS, Logits, load_card
from sentistream.analysis.words import Words
from sentistream.domain.analysis import ModelInfo, Reading

CHUNK = 256
"""Texts read in one visit to a worker thread (about 15 ms), so that a cancelled batch stops soon."""

READ_AT_MOST = 2_000
"""Characters that are looked at."""


class FastAnalyser:
    """Made of weights.npz (int8 embeddings with a scale per word, the layers in half precision) and vocabulary.txt."""

    def __init__(self, folder: Path = MODELS / "fast") -> None:
        self._card = load_card(folder)
        self._words = Words((folder / "vocabulary.txt").read_text().split("\n"))
        with np.load(folder / "weights.npz", allow_pickle=False) as weights:
            table = weights["embeddings"].astype(np.float32) * weights["scales"].astype(np.float32)[:, None]
            # The row behind the last word is the empty space before, between and after texts.
            self._embeddings = np.concatenate([table, np.zeros((1, table.shape[1]), np.float32)])
            self._window = weights["window"].astype(np.float32)
            self._window_bias = weights["window_bias"].astype(np.float32)
            self._half = len(self._window) // table.shape[1] // 2
            self._hidden = weights["hidden"].astype(np.float32)
            self._hidden_bias = weights["hidden_bias"].astype(np.float32)
            self._head = weights["head"].astype(np.float32)
            self._head_bias = weights["head_bias"].astype(np.float32)

    @property
    def model(self) -> ModelInfo:
        """As the card names it."""
        return self._card.model

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """Texts are expected normalised."""
        readings: list[Reading] = []
        for start in range(0, len(texts), CHUNK):
            readings += await asyncio.to_thread(self._read, texts[start : start + CHUNK])
        return readings

    def _read(self, texts: Sequence[str]) -> list[Reading]:
        return self._card.readings(self.logits(texts))

    def logits(self, texts: Sequence[str]) -> Logits:
        """(texts, WIDTH)."""
        space = len(self._embeddings) - 1
        numbers = [self._words.numbers(text[:READ_AT_MOST], self._card.max_length) or [space] for text in texts]
        gap = [space] * self._half  # as wide as a window looks to either side
        flat = list(gap)
        for found in numbers:
            flat += found + gap
        lengths = np.array([len(found) for found in numbers])
        return self._network(np.array(flat), lengths)

    def _network(self, flat: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]) -> Logits:
        rows, half = self._embeddings[flat], self._half
        windows = np.concatenate([rows[i : len(rows) - 2 * half + i] for i in range(2 * half + 1)], axis=1)
        states = np.maximum(windows @ self._window + self._window_bias, 0)
        # Texts and the gaps behind them alternate; every other part is a text. The last gap has no window.
        starts = np.concatenate([[0], np.cumsum(lengths + half)[:-1]])
        bounds = np.stack([starts, starts + lengths], axis=1).ravel()[:-1]
        highest = np.maximum.reduceat(states, bounds)[::2]
        mean = np.add.reduceat(states, bounds)[::2] / lengths[:, None].astype(np.float32)
        seen = np.concatenate([highest, mean], axis=1)
        hidden = np.maximum(seen @ self._hidden + self._hidden_bias, 0)
        logits: Logits = np.concatenate([seen, hidden], axis=1) @ self._head + self._head_bias
        return logits
