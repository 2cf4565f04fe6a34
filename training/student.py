"""Stage: the small encoder goes on, taught by the large ones' logits and by the labels; becomes the full tier."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from sentistream.analysis.card import MODELS
from training import baseline, bundle, corpus, encoder, label, loop, losses
from training.corpus import Example
from training.tasks import SHIPPED_WIDTH

NAME = "student"
FOLDER = MODELS / "full"
SHARES = corpus.SHARES | {"hate": 0.3, "abuse": 0.15, "irony": 0.5, "sst5": 0.2, "churn": 1.0}
TAUGHT = {"sentiment": 2.0, "toxicity": 0.5, "churn": 1.5}
"""Weights of the teachers' opinion beside the labels', where they know better. Of emotions they saw too few."""


def main() -> None:
    """Writes models/full, its card not yet calibrated."""
    sets = training_sets()
    model = baseline.load_trained(baseline.NAME)
    tokenizer = Tokenizer.from_file(str(loop.WORK / "baseline.tokenizer.json"))
    kept = label.load_kept()
    if not kept:
        raise SystemExit("there are no labels of the teacher: run the stages teacher and label first")
    recipe = loop.Recipe(epochs=2, batch=64, rate=1.5e-4, head_rate=5e-4, seed=2, shares=SHARES)
    loop.train(NAME, model, tokenizer, sets, recipe, taught_loss(sets, kept))
    torch.save(model.state_dict(), loop.WORK / f"{NAME}.weights.pt")
    write(model, tokenizer, FOLDER)


def training_sets() -> dict[str, list[Example]]:
    """Every set that may be trained on, and of churn more forms than the baseline saw."""
    return baseline.training_sets() | {"churn": label.churn_texts()}


def write(model: encoder.Encoder, tokenizer: Tokenizer, folder: Path) -> None:
    """The shipped files of the full tier."""
    folder.mkdir(parents=True, exist_ok=True)
    model.float().eval()
    from training import graph  # what writes ONNX is not needed to train

    graph.write(model, folder / "model.onnx", max_length=baseline.MAX_LENGTH)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    bundle.write_card(folder, name="sentistream-full", tier="full", max_length=baseline.MAX_LENGTH)


def taught_loss(sets: dict[str, list[Example]], kept: dict[int, label.Logits]) -> loop.Loss:
    """The labels, and the teachers' opinion of what they have read."""
    supervised = loop.supervised_loss(sets)
    unknown = np.full(SHIPPED_WIDTH, np.nan, np.float32)

    def loss(logits: torch.Tensor, batch: list[Example]) -> torch.Tensor:
        taught = torch.from_numpy(np.stack([kept.get(corpus.key(example.text), unknown) for example in batch]))
        return supervised(logits, batch) + losses.distilled(logits, taught, temperature=1.5, weights=TAUGHT)

    return loss
