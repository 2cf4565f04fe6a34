"""What people say of a post, read from a labelled record: gold labels by task, under the names data sets use.

Labels are compared without case, and with spaces and underscores read as hyphens. A label nobody here
knows is an InvalidEntry, never a guess.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from sentistream.domain.analysis import EMOTIONS
from sentistream.domain.errors import InvalidEntry


class Task(StrEnum):
    """What is evaluated."""

    SENTIMENT = "sentiment"
    EMOTION = "emotion"
    TOXICITY = "toxicity"
    CHURN = "churn"


CLASSES: dict[Task, tuple[str, ...]] = {
    Task.SENTIMENT: ("negative", "neutral", "positive"),
    Task.EMOTION: tuple(EMOTIONS),
    Task.TOXICITY: ("not-toxic", "toxic"),
    Task.CHURN: ("rest", "leaving"),
}
"""In the order of tables; of two, the second is what a probability speaks of."""

GENERIC = ("label", "labels", "gold_label", "gold")

FIELDS: dict[Task, tuple[str, ...]] = {
    Task.SENTIMENT: ("gold_sentiment", *GENERIC, "sentiment", "sentiment_label"),
    Task.EMOTION: ("gold_emotion", *GENERIC, "emotion"),
    Task.TOXICITY: ("gold_toxicity", *GENERIC, "toxic", "toxicity"),
    Task.CHURN: ("gold_churn", *GENERIC, "churn"),
}
"""Where a gold label is looked for, first come first served: names that only people's labels bear come first."""

ANSWERS = frozenset({"sentiment_label", "emotion", "toxicity"})
"""Names that `sentistream analyze` and `export` write too: beside a model's name they are no gold."""

_YES = ("true", "1", "yes")
_NO = ("false", "0", "no")
_TOXIC = ("toxic", "offensive", "hate", "hateful", "hate-speech", "offensive-language", "abusive")
_CLEAN = ("neither", "none", *(f"{no}-{name}" for no in ("not", "non", "no") for name in _TOXIC))
_STAYING = ("rest", "none", "neither", "other", "staying", "not-leaving", "no-churn", "not-churn")


def _names(target: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, target)


LABELS: dict[Task, dict[str, str]] = {
    Task.SENTIMENT: {
        **_names("negative", "negative", "very-negative"),
        **_names("neutral", "neutral"),
        **_names("positive", "positive", "very-positive"),
    },
    # The Ekman grouping of Demszky et al. (2020) puts optimism under joy; SemEval 2018 has it as a label.
    Task.EMOTION: {**{name: name for name in EMOTIONS}, "optimism": "joy"},
    Task.TOXICITY: {
        **_names("toxic", *_TOXIC, *_YES),
        **_names("not-toxic", *_CLEAN, *_NO),
    },
    Task.CHURN: {
        **_names("leaving", "leaving", "threatening", "churn", *_YES),
        **_names("rest", *_STAYING, *_NO),
    },
}
"""Label as written to the class it counts as."""


class Gold(msgspec.Struct, frozen=True):
    """labels: classes of the post, at least one. written: the same as the file has them. field: where they were."""

    labels: frozenset[str]
    written: tuple[str, ...]
    field: str


def gold(record: Mapping[str, Any], task: Task, field: str | None = None) -> Gold:
    """The gold label of `record`, from `field` if it is named, else from the first of FIELDS that is there.

    A list is several labels for emotion; elsewhere it must hold one. Raises InvalidEntry.
    """
    name = field or next((name for name in FIELDS[task] if record.get(name) is not None), None)
    if name is None:
        raise InvalidEntry(f"no gold label: none of {', '.join(FIELDS[task])} is there (--label-field names another)")
    if record.get(name) is None:
        raise InvalidEntry(f'no gold label: "{name}" is not there')
    if field is None and name in ANSWERS and record.get("model_name") and record.get("tier") != "human":
        raise InvalidEntry(f'"{name}" is the answer of {_quoted(record["model_name"])}, not a gold label')
    value = record[name]
    values = value if isinstance(value, list) else [value]
    if not values:
        raise InvalidEntry(f'"{name}" holds no label')
    if len(values) > 1 and task is not Task.EMOTION:
        raise InvalidEntry(f'"{name}" holds {len(values)} labels where {task} has one')
    written = tuple(_written(value) for value in values)
    known = LABELS[task]
    for value, label in zip(values, written, strict=True):
        if label not in known:
            raise InvalidEntry(f'unknown {task} label {_quoted(value)} in "{name}": write {" or ".join(CLASSES[task])}')
    return Gold(frozenset(known[label] for label in written), written, name)


def _written(value: object) -> str:
    """`value` as labels are compared; what can be no label becomes one that nobody knows."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float) and value in (0, 1):
        return str(int(value))
    if not isinstance(value, str):
        return ""
    return "-".join(value.casefold().replace("_", " ").replace("-", " ").split())


def _quoted(value: object) -> str:
    """Short enough for a line, whatever the file holds."""
    if isinstance(value, list | dict):
        return "(a list)" if isinstance(value, list) else "(an object)"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else text[:39] + "…"
