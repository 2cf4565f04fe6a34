"""Every model by what people said of the posts it read."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence

import msgspec

from sentistream.analysis.base import Analyser
from sentistream.analysis.evaluation import Bin
from sentistream.analysis.gold import Task, gold
from sentistream.analysis.scoring import figures
from sentistream.domain.analysis import Reading
from sentistream.domain.correction import Labelled
from sentistream.domain.errors import InvalidEntry
from sentistream.pipeline.labelled import row
from sentistream.storage.base import Corrections

ALL = "all"
UNKNOWN = "unknown"


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """One model on the corrected texts of one language (`all`: of every one). Shares in [0, 1], None of nothing.

    calibration_error, calibration_bins: see `scoring.Figures`; bins without a text are left out.
    """

    model: str
    version: str
    language: str
    posts: int
    accuracy: float
    macro_recall: float | None
    macro_f1_present: float | None
    unscored: int
    calibration_error: float | None
    calibration_bins: list[Bin]


class Sample(msgspec.Struct, frozen=True):
    """What people and a model say of one text."""

    labels: frozenset[str]
    reading: Reading
    language: str


async def by_corrections(
    corrections: Corrections,
    task: Task,
    threshold: float,
    make: Callable[[], Awaitable[Analyser]] | None = None,
    batch_size: int = 32,
) -> list[Score]:
    """Of every stored model, by name, version and language; empty where people said nothing of the task.

    threshold: churn risk from which a post counts as leaving. make: an analyser that reads the texts now, in batches
    of `batch_size`; its readings take the place of those that are stored of the same model.
    """
    samples: dict[tuple[str, str], list[Sample]] = defaultdict(list)
    texts: list[tuple[str, frozenset[str], str]] = []
    async for chunk in corrections.labelled():
        for labels, one in await asyncio.to_thread(_judged, chunk, task):
            language = one.language or UNKNOWN
            for reading in one.readings:
                samples[reading.model_name, reading.model_version].append(Sample(labels, reading, language))
            if make is not None:
                texts.append((one.content, labels, language))
    if make is not None and texts:
        analyser = await make()
        found = samples[analyser.model.name, analyser.model.version] = []
        for start in range(0, len(texts), batch_size):
            part = texts[start : start + batch_size]
            readings = await analyser.analyse([text for text, _, _ in part])
            found += [Sample(part[i][1], reading, part[i][2]) for i, reading in enumerate(readings)]
    return await asyncio.to_thread(_scores, samples, task, threshold)


def _judged(chunk: Iterable[Labelled], task: Task) -> list[tuple[frozenset[str], Labelled]]:
    found = []
    for one in chunk:
        try:
            labels = gold(msgspec.to_builtins(row(one)), task).labels
        except InvalidEntry:
            continue  # people said something else of it
        found.append((labels, one))
    return found


def _scores(samples: dict[tuple[str, str], list[Sample]], task: Task, threshold: float) -> list[Score]:
    return [
        _score(task, name, version, language, some, threshold)
        for (name, version), found in sorted(samples.items())
        for language, some in _by_language(found)
    ]


def _by_language(samples: Sequence[Sample]) -> list[tuple[str, list[Sample]]]:
    groups: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        groups[sample.language].append(sample)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return [(ALL, list(samples)), *ordered] if len(ordered) > 1 else ordered


def _score(task: Task, name: str, version: str, language: str, samples: Sequence[Sample], threshold: float) -> Score:
    found = figures(task, [one.labels for one in samples], [one.reading for one in samples], threshold)
    return Score(
        model=name,
        version=version,
        language=language,
        posts=found.posts,
        accuracy=found.accuracy,
        macro_recall=found.macro_recall,
        macro_f1_present=found.macro_f1_present,
        unscored=found.unscored,
        calibration_error=found.expected_calibration_error,
        calibration_bins=[one for one in found.calibration_bins if one.count],
    )
