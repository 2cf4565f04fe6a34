"""What people said of posts (`sentistream corrections export`) as examples to learn from and to measure by."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sentistream.analysis.gold import Task, gold
from sentistream.analysis.text import normalise
from sentistream.domain.analysis import EMOTIONS
from sentistream.domain.errors import InvalidEntry
from training import corpus
from training.corpus import Example
from training.measure import Logits
from training.tasks import BY_NAME, SENTIMENTS, WIDTH

SET = "corrections"

HELD_OUT = 5
"""Every fifth text, by its key, is measured by and never learnt from."""

LEAST = 20
"""Texts to learn from, below which a model would learn them by heart."""


def load(path: Path) -> tuple[list[Example], list[Example]]:
    """(to learn from, held out). SystemExit where the file cannot be used or holds too little.

    Texts that the models are chosen on are held out, too: nothing is trained on them.
    """
    try:
        rows = [json.loads(line) for line in path.read_text().splitlines() if line]
    except (OSError, ValueError) as error:
        raise SystemExit(f"{path} is no labelled set: {error}") from None
    examples = [found for row in rows if (found := example(row)) is not None]
    chosen_on = corpus.validation_keys()
    learn = [one for one in examples if corpus.key(one.text) % HELD_OUT and corpus.key(one.text) not in chosen_on]
    if len(learn) < LEAST:
        raise SystemExit(f"{path} holds {len(learn)} texts to learn from, and {LEAST} are the least")
    taken = {id(one) for one in learn}
    return learn, [one for one in examples if id(one) not in taken]


def example(row: dict[str, object]) -> Example | None:
    """One line of the set; None where nobody labelled anything that a head is for."""
    target = np.full(WIDTH, np.nan, np.float32)
    for task in Task:
        try:
            labels = gold(row, task, f"gold_{task}").labels
        except InvalidEntry:
            continue  # people said nothing of it
        if task is Task.SENTIMENT:
            target[BY_NAME["sentiment"].columns] = [float(name in labels) for name in SENTIMENTS]
        elif task is Task.EMOTION:
            target[BY_NAME["emotion"].columns] = [float(name in labels) for name in EMOTIONS]
        elif task is Task.TOXICITY:
            target[BY_NAME["toxicity"].columns] = float("toxic" in labels)
        else:
            smoothed = corpus.SMOOTHED
            target[BY_NAME["churn"].columns] = 1 - smoothed if "leaving" in labels else smoothed
    text = normalise(str(row.get("text", "")))
    return None if not text or np.isnan(target).all() else Example(text, SET, target)


def agreement(logits: Logits, examples: Sequence[Example]) -> dict[str, float]:
    """Points of 100: how often each head says what people said, of those who said something."""
    targets = np.stack([one.target for one in examples])
    found: dict[str, float] = {}
    for name in ("sentiment", "emotion", "toxicity", "churn"):
        columns = BY_NAME[name].columns
        known = ~np.isnan(targets[:, columns]).any(1)
        if not known.any():
            continue
        said, wanted = logits[known][:, columns], targets[known][:, columns]
        single = BY_NAME[name].width == 1
        right = (said[:, 0] > 0) == (wanted[:, 0] > 0.5) if single else said.argmax(1) == wanted.argmax(1)
        found[f"corrected_{name}"] = round(100 * float(right.mean()), 2)
    return found
