"""Layers: what another model says of stored posts, beside what counts, and how the two compare."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

from sentistream.domain.analysis import SentimentLabel, Tier
from sentistream.domain.event import PostView
from sentistream.domain.query import Filters

LayerState = Literal["reading", "read", "promoting", "promoted", "demoting"]
"""reading: posts are read, or will be. read: all of them, and nothing of it counts. promoting, demoting: on the way
to, and from, promoted: it counts."""

MODELS = ("full", "fast", "lexicon", "transformers", "llm")
"""Analysers that can read a layer, by their names in the settings."""

WORKING: frozenset[LayerState] = frozenset({"reading", "promoting", "demoting"})
"""States in which something is left to do."""


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """One layer and how far its work is.

    model: the analyser by its name in the settings. model_name, model_version, tier: who it turned out to be; None
    until it was loaded. filters: which posts. share: of the posts, by their keys, in (0, 1]. shadow: goes on with
    every new post. position: the last post it has looked at, in the order of arrival. total: posts that match,
    counted when the reading began. seen, read: posts looked at, and read (the rest this model had read before).
    error: why it stands still, for people. report: how it compared when it was promoted.
    """

    name: str
    model: str
    filters: Filters = Filters()
    share: float = 1.0
    shadow: bool = False
    state: LayerState = "reading"
    model_name: str | None = None
    model_version: str | None = None
    tier: Tier | None = None
    position: int = 0
    total: int = 0
    seen: int = 0
    read: int = 0
    error: str | None = None
    report: dict[str, Any] | None = None
    created_by: str = "local"
    created_at: datetime
    updated_at: datetime


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """The next posts of a layer. position: of the last one looked at. seen: how many were looked at.

    texts: (post key, content hash, text) of those that this model version has not read. None seen, and texts all the
    same: those that it has passed by.
    """

    position: int
    seen: int
    texts: list[tuple[str, bytes, str]]


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Posts of one platform and language by what counts, or another layer, and what the layer says.

    current: what counts, or the other layer's label. corrected: a person said it.
    """

    source: str
    language: str | None
    corrected: bool
    current: SentimentLabel
    layer: SentimentLabel
    posts: int


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """How one model, or person, reads a text: a score in [-1, 1] and a confidence in [0, 1] where there are such."""

    sentiment_label: SentimentLabel
    sentiment_score: float | None
    confidence_score: float | None


class Disagreement(Opinion, frozen=True, kw_only=True):
    """A post of which the layer says something else than `against`: what counts, or another layer."""

    post: PostView
    against: Opinion
