"""Layers, and how they compare with what counts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from sentistream.api.schemas.base import Count, ListMetadata, Metadata, Model, Probability, Score, SentimentLabel, Tier
from sentistream.api.schemas.posts import Post

LayerState = Literal["reading", "read", "promoting", "promoted", "demoting"]


class LayerIn(Model):
    """Which posts to read again, and with which model."""

    model_config = ConfigDict(
        extra="forbid",
        protected_namespaces=(),
        json_schema_extra={"examples": [{"model": "fast", "since": "2026-11-15", "source": ["twitter"]}]},
    )

    model: Literal["full", "fast", "lexicon", "transformers", "llm"] = Field(description="An analyser by its name.")
    since: datetime = Field(description="Created at or after.")
    until: datetime | None = Field(None, description="Created before.")
    name: Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,100}$")] | None = None
    source: list[Annotated[str, Field(max_length=256)]] = Field(default_factory=list)
    language: list[Annotated[str, Field(max_length=16)]] = Field(default_factory=list)
    product: list[Annotated[str, Field(max_length=256)]] = Field(default_factory=list)


class Layer(Model):
    """One layer. `seen` of `total` posts were looked at, `read` of them read; the model knew the rest."""

    name: str
    model: str
    model_name: str | None
    model_version: str | None
    tier: Tier | None
    share: Probability
    shadow: bool = Field(description="Goes on with a share of the new posts.")
    state: LayerState
    total: Count
    seen: Count
    read: Count
    error: str | None = Field(description="Why it stands still.")
    source: list[str]
    language: list[str]
    product: list[str]
    since: datetime | None
    until: datetime | None
    created_by: str
    created_at: datetime
    updated_at: datetime


class LayerResponse(Model):
    """Of layers/{name} and what changes it."""

    data: Layer
    metadata: Metadata


class LayersResponse(Model):
    """Of GET layers."""

    data: list[Layer]
    metadata: ListMetadata


class Agreement(Model):
    """Posts of a group, and those that both read alike."""

    key: str
    posts: Count
    agreed: Count
    share: Probability | None


class Shift(Model):
    """A label by what counts, or the other layer, and by the layer."""

    label: SentimentLabel
    current: Count
    layer: Count
    current_share: Probability | None
    layer_share: Probability | None


class Report(Model):
    """Over texts that both have read; beside what counts, without those that people corrected.

    `corrected`: how often the layer says what people said.
    """

    posts: Count
    agreed: Count
    agreement: Probability | None
    shifts: list[Shift]
    confusion: dict[SentimentLabel, dict[SentimentLabel, Count]] = Field(
        description="Posts by what counts, or the other layer says, then by what the layer says."
    )
    languages: list[Agreement]
    sources: list[Agreement]
    corrected: Agreement


class Comparison(Model):
    """A layer, the one that it stands beside (null: what counts), and the report."""

    layer: Layer
    against: Layer | None
    report: Report


class ComparisonResponse(Model):
    """Of GET reports/compare/{name}."""

    data: Comparison
    metadata: Metadata


class Opinion(Model):
    """How one of the two reads a post."""

    sentiment_label: SentimentLabel
    sentiment_score: Score | None
    confidence_score: Probability | None


class Disagreement(Opinion):
    """A post as it counts, what the layer says of it, and what the other says: what counts, or another layer."""

    post: Post
    against: Opinion


class DisagreementPage(Model):
    """The furthest apart first."""

    data: list[Disagreement]
    metadata: ListMetadata
