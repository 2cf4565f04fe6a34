"""What the bundled models promise: the figures of their cards, without loading a model."""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec

from sentistream.analysis.evaluation import Bin
from sentistream.domain.analysis import Tier

_MODELS = Path(__file__).parent / "models"


class Measured(msgspec.Struct, frozen=True):
    """A model on one labelled set that it did not learn from. Shares in [0, 1]."""

    task: str
    posts: int
    accuracy: float
    macro_recall: float | None = None
    expected_calibration_error: float | None = None
    calibration_bins: list[Bin] = []


class _Figures(msgspec.Struct):
    sets: dict[str, Measured] = {}


class _About(msgspec.Struct):
    summary: str = ""


class _Card(msgspec.Struct):
    name: str
    version: str = ""
    tier: Tier = "fast"
    languages: list[str] = []
    about: _About = msgspec.field(default_factory=_About)
    figures: _Figures = msgspec.field(default_factory=_Figures)


class Shipped(msgspec.Struct, frozen=True):
    """A bundled model. sets: by name; those with bins are the ones its probabilities were calibrated on."""

    name: str
    version: str
    tier: Tier
    languages: list[str]
    summary: str
    sets: dict[str, Measured]


@functools.cache
def shipped() -> tuple[Shipped, ...]:
    """Those whose card holds measurements by set, by name."""
    cards = [msgspec.json.decode(path.read_bytes(), type=_Card) for path in sorted(_MODELS.glob("*/card.json"))]
    found = [
        Shipped(card.name, card.version, card.tier, sorted(card.languages), card.about.summary, card.figures.sets)
        for card in cards
        if card.figures.sets
    ]
    return tuple(sorted(found, key=lambda one: one.name))
