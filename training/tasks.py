"""The heads of the encoder: what is predicted, from which set, and how a target vector is laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sentistream.domain.analysis import EMOTIONS

SENTIMENTS = ("negative", "neutral", "positive")


@dataclass(frozen=True)
class Head:
    """`width` logits at `start` of the flat output; softmax heads have one true class, sigmoid heads any number.

    prior_power: classes are weighted by prior^-power in the loss; 0.5 lifts the recall of rare classes
    without giving up the common ones.
    """

    name: str
    kind: Literal["softmax", "sigmoid"]
    width: int
    start: int
    weight: float = 1.0
    prior_power: float = 0.0
    shipped: bool = False

    @property
    def columns(self) -> slice:
        """Where the head's logits are in the flat output."""
        return slice(self.start, self.start + self.width)


def _laid_out(*heads: tuple[str, Literal["softmax", "sigmoid"], int, float, float, bool]) -> tuple[Head, ...]:
    start = 0
    laid = []
    for name, kind, width, weight, power, shipped in heads:
        laid.append(Head(name, kind, width, start, weight, power, shipped))
        start += width
    return tuple(laid)


HEADS = _laid_out(
    ("sentiment", "softmax", 3, 1.0, 0.5, True),
    ("emotion", "sigmoid", len(EMOTIONS), 3.0, 0.0, True),
    ("toxicity", "sigmoid", 1, 1.0, 0.0, True),
    ("churn", "sigmoid", 1, 2.0, 0.0, True),
    ("hate", "sigmoid", 1, 0.5, 0.0, False),
    ("abuse", "softmax", 3, 0.3, 0.0, False),
    ("irony", "sigmoid", 1, 0.5, 0.0, False),
    ("mood", "softmax", 4, 0.5, 0.0, False),
    ("emoji", "softmax", 20, 0.3, 0.0, False),
    ("stars", "softmax", 5, 0.3, 0.0, False),
)
"""The shipped heads come first; the others only teach the encoder. Emotion weighs 3: its loss is a mean of seven."""

BY_NAME = {head.name: head for head in HEADS}
WIDTH = sum(head.width for head in HEADS)
SHIPPED_WIDTH = sum(head.width for head in HEADS if head.shipped)
