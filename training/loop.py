"""One training loop for every encoder: progress, validation, checkpoints to resume from."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from tokenizers import Tokenizer

from training import corpus, losses, measure
from training.corpus import Example
from training.encoder import Encoder, pad_of, padded
from training.optimise import Optimiser

Loss = Callable[[torch.Tensor, list[Example]], torch.Tensor]
WORK = corpus.HERE / "work"
"""Checkpoints and logs; git ignores it."""


@dataclass(frozen=True)
class Recipe:
    """What a run is made of. Rates are per step of `batch` texts."""

    epochs: int
    batch: int
    rate: float
    head_rate: float
    seed: int = 0
    noise: float = 0.0
    shares: dict[str, float] = field(default_factory=lambda: dict(corpus.SHARES))
    save_every: int = 500
    decay: float = 0.98


def train(
    name: str,
    model: Encoder,
    tokenizer: Tokenizer,
    examples: dict[str, Sequence[Example]],
    recipe: Recipe,
    loss: Loss,
) -> None:
    """Train `model` in place, ending with the averaged weights; a broken-off run of the same name goes on.

    Prints a line every hundred steps and validates after each epoch; work/NAME.log.jsonl keeps both.
    """
    WORK.mkdir(exist_ok=True)
    checkpoint, log = WORK / f"{name}.pt", WORK / f"{name}.log.jsonl"
    torch.manual_seed(recipe.seed)
    random.seed(recipe.seed)
    model.to(torch.bfloat16)
    plan = _plan(examples, recipe, tokenizer)
    optimiser = Optimiser(
        model, rate=recipe.rate, head_rate=recipe.head_rate, steps=sum(map(len, plan)), decay=recipe.decay
    )
    if checkpoint.exists():
        optimiser.resume(torch.load(checkpoint, weights_only=True))
        print(f"{name}: going on at step {optimiser.taken:,} of {optimiser.steps:,}", flush=True)
    pad = pad_of(tokenizer)

    def predicted(texts: Sequence[str]) -> measure.Logits:
        return measure.predict(model, tokenizer, texts)

    started, seen, sums = time.monotonic(), 0, 0.0
    step = 0
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()) as bar:
        task = bar.add_task(name, total=optimiser.steps, completed=optimiser.taken)
        for number, batches in enumerate(plan):
            for batch in batches:
                step += 1
                if step <= optimiser.taken:
                    continue
                model.train()
                ids, mask = padded([tokens for _, tokens in batch], pad)
                value = loss(model(ids, mask), [example for example, _ in batch])
                value.backward()
                optimiser.step()
                seen += len(batch)
                sums += value.item()
                bar.update(task, advance=1)
                if step % 100 == 0:
                    _note(log, step=step, of=optimiser.steps, loss=sums / 100, rate=seen / (time.monotonic() - started))
                    sums = 0.0
                if step % recipe.save_every == 0:
                    _save(checkpoint, optimiser)
            if step == optimiser.taken and number < len(plan) - 1:
                _note(log, epoch=number + 1, **measure.validate(predicted))
    optimiser.settle()
    _note(log, epoch=len(plan), averaged=True, **measure.validate(predicted))


def _plan(
    examples: dict[str, Sequence[Example]], recipe: Recipe, tokenizer: Tokenizer
) -> list[list[list[tuple[Example, list[int]]]]]:
    plan = []
    for number in range(recipe.epochs):
        drawn = corpus.epoch(dict(examples), recipe.shares, recipe.seed * 1000 + number)
        tokens = [e.ids for e in tokenizer.encode_batch_fast([x.text for x in drawn])]
        order = corpus.batches(drawn, list(map(len, tokens)), recipe.batch, recipe.seed * 1000 + number)
        plan.append([[(drawn[i], tokens[i]) for i in batch] for batch in order])
    return plan


def targets_of(batch: Sequence[Example]) -> torch.Tensor:
    """(batch, WIDTH)."""
    return torch.from_numpy(np.stack([example.target for example in batch]))


def supervised_loss(examples: dict[str, Sequence[Example]]) -> Loss:
    """The labels alone."""
    weights = losses.class_weights(e for found in examples.values() for e in found)
    return lambda logits, batch: losses.supervised(logits, targets_of(batch), weights)


def _save(path: Path, optimiser: Optimiser) -> None:
    fresh = path.with_suffix(".new")
    torch.save(optimiser.state(), fresh)
    fresh.replace(path)


def _note(log: Path, **values: object) -> None:
    line = json.dumps({"at": time.strftime("%H:%M:%S"), **values}, default=float)
    print(line, flush=True)
    with log.open("a") as file:
        file.write(line + "\n")
