"""Write docs/models.md, its plot and the model cards: `python -m scripts.document_models [--check]`.

The cards come from card.json of each bundled model, the comparison from benchmarks/results/analysers.json. What is
not there yet, or was not measured, has no page.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from scripts.analyser_plot import Line, Point, plot
from scripts.markdown import EMPTY, error, paragraph, points, table
from scripts.model_card import page
from training.card import digest

from sentistream.analysis.card import MODELS

DOCS = Path(__file__).parents[1] / "docs"
RESULTS = Path(__file__).parents[1] / "benchmarks" / "results" / "analysers.json"
TIERS = ("full", "fast")
PLOT = "images/analysers.svg"

Card = dict[str, Any]


def pages() -> dict[Path, str]:
    """Path to content of every page that can be made. SystemExit if a card has figures of another model."""
    cards = measured_cards(MODELS)
    found = {DOCS / "models" / f"{name}.md": page(card) for name, card in cards.items()}
    if RESULTS.is_file():
        results = json.loads(RESULTS.read_text(encoding="utf-8"))
        found[DOCS / PLOT] = drawn(results)
        found[DOCS / "models.md"] = compared(results, cards)
    return found


def measured_cards(models: Path) -> dict[str, Card]:
    """Of TIERS those in `models` whose cards hold figures."""
    found = {}
    for name in TIERS:
        path = models / name / "card.json"
        card = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if not card.get("figures"):
            continue
        if card["figures"]["of"] != digest(card):
            raise SystemExit(f"the figures in {path} are of another model: run `python -m training card`")
        found[name] = card
    return found


def compared(results: Card, cards: dict[str, Card]) -> str:
    """docs/models.md."""
    links = [f"[the {name} model](models/{name}.md)" for name in cards]
    other = [
        f"measured: {row['model']}, shipped: {cards[row['name']]['name']} {cards[row['name']]['version']}"
        for row in results["analysers"]
        if row["name"] in cards and row["model"] != f"{cards[row['name']]['name']} {cards[row['name']]['version']}"
    ]
    parts = [
        "# Which analyser?\n",
        paragraph(
            "Written by `make docs` from `benchmarks/results/analysers.json`; `make bench` measures anew, on an idle "
            "machine with `torch` and `transformers` installed and `SENTISTREAM_TEST_DATA` set."
        ),
        paragraph(
            "`SENTISTREAM_ANALYSIS_ANALYSER` chooses who reads posts: `full` and `fast`, by default [both](tiers.md), "
            "are bundled and read sentiment, emotions, toxicity and churn risk; `lexicon` is VADER, which knows "
            "sentiment alone; "
            "`transformers` runs any Hugging Face checkpoints. `sentistream analyze` and `sentistream evaluate` take "
            "`--tier` or `--analyser`."
        ),
        f"![Macro recall on tweets against posts a second; the table below has the numbers]({PLOT})\n",
        table(
            (
                "analyser", "posts/s", "cores", "memory, MiB", "on disk, MB", "sentiment, macro recall",
                "its calibration error", "airline tweets, macro recall", "emotions, macro F1", "toxicity, macro F1",
                "churn, area under ROC",
            ),
            (_row(row) for row in results["analysers"]),
        ),
        *([paragraph(f"Not of the same version: {'; '.join(other)}.")] if other else []),
        _ratios(results),
        _how(results),
        *([f"More on {' and '.join(links)}; on your own posts: [how right is it?](evaluate.md)\n"] if links else []),
    ]  # fmt: skip
    return "\n".join(parts)


def drawn(results: Card) -> str:
    """docs/images/analysers.svg."""
    judged = [row for row in results["analysers"] if row["accuracy"]]
    return plot(
        "Sentiment of tweets: accuracy against speed",
        "macro recall on validation tweets",
        [
            Point(
                _plain(row["title"]) + (f", {row['cores']} cores" if row["cores"] > 1 else ", one core"),
                tuple(row["posts_per_second"]),
                100 * row["accuracy"]["sentiment"]["macro_recall"],
                row["kind"] == "bundled",
            )
            for row in judged
        ],
        [Line(_plain(row["title"]), row["posts_per_second"][0]) for row in results["analysers"] if not row["accuracy"]],
    )


def _row(row: Card) -> tuple[str, ...]:
    judged = row["accuracy"] or {}

    def figure(task: str, name: str) -> str:
        return points(judged[task][name]) if task in judged else EMPTY

    median, least, most = row["posts_per_second"]
    digits = 0 if median >= 100 else 1
    return (
        row["title"],
        f"{median:,.{digits}f} ({least:,.{digits}f} to {most:,.{digits}f})",
        str(row["cores"]),
        f"{row['peak_memory_mib']:,}",
        f"{row['bytes'] / 1e6:,.1f}",
        figure("sentiment", "macro_recall"),
        error(judged["sentiment"]["expected_calibration_error"]) if "sentiment" in judged else EMPTY,
        figure("airline", "macro_recall"),
        figure("emotion", "macro_f1"),
        figure("toxicity", "macro_f1"),
        figure("churn", "roc_auc"),
    )


def _ratios(results: Card) -> str:
    ratios = {name: sorted(values) for name, values in results["ratios"].items() if values}
    if "full to pair" not in ratios:
        return ""
    told = {
        "full to pair": "the pair post by post",
        "full to pair in batches": "the pair in batches of 32",
        "full to transformers": "the same pair through our `transformers` analyser",
    }
    parts = [
        f"{_times(ratios[name])} times as many posts a second as {what}"
        for name, what in told.items()
        if name in ratios
    ]
    return paragraph(f"In the same run, round by round, `full` read {', '.join(parts)}.")


def _times(values: list[float]) -> str:
    return f"{values[len(values) // 2]:,.1f} ({values[0]:,.1f} to {values[-1]:,.1f})"


def _how(results: Card) -> str:
    loop, least, most = results["calibration_loop"]
    return "\n".join(
        [
            paragraph(
                f"Speed: medians and ranges of {results['rounds']} rounds on {results['measured']}, "
                f"{results['machine']}; load when it began {results['load']:.1f}, calibration loop (10 million "
                f"additions) {loop:.2f} s, {least:.2f} to {most:.2f}. The texts are {results['tweets']:,} real tweets "
                f"of {results['characters']} characters on average, each analyser reading a sample of the same "
                "lengths, tokenisation, normalisation and language detection included; VADER itself and the pipelines "
                "read the raw text. Memory is the most that the process held, Python and libraries included."
            ),
            paragraph(
                "The pair is what is usually put together: a sentiment pipeline of DistilBERT's size and an emotion "
                "pipeline of DistilRoBERTa's. Its weights are random, for speed does not depend on them and "
                "nothing was downloaded; so its accuracy was not measured."
            ),
            paragraph(
                "Accuracy: points of 100 on validation sets (tweets of SemEval, GoEmotions with Ekman's emotions, "
                "OLID, training/churn/validation.csv), on which the bundled models were chosen and calibrated, VADER "
                "calibrated on the training part; airline tweets were met by none. Unscored counts as wrong."
            ),
        ]
    )


def _plain(title: str) -> str:
    return title.replace("`", "")


def main(arguments: list[str]) -> int:
    found = pages()
    if "--check" not in arguments:
        for path, content in found.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return 0
    old = [path for path, content in found.items() if not path.is_file() or path.read_text("utf-8") != content]
    for path in old:
        print(f"docs/{path.relative_to(DOCS)} is out of date: run `make docs`", file=sys.stderr)
    return 1 if old else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
