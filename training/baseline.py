"""Stage: the small encoder trained on the labels alone."""

from __future__ import annotations

import torch

from training import corpus, encoder, loop, vocabulary

NAME = "baseline"
MAX_LENGTH = 128
EMOJI = 900


def training_sets() -> dict[str, list[corpus.Example]]:
    """Every set that may be trained on, with the texts written for churn."""
    return {name: corpus.load(name, "train") for name in corpus.SETS} | {"churn": corpus.load_churn(seed=1, copies=2)}


def emoji_of(sets: dict[str, list[corpus.Example]]) -> list[str]:
    """The emoji that get entries of their own: from the training texts only."""
    return vocabulary.common_emoji((e.text for found in sets.values() for e in found), EMOJI)


def load_trained(name: str) -> encoder.Encoder:
    """The small encoder as the stage `name` left it, in single precision."""
    model, _ = encoder.load("minilm", [], MAX_LENGTH)
    found = torch.load(loop.WORK / f"{name}.weights.pt", weights_only=True)
    model.float().load_state_dict({key: value.float() for key, value in found.items()})
    return model


def main() -> None:
    """Writes work/baseline.weights.pt."""
    sets = training_sets()
    model, tokenizer = encoder.load("minilm", emoji_of(sets), MAX_LENGTH)
    recipe = loop.Recipe(epochs=1, batch=64, rate=1.5e-4, head_rate=1e-3, seed=1)
    loop.train(NAME, model, tokenizer, sets, recipe, loop.supervised_loss(sets))
    torch.save(model.state_dict(), loop.WORK / f"{NAME}.weights.pt")
    tokenizer.save(str(loop.WORK / f"{NAME}.tokenizer.json"))
