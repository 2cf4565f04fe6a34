"""Logits of the models we have, for texts: the teachers' as a stage of its own, kept in labels/.

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
from rich.progress import track
from tokenizers import Tokenizer

from sentistream.analysis.card import MODELS
from training import churn_teacher, corpus, measure, spliced, teacher
from training.tasks import BY_NAME, SHIPPED_WIDTH

Logits = npt.NDArray[np.float32]
LABELS = corpus.HERE / "labels"
FIRST = ("sentiment", "offensive", "emotion_tweets", "emoji", "irony", "hate", "emotion_ekman")
"""The sets that matter most come first, so that a run that is broken off has labelled those."""
CHURN_FIRST = ("churn", "spliced", "sentiment", "offensive", "emotion_tweets", "irony", "hate")
"""Of the other sets the churn teacher reads what has a word of leaving in it."""
SPLICED = 60_000
CHUNK = 4_096
COLUMN = BY_NAME["churn"].start


def main() -> None:
    """Writes labels/teacher.npz and labels/churn_teacher.npz.

    Each holds `keys` uint64 (corpus.key of a text) and `logits` float16, (texts, SHIPPED_WIDTH) or of churn (texts, 1).
    """
    sets = {name: corpus.load(name, "train") for name in corpus.SETS}
    order = (*FIRST, *(name for name in sets if name not in FIRST))
    _label(teacher.NAME, [example.text for name in order for example in sets[name]], slice(0, SHIPPED_WIDTH))
    sets["churn"] = churn_texts()
    sets["spliced"] = spliced_texts()
    texts = [example.text for name in CHURN_FIRST for example in sets[name]]
    texts += [example.text for found in sets.values() for example in found if corpus.LEAVING.search(example.text)]
    _label(churn_teacher.NAME, texts, BY_NAME["churn"].columns)


def churn_texts() -> list[corpus.Example]:
    """What the student sees of churn: the written texts in more forms than the teachers saw, and the posts read."""
    return corpus.load_churn(seed=1, copies=3, ended=12) + corpus.load_read()


def spliced_texts() -> list[corpus.Example]:
    """Parts of texts joined anew: what the churn teacher says of them is all that is known of them."""
    return [corpus.unlabelled(text, "spliced") for text in spliced.churn(seed=5, count=SPLICED)]


def _label(name: str, texts: Sequence[str], columns: slice) -> None:
    found = _kept(name)
    missing = [text for text in dict.fromkeys(texts) if corpus.key(text) not in found]
    if not missing:
        return
    LABELS.mkdir(exist_ok=True)
    model, tokenizer = churn_teacher.load_trained(name)
    began = time.monotonic()
    for start in range(0, len(missing), CHUNK):
        part = missing[start : start + CHUNK]
        found.update(zip(map(corpus.key, part), measure.predict(model, tokenizer, part)[:, columns], strict=True))
        _keep(name, found)
        print(f"{name}: {start + len(part):,} of {len(missing):,}, {time.monotonic() - began:,.0f} s", flush=True)


def _keep(name: str, found: dict[int, Logits]) -> None:
    fresh = LABELS / f"{name}.new.npz"
    keys, logits = np.array(list(found), np.uint64), np.array(list(found.values()), np.float16)
    np.savez_compressed(fresh, keys=keys, logits=logits)
    fresh.replace(LABELS / f"{name}.npz")


def _kept(name: str) -> dict[int, Logits]:
    path = LABELS / f"{name}.npz"
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as kept:
        return dict(zip(kept["keys"].tolist(), kept["logits"].astype(np.float32), strict=True))


def load_kept() -> dict[int, Logits]:
    """(SHIPPED_WIDTH,) logits of the teachers by corpus.key, NaN where not asked; empty where there are none yet."""
    found = _kept(teacher.NAME)
    for logits in found.values():
        logits[COLUMN] = np.nan
    for number, logits in _kept(churn_teacher.NAME).items():
        whole = found.setdefault(number, np.full(SHIPPED_WIDTH, np.nan, np.float32))
        whole[COLUMN] = logits[0]
    return found


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
