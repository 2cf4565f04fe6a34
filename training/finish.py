"""Stage: the student's last epoch, with texts spliced for churn risk; becomes the full tier."""

from __future__ import annotations

import torch
from tokenizers import Tokenizer

from training import baseline, label, loop, student

NAME = "finish"
SHARES = student.SHARES | {
    "emotion_ekman": 0.6,
    "hate": 0.2,
    "abuse": 0.1,
    "irony": 0.3,
    "emoji": 0.1,
    "sst5": 0.1,
    "spliced": 1.0,
}


def main() -> None:
    """Writes models/full anew."""
    sets = student.training_sets() | {"spliced": label.spliced_texts()}
    model = baseline.load_trained(student.NAME)
    tokenizer = Tokenizer.from_file(str(loop.WORK / "baseline.tokenizer.json"))
    recipe = loop.Recipe(epochs=1, batch=64, rate=1e-4, head_rate=3e-4, seed=3, shares=SHARES)
    loop.train(NAME, model, tokenizer, sets, recipe, student.taught_loss(sets, label.load_kept()))
    torch.save(model.state_dict(), loop.WORK / f"{NAME}.weights.pt")
    student.write(model, tokenizer, student.FOLDER)
