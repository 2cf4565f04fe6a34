"""`sentistream evaluate`: an analyser on labelled posts; how right it is, how fast, how big."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from sentistream.analysis.base import Analyser
from sentistream.analysis.gold import FIELDS, LABELS, Gold, Task, gold
from sentistream.analysis.scoring import Figures, figures
from sentistream.bootstrap import make_analyser
from sentistream.cli.against import against_corrections
from sentistream.cli.lines import parsed, raw_lines
from sentistream.cli.memory import peak_mib
from sentistream.cli.options import AnalyserOption, DataDir, TierOption, asked_for, settled
from sentistream.cli.output import Advance, fail, note, progress
from sentistream.cli.scorecard import LeftOut, Scorecard, Written, encoded, show
from sentistream.domain.analysis import Reading
from sentistream.domain.errors import InvalidEntry
from sentistream.settings import Settings

Clock = Callable[[], float]


class Labelled:
    """The posts of a file that can be measured, and why the others cannot."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.gold: list[Gold] = []
        self.left_out: list[LeftOut] = []

    def add(self, number: int, raw: bytes, task: Task, label_field: str | None, text_field: str | None) -> None:
        """Line `number` of the file, from 1."""
        line = parsed(raw, text_field)
        error = line.error
        if error is None:
            try:
                self.gold.append(gold(line.record, task, label_field))
                self.texts.append(line.text)
            except InvalidEntry as refused:
                error = refused.message
        if error is not None:
            self.left_out.append(LeftOut(line=number, error=error))


def evaluate(
    file: Annotated[
        Path | None, typer.Argument(help="JSON lines with a text and a gold label; - is standard input.")
    ] = None,
    task: Annotated[Task, typer.Option("--task", "-t", help="What the gold labels speak of.")] = Task.SENTIMENT,
    tier: TierOption = None,
    analyser: AnalyserOption = None,
    label_field: Annotated[
        str | None, typer.Option("--label-field", help="Where the gold label is.", show_default="the usual names")
    ] = None,
    text_field: Annotated[
        str | None, typer.Option("--text-field", help="Where the text is.", show_default="text, content")
    ] = None,
    against: Annotated[
        str | None, typer.Option("--against", help="corrections: every model by what people said.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Measure an analyser on labelled posts: recall, F1, accuracy, calibration, speed, memory.

    A line that cannot be used is named and left out of the figures, and the exit code is 1.
    """
    name = asked_for(tier, analyser)
    settings = settled(data_dir, analysis={"analyser": name})
    if against is not None:
        if against != "corrections" or file is not None or label_field or text_field:
            raise typer.BadParameter("--against corrections stands alone, without a file and its fields")
        against_corrections(settings, task, name, as_json=as_json)
        return
    if file is None:
        raise typer.BadParameter("give a FILE, or --against corrections")
    labelled = _labelled(file, task, label_field, text_field)
    for refused in labelled.left_out:
        note(f"line {refused.line}: {refused.error}")
    if not labelled.texts:
        names = label_field or f"one of {', '.join(FIELDS[task])}"
        fail(f"no line of {file} can be used: each needs a text and a {task} label ({names})")
    card = asyncio.run(_measured(settings, labelled, file, task))
    if as_json:
        print(encoded(card))
    else:
        show(card)
    if labelled.left_out:
        note(f"{len(labelled.left_out):,} of {len(labelled.left_out) + len(labelled.texts):,} lines were left out")
        raise typer.Exit(1)


async def timed(
    analyser: Analyser, texts: Sequence[str], batch_size: int, advance: Advance, clock: Clock = time.perf_counter
) -> tuple[list[Reading], float]:
    """One reading per text, and the seconds the analyser took for them, tokenisation included.

    Warm-up: the first batch is read once before, and neither its time nor its readings count.
    """
    await analyser.analyse(texts[:batch_size])
    readings: list[Reading] = []
    seconds = 0.0
    for start in range(0, len(texts), batch_size):
        batch = texts[start : start + batch_size]
        began = clock()
        answers = await analyser.analyse(batch)
        seconds += clock() - began
        readings += answers
        advance(len(readings))
    return readings, seconds


def _labelled(file: Path, task: Task, label_field: str | None, text_field: str | None) -> Labelled:
    labelled = Labelled()
    with ExitStack() as stack:
        for number, raw in enumerate(raw_lines(stack, file, "reading"), start=1):
            labelled.add(number, raw, task, label_field, text_field)
    return labelled


async def _measured(settings: Settings, labelled: Labelled, file: Path, task: Task) -> Scorecard:
    # The posts are in memory by now, so that what comes on top is the model's.
    memory = peak_mib()
    began = time.perf_counter()
    analyser = await asyncio.to_thread(make_analyser, settings)
    await analyser.analyse(labelled.texts[:1])
    loaded = time.perf_counter() - began
    batch_size = settings.analysis.batch_size
    with progress(f"evaluating {analyser.model.name}", len(labelled.texts), "posts") as advance:
        readings, seconds = await timed(analyser, labelled.texts, batch_size, advance)
    peak = peak_mib()
    return Scorecard(
        task=task.value,
        file=str(file),
        analyser=settings.analysis.analyser,
        model=analyser.model.name,
        model_version=analyser.model.version,
        answered_by=_answered_by(readings),
        label_fields=dict(Counter(found.field for found in labelled.gold)),
        labels_written=_written(task, labelled.gold),
        left_out=labelled.left_out,
        figures=_figures(task, labelled.gold, readings, settings),
        load_seconds=loaded,
        seconds=seconds,
        posts_per_second=len(readings) / seconds if seconds else None,
        batch_size=batch_size,
        peak_memory_mib=peak,
        model_memory_mib=peak - memory,
    )


def _figures(task: Task, labels: Sequence[Gold], readings: Sequence[Reading], settings: Settings) -> Figures:
    return figures(task, [found.labels for found in labels], readings, settings.analysis.churn_threshold)


def _answered_by(readings: Sequence[Reading]) -> dict[str, int]:
    """Readings that are not unscored by who made them: behind a fallback there may be several."""
    names = (f"{reading.model_name} {reading.model_version}" for reading in readings if reading.tier != "unscored")
    return dict(Counter(names).most_common())


def _written(task: Task, labels: Sequence[Gold]) -> list[Written]:
    counted = Counter(label for found in labels for label in found.written)
    return [Written(label=label, counts_as=LABELS[task][label], count=n) for label, n in sorted(counted.items())]
