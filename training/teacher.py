"""Stage: the large encoder trained on the labels, to teach the small one. It is never shipped."""

from __future__ import annotations

import torch

from training import baseline, corpus, encoder, loop

NAME = "teacher"
MAX_LENGTH = 96
SHARES = corpus.SHARES | {
    "emotion_ekman": 0.4,
    "hate": 0.2,
    "abuse": 0.1,
    "irony": 0.5,
    "emoji": 0.1,
    "sst5": 0.2,
    "churn": 0.5,
}
"""Fewer texts of the sets that only help: this encoder learns five times as slowly."""


def main() -> None:
    """Writes work/teacher.weights.pt."""
    sets = baseline.training_sets()
    model, tokenizer = encoder.load("mpnet", baseline.emoji_of(sets), MAX_LENGTH)
    recipe = loop.Recipe(epochs=2, batch=64, rate=5e-5, head_rate=5e-4, seed=1, shares=SHARES, save_every=400)
    loop.train(NAME, model, tokenizer, sets, recipe, loop.supervised_loss(sets))
    torch.save(model.state_dict(), loop.WORK / f"{NAME}.weights.pt")
    tokenizer.save(str(loop.WORK / f"{NAME}.tokenizer.json"))
