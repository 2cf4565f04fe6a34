"""Cards of bundled models: logits to readings, and folders that hold no whole model."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sentistream.analysis.card import SENTIMENTS, WIDTH, Card, Emotions, Logits, Sigmoid, Softmax, load_card
from sentistream.domain.analysis import EMOTIONS, Reading
from sentistream.domain.errors import SettingsError

PLAIN = Card(
    name="plain",
    version="1",
    tier="fast",
    languages=frozenset({"en"}),
    max_length=8,
    files={},
    sentiment=Softmax(temperature=1.0, bias=(0, 0, 0), lift=(0, 0, 0)),
    emotion=Emotions(temperature=1.0, bias=(0,) * len(EMOTIONS), lift=(0,) * len(EMOTIONS)),
    toxicity=Sigmoid(temperature=1.0, bias=(0,)),
    churn=Sigmoid(temperature=1.0, bias=(0,)),
)
LOGITS = arrays(np.float32, st.tuples(st.integers(1, 9), st.just(WIDTH)), elements=st.floats(-1e6, 1e6, width=32))


def changed(**fields: Any) -> Card:
    return Card(**{name: getattr(PLAIN, name) for name in PLAIN.__struct_fields__} | fields)


def logits(*sentiments: float, **others: float) -> list[float]:
    return [*sentiments, *(others.get(name, 0.0) for name in (*EMOTIONS, "toxicity", "churn"))]


def read(card: Card, *rows: list[float]) -> list[Reading]:
    assert all(len(row) == WIDTH for row in rows)
    return card.readings(np.array(rows, np.float32))


def written(folder: Path, **fields: Any) -> Path:
    """A folder with one model file and its card."""
    (folder / "model.onnx").write_bytes(b"weights")
    card: dict[str, Any] = {
        "name": "plain",
        "version": "1",
        "tier": "fast",
        "languages": ["en"],
        "max_length": 8,
        "files": {"model.onnx": hashlib.sha256(b"weights").hexdigest()},
        "sentiment": {"temperature": 1.0, "bias": [0, 0, 0], "lift": [0, 0, 0]},
        "emotion": {"temperature": 1.0, "bias": [0] * 7, "lift": [0] * 7},
        "toxicity": {"temperature": 1.0, "bias": [0]},
        "churn": {"temperature": 1.0, "bias": [0]},
    }
    (folder / "card.json").write_text(json.dumps(card | fields))
    return folder


def test_logits_become_probabilities() -> None:
    [reading] = read(PLAIN, logits(-1, 0, 2, anger=3, joy=-3, toxicity=1, churn=-2))
    total = math.exp(-1) + 1 + math.exp(2)
    assert reading.sentiment_label == "positive"
    assert reading.sentiment_score == round((math.exp(2) - math.exp(-1)) / total, 4)
    assert reading.confidence_score == round(math.exp(2) / total, 4)
    assert reading.emotion == "anger"
    assert reading.emotions == (0.0474, 0.5, 0.9526, 0.5, 0.5, 0.5, 0.5)
    assert (reading.toxicity, reading.churn_risk) == (0.7311, 0.1192)
    assert (reading.model_name, reading.model_version, reading.tier) == ("plain", "1", "fast")
    assert (reading.language, reading.reason) == (None, None)


def test_each_head_has_its_own_temperature_and_bias() -> None:
    card = changed(
        sentiment=Softmax(temperature=2.0, bias=(0, math.log(3), 0), lift=(0, 0, 0)),
        emotion=Emotions(temperature=0.5, bias=(0, 0, 0, 0, 0, 0, 1), lift=(0,) * 7),
        toxicity=Sigmoid(temperature=4.0, bias=(0,)),
        churn=Sigmoid(temperature=1.0, bias=(-1,)),
    )
    reading, other = read(card, logits(0, 0, 0, joy=1, toxicity=4, churn=1), logits(2, 0, 0))
    assert (reading.sentiment_label, reading.confidence_score, reading.sentiment_score) == ("neutral", 0.6, 0.0)
    assert reading.emotions == (0.8808, 0.5, 0.5, 0.5, 0.5, 0.5, 0.7311)
    assert (reading.toxicity, reading.churn_risk) == (0.7311, 0.5)
    assert (other.sentiment_label, other.confidence_score) == ("neutral", round(3 / (math.e + 4), 4))


def test_a_lift_moves_the_label_and_no_probability() -> None:
    lifted = changed(
        sentiment=Softmax(temperature=1.0, bias=(0, 0, 0), lift=(0.5, 0, 0)),
        emotion=Emotions(temperature=1.0, bias=(0,) * 7, lift=(0, 2, 0, 0, 0, 0, 0)),
    )
    values = logits(0.0, 0.3, -1.0, neutral=1.0, joy=0.5)
    [before], [after] = read(PLAIN, values), read(lifted, values)
    assert (before.sentiment_label, before.emotion) == ("neutral", "neutral")
    assert (after.sentiment_label, after.emotion) == ("negative", "sadness")
    assert before.sentiment_score == after.sentiment_score
    assert before.emotions == after.emotions
    assert before.confidence_score is not None
    assert after.confidence_score is not None
    assert after.confidence_score < before.confidence_score, "of the label that was chosen"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LOGITS)
def test_any_logits_give_numbers_within_their_ranges_whatever_their_neighbours(rows: Logits) -> None:
    for row, reading in zip(rows, PLAIN.readings(rows), strict=True):
        assert reading.sentiment_score is not None
        assert reading.confidence_score is not None
        assert reading.emotions is not None
        assert reading.sentiment_label in SENTIMENTS
        assert -1 <= reading.sentiment_score <= 1
        assert 1 / 3 - 1e-4 <= reading.confidence_score <= 1
        probabilities = (*reading.emotions, reading.toxicity, reading.churn_risk)
        assert all(type(p) is float and 0 <= p <= 1 and p == round(p, 4) for p in probabilities)
        assert reading.emotions[EMOTIONS.index(reading.emotion or "joy")] == max(reading.emotions)
        assert PLAIN.readings(row[None]) == [reading]


def test_a_whole_folder_is_loaded(tmp_path: Path) -> None:
    card = load_card(written(tmp_path, about={"licence": "Apache-2.0"}, figures={"macro recall": 0.7}))
    assert len(read(card, [0.0] * WIDTH, [1.0] * WIDTH)) == 2
    assert card.model.languages == frozenset({"en"})
    assert (card.model.name, card.model.version, card.model.tier) == ("plain", "1", "fast")
    assert card.about == {"licence": "Apache-2.0"}


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "model.onnx").write_bytes(b"weight")
    with pytest.raises(SettingsError, match=r"model\.onnx is damaged: install SentiStream again"):
        load_card(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "model.onnx").unlink()
    with pytest.raises(SettingsError, match=r"is incomplete: No such file or directory: .*model\.onnx"):
        load_card(folder)
    with pytest.raises(SettingsError, match="holds no model nowhere: choose another analyser"):
        load_card(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingsError, match=r"is incomplete: No such file or directory: .*card\.json"):
        load_card(tmp_path / "empty")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"emotion": {"temperature": 1.0, "bias": [0] * 7}}, "lift"),
        ({"tier": "best"}, "tier"),
        ({"max_length": "long"}, "max_length"),
        ({"sentiment": {"temperature": 1.0, "bias": [0, 0], "lift": [0, 0, 0]}}, "bias"),
        ({"toxicity": {"temperature": 1.0, "bias": [0], "shift": 1}}, "shift"),
    ],
)
def test_a_card_that_makes_no_sense_is_refused(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=rf"card\.json cannot be used: .*{said}"):
        load_card(written(tmp_path, **fields))


@pytest.mark.parametrize("text", ["", "{", '{"name": "plain"}', "\xff"])
def test_a_card_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "card.json").write_text(text, encoding="latin-1")
    with pytest.raises(SettingsError, match="cannot be used"):
        load_card(tmp_path)
