"""Stage: the full tier goes on with what people corrected, beside the sets it knows; refused if it forgets."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import torch
from tokenizers import Tokenizer

from training import baseline, corrections, finish, label, loop, measure, student
from training.corpus import Example
from training.encoder import Encoder

NAME = "correct"

FORGETS = 1.0
"""Points that a figure of another set may lose at most."""

COPIES = 4.0
"""How often a corrected text is seen beside one pass of the rehearsal."""

REHEARSAL = 0.1
"""Share of the last stage's draw that is seen again."""

Validate = Callable[[Callable[[Sequence[str]], measure.Logits]], dict[str, float]]


def main(path: Path) -> None:
    """Writes models/full anew, or exits with what it would have forgotten. work/correct.report.json has both sides."""
    learn, held_out = corrections.load(path)
    sets = student.training_sets() | {"spliced": label.spliced_texts()}
    model = baseline.load_trained(finish.NAME)
    tokenizer = Tokenizer.from_file(str(loop.WORK / "baseline.tokenizer.json"))
    shares = {name: share * REHEARSAL for name, share in finish.SHARES.items()} | {corrections.SET: COPIES}
    # Named after the file, so that a run that was broken off never goes on with another's texts.
    name = f"{NAME}-{sha256(path.read_bytes()).hexdigest()[:12]}"
    recipe = loop.Recipe(epochs=1, batch=64, rate=3e-5, head_rate=1e-4, seed=4, shares=shares)
    sets |= {corrections.SET: learn}
    report = taught(name, model, tokenizer, sets, held_out, recipe, student.taught_loss(sets, label.load_kept()))
    (loop.WORK / f"{NAME}.report.json").write_text(json.dumps(report, indent=2) + "\n")
    for figure, before in report["before"].items():
        print(f"{figure:<28}{before:>8.2f} -> {report['after'][figure]:>6.2f}")
    if lost := forgotten(report["before"], report["after"]):
        raise SystemExit(f"models/full stays as it is: {', '.join(lost)} would lose more than {FORGETS:g} point")
    torch.save(model.state_dict(), loop.WORK / f"{finish.NAME}.weights.pt")
    student.write(model, tokenizer, student.FOLDER)
    print("models/full is new: run the stages calibrate, quantisation and card now")


def taught(
    name: str,
    model: Encoder,
    tokenizer: Tokenizer,
    sets: dict[str, list[Example]],
    held_out: Sequence[Example],
    recipe: loop.Recipe,
    loss: loop.Loss,
    validate: Validate = measure.validate,
) -> dict[str, dict[str, float]]:
    """Train `model` in place; its figures `before` and `after`, on the other sets and on the corrections held out."""

    def figures() -> dict[str, float]:
        def predicted(texts: Sequence[str]) -> measure.Logits:
            return measure.predict(model, tokenizer, texts)

        found = validate(predicted)
        if held_out:
            found |= corrections.agreement(predicted([one.text for one in held_out]), held_out)
        return found

    known = loop.WORK / f"{name}.before.json"
    if known.exists():  # a run that goes on has changed the weights already
        before = json.loads(known.read_text())
    else:
        before = figures()
        loop.WORK.mkdir(exist_ok=True)
        known.write_text(json.dumps(before))
    loop.train(name, model, tokenizer, sets, recipe, loss)
    model.float()
    return {"before": before, "after": figures()}


def forgotten(before: dict[str, float], after: dict[str, float]) -> list[str]:
    """Figures of other sets that lost too much. Those that choose thresholds on the set itself are no measure."""
    return [
        name
        for name, value in before.items()
        if not name.startswith("corrected_") and not name.endswith("_best") and value - after[name] > FORGETS
    ]
