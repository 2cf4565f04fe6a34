"""Fine-tuning on corrections, with a tiny encoder on invented texts; needs torch, which only training has."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from training import corpus, correct, corrections, loop, measure
from training.encoder import Encoder
from training.tasks import BY_NAME

WORDS = ["[PAD]", "[UNK]", "sun", "rain", "again", "today", "we", "go", "sick", "fine"]


class Body(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = torch.nn.Embedding(len(WORDS), 16)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        return SimpleNamespace(last_hidden_state=self.table(input_ids))


def tiny() -> tuple[Encoder, Tokenizer]:
    torch.manual_seed(0)
    tokenizer = Tokenizer(WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    return Encoder(Body(), 16, dropout=0.0), tokenizer


def line(text: str, **labels: str) -> dict[str, object]:
    return {"text": text, "source": "x", "post_id": "1", **{f"gold_{name}": label for name, label in labels.items()}}


@pytest.fixture
def nothing_chosen_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(corpus, "validation_keys", frozenset)
    monkeypatch.setattr(loop, "WORK", tmp_path / "work")


def test_labels_become_targets_and_what_nobody_said_stays_unknown() -> None:
    found = corrections.example(line("sick today", sentiment="positive", toxicity="not-toxic"))
    assert found is not None
    assert list(found.target[BY_NAME["sentiment"].columns]) == [0, 0, 1]
    assert found.target[BY_NAME["toxicity"].start] == 0
    assert np.isnan(found.target[BY_NAME["emotion"].columns]).all()
    leaving = corrections.example(line("we go", churn="leaving"))
    assert leaving is not None
    assert leaving.target[BY_NAME["churn"].start] == np.float32(1 - corpus.SMOOTHED)
    assert corrections.example(line("sick")) is None


def test_a_fifth_is_held_out_and_too_little_is_refused(tmp_path: Path, nothing_chosen_on: None) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text("".join(json.dumps(line(f"text {n}", sentiment="neutral")) + "\n" for n in range(100)))
    learn, held_out = corrections.load(file)
    assert len(learn) + len(held_out) == 100
    assert 5 <= len(held_out) <= 40
    assert not {one.text for one in learn} & {one.text for one in held_out}
    file.write_text(json.dumps(line("text", sentiment="neutral")) + "\n")
    with pytest.raises(SystemExit, match="20 are the least"):
        corrections.load(file)
    with pytest.raises(SystemExit, match="no labelled set"):
        corrections.load(tmp_path / "none.jsonl")


def sentiment(text: str, label: str) -> corpus.Example:
    found = corrections.example(line(text, sentiment=label))
    assert found is not None
    return found


def test_it_learns_what_people_said_and_tells_both_sides(
    monkeypatch: pytest.MonkeyPatch, nothing_chosen_on: None
) -> None:
    model, tokenizer = tiny()
    old = [sentiment("sun today", "positive"), sentiment("rain today", "negative")] * 40
    new = [sentiment("sick again", "positive"), sentiment("fine again", "negative")] * 40

    def validate(predicted: Callable[[Sequence[str]], measure.Logits]) -> dict[str, float]:
        found = corrections.agreement(predicted([one.text for one in old[:2]]), old[:2])
        return {"old_recall": found["corrected_sentiment"]}

    monkeypatch.setattr(measure, "validate", validate)
    shares = {"old": 1.0, corrections.SET: 1.0}
    recipe = loop.Recipe(epochs=30, batch=16, rate=3e-2, head_rate=3e-2, shares=shares, decay=0.5)
    sets = {"old": old, corrections.SET: new}
    report = correct.taught(
        "tiny", model, tokenizer, sets, new[:2], recipe, loop.supervised_loss(sets), validate=validate
    )
    assert report["after"] == {"old_recall": 100.0, "corrected_sentiment": 100.0}
    assert report["before"].keys() == report["after"].keys()
    assert json.loads((loop.WORK / "tiny.before.json").read_text()) == report["before"]


def test_a_model_that_forgets_is_refused() -> None:
    before = {"sentiment_recall": 70.0, "sentiment_recall_best": 71.0, "corrected_sentiment": 90.0, "churn_auc": 95.0}
    after = {"sentiment_recall": 68.9, "sentiment_recall_best": 60.0, "corrected_sentiment": 10.0, "churn_auc": 94.0}
    assert correct.forgotten(before, after) == ["sentiment_recall"]
