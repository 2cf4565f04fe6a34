"""Sentences written to find out what a model gets wrong (probes.jsonl), and what it said of them.

They are chosen to be hard, so the share that is right says nothing of posts at large: what is wrong is the point.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sentistream.analysis.scoring import THRESHOLD
from sentistream.domain.analysis import Reading
from training.corpus import HERE

PROBES = HERE / "probes.jsonl"

ASKED: dict[str, Callable[[Reading], object]] = {
    "sentiment": lambda reading: reading.sentiment_label,
    "emotion": lambda reading: reading.emotion,
    "toxic": lambda reading: None if reading.toxicity is None else reading.toxicity >= THRESHOLD,
    "churn": lambda reading: None if reading.churn_risk is None else reading.churn_risk >= THRESHOLD,
}
"""Key of a probe that holds what is right, and how a reading answers it."""


def load() -> list[dict[str, Any]]:
    """text, kind, and any of ASKED with what is right."""
    return [json.loads(line) for line in PROBES.read_text().splitlines()]


def judged(probes: list[dict[str, Any]], readings: list[Reading]) -> dict[str, Any]:
    """asked, right; kinds: kind to [right, asked]; wrong: text, kind, what was asked, what is right, what was said."""
    kinds: dict[str, list[int]] = {}
    wrong = []
    for probe, reading in zip(probes, readings, strict=True):
        for task, answer in ASKED.items():
            if task not in probe:
                continue
            said, count = answer(reading), kinds.setdefault(probe["kind"], [0, 0])
            count[1] += 1
            count[0] += said == probe[task]
            if said != probe[task]:
                wrong.append(
                    {"text": probe["text"], "kind": probe["kind"], "asked": task, "right": probe[task], "said": said}
                )
    asked = sum(count[1] for count in kinds.values())
    return {"asked": asked, "right": asked - len(wrong), "kinds": kinds, "wrong": wrong}
