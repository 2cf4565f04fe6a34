"""The network of the fast tier, on a small model of the test's own."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from sentistream.analysis.card import WIDTH
from sentistream.analysis.fast import FastAnalyser
from sentistream.analysis.words import BUCKETS, Words
from sentistream.domain.errors import SettingsError

VOCABULARY = ["good", "bad", "not", "flight", "😍", "!"]
DIMENSIONS, CHANNELS, HIDDEN = 6, 10, 4
TEXTS = ["not good", "flight", "bad bad flight ! ! !", "😍", "", "something else entirely 😍 !", "good " * 40]


@pytest.fixture(name="folder", params=[3, 5])
def a_folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A whole model with random weights, of three words or of five to a window."""
    generator = np.random.default_rng(5)
    rows = len(VOCABULARY) + BUCKETS
    np.savez(
        tmp_path / "weights.npz",
        embeddings=generator.integers(-127, 128, (rows, DIMENSIONS)).astype(np.int8),
        scales=generator.uniform(0.001, 0.02, rows).astype(np.float32),
        window=generator.normal(size=(request.param * DIMENSIONS, CHANNELS)).astype(np.float16),
        window_bias=generator.normal(size=CHANNELS).astype(np.float32),
        hidden=generator.normal(size=(2 * CHANNELS, HIDDEN)).astype(np.float16),
        hidden_bias=generator.normal(size=HIDDEN).astype(np.float32),
        head=generator.normal(size=(2 * CHANNELS + HIDDEN, WIDTH)).astype(np.float32),
        head_bias=generator.normal(size=WIDTH).astype(np.float32),
    )
    (tmp_path / "vocabulary.txt").write_text("\n".join(VOCABULARY))
    files = {
        name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("weights.npz", "vocabulary.txt")
    }
    plain = {"temperature": 1.0, "bias": [0.0]}
    card = {
        "name": "tiny",
        "version": "1",
        "tier": "fast",
        "languages": ["en"],
        "max_length": 30,
        "files": files,
        "sentiment": {"temperature": 2.0, "bias": [0.1, 0.0, -0.1], "lift": [0.0, 0.0, 0.0]},
        "emotion": {"temperature": 1.0, "bias": [0.0] * 7, "lift": [0.0] * 7},
        "toxicity": plain,
        "churn": plain,
    }
    (tmp_path / "card.json").write_text(json.dumps(card))
    return tmp_path


def by_hand(folder: Path, text: str) -> list[float]:
    """The network's definition, word by word."""
    weights = dict(np.load(folder / "weights.npz"))
    numbers = Words(VOCABULARY).numbers(text, 30)
    nothing = np.zeros(DIMENSIONS, np.float32)
    rows = [weights["embeddings"][n].astype(np.float32) * weights["scales"][n] for n in numbers] or [nothing]
    words = len(weights["window"]) // DIMENSIONS
    padded = [nothing] * (words // 2) + rows + [nothing] * (words // 2)
    states = []
    for i in range(len(rows)):
        window = np.concatenate(padded[i : i + words])
        states.append(np.maximum(window @ weights["window"].astype(np.float32) + weights["window_bias"], 0))
    pooled = np.concatenate([np.max(states, axis=0), np.mean(states, axis=0)])
    hidden = np.maximum(pooled @ weights["hidden"].astype(np.float32) + weights["hidden_bias"], 0)
    found: list[float] = (np.concatenate([pooled, hidden]) @ weights["head"] + weights["head_bias"]).tolist()
    return found


def test_a_batch_gives_what_each_text_gives_by_definition(folder: Path) -> None:
    logits = FastAnalyser(folder).logits(TEXTS)
    assert logits.shape == (len(TEXTS), WIDTH)
    for text, row in zip(TEXTS, logits.tolist(), strict=True):
        assert row == pytest.approx(by_hand(folder, text), abs=1e-4), text


async def test_readings_are_whole_and_name_the_model(folder: Path) -> None:
    analyser = FastAnalyser(folder)
    readings = await analyser.analyse(TEXTS * 100)
    assert len(readings) == len(TEXTS) * 100
    assert {(r.model_name, r.model_version, r.tier) for r in readings} == {("tiny", "1", "fast")}
    assert all(r.emotions is not None and len(r.emotions) == 7 for r in readings)
    assert await analyser.analyse([]) == []


@pytest.mark.parametrize("name", ["weights.npz", "vocabulary.txt"])
def test_a_damaged_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:-1])
    with pytest.raises(SettingsError, match="damaged"):
        FastAnalyser(folder)
