"""Logits of the models we have, for texts: the teacher's as a stage of its own, kept in labels/teacher.npz.

Kept are digests of the texts and logits in half precision, never the texts: whoever has the data sets
can distil again without the large encoder and without the hours it takes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch
from rich.progress import track
from tokenizers import Tokenizer

from sentistream.analysis.card import MODELS
from training import baseline, corpus, encoder, loop, measure, teacher
from training.tasks import SHIPPED_WIDTH

Logits = npt.NDArray[np.float32]
KEPT = corpus.HERE / "labels" / "teacher.npz"
FIRST = ("sentiment", "offensive", "emotion_tweets", "emoji", "irony", "hate", "emotion_ekman")
CHUNK = 4_096


def main() -> None:
    """Writes labels/teacher.npz: `keys` uint64 (corpus.key of a text) and `logits` float16 (texts, SHIPPED_WIDTH)."""
    sets = baseline.training_sets()
    model, _ = encoder.load("mpnet", baseline.emoji_of(sets), teacher.MAX_LENGTH)
    model.to(torch.bfloat16)
    model.load_state_dict(torch.load(loop.WORK / "teacher.weights.pt", weights_only=True))
    tokenizer = Tokenizer.from_file(str(loop.WORK / "teacher.tokenizer.json"))
    # The sets that matter most come first, so that a run that is broken off has labelled those.
    order = (*FIRST, *(name for name in sets if name not in FIRST))
    texts = list(dict.fromkeys(example.text for name in order for example in sets[name]))
    found = load_kept()
    KEPT.parent.mkdir(exist_ok=True)
    missing = [text for text in texts if corpus.key(text) not in found]
    began = time.monotonic()
    for start in range(0, len(missing), CHUNK):
        part = missing[start : start + CHUNK]
        logits = measure.predict(model, tokenizer, part)[:, :SHIPPED_WIDTH]
        found.update(zip(map(corpus.key, part), logits, strict=True))
        _keep(found)
        print(f"{len(found):,} of {len(texts):,} texts, {time.monotonic() - began:,.0f} s", flush=True)


def _keep(found: dict[int, Logits]) -> None:
    fresh = KEPT.with_suffix(".new.npz")
    keys, logits = np.array(list(found), np.uint64), np.array(list(found.values()), np.float16)
    np.savez_compressed(fresh, keys=keys, logits=logits)
    fresh.replace(KEPT)


def load_kept() -> dict[int, Logits]:
    """The teacher's logits by corpus.key; empty where there are none yet."""
    if not KEPT.exists():
        return {}
    with np.load(KEPT, allow_pickle=False) as kept:
        return dict(zip(kept["keys"].tolist(), kept["logits"].astype(np.float32), strict=True))


def full_logits(texts: Sequence[str], folder: Path = MODELS / "full") -> Logits:
    """(texts, SHIPPED_WIDTH) logits of the shipped full tier."""
    return np.concatenate(_run(texts, folder, "logits"))


def pooled(texts: Sequence[str], folder: Path = MODELS / "full") -> Logits:
    """(texts, hidden): the full tier's view of each text before its heads."""
    return np.concatenate(_run(texts, folder, "pooled"))


def _run(texts: Sequence[str], folder: Path, output: str) -> list[Logits]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))

    def one(text: str) -> Logits:
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        answer: Logits = session.run([output], {"ids": ids})[0]
        return answer

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return list(track(pool.map(one, texts, chunksize=64), description="full tier", total=len(texts)))
