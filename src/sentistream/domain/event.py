"""What the live feed carries, each event with a deterministic id so that receivers can drop repeats."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from sentistream.domain.alert import Alert


class PostView(msgspec.Struct, frozen=True, kw_only=True):
    """A post with its current analysis, as REST, WebSocket and export show it."""

    id: str
    post_id: str
    source: str
    connector: str
    content: str
    author: str | None
    created_at: datetime
    edited_at: datetime
    ingested_at: datetime
    language: str | None
    url: str | None
    reply_to: str | None
    product: str | None
    channel: str | None
    location: str | None
    city: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    engagement: int | None
    simulated: bool
    extra: dict[str, str]
    sentiment_label: str
    sentiment_score: float | None
    confidence_score: float | None
    emotion: str | None
    emotions: dict[str, float] | None
    toxicity: float | None
    churn_risk: float | None
    tier: str
    model_name: str | None
    model_version: str | None
    analyzed_at: datetime | None


class PostEvent(msgspec.Struct, frozen=True, kw_only=True, tag="post", tag_field="kind"):
    """A post is new, or its current version or analysis changed. `id` = key, content hash, model."""

    id: str
    change: Literal["created", "updated"]
    post: PostView


class DeletedEvent(msgspec.Struct, frozen=True, kw_only=True, tag="deleted", tag_field="kind"):
    """A post is gone. `post_key` is the id that PostView carried; the dimensions let filters apply."""

    id: str
    post_key: str
    source: str
    post_id: str


class AlertEvent(msgspec.Struct, frozen=True, kw_only=True, tag="alert", tag_field="kind"):
    """An alert was raised, acknowledged or snoozed, or has ended (`alert.resolved_at` is set)."""

    id: str
    alert: Alert


Event = PostEvent | DeletedEvent | AlertEvent


class Position(msgspec.Struct, frozen=True):
    """A place in the live feed; `str()` and `parse()` are its form on the wire: `epoch-offset`."""

    epoch: str
    offset: int

    def __str__(self) -> str:
        return f"{self.epoch}-{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Position:
        """Raises ValueError if `text` is not `epoch-offset`."""
        epoch, dash, offset = text.rpartition("-")
        if not dash or not epoch or not offset.isdecimal() or not offset.isascii() or len(offset) > 18:
            raise ValueError("a position reads epoch-offset")
        return cls(epoch, int(offset))
