"""`sentistream evaluate --against corrections`: every model by what people said of the posts it read."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from sentistream.analysis.gold import Task, gold
from sentistream.analysis.scoring import figures
from sentistream.bootstrap import make_analyser, open_system
from sentistream.cli.output import fail, shown
from sentistream.domain.analysis import Reading
from sentistream.domain.correction import Labelled
from sentistream.domain.errors import InvalidEntry
from sentistream.pipeline.labelled import row
from sentistream.settings import Settings

ALL = "all"


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One model on the corrected texts of one language (`all`: of every one). Shares in [0, 1], None of nothing."""

    model: str
    version: str
    language: str
    posts: int
    accuracy: float
    macro_recall: float | None
    macro_f1_present: float | None
    unscored: int


Sample = tuple[frozenset[str], Reading, str]
"""Gold labels, the reading, the language."""


def against_corrections(settings: Settings, task: Task, analyser: str | None, *, as_json: bool) -> None:
    """Show the scores of every stored model, and of `analyser`, which reads the texts now."""
    scores = asyncio.run(_scores(settings, task, analyser))
    if not scores:
        fail(f"nobody has corrected the {task} of a post yet, or its text has changed since")
    if as_json:
        print(msgspec.json.encode(scores).decode())
    else:
        _show(task, scores)


async def _scores(settings: Settings, task: Task, analyser: str | None) -> list[Score]:
    samples: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    labelled: list[tuple[frozenset[str], Labelled]] = []
    async with open_system(settings, create=False, reads=False) as system:
        async for chunk in system.store.corrections.labelled():
            for one in chunk:
                try:
                    labels = gold(msgspec.to_builtins(row(one)), task).labels
                except InvalidEntry:
                    continue  # people said something else of it
                labelled.append((labels, one))
    for labels, one in labelled:
        for reading in one.readings:
            samples[reading.model_name, reading.model_version].append((labels, reading, one.language or "unknown"))
    if analyser is not None and labelled:
        model = await asyncio.to_thread(make_analyser, settings)
        identity = model.model.name, model.model.version
        samples[identity] = []
        for start in range(0, len(labelled), settings.analysis.batch_size):
            part = labelled[start : start + settings.analysis.batch_size]
            readings = await model.analyse([one.content for _, one in part])
            for (labels, one), reading in zip(part, readings, strict=True):
                samples[identity].append((labels, reading, one.language or "unknown"))
    threshold = settings.analysis.churn_threshold
    return [
        _score(task, name, version, language, some, threshold)
        for (name, version), found in sorted(samples.items())
        for language, some in _by_language(found)
    ]


def _by_language(samples: Sequence[Sample]) -> list[tuple[str, list[Sample]]]:
    groups: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        groups[sample[2]].append(sample)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return [(ALL, list(samples)), *ordered] if len(ordered) > 1 else ordered


def _score(task: Task, name: str, version: str, language: str, samples: Sequence[Sample], threshold: float) -> Score:
    found = figures(task, [labels for labels, _, _ in samples], [reading for _, reading, _ in samples], threshold)
    return Score(
        model=name,
        version=version,
        language=language,
        posts=found.posts,
        accuracy=found.accuracy,
        macro_recall=found.macro_recall,
        macro_f1_present=found.macro_f1_present,
        unscored=found.unscored,
    )


def _show(task: Task, scores: Sequence[Score]) -> None:
    table = Table(title=f"{task} against what people said")
    table.add_column("model")
    table.add_column("language")
    for name in ("posts", "accuracy", "macro recall", "macro F1", "unscored"):
        table.add_column(name, justify="right")
    for one in scores:
        shares = [
            "–" if share is None else f"{share:.4f}" for share in (one.accuracy, one.macro_recall, one.macro_f1_present)
        ]
        table.add_row(
            shown(f"{one.model} {one.version}"), shown(one.language), f"{one.posts:,}", *shares, f"{one.unscored:,}"
        )
    Console(markup=False, highlight=False).print(table)
