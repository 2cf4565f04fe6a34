"""Texts put together from parts of others, for a teacher to give its opinion of; they have no labels.

What a small encoder learns of a task from a few thousand texts is how those texts are written. Parts of
written texts joined anew, and complaints of real people with a written ending, show it which words decide.
"""

from __future__ import annotations

import random

from sentistream.analysis.text import normalise
from training import corpus

SHORTEST = 4
"""Words of a cut."""


def churn(seed: int, count: int) -> list[str]:
    """At most `count` normalised texts; all different."""
    generator = random.Random(seed)
    written = [row["text"] for row in corpus.churn_rows()]
    endings = corpus.churn_endings("leaving.txt") + corpus.churn_endings("staying.txt")
    posts = _complaints()
    made: dict[str, None] = {}
    for _ in range(count):
        way = generator.random()
        if way < 0.35:
            parts = [generator.choice(posts), generator.choice(endings)]
        elif way < 0.5:
            parts = [generator.choice(posts), corpus.beginning(generator.choice(written), generator)]
        elif way < 0.8:
            parts = [corpus.beginning(text, generator) for text in generator.sample(written, 2)]
        else:
            parts = [_cut(generator.choice(written), generator)]
        if generator.random() < 0.2:
            parts.reverse()
        made[normalise(corpus.filled(" ".join(parts), *corpus.two_names(generator)))] = None
    return list(made)


def _complaints() -> list[str]:
    """Negative tweets that speak to somebody."""
    chosen_on = corpus.validation_keys()
    texts = (normalise(str(row["text"])) for row in corpus.rows("sentiment", "train") if row["label"] == "negative")
    return [text for text in texts if "@user" in text and corpus.key(text) not in chosen_on]


def _cut(text: str, generator: random.Random) -> str:
    parts = text.split()
    length = generator.randint(min(SHORTEST, len(parts)), len(parts))
    start = generator.randint(0, len(parts) - length)
    return " ".join(parts[start : start + length])
