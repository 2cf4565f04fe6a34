"""Why a model says what it says of a text: what each word contributes to the scores.

The scores are a game the words play together (Lundberg & Lee 2017): a coalition of words is the text with the others
left out, read by the model like any other text. A word's contribution is its Shapley value, so the value of no words
at all and all contributions add up to the scores of the text. See docs/decisions/ for the choice and its errors.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from sentistream.analysis.base import Analyser
from sentistream.analysis.shapley import Coalitions, Floats, coalitions, values
from sentistream.analysis.spans import Word, joined, merged, words
from sentistream.domain.analysis import ModelInfo, Reading
from sentistream.domain.errors import Overloaded

RUNS = 128
"""Coalitions read for one explanation."""

PLAYERS = 32
"""Words that are told apart in a text at most; of a longer one, neighbours share a contribution."""

SEGMENTS = 16
OPENED = 4
"""Parts that a longer text is cut into, and how many of them, those that matter most, are looked at closely."""

TOLERANCE = 0.0001
"""How far base value and contributions may be from adding up to the score: one unit of the last decimal."""

AT_ONCE = 2
"""Explanations under way at the same time: each of them keeps all cores busy already."""

WAITING = 32
"""Explanations that may wait their turn."""

_SCALE = 10_000
"""Contributions are whole multiples of 1 / _SCALE, like the scores."""


class Scores(msgspec.Struct, frozen=True):
    """sentiment: P(positive) - P(negative), in [-1, 1]; toxicity, churn_risk: probabilities. Absent is None.

    As a contribution, each is what a word adds to that score (negative: takes from it).
    """

    sentiment: float | None
    toxicity: float | None
    churn_risk: float | None


class Contribution(msgspec.Struct, frozen=True):
    """What content[start:end], in code points, adds to each score."""

    start: int
    end: int
    adds: Scores


class Explanation(msgspec.Struct, frozen=True, tag="explanation"):
    """base + the sum of contributions = scores, within TOLERANCE, for every score the model gives.

    base: what the model says of no words at all. Words beyond what the model reads are not among the contributions.
    """

    model_name: str
    model_version: str
    base: Scores
    scores: Scores
    words: list[Contribution]


class Unexplained(msgspec.Struct, frozen=True, tag="unexplained"):
    """There is nothing to explain, with the reason in words for people."""

    reason: str


class Explainer:
    """Explains readings of the models it was given: bare ones, which read whatever part of a text they are asked.

    The first is asked where the model that made a reading is not among them. `waiting` are under way or wait.
    """

    def __init__(self, models: Sequence[Analyser] = ()) -> None:
        self._models = list(models)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.waiting = 0

    def add(self, model: Analyser) -> None:
        """Explain its readings too. Never one that is paid for, nor one behind a gate, to which parts look foreign."""
        self._models.append(model)

    @property
    def default(self) -> ModelInfo | None:
        """The first model."""
        return self._models[0].model if self._models else None

    def knows(self, name: str | None, version: str | None) -> bool:
        """Whether this model version is among those it can explain."""
        return any((one.model.name, one.model.version) == (name, version) for one in self._models)

    async def explain(
        self, content: str, name: str | None = None, version: str | None = None
    ) -> Explanation | Unexplained:
        """Why that model version, or else the first one, reads `content` as it does; the same text, the same answer.

        Overloaded when too many wait already; what the model raises goes on.
        """
        if not self._models:
            return Unexplained("this process runs no model whose readings can be taken apart")
        if self.waiting >= WAITING:
            raise Overloaded(f"{self.waiting} explanations are waiting already; try again in a moment")
        named = (one for one in self._models if (one.model.name, one.model.version) == (name, version))
        self.waiting += 1
        try:
            async with self._turns:
                return await _Game(next(named, self._models[0]), await asyncio.to_thread(words, content)).played()
        finally:
            self.waiting -= 1


class _Game:
    """One text, one model."""

    def __init__(self, analyser: Analyser, found: list[Word]) -> None:
        self._analyser = analyser
        self._words = found

    async def played(self) -> Explanation | Unexplained:
        if not self._words:
            return Unexplained("there is no text to read")
        whole, nothing = await self._analyser.analyse([joined(self._words), ""])
        if whole.sentiment_label == "unscored":
            return Unexplained(whole.reason or f"{whole.model_name} could not read it")
        self._measures = [name for name in Scores.__struct_fields__ if _score(whole, name) is not None]
        self._whole, self._base = self._row(whole), self._row(nothing)
        groups = [[word] for word in self._words]
        if len(groups) > PLAYERS:
            groups = await self._grouped(await self._read_part(whole))
        brought = await self._brought(groups)
        found = _exact(brought, self._whole - self._base)
        return Explanation(
            model_name=whole.model_name,
            model_version=whole.model_version,
            base=self._scores(self._base),
            scores=self._scores(self._whole),
            words=[Contribution(*merged(group), self._scores(row)) for group, row in zip(groups, found, strict=True)],
        )

    async def _brought(self, groups: Sequence[Sequence[Word]]) -> Floats:
        """(groups, measures), not yet rounded."""
        if len(groups) == 1:
            return (self._whole - self._base)[None]
        asked: Coalitions = await asyncio.to_thread(coalitions, len(groups), RUNS)
        answers = await self._answers(groups, asked.masks)
        return values(asked, answers, self._base, self._whole)

    async def _answers(self, groups: Sequence[Sequence[Word]], masks: npt.NDArray[np.bool_]) -> Floats:
        """(coalitions, measures): what the model says of each."""
        texts = await asyncio.to_thread(_texts, groups, masks)
        return np.array([self._row(reading) for reading in await self._analyser.analyse(texts)])

    async def _grouped(self, read: list[Word]) -> list[list[Word]]:
        """At most PLAYERS groups of neighbours, the finer the more it changes to leave them out."""
        if len(read) <= PLAYERS:
            return [[word] for word in read]
        segments = _parts(read, SEGMENTS)
        absent = await self._answers(segments, ~np.eye(len(segments), dtype=bool))
        effects = np.abs(self._whole - absent).max(axis=1)
        opened = set(np.argsort(-effects, kind="stable")[:OPENED].tolist())
        pieces = 1 + (PLAYERS - len(segments)) // OPENED
        groups: list[list[Word]] = []
        for number, segment in enumerate(segments):
            groups += _parts(segment, min(pieces, len(segment))) if number in opened else [segment]
        return groups

    async def _read_part(self, whole: Reading) -> list[Word]:
        """The words up to where the model stops reading: what comes after changes nothing.

        Left in, the last of them would come into its view wherever others are left out.
        """
        low, high = 1, len(self._words)
        [almost] = await self._analyser.analyse([joined(self._words[:-1])])
        if almost != whole:
            return self._words
        while low < high:
            middle = (low + high) // 2
            [part] = await self._analyser.analyse([joined(self._words[:middle])])
            if part == whole:
                high = middle
            else:
                low = middle + 1
        return self._words[:low]

    def _row(self, reading: Reading) -> Floats:
        # A part that the model can make nothing of says nothing: 0, neither positive nor negative, neither risk.
        return np.array([round(_score(reading, name) or 0.0, 4) for name in self._measures])

    def _scores(self, row: Floats) -> Scores:
        known = {name: round(float(value), 4) for name, value in zip(self._measures, row, strict=True)}
        return Scores(*(known.get(name) for name in Scores.__struct_fields__))


def _score(reading: Reading, name: str) -> float | None:
    value: float | None = getattr(reading, "sentiment_score" if name == "sentiment" else name)
    return value


def _texts(groups: Sequence[Sequence[Word]], masks: npt.NDArray[np.bool_]) -> list[str]:
    return [
        joined(word for group, inside in zip(groups, mask, strict=True) if inside for word in group)
        for mask in masks.tolist()
    ]


def _parts(found: list[Word], count: int) -> list[list[Word]]:
    """In `count` parts of neighbours, as equal as can be."""
    bounds = [round(number * len(found) / count) for number in range(count + 1)]
    return [found[start:end] for start, end in itertools.pairwise(bounds)]


def _exact(brought: Floats, total: Floats) -> Floats:
    """Rounded to four decimals so that each column still adds up: what is left over goes to the largest remainders."""
    scaled = brought * _SCALE
    whole = np.floor(scaled)
    missing = np.rint(total * _SCALE - whole.sum(axis=0)).astype(int)
    for column, count in enumerate(missing):
        order = np.argsort(whole[:, column] - scaled[:, column], kind="stable")
        whole[order[:count], column] += 1
    return whole / _SCALE
