"""How long does it take to explain a post, and how near are the contributions to exact Shapley values?

Real tweets of the sentiment validation set, one after the other, as a person who opens posts asks for them.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.measure import RUNS, Answer, at_least, below, percentile
from benchmarks.tweets import data, sample
from sentistream.analysis.base import Analyser
from sentistream.analysis.explain import Explainer, Explanation
from sentistream.analysis.fast import FastAnalyser
from sentistream.analysis.onnx import OnnxAnalyser
from sentistream.analysis.shapley import Floats, coalitions, values
from sentistream.analysis.spans import joined, words

POSTS = 60
"""Explained in one round."""

WORDS = 11
"""Of posts whose exact values are computed: 2,048 readings each."""

EXACT = 12
"""Posts whose exact values are computed."""


def run() -> Iterator[Answer]:
    """Nothing without SENTISTREAM_TEST_DATA."""
    folder = data()
    if folder is None:
        print("SENTISTREAM_TEST_DATA is not set: explanations are not measured")
        return
    texts = validation(folder)
    full = OnnxAnalyser()
    note = f"{POSTS} real tweets a run, {np.median([len(words(text)) for text in texts]):.0f} words in the middle"
    for name, analyser in (("full", full), ("fast", FastAnalyser())):
        rounds = [asyncio.run(seconds(analyser, sample(texts, POSTS, number, RUNS))) for number in range(RUNS)]
        p95 = [percentile(found, 0.95) * 1_000 for found in rounds]
        yield below(f"a post explained, {name} tier, p95", p95, "ms", 200, note)
    named, error, size = asyncio.run(precision(full, [text for text in texts if len(words(text)) == WORDS][:EXACT]))
    note = (
        f"{EXACT} posts of {WORDS} words; contributions are off by {error:.3f} where they are {size:.3f}, on the mean"
    )
    yield at_least("the strongest word is that of the exact values, full tier", [100 * named], "%", 80, note)


def validation(folder: Path) -> list[str]:
    """Shortest first."""
    lines = (folder / "sentiment" / "val.jsonl").read_text(encoding="utf-8").splitlines()
    return sorted((str(json.loads(line)["text"]) for line in lines), key=lambda text: (len(text), text))


async def seconds(analyser: Analyser, texts: list[str]) -> list[float]:
    """Of each explanation."""
    explainer = Explainer([analyser])
    await explainer.explain("A first one, to warm up")
    found = []
    for text in texts:
        started = time.perf_counter()
        await explainer.explain(text)
        found.append(time.perf_counter() - started)
    return found


async def precision(analyser: Analyser, texts: list[str]) -> tuple[float, float, float]:
    """Share of posts whose strongest word is the right one; mean error and mean size of the contributions."""
    explainer = Explainer([analyser])
    right, errors, sizes = 0, [], []
    for text in texts:
        exact = await exactly(analyser, text)
        explained = await explainer.explain(text)
        assert isinstance(explained, Explanation)
        found = np.array([word.adds.sentiment for word in explained.words])
        right += int(np.abs(found).argmax() == np.abs(exact).argmax())
        errors.append(np.abs(found - exact).mean())
        sizes.append(np.abs(exact).mean())
    return right / len(texts), float(np.mean(errors)), float(np.mean(sizes))


async def exactly(analyser: Analyser, text: str) -> Floats:
    """The Shapley values of the sentiment score, of all coalitions there are."""
    players = words(text)
    asked = coalitions(len(players), 2 ** len(players))
    texts = [joined(word for word, inside in zip(players, mask, strict=True) if inside) for mask in asked.masks]
    base, whole, *answers = [
        [reading.sentiment_score or 0.0] for reading in await analyser.analyse(["", joined(players), *texts])
    ]
    return values(asked, np.array(answers), np.array(base), np.array(whole))[:, 0]
