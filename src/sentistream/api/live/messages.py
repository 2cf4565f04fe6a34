"""The documented shapes of what travels over the WebSocket, both ways."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from sentistream.api.schemas import Alert, ErrorBody, Measures, Model, Post


class Ranged(Model):
    """Frames between two positions; `from` is the `to` of the frame before. Reconnect with `since=to`."""

    from_: str = Field(alias="from")
    to: str


class LiveConnected(Model):
    """First of all. Connect with `session=` it to go on with these filters, here or at another replica."""

    type: Literal["connected"]
    position: str
    session: str
    as_of: datetime
    protocol: Literal["batch", "single"]
    filters: dict[str, list[str]]


class LiveSubscribed(Model):
    """The answer to `subscribe`: from `position` on, the new filters hold."""

    type: Literal["subscribed"]
    position: str
    filters: dict[str, list[str]]


class LivePosts(Ranged):
    """New posts, newest last; `count` matched, `skipped` of them are not shown."""

    type: Literal["posts"]
    data: list[Post] = Field(max_length=50)
    skipped: int
    count: int


class LiveUpdated(Ranged):
    """Posts whose version or analysis changed; they may no longer match the filters."""

    type: Literal["updated"]
    data: list[Post] = Field(max_length=50)
    skipped: int
    count: int


class DeletedPost(Model):
    """A post that is gone."""

    id: str
    source: str
    post_id: str


class LiveDeleted(Ranged):
    """Posts that are gone."""

    type: Literal["deleted"]
    data: list[DeletedPost]


class LiveAlert(Ranged):
    """Alerts raised, acknowledged, snoozed, or ended where `resolved_at` is set."""

    type: Literal["alert"]
    data: list[Alert]


class Arrivals(Model):
    """Posts by when they arrived."""

    arrivals: int


class LiveMetrics(Model):
    """Absolute numbers over all posts, whatever the filters."""

    type: Literal["metrics_update"]
    as_of: datetime
    last_minute: Arrivals
    last_hour: Measures
    last_24_hours: Measures
    total_posts: int


class LivePositionLost(Model):
    """`since` is no longer held; the feed goes on from `position`. Re-read what is missing over REST."""

    type: Literal["position_lost"]
    position: str


class LivePong(Model):
    """The answer to `ping`."""

    type: Literal["pong"]


class LiveError(Model):
    """What was wrong; the connection is closed with code 1008 after it."""

    type: Literal["error"]
    error: ErrorBody


class PlainPost(Model):
    """A post in the `single` protocol."""

    post_id: str
    content: str
    source: str
    sentiment_label: str
    confidence_score: float | None
    emotion: str | None
    timestamp: datetime


class LivePost(Ranged):
    """One post a message: the `single` protocol."""

    type: Literal["post"]
    data: PlainPost


class LiveSubscribe(Model):
    """Sent by the client: other filters, by the names of the query parameters."""

    type: Literal["subscribe"]
    filters: dict[str, str | list[str]]


class LivePing(Model):
    """Sent by the client."""

    type: Literal["ping"]


MESSAGES: tuple[type[Model], ...] = (
    LiveConnected,
    LiveSubscribed,
    LivePosts,
    LiveUpdated,
    LiveDeleted,
    LiveAlert,
    LiveMetrics,
    LivePositionLost,
    LivePong,
    LiveError,
    LivePost,
    LiveSubscribe,
    LivePing,
)
"""All of them, for OpenAPI's components."""
