"""Scores of an encoder on the validation sets: quick figures to choose by, from raw logits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from training import corpus
from training.corpus import Example
from training.encoder import Encoder, pad_of, padded
from training.tasks import BY_NAME

Logits = npt.NDArray[np.float32]
THRESHOLDS = np.linspace(-3, 3, 61)


def predict(model: Encoder, tokenizer: Tokenizer, texts: Sequence[str], size: int = 128) -> Logits:
    """(texts, WIDTH) logits, in order."""
    model.eval()
    pad = pad_of(tokenizer)
    tokens = [e.ids for e in tokenizer.encode_batch_fast(list(texts))]
    order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
    found: list[torch.Tensor] = []
    with torch.inference_mode():
        for start in range(0, len(order), size):
            ids, mask = padded([tokens[i] for i in order[start : start + size]], pad)
            found.append(model(ids, mask))
    result = np.empty((len(texts), found[0].shape[1]), np.float32)
    result[order] = torch.cat(found).numpy()
    return result


def validate(predicted: Callable[[Sequence[str]], Logits]) -> dict[str, float]:
    """Points of 100 on the sets that are targets; `predicted` gives the logits of texts.

    `_best` figures choose thresholds or offsets on the set itself.
    """
    figures: dict[str, float] = {}
    for name in ("sentiment", "emotion_ekman", "offensive"):
        examples = corpus.load(name, "val")
        logits = predicted([e.text for e in examples])
        figures |= scores(name, logits, examples)
    if (corpus.HERE / "churn" / "validation.csv").exists():
        rows = corpus.churn_validation()
        logits = predicted([text for _, text, _ in rows])[:, BY_NAME["churn"].start]
        gold = np.array([leaving for _, _, leaving in rows])
        figures["churn_auc"] = 100 * area_under_roc(logits, gold)
        airline = np.array([name.startswith("airline") for name, _, _ in rows])
        figures["churn_auc_airline"] = 100 * area_under_roc(logits[airline], gold[airline])
    return {name: round(value, 2) for name, value in figures.items()}


def scores(name: str, logits: Logits, examples: Sequence[Example]) -> dict[str, float]:
    """The figures of one set."""
    targets = np.stack([e.target for e in examples])
    if name == "sentiment":
        said, gold = logits[:, BY_NAME["sentiment"].columns], targets[:, BY_NAME["sentiment"].columns].argmax(1)
        offsets = best_offsets(said, gold)
        return {
            "sentiment_recall": 100 * macro_recall(said.argmax(1), gold, 3),
            "sentiment_recall_best": 100 * macro_recall((said + offsets).argmax(1), gold, 3),
        }
    if name == "emotion_ekman":
        said, wanted = logits[:, BY_NAME["emotion"].columns], targets[:, BY_NAME["emotion"].columns] > 0.5
        return {
            "ekman_f1": 100 * emotion_f1(said, wanted),
            "ekman_f1_best": 100 * emotion_f1(said - best_thresholds(said, wanted), wanted),
        }
    said, gold = logits[:, BY_NAME["toxicity"].start], targets[:, BY_NAME["toxicity"].start] > 0.5
    return {
        "offensive_f1": 100 * binary_macro_f1(said > 0, gold),
        "offensive_f1_best": 100 * max(binary_macro_f1(said > t, gold) for t in THRESHOLDS),
    }


def macro_recall(said: npt.NDArray[np.int64], gold: npt.NDArray[np.int64], classes: int) -> float:
    """Mean recall of the classes."""
    return float(np.mean([(said[gold == c] == c).mean() for c in range(classes)]))


def emotion_f1(logits: Logits, wanted: npt.NDArray[np.bool_]) -> float:
    """Macro F1 of the sets {argmax} and {logit >= 0}."""
    said = logits >= 0
    said[np.arange(len(said)), logits.argmax(1)] = True
    return macro_f1(said, wanted)


def macro_f1(said: npt.NDArray[np.bool_], wanted: npt.NDArray[np.bool_]) -> float:
    """Mean F1 of the columns."""
    return float(np.mean([_f1(said[:, i], wanted[:, i]) for i in range(wanted.shape[1])]))


def binary_macro_f1(said: npt.NDArray[np.bool_], gold: npt.NDArray[np.bool_]) -> float:
    """Mean F1 of yes and of no."""
    return (_f1(said, gold) + _f1(~said, ~gold)) / 2


def area_under_roc(scores: npt.NDArray[np.floating], gold: npt.NDArray[np.bool_]) -> float:
    """By ranks, ties shared."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    positives = int(gold.sum())
    return float((ranks[gold].sum() - positives * (positives + 1) / 2) / (positives * (len(gold) - positives)))


def best_offsets(logits: Logits, gold: npt.NDArray[np.int64], widest: float = 1.5) -> npt.NDArray[np.float32]:
    """Added to the logits (the middle one keeping 0) they give the best macro recall, smoothed, each at most `widest`.

    Smoothed: the mean of the twenty best grid points, since the single best fits the set's noise.
    """
    grid = np.arange(-widest, widest + 0.01, 0.1)
    tried = [(macro_recall((logits + np.array([a, 0, b])).argmax(1), gold, 3), a, b) for a in grid for b in grid]
    best = sorted(tried, reverse=True)[:20]
    return np.array([np.mean([a for _, a, _ in best]), 0, np.mean([b for _, _, b in best])], np.float32)


def best_thresholds(logits: Logits, wanted: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Per emotion the logit threshold with the best F1, smoothed over the five best."""
    found = []
    for i in range(wanted.shape[1]):
        tried = sorted(((_f1(logits[:, i] >= t, wanted[:, i]), t) for t in THRESHOLDS), reverse=True)
        found.append(np.mean([t for _, t in tried[:5]]))
    return np.array(found, np.float32)


def _f1(said: npt.NDArray[np.bool_], gold: npt.NDArray[np.bool_]) -> float:
    both = int((said & gold).sum())
    return 2 * both / max(1, int(said.sum()) + int(gold.sum()))
