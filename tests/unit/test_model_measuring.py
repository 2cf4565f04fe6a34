"""What goes into a model's card: measured on invented sets with a small analyser whose answers are known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from training import card, corpus, fairness, probes, provenance
from training.readings import Readings

import labelled_sets
from sentistream.analysis.gold import CLASSES, Task
from sentistream.domain.analysis import EMOTIONS, ModelInfo, Reading


class Words:
    """An Analyser that goes by single words, and counts what it is asked."""

    model = ModelInfo(name="words", version="1", tier="full", languages=frozenset({"en"}))

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        self.asked += texts
        return [self._reading(text.lower()) for text in texts]

    def _reading(self, text: str) -> Reading:
        bad = any(word in text for word in ("hate", "awful", "stupid", "finna"))
        good = any(word in text for word in ("love", "wonderful", "thanks"))
        emotion = "anger" if bad else "joy" if good else "neutral"
        return Reading(
            sentiment_label="negative" if bad else "positive" if good else "neutral",
            sentiment_score=good - bad,
            confidence_score=0.9,
            emotion=emotion,
            emotions=tuple(0.9 if name == emotion else 0.05 for name in EMOTIONS),  # type: ignore[arg-type]
            toxicity=0.9 if "stupid" in text or "finna" in text else 0.1,
            churn_risk=0.8 if "account" in text or "moving" in text or "leaving" in text else 0.2,
            model_name="words",
            model_version="1",
            tier="full",
        )


@pytest.fixture
def sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Invented sets in place of the real ones."""
    folder = labelled_sets.write(tmp_path / "data")
    monkeypatch.setenv("SENTISTREAM_TEST_DATA", str(folder))
    monkeypatch.setattr(corpus, "HERE", labelled_sets.write_churn(tmp_path / "training"))
    monkeypatch.setattr(corpus, "_validation_keys", set())
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's folder with a card that was not measured yet."""
    model = tmp_path / "model"
    model.mkdir()
    (model / "card.json").write_text(json.dumps({"name": "words", "version": "1", "files": {}}))
    return model


def test_every_part_of_a_card_is_measured(sets: Path, folder: Path) -> None:
    found = card.figures(Words(), folder)
    assert list(found["sets"]) == list(card.SETS)
    sentiment = found["sets"]["sentiment/val"]
    # The sentence in dialect is neutral, and this analyser takes it for negative.
    assert sentiment["classes"]["neutral"]["recall"] == 0.75
    assert sentiment["macro_recall"] == pytest.approx((1 + 0.75 + 1) / 3, abs=1e-4)
    assert sum(cell["count"] for cell in sentiment["calibration_bins"]) == sentiment["posts"] == 10
    assert "calibration_bins" not in found["sets"]["sst5/val"]
    assert found["sets"]["hate/val"]["classes"]["toxic"]["recall"] == 1
    assert found["churn"]["all"]["roc_auc"] == 1
    assert found["churn"]["all"]["leaving"] == 3
    assert found["churn"]["all, without the doubtful"]["posts"] == 8
    assert {part for part in found["churn"] if "," not in part} == {"all", "airline-random", "airline-net"}
    assert found["languages"]["german"]["unscored_share"] == 1
    assert found["languages"]["german"]["macro_recall"] == 0
    assert found["languages"]["german"]["macro_recall_without_gate"] == 0
    assert found["languages"]["english"]["unscored_share"] == 0
    assert found["english_unscored"]["unscored"] == 0
    assert found["english_unscored"]["texts"] > 40
    assert found["probes"]["asked"] == sum(count for _, count in found["probes"]["kinds"].values())
    json.dumps(found, allow_nan=False)


def test_figures_name_the_model_they_are_of(sets: Path, folder: Path) -> None:
    found = card.figures(Words(), folder)
    held = json.loads((folder / "card.json").read_text())
    assert found["of"] == card.digest(held)
    assert found["of"] == card.digest(held | {"figures": found, "about": {"summary": "…"}})
    assert found["of"] != card.digest(held | {"version": "2"})


def test_a_card_says_where_its_model_comes_from(sets: Path) -> None:
    told = provenance.about("full")
    rows = {row["set"]: row["rows"] for row in told["data"]}
    assert list(rows) == [*corpus.SETS, "churn"]
    # Every invented text is in a validation set too, so that none may be trained on.
    assert set(rows.values()) == {0, 1}
    assert told["made"] != provenance.about("fast")["made"]


def test_each_text_is_read_once_and_foreign_ones_only_without_the_gate() -> None:
    words = Words()
    readings = Readings(words)
    texts = [*labelled_sets.GOOD, labelled_sets.FOREIGN[0]]
    gated = readings.of(texts)
    assert [reading.sentiment_label for reading in gated] == ["positive"] * 3 + ["unscored"]
    assert labelled_sets.FOREIGN[0] not in words.asked
    assert [reading.sentiment_label for reading in readings.without_gate(texts)] == ["positive"] * 3 + ["neutral"]
    assert sorted(words.asked) == sorted(texts)


@pytest.mark.parametrize(
    "text",
    [
        "Finna head out", "we tryna eat", "they gon learn", "AIN'T that something", "y'all come in", "imma do it",
        "dat was fun", "wit my cousins", "he be tripping", "I been knew that", "can't nobody stop us", "Bruh",
    ],
)  # fmt: skip
def test_features_of_the_dialect_are_found(text: str) -> None:
    assert fairness.marked(text)


@pytest.mark.parametrize(
    "text",
    [
        "I am about to leave", "the Dem candidate won", "Da Vinci and Dis Pater", "it will be working again",
        "They have been working", "data and brother", "#finna", "@yall", "a wise and witty film", "nobody can help",
    ],
)  # fmt: skip
def test_other_english_is_not_marked(text: str) -> None:
    assert not fairness.marked(text)


def test_dialects_are_compared_within_a_group() -> None:
    texts = [*labelled_sets.DIALECT, *labelled_sets.PLAIN, *labelled_sets.GOOD]
    found = fairness.compared(texts, Readings(Words()).of)
    assert (found["with_markers"], found["rest"]) == (3, 6)
    share, low, high = found["flagged toxic"]["with_markers"]
    assert share == pytest.approx(1 / 3)
    assert low < share < high
    assert found["flagged toxic"]["rest"][0] == 0
    assert found["read negative"]["difference"][0] == pytest.approx(1 / 3)


def test_a_group_without_the_dialect_has_nothing_to_compare() -> None:
    assert fairness.compared(labelled_sets.PLAIN, Readings(Words()).of) == {"with_markers": 0, "rest": 3}


def test_terms_are_named_in_every_template() -> None:
    found = fairness.identity(Readings(Words()))
    assert set(found["terms"]) == set(fairness.TERMS)
    assert all(template.count("{term}") == 1 for template in fairness.TEMPLATES)
    assert found["terms"]["Buddhist"] == {"toxicity": pytest.approx(0.1), "sentiment_score": 0, "flagged": 0}


def test_the_probes_ask_what_can_be_answered() -> None:
    asked = probes.load()
    assert len(asked) >= 40
    assert len({probe["text"] for probe in asked}) == len(asked)
    for probe in asked:
        tasks = set(probe) - {"text", "kind"}
        assert tasks
        assert tasks <= set(probes.ASKED)
        assert probe.get("sentiment", "neutral") in CLASSES[Task.SENTIMENT]
        assert probe.get("emotion", "neutral") in EMOTIONS


def test_wrong_answers_to_probes_are_kept() -> None:
    asked = [
        {"text": "I love it", "kind": "plain", "sentiment": "positive", "toxic": False},
        {"text": "stupid me", "kind": "self", "toxic": False, "churn": False},
    ]
    found = probes.judged(asked, Readings(Words()).of(probe["text"] for probe in asked))
    assert (found["right"], found["asked"]) == (3, 4)
    assert found["kinds"] == {"plain": [2, 2], "self": [1, 2]}
    assert found["wrong"] == [{"text": "stupid me", "kind": "self", "asked": "toxic", "right": False, "said": True}]


def test_fractions_are_rounded_wherever_they_are() -> None:
    assert card.rounded({"a": [0.123456, {"b": (1.00004, 7)}], "c": "0.123456"}) == {
        "a": [0.1235, {"b": [1.0, 7]}],
        "c": "0.123456",
    }
