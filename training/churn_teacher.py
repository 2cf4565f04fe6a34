"""Stage: the large encoder goes on with churn risk alone, to teach the small one. It is never shipped.

With one head to mind, and posts that were read beside the written ones, it ranks churn far better than as one
task among ten.
"""

from __future__ import annotations

import random

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.nn import functional

from training import corpus, encoder, loop, teacher
from training.corpus import Example
from training.tasks import BY_NAME

NAME = "churn_teacher"
REPEATED = 4
"""How often an epoch shows a real post that leaves: there are 36."""
PRESUMED = 2_500
COLUMN = BY_NAME["churn"].start


def training_sets(seed: int) -> dict[str, list[Example]]:
    """Written texts, posts that were read, and posts presumed to leave nobody."""
    read = corpus.load_read()
    leaving = [example for example in read if example.target[COLUMN] > 0.5]
    presumed = [e for name in corpus.PRESUMED for e in corpus.load(name, "train") if not np.isnan(e.target[COLUMN])]
    random.Random(seed).shuffle(presumed)
    return {
        "written": corpus.load_churn(seed),
        "read": read + leaving * (REPEATED - 1),
        "presumed": presumed[:PRESUMED],
    }


def load_trained(name: str = NAME) -> tuple[encoder.Encoder, Tokenizer]:
    """The large encoder as the stage `name` left it, in half precision, and its tokenizer."""
    model, _ = encoder.load("mpnet", [], teacher.MAX_LENGTH)
    model.to(torch.bfloat16)
    model.load_state_dict(torch.load(loop.WORK / f"{name}.weights.pt", weights_only=True))
    return model, Tokenizer.from_file(str(loop.WORK / f"{teacher.NAME}.tokenizer.json"))


def main() -> None:
    """Writes work/churn_teacher.weights.pt."""
    sets = training_sets(seed=11)
    model, tokenizer = load_trained(teacher.NAME)
    recipe = loop.Recipe(
        epochs=2, batch=32, rate=3e-5, head_rate=5e-4, seed=11, shares=dict.fromkeys(sets, 1.0), save_every=400
    )
    loop.train(NAME, model.float(), tokenizer, sets, recipe, _loss)
    torch.save(model.state_dict(), loop.WORK / f"{NAME}.weights.pt")


def _loss(logits: torch.Tensor, batch: list[Example]) -> torch.Tensor:
    leaving = torch.tensor([float(example.target[COLUMN]) for example in batch])
    return functional.binary_cross_entropy_with_logits(logits[:, COLUMN], leaving)
