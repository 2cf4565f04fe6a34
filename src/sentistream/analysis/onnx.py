"""The bundled transformer (tier `full`): one int8 ONNX file, onnxruntime and tokenizers, no download.

Each text runs through the network alone, on as many threads as there are cores. Padding would cost
more than a batch saves on texts of this length, and the scale of dynamically quantised activations
spans the batch: alone, a text reads the same whatever its neighbours. docs/decisions/ has the figures.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from sentistream.analysis.card import MODELS, load_card
from sentistream.domain.analysis import ModelInfo, Reading

CHUNK = 16
"""Texts a thread reads before it asks for more: about 20 ms, so that a cancelled batch stops soon."""

AHEAD = 2
"""Chunks under way for each thread, so that none waits for the event loop to hand it the next one."""

READ_AT_MOST = 4_000
"""Characters that are looked at; the network's longest input ends well before."""


class OnnxAnalyser:
    """threads: 0 takes one per core."""

    def __init__(self, folder: Path = MODELS / "full", *, threads: int = 0) -> None:
        self._card = load_card(folder)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(self._card.max_length)
        options = onnxruntime.SessionOptions()
        # One thread a text: texts, not matrices, are spread over the cores.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
        self._threads = threads or _cores()
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="analysis")

    @property
    def model(self) -> ModelInfo:
        """As the card names it."""
        return self._card.model

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """Texts are expected normalised; the same text always reads the same."""
        loop = asyncio.get_running_loop()
        # Long texts first, so that no thread is left with one while the others idle.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        chunks = [order[start : start + CHUNK] for start in range(0, len(order), CHUNK)]
        readings: list[Reading | None] = [None] * len(texts)

        async def work() -> None:
            while chunks:
                chunk = chunks.pop()
                found = await loop.run_in_executor(self._pool, self._read, [texts[i] for i in chunk])
                for i, reading in zip(chunk, found, strict=True):
                    readings[i] = reading

        try:
            await asyncio.gather(*(work() for _ in range(min(AHEAD * self._threads, len(chunks)))))
        finally:
            chunks.clear()  # where one failed, or the call was cancelled, nothing more is begun
        return [reading for reading in readings if reading is not None]

    def _read(self, texts: list[str]) -> list[Reading]:
        # One by one: encoding a batch would start threads of its own.
        encoded = [self._tokenizer.encode(text[:READ_AT_MOST]) for text in texts]
        run = self._session.run
        logits = [run(None, {"ids": np.array([found.ids], np.int64)})[0] for found in encoded]
        return self._card.readings(np.concatenate(logits))


def _cores() -> int:
    """That this process may use; Linux alone can say that they are fewer than there are."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
