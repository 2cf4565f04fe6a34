"""Explanations as people get them: whose reading it is, and what can be said about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from sentistream.analysis.explain import TOLERANCE, Explanation, Scores, Unexplained
from sentistream.domain.analysis import ModelInfo, Reading
from sentistream.domain.event import PostView

Method = Literal["shapley", "reasoning", "none"]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How a post's current reading can be explained.

    Where `method` is shapley, `name` and `version` are the model to ask; `message` says what is unusual about it.
    """

    method: Method
    name: str | None = None
    version: str | None = None
    message: str | None = None
    reasoning: str | None = None


def plan(post: PostView, readings: Sequence[Reading], default: ModelInfo | None, known: bool) -> Plan:
    """Of `readings` of the post, the current one first. default, known: see Explainer, of what `explained` names."""
    reading = explained(readings)
    by_hand = bool(readings) and readings[0].tier == "human"
    said = f"{corrector(readings[0])} set this label; " if by_hand else ""
    if reading is None:
        return Plan(method="none", message=f"{said}no model has read this post")
    name = f"{reading.model_name} {reading.model_version}"
    model = {"name": reading.model_name, "version": reading.model_version}
    if reading.sentiment_label == "unscored":
        reason = reading.reason or "no reason is kept"
        return Plan(method="none", message=f"{said}no model could read this post: {reason}")
    if reading.tier == "llm":
        if reading.reason is None:
            return Plan(method="none", **model, message=f"{said}{name} read this post and gave no reason")
        note = f"{said}this is what {name} based its reading on" if said else None
        return Plan(method="reasoning", **model, message=note, reasoning=reading.reason)
    if known:
        note = f"{said}the words show what {name} made of the post" if said else None
        return Plan(method="shapley", **model, message=note)
    if default is None:
        return Plan(method="none", message=f"{said}{name} read this post, and this process runs no model to ask")
    if post.language and default.languages is not None and post.language not in default.languages:
        return Plan(
            method="none",
            message=f"{said}{name} read this post; {default.name}, which this process runs, does not know its language",
        )
    return Plan(
        method="shapley",
        name=default.name,
        version=default.version,
        message=f"{said}{name} read this post, which this process does not run:"
        f" the words show what {default.name} {default.version} makes of it",
    )


def explained(readings: Sequence[Reading]) -> Reading | None:
    """Of a post's readings, the current one first, the one that an explanation is about: a model's."""
    return next((one for one in readings if one.tier != "human"), None)


def corrector(reading: Reading) -> str | None:
    """Who set a label by hand."""
    return reading.model_name.removeprefix("human:") if reading.tier == "human" else None


def answered(
    post: PostView, readings: Sequence[Reading], planned: Plan, found: Explanation | Unexplained | None
) -> dict[str, Any]:
    """The answer, of the shape of schemas.Explanation. found: of a plan by shapley."""
    current = (post.model_name, post.model_version)
    asked = (planned.name, planned.version)
    method, message = planned.method, planned.message
    if isinstance(found, Unexplained):
        method, message, asked = "none", found.reason, (None, None)
    return {
        "id": post.id,
        "method": method,
        "message": message,
        "current": {name: getattr(post, name) for name in CURRENT},
        "corrected_by": corrector(readings[0]) if readings else None,
        "model_name": asked[0],
        "model_version": asked[1],
        "explains_current": method != "none" and asked == current,
        "reasoning": planned.reasoning,
        **worded(post.content, found if isinstance(found, Explanation) else None),
    }


CURRENT = ("sentiment_label", "sentiment_score", "toxicity", "churn_risk", "tier", "model_name", "model_version")
"""What is told of the current reading."""


def worded(content: str, found: Explanation | None) -> dict[str, Any]:
    """The numbers of an explanation, with the text of each word."""
    if found is None:
        return {"base": None, "scores": None, "tolerance": TOLERANCE, "words": []}
    return {
        "base": found.base,
        "scores": found.scores,
        "tolerance": TOLERANCE,
        "words": [
            {
                "start": word.start,
                "end": word.end,
                "text": content[word.start : word.end],
                **{name: getattr(word.adds, name) for name in Scores.__struct_fields__},
            }
            for word in found.words
        ],
    }
