"""The folder of a bundled model: files, digests, and a card that calibration and figures are added to."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sentistream.domain.analysis import EMOTIONS

VERSION = "1"
FILES = ("model.onnx", "tokenizer.json", "weights.npz", "vocabulary.txt")


def write_card(folder: Path, *, name: str, tier: str, max_length: int) -> None:
    """A new card.json for the files in `folder`, its probabilities not yet calibrated."""
    card = {
        "name": name,
        "version": VERSION,
        "tier": tier,
        "languages": ["en"],
        "max_length": max_length,
        "files": {
            file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in FILES if (folder / file).exists()
        },
        "sentiment": {"temperature": 1.0, "bias": [0.0] * 3, "lift": [0.0] * 3},
        "emotion": {"temperature": 1.0, "bias": [0.0] * len(EMOTIONS), "lift": [0.0] * len(EMOTIONS)},
        "toxicity": {"temperature": 1.0, "bias": [0.0]},
        "churn": {"temperature": 1.0, "bias": [0.0]},
    }
    save(folder, card)


def load(folder: Path) -> dict[str, Any]:
    """The card as it lies there."""
    card: dict[str, Any] = json.loads((folder / "card.json").read_text())
    return card


def save(folder: Path, card: dict[str, Any]) -> None:
    """Write the card."""
    (folder / "card.json").write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n")
