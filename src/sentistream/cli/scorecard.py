"""What `sentistream evaluate` says: tables for people, one JSON object for programs."""

from __future__ import annotations

import json

import msgspec
from rich.console import Console
from rich.table import Table

from sentistream.analysis.gold import Task
from sentistream.analysis.scoring import Figures
from sentistream.cli.output import shown

EMPTY = "–"

REASONS = 5
"""Reasons for unscored posts that people are shown, the commonest first."""


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the file, counted from 1, that is not in the figures, and why."""

    line: int
    error: str


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A gold label as the file has it, the class it counts as, and how often it occurs."""

    label: str
    counts_as: str
    count: int


class Scorecard(msgspec.Struct, frozen=True, kw_only=True):
    """One evaluation. The keys of `--json` are these and, in place of `figures`, those of `scoring.Figures`.

    task, file, analyser: what was asked. model, model_version: who was asked.
    answered_by: "name version" to posts; more than one where a fallback stepped in. Unscored posts are in none.
    label_fields: field of the file to gold labels taken from it. labels_written: see Written.
    left_out: see LeftOut.
    load_seconds: from nothing to the answer to a first text.
    seconds, posts_per_second: of the analyser's calls alone, after a warm-up of one batch, in batches of batch_size.
    peak_memory_mib: the most resident memory of the process; model_memory_mib: what of it came after the file was read.
    """

    task: str
    file: str
    analyser: str
    model: str
    model_version: str
    answered_by: dict[str, int]
    label_fields: dict[str, int]
    labels_written: list[Written]
    left_out: list[LeftOut]
    figures: Figures
    load_seconds: float
    seconds: float
    posts_per_second: float | None
    batch_size: int
    peak_memory_mib: float
    model_memory_mib: float


def encoded(card: Scorecard) -> str:
    """One line of JSON, ASCII only."""
    fields = msgspec.to_builtins(card)
    found = fields.pop("figures")
    return json.dumps({**fields, **found}, allow_nan=False)


def show(card: Scorecard) -> None:
    """Tables on standard output."""
    console = Console(markup=False, highlight=False)
    found = card.figures
    for line in [*_head(card), "", *_summary(card), ""]:
        console.print(shown(line), soft_wrap=True)
    console.print(_classes(found))
    if found.confusion is not None:
        console.print(_confusion(found.confusion))
    if found.calibration_count:
        console.print(_calibration(card.task, found))


def _head(card: Scorecard) -> list[str]:
    posts = _number(card.figures.posts, "post")
    lines = [f"{card.task} of {posts} of {card.file} by {card.model} {card.model_version}"]
    lines.append(f"gold labels from {_listed(card.label_fields)}")
    lines += [
        f"{written.label} counts as {written.counts_as} ({written.count:,})"
        for written in card.labels_written
        if written.label != written.counts_as
    ]
    if len(card.answered_by) > 1:
        lines.append(f"answered by {_listed(card.answered_by)}")
    if card.left_out:
        lines.append(f"{_number(len(card.left_out), 'line')} left out: standard error says which and why")
    return lines


def _summary(card: Scorecard) -> list[str]:
    found = card.figures
    rows = [("macro recall", _share(found.macro_recall)), ("macro F1", _share(found.macro_f1))]
    if found.macro_f1_present != found.macro_f1:
        rows.append(("  classes of the file", _share(found.macro_f1_present)))
    if card.task == Task.EMOTION:
        rows.append(("accuracy, whole set", _share(found.accuracy)))
        rows.append(("accuracy, first emotion", _share(found.top_accuracy)))
    else:
        rows.append(("accuracy", _share(found.accuracy)))
    if card.task in (Task.TOXICITY, Task.CHURN):
        rows.append(("area under ROC", _share(found.roc_auc)))
        rows.append(("average precision", _share(found.average_precision)))
    if found.threshold is not None:
        rows.append(("threshold", f"{found.threshold:g}"))
    rows.append(("calibration error", _share(found.expected_calibration_error)))
    if card.task == Task.EMOTION:
        rows.append(("  all seven pooled", _share(found.pooled_calibration_error)))
    rows.append(("unscored", f"{found.unscored:,} ({found.unscored_share:.1%}), counted as wrong"))
    reasons = list(found.unscored_reasons.items())
    rows += [("", f"{count:,}: {reason}") for reason, count in reasons[:REASONS]]
    if len(reasons) > REASONS:
        rows.append(("", f"and {len(reasons) - REASONS} more reasons, which --json lists"))
    speed = EMPTY if card.posts_per_second is None else f"{card.posts_per_second:,.0f} posts/s"
    rows.append(("speed", f"{speed} in batches of {card.batch_size:,}, {card.load_seconds:.2f} s to load"))
    peak, model = card.peak_memory_mib, card.model_memory_mib
    rows.append(("memory", f"{peak:,.0f} MiB at most, {model:,.0f} of them for the model"))
    width = max(len(name) for name, _ in rows) + 2
    return [f"{name:<{width}}{value}" for name, value in rows]


def _classes(found: Figures) -> Table:
    errors = found.class_calibration_errors
    table = _table(
        "class", "precision", "recall", "F1", "posts", "predicted", *(["calibration error"] if errors else [])
    )
    for name, figures in found.classes.items():
        shares = [_share(value) for value in (figures.precision, figures.recall, figures.f1)]
        last = [_share(errors[name])] if errors else []
        table.add_row(name, *shares, f"{figures.support:,}", f"{figures.predicted:,}", *last)
    return table


def _confusion(confusion: dict[str, dict[str, int]]) -> Table:
    columns = list(next(iter(confusion.values())))
    table = _table("gold, then predicted", *columns)
    for name, counts in confusion.items():
        table.add_row(name, *(f"{counts[column]:,}" for column in columns))
    return table


def _calibration(task: str, found: Figures) -> Table:
    """Bins that hold something; of a probability, how often it came true, of a confidence, how often it was right."""
    what, so = ("confidence", "right") if task == Task.SENTIMENT else ("probability", "so")
    table = _table(what, "count", "mean", so)
    for cell in found.calibration_bins:
        if cell.count:
            table.add_row(
                f"{cell.low:.2f} to {cell.high:.2f}", f"{cell.count:,}", _share(cell.mean), _share(cell.observed)
            )
    return table


def _table(first: str, *others: str) -> Table:
    table = Table()
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} ({count:,})" for name, count in counts.items())


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _share(value: float | None) -> str:
    return EMPTY if value is None else f"{value:.4f}"
