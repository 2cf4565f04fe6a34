"""Stage: temperatures, biases and lifts of a bundled model, fitted on the validation sets (Guo et al. 2017).

Probabilities are fitted to be right (negative log-likelihood). Labels are chosen for macro recall and
macro F1 by lifts, which leave the probabilities as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from sentistream.analysis.card import MODELS
from sentistream.analysis.fast import FastAnalyser
from training import bundle, corpus, label, measure
from training.tasks import BY_NAME

Array = npt.NDArray[np.float32]
CHURN_SHARE, NEAR_SHARE = 0.04, 0.03
"""Of posts to a company: those that leave or threaten to (10 of the 250 drawn at random, churn/VALIDATION.md), and the
near misses (293 among the hits of wide patterns, in 10,942). The validation set holds little else, so that both are
weighted down to these shares; the rest of a stream is stood for by tweets without a word of leaving."""
SENTIMENT_LIFT, EMOTION_LIFT = 0.5, 0.7
"""Log-odds that a lift may add or take: a lift decides where two labels are near each other, no more. With twice that
there is a point of macro recall and of macro F1 to be had, by giving a label of a fifth's probability where another has
more than half: nobody would understand it."""


def main() -> None:
    """Calibrates models/full and models/fast, whichever are there."""
    for name, predicted in (("full", label.full_logits), ("fast", lambda texts: FastAnalyser().logits(texts))):
        folder = MODELS / name
        if (folder / "card.json").exists():
            card = bundle.load(folder) | calibration(predicted)
            bundle.save(folder, card)
            print(name, json.dumps({head: card[head] for head in ("sentiment", "emotion", "toxicity", "churn")}))


def calibration(predicted: Callable[[Sequence[str]], Array]) -> dict[str, Any]:
    """The four heads' entries of card.json."""
    logits, gold = _validation("sentiment", predicted)
    said, wanted = logits[:, BY_NAME["sentiment"].columns], gold[:, BY_NAME["sentiment"].columns].argmax(1)
    temperature, bias = _fit_softmax(said, wanted)
    scaled = said / temperature + bias
    sentiment = {
        "temperature": temperature,
        "bias": _listed(bias),
        "lift": _listed(measure.best_offsets(scaled, wanted, SENTIMENT_LIFT)),
    }
    logits, gold = _validation("emotion_ekman", predicted)
    said, some = logits[:, BY_NAME["emotion"].columns], gold[:, BY_NAME["emotion"].columns]
    temperature, bias = _fit_sigmoids(said, some, np.ones_like(some))
    emotion = {
        "temperature": temperature,
        "bias": _listed(bias),
        "lift": _listed(_emotion_lift(said / temperature + bias, some > 0.5)),
    }
    logits, gold = _validation("offensive", predicted)
    columns = BY_NAME["toxicity"].columns
    temperature, bias = _fit_sigmoids(logits[:, columns], gold[:, columns], np.ones_like(gold[:, columns]))
    toxicity = {"temperature": temperature, "bias": _listed(bias)}
    churn = _churn(predicted)
    return {"sentiment": sentiment, "emotion": emotion, "toxicity": toxicity, "churn": churn}


def _churn(predicted: Callable[[Sequence[str]], Array]) -> dict[str, Any]:
    # The airline posts are for measuring only, so that these two numbers come from the other tweets.
    rows = [(text, leaving) for name, text, leaving in corpus.churn_validation() if name == "tweets"]
    seen = {text for text, _ in rows}
    easy = [e.text for e in corpus.load("sentiment", "val") if not corpus.LEAVING.search(e.text) and e.text not in seen]
    said = predicted([text for text, _ in rows] + easy)[:, BY_NAME["churn"].columns]
    leaving = np.array([yes for _, yes in rows] + [False] * len(easy))
    near = ~leaving & (np.arange(len(leaving)) < len(rows))
    weights = np.full(len(leaving), (1 - CHURN_SHARE - NEAR_SHARE) / len(easy))
    weights[leaving], weights[near] = CHURN_SHARE / leaving.sum(), NEAR_SHARE / near.sum()
    temperature, bias = _fit_sigmoids(
        said, leaving[:, None].astype(np.float32), (weights * len(weights))[:, None].astype(np.float32)
    )
    return {"temperature": temperature, "bias": _listed(bias)}


def _validation(name: str, predicted: Callable[[Sequence[str]], Array]) -> tuple[Array, Array]:
    examples = corpus.load(name, "val")
    return predicted([e.text for e in examples]), np.stack([e.target for e in examples])


def _fit_softmax(logits: Array, gold: npt.NDArray[np.int64]) -> tuple[float, Array]:
    said, wanted = torch.from_numpy(logits), torch.from_numpy(gold)
    return _fit(lambda t, b: functional.cross_entropy(said / t + b, wanted), logits.shape[1], anchored=1)


def _fit_sigmoids(logits: Array, gold: Array, weights: Array) -> tuple[float, Array]:
    said, wanted, weight = map(torch.from_numpy, (logits, gold, weights))
    return _fit(lambda t, b: functional.binary_cross_entropy_with_logits(said / t + b, wanted, weight), logits.shape[1])


def _fit(
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], width: int, anchored: int | None = None
) -> tuple[float, Array]:
    """Temperature and biases of least loss; the bias of class `anchored` stays 0, where only differences count."""
    scale, bias = torch.zeros(1, requires_grad=True), torch.zeros(width, requires_grad=True)
    optimiser = torch.optim.LBFGS([scale, bias], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        value = loss(scale.exp(), bias)
        value.backward()
        return value

    optimiser.step(closure)
    found = bias.detach().numpy()
    return round(float(scale.exp()), 4), found - (found[anchored] if anchored is not None else 0)


def _emotion_lift(log_odds: Array, wanted: npt.NDArray[np.bool_]) -> Array:
    """By coordinate ascent on macro F1, each step the middle of the settings that do nearly as well as the best."""
    lift = np.zeros(log_odds.shape[1], np.float32)
    grid = np.arange(-EMOTION_LIFT, EMOTION_LIFT + 0.01, 0.1)
    for _ in range(3):
        for i in range(len(lift)):
            tried = []
            for value in grid:
                lift[i] = value
                tried.append(_leading_f1(log_odds, lift, wanted))
            near = [value for value, score in zip(grid, tried, strict=True) if score > max(tried) - 0.0005]
            lift[i] = float(np.mean(near))
    return lift


def _leading_f1(log_odds: Array, lift: Array, wanted: npt.NDArray[np.bool_]) -> float:
    said = log_odds >= 0
    said[np.arange(len(said)), (log_odds + lift).argmax(1)] = True
    return measure.macro_f1(said, wanted)


def _listed(values: Array) -> list[float]:
    return [round(float(value), 4) for value in values]
