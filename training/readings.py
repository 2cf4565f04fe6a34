"""What a bundled model says of texts, each asked for once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from sentistream.analysis.base import Analyser
from sentistream.analysis.languages import LanguageDetector, LanguageGate
from sentistream.analysis.text import Normalised
from sentistream.domain.analysis import ModelInfo, Reading
from sentistream.settings import AnalysisSettings

BATCH = 500
TOLD_EVERY = 5_000


class Readings:
    """Behind the language gate, as a user gets them, and without it.

    `bootstrap.make_analyser` wraps the same way, but for the guard: here a failure is raised, and is no answer.
    """

    def __init__(self, analyser: Analyser) -> None:
        self._remembered = _Remembered(analyser)
        gate = LanguageGate(self._remembered, LanguageDetector(), AnalysisSettings().language_threshold)
        self._gated = Normalised(gate)
        self._ungated = Normalised(self._remembered)

    def of(self, texts: Iterable[str]) -> list[Reading]:
        """One per text, in order; `unscored` where the gate keeps the text from the model."""
        return asyncio.run(_in_batches(self._gated, list(texts)))

    def without_gate(self, texts: Iterable[str]) -> list[Reading]:
        """One per text, in order, whatever its language."""
        return asyncio.run(_in_batches(self._ungated, list(texts)))


class _Remembered:
    """An Analyser that asks the inner one for texts it has not met yet: the sets share some."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._met: dict[str, Reading] = {}

    @property
    def model(self) -> ModelInfo:
        """The inner analyser's."""
        return self._analyser.model

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """From memory where it can be."""
        new = list(dict.fromkeys(text for text in texts if text not in self._met))
        if new:
            before = len(self._met)
            self._met.update(zip(new, await self._analyser.analyse(new), strict=True))
            if len(self._met) // TOLD_EVERY > before // TOLD_EVERY:
                print(f"{len(self._met):,} texts read", flush=True)
        return [self._met[text] for text in texts]


async def _in_batches(analyser: Analyser, texts: list[str]) -> list[Reading]:
    found: list[Reading] = []
    for start in range(0, len(texts), BATCH):
        found += await analyser.analyse(texts[start : start + BATCH])
    return found
