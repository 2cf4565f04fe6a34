"""Stage: what the full tier lost by becoming int8, on the validation sets, into its card."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from training import baseline, bundle, finish, graph, label, measure, student


def main() -> None:
    """Writes `quantisation` into models/full/card.json: metric to [single precision, int8], points of 100.

    Needs work/finish.weights.pt. Raises SystemExit if the shipped model was not made of these weights.
    """
    model = baseline.load_trained(finish.NAME)
    model.eval()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        graph.write(model, folder / "model.onnx", max_length=baseline.MAX_LENGTH)
        if (folder / "model.onnx").read_bytes() != (student.FOLDER / "model.onnx").read_bytes():
            raise SystemExit("models/full is not made of work/finish.weights.pt: run the stage finish first")
        graph.write(model, folder / "model.onnx", max_length=baseline.MAX_LENGTH, int8=False)
        shutil.copy(student.FOLDER / "tokenizer.json", folder)
        single = measure.validate(lambda texts: label.full_logits(texts, folder))
    int8 = measure.validate(label.full_logits)
    card = bundle.load(student.FOLDER)
    card["quantisation"] = {name: [single[name], int8[name]] for name in single}
    bundle.save(student.FOLDER, card)
    print(json.dumps(card["quantisation"], indent=1))
