"""Stage: measure the bundled models and write what came out into their cards.

Every figure is of validation sets, through the code that users run. Held-out tests are for others to ask.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from sentistream.analysis.base import Analyser
from sentistream.analysis.card import MODELS
from sentistream.analysis.evaluation import roc_auc
from sentistream.analysis.gold import CLASSES, Task, gold
from sentistream.analysis.scoring import Figures
from sentistream.analysis.scoring import figures as scored
from sentistream.domain.analysis import Reading
from training import bundle, corpus, fairness, probes
from training.intervals import bootstrap
from training.provenance import about
from training.readings import Readings

SETS = {
    "sentiment/val": Task.SENTIMENT,
    "sst5/val": Task.SENTIMENT,
    "airline/replay": Task.SENTIMENT,
    "emotion_ekman/val": Task.EMOTION,
    "emotion_tweets/val": Task.EMOTION,
    "offensive/val": Task.TOXICITY,
    "hate/val": Task.TOXICITY,
}
"""English sets with gold labels; the rest is measured apart."""

REFERENCES = ("sentiment/val", "emotion_ekman/val", "offensive/val")
"""Sets that a model is chosen and calibrated on: their cards also hold bins and confusion."""

LANGUAGES = ("arabic", "english", "french", "german", "hindi", "italian", "portuguese", "spanish")
ENGLISH = (*corpus.SETS, "multilingual/english")
"""Where validation texts are that must not be left unscored."""

DIGITS = 4
REASONS = 5


def main() -> None:
    """Writes `about` and `figures` into the card of each model that is there."""
    for folder, analyser in _models():
        print(f"{folder.name}: measuring", flush=True)
        card = bundle.load(folder)
        card |= {"about": about(card["tier"]), "figures": figures(analyser, folder)}
        bundle.save(folder, card)
        print(json.dumps(summary(card["figures"]), indent=1), flush=True)


def figures(analyser: Analyser, folder: Path) -> dict[str, Any]:
    """Of the bare model `analyser`, which lies in `folder`: everything the card tells, shares in [0, 1].

    of: what was measured, see `digest`. sets: set to figures as `sentistream evaluate --json` names them.
    """
    readings = Readings(analyser)
    found = {
        "of": digest(bundle.load(folder)),
        "bytes": sum(path.stat().st_size for path in folder.iterdir()),
        "sets": {name: _set(name, task, readings) for name, task in SETS.items()},
        "churn": churn(readings),
        "languages": {language: _language(language, readings) for language in LANGUAGES},
        "english_unscored": _unscored(readings),
        "dialect": fairness.dialect(readings),
        "identity": fairness.identity(readings),
        "probes": probes.judged(probes.load(), readings.of(probe["text"] for probe in probes.load())),
    }
    told_briefly: dict[str, Any] = rounded(found)
    return told_briefly


def digest(card: dict[str, Any]) -> str:
    """Of what makes a reading: files, calibration, version. Figures with another digest are of another model."""
    parts = {name: value for name, value in card.items() if name not in ("about", "figures", "quantisation")}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def summary(found: dict[str, Any]) -> dict[str, Any]:
    """What the model must reach, for the one who trains."""
    sets = found["sets"]
    return {
        "sentiment/val macro recall": sets["sentiment/val"]["macro_recall"],
        "sentiment/val calibration error": sets["sentiment/val"]["expected_calibration_error"],
        "emotion_ekman/val macro F1": sets["emotion_ekman/val"]["macro_f1"],
        "offensive/val macro F1": sets["offensive/val"]["macro_f1"],
        "churn area under ROC": found["churn"]["all"]["roc_auc"],
        "English texts unscored": found["english_unscored"]["share"],
        "probes right": f"{found['probes']['right']} of {found['probes']['asked']}",
    }


def told(found: Figures, *, whole: bool) -> dict[str, Any]:
    """Of Figures what a card holds: nothing that is None, and bins and confusion only if `whole`."""
    kept = {name: value for name, value in msgspec.to_builtins(found).items() if value is not None}
    for name in ("unscored_reasons", "threshold", "calibration_count"):
        kept.pop(name, None)
    bins, table = kept.pop("calibration_bins"), kept.pop("confusion", None)
    if whole:
        kept["calibration_bins"] = [cell for cell in bins if cell["count"]]
        if table is not None:
            kept["confusion"] = table
    return kept


def churn(readings: Readings) -> dict[str, Any]:
    """By part of training/churn/validation.csv, each with and without the rows its reader was unsure of."""
    rows = corpus.churn_validation()
    with (corpus.HERE / "churn" / "validation.csv").open(newline="") as file:
        doubtful = [row["doubtful"] == "1" for row in csv.DictReader(file)]
    answers = readings.of(text for _, text, _ in rows)
    everything = [
        (name, leaving, reading, unsure)
        for (name, _, leaving), reading, unsure in zip(rows, answers, doubtful, strict=True)
    ]
    found = {}
    for part in ("all", *dict.fromkeys(name for name, *_ in everything)):
        for suffix, doubts in (("", True), (", without the doubtful", False)):
            chosen = [
                (leaving, reading)
                for name, leaving, reading, unsure in everything
                if part in ("all", name) and (doubts or not unsure)
            ]
            found[part + suffix] = _churn(chosen, whole=part == "all" and doubts)
    return found


def _churn(rows: Sequence[tuple[bool, Reading]], *, whole: bool) -> dict[str, Any]:
    classes = CLASSES[Task.CHURN]
    labels = [frozenset({classes[leaving]}) for leaving, _ in rows]
    found = told(scored(Task.CHURN, labels, [reading for _, reading in rows]), whole=whole)
    pairs = [(reading.churn_risk, leaving) for leaving, reading in rows]
    sides = [[pair for pair in pairs if pair[1] is side] for side in (True, False)]
    # The rows were looked for, and calibration is for a stream: how often a risk comes true cannot be told from them.
    for name in ("expected_calibration_error", "calibration_bins"):
        found.pop(name, None)
    found["leaving"] = len(sides[0])
    found["roc_auc_interval"] = bootstrap(sides, lambda drawn: roc_auc(*zip(*drawn, strict=True)))
    return found


def _set(name: str, task: Task, readings: Readings) -> dict[str, Any]:
    texts, labels = _labelled(name, task)
    return {"task": task.value} | told(scored(task, labels, readings.of(texts)), whole=name in REFERENCES)


def _language(language: str, readings: Readings) -> dict[str, Any]:
    texts, labels = _labelled(f"multilingual/{language}.val", Task.SENTIMENT)
    gated = scored(Task.SENTIMENT, labels, readings.of(texts))
    free = scored(Task.SENTIMENT, labels, readings.without_gate(texts))
    return {
        "posts": gated.posts,
        "unscored_share": gated.unscored_share,
        "macro_recall": gated.macro_recall,
        "macro_f1": gated.macro_f1,
        "macro_recall_without_gate": free.macro_recall,
        "macro_f1_without_gate": free.macro_f1,
    }


def _unscored(readings: Readings) -> dict[str, Any]:
    """Texts of English validation sets that got no answer, and why."""
    by_set: dict[str, list[int]] = {}
    reasons: Counter[str] = Counter()
    for name in ENGLISH:
        rows = corpus.rows("multilingual", "english.val") if "/" in name else corpus.rows(name, "val")
        silent = [
            str(reading.reason)
            for reading in readings.of(str(row["text"]) for row in rows)
            if reading.sentiment_label == "unscored"
        ]
        reasons.update(silent)
        if rows:
            by_set[name] = [len(silent), len(rows)]
    unscored, texts = (sum(counts[i] for counts in by_set.values()) for i in (0, 1))
    return {
        "texts": texts,
        "unscored": unscored,
        "share": unscored / texts,
        "sets": by_set,
        "reasons": dict(reasons.most_common(REASONS)),
    }


def _labelled(name: str, task: Task) -> tuple[list[str], list[frozenset[str]]]:
    folder, _, part = name.partition("/")
    rows = corpus.rows(folder, part)
    return [str(row.get("text", row.get("content"))) for row in rows], [gold(row, task).labels for row in rows]


def rounded(value: Any) -> Any:
    """Every fraction in it with DIGITS digits: what more there is, is noise."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(inner) for inner in value]
    return value


def _models() -> list[tuple[Path, Analyser]]:
    found: list[tuple[Path, Analyser]] = []
    if (MODELS / "full" / "card.json").exists():
        from sentistream.analysis.onnx import OnnxAnalyser

        found.append((MODELS / "full", OnnxAnalyser(MODELS / "full")))
    if (MODELS / "fast" / "card.json").exists():
        from sentistream.analysis.fast import FastAnalyser

        found.append((MODELS / "fast", FastAnalyser(MODELS / "fast")))
    return found


if __name__ == "__main__":
    main()
