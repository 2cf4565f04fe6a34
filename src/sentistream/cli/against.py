"""`sentistream evaluate --against corrections`: every model by what people said of the posts it read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from sentistream.analysis.base import Analyser
from sentistream.analysis.gold import Task
from sentistream.bootstrap import make_analyser, open_system
from sentistream.cli.output import fail, shown
from sentistream.pipeline.evaluate import Score, by_corrections
from sentistream.settings import Settings


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
    async def make() -> Analyser:
        return await asyncio.to_thread(make_analyser, settings)

    async with open_system(settings, create=False, reads=False) as system:
        analysis = settings.analysis
        return await by_corrections(
            system.store.corrections,
            task,
            analysis.churn_threshold,
            None if analyser is None else make,
            analysis.batch_size,
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
