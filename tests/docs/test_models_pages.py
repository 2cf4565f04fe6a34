"""Pages about models: fresh, made of what the cards and the benchmark say, and a plot that can be read."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from scripts import document_models
from scripts.analyser_plot import HEIGHT, WIDTH, Line, Point, plot
from training import card, corpus, provenance

import labelled_sets
from sentistream.domain.analysis import EMOTIONS, ModelInfo, Reading

SVG = "{http://www.w3.org/2000/svg}"


class Constant:
    """An Analyser that says the same of everything."""

    model = ModelInfo(name="constant", version="3", tier="full", languages=frozenset({"en"}))

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        reading = Reading(
            sentiment_label="negative",
            sentiment_score=-0.5,
            confidence_score=0.6,
            emotion="anger",
            emotions=tuple(0.9 if name == "anger" else 0.1 for name in EMOTIONS),  # type: ignore[arg-type]
            toxicity=0.7,
            churn_risk=0.3,
            model_name="constant",
            model_version="3",
            tier="full",
        )
        return [reading for _ in texts]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a measured model, an analyser that knows nothing, on invented sets."""
    folder = tmp_path_factory.mktemp("models")
    bare: dict[str, Any] = {
        "name": "constant",
        "version": "3",
        "tier": "full",
        "languages": ["en"],
        "max_length": 128,
        "files": {},
        "quantisation": {"sentiment_recall": [71.25, 71.0], "churn_auc": [90.0, 90.1]},
    }
    (folder / "full").mkdir()
    (folder / "full" / "card.json").write_text(json.dumps(bare))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SENTISTREAM_TEST_DATA", str(labelled_sets.write(folder / "data")))
        patch.setattr(corpus, "HERE", labelled_sets.write_churn(folder / "training"))
        patch.setattr(corpus, "_validation_keys", set())
        whole = bare | {"about": provenance.about("full"), "figures": card.figures(Constant(), folder / "full")}
    (folder / "full" / "card.json").write_text(json.dumps(whole))
    return folder


@pytest.fixture
def measured(models: Path) -> dict[str, Any]:
    """Its card."""
    found: dict[str, Any] = json.loads((models / "full" / "card.json").read_text())
    return found


def keep(found: dict[str, Any], folder: Path) -> Path:
    """The card `found` in a folder of models of its own."""
    (folder / "full").mkdir()
    (folder / "full" / "card.json").write_text(json.dumps(found))
    return folder


@pytest.fixture
def results() -> dict[str, Any]:
    """As results/analysers.json has them."""

    def row(name: str, kind: str, speed: float, recall: float | None, cores: int = 1) -> dict[str, Any]:
        figures = {"macro_recall": recall, "expected_calibration_error": 0.02}
        return {
            "name": name,
            "title": f"`{name}`, somehow",
            "kind": kind,
            "model": "constant 3",
            "cores": cores,
            "posts_per_second": [speed, speed * 0.9, speed * 1.1],
            "peak_memory_mib": 100,
            "bytes": 23_400_000,
            "accuracy": None if recall is None else {"sentiment": figures, "airline": figures},
        }

    return {
        "measured": "2026-11-22 06:45 UTC",
        "machine": "a machine",
        "load": 0.1,
        "calibration_loop": [0.27, 0.26, 0.28],
        "rounds": 5,
        "tweets": 12_939,
        "characters": 105,
        "analysers": [
            row("full", "bundled", 540, 0.742, cores=2),
            row("fast", "bundled", 11_000, 0.671),
            row("lexicon", "bundled", 10_900, 0.613),
            row("vader", "other", 20_000, 0.598),
            row("pair", "pair", 14, None, cores=2),
        ],
        "ratios": {"full to pair": [38.0, 40.0, 39.0, 41.0, 37.0]},
    }


def test_the_pages_are_fresh() -> None:
    assert document_models.main(["--check"]) == 0, "run `make docs`"


def test_a_card_becomes_a_page(measured: dict[str, Any]) -> None:
    written = document_models.page(measured)
    headings = re.findall(r"^#+ (.+)$", written, re.MULTILINE)
    assert headings == [
        "The full model",
        "What it is for",
        "Data and papers",
        "How right it is",
        "Languages",
        "Can its probabilities be trusted?",
        "Churn risk: what it can and cannot do",
        "What int8 costs",
        "Known failures",
        "Dialect bias",
        "Harmless sentences that name a group",
        "Measure it yourself",
    ]
    assert "| name, version | constant 3 |" in written
    assert "| negative | 30.0 | 100.0 | 46.2 | 3 | 10 |" in written
    assert "| sentiment, macro recall | 71.25 | 71.00 | -0.25 |" in written
    assert "| french | 2 | 100.0 | 0.0 | 0.0 | 50.0 | 33.3 |" in written
    for name in (*corpus.SETS, "churn"):
        assert f"| {name} |" in written
    assert "flagged toxic more often in 0 of 4 groups" in written


def test_every_row_of_a_table_is_as_wide_as_its_head(measured: dict[str, Any], results: dict[str, Any]) -> None:
    for written in (document_models.page(measured), document_models.compared(results, {"full": measured})):
        tables = re.findall(r"(?:^\|.*\|\n)+", written, re.MULTILINE)
        assert tables
        for table in tables:
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1, table


def test_models_without_figures_have_no_page(models: Path, measured: dict[str, Any], tmp_path: Path) -> None:
    assert list(document_models.measured_cards(models)) == ["full"]
    assert document_models.measured_cards(keep(measured | {"figures": {}}, tmp_path)) == {}


def test_figures_of_another_model_are_refused(measured: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="python -m training card"):
        document_models.measured_cards(keep(measured | {"version": "4"}, tmp_path))


def test_analysers_are_compared_in_one_table(results: dict[str, Any], measured: dict[str, Any]) -> None:
    written = document_models.compared(results, {"full": measured})
    assert "| `full`, somehow | 540 (486 to 594) | 2 | 100 | 23.4 | 74.2 | 0.020 | 74.2 | – | – | – |" in written
    assert "| `pair`, somehow | 14.0 (12.6 to 15.4) | 2 | 100 | 23.4 | – | – | – | – | – | – |" in written
    assert "39.0 (37.0 to 41.0) times" in " ".join(written.split())
    assert "Not of the same version" not in written
    assert written.count(".svg") == 1


def test_a_newer_model_than_the_measured_one_is_told(results: dict[str, Any], measured: dict[str, Any]) -> None:
    written = document_models.compared(results, {"full": measured | {"version": "4"}})
    assert "Not of the same version: measured: constant 3, shipped: constant 4." in written


def test_the_plot_shows_every_analyser(results: dict[str, Any]) -> None:
    drawn = ElementTree.fromstring(document_models.drawn(results))
    assert len(drawn.findall(f"{SVG}circle")) == 4
    texts = [text.text for text in drawn.findall(f"{SVG}text")]
    for row in results["analysers"]:
        assert any(text and text.startswith(row["name"]) for text in texts)
    style = drawn.findtext(f"{SVG}style") or ""
    assert "prefers-color-scheme: dark" in style
    for shape in drawn.iter():
        for name, size in (("x", WIDTH), ("cx", WIDTH), ("y", HEIGHT), ("cy", HEIGHT)):
            assert 0 <= float(shape.get(name, 0)) <= size


def test_names_in_the_plot_do_not_cover_each_other() -> None:
    close = [Point(f"analyser {n}", (1_000, 900, 1_100), 60 + n / 10, bundled=True) for n in range(4)]
    drawn = ElementTree.fromstring(plot("title", "axis", close, [Line("a <b> & c", 5)]))
    rows = [float(text.get("y", 0)) for text in drawn.findall(f"{SVG}text") if (text.text or "").startswith("analyser")]
    rows.sort()
    assert len(rows) == 4
    assert min(b - a for a, b in itertools.pairwise(rows)) >= 15


def test_nothing_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        plot("title", "axis", [], [Line("only a line", 5)])
