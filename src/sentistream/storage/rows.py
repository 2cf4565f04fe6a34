"""Rows in the order of their columns, and their way to and from the domain's records."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from sentistream.domain.analysis import EMOTIONS, Reading
from sentistream.domain.event import PostView
from sentistream.domain.post import EPOCH, Post
from sentistream.storage.base import HUMAN_LAYER, LIVE_LAYER

HISTORY = 5 * 60 * 1_000_000
"""Microseconds: a simulated post older than this when it arrives is history being filled in, not news."""

_MICROSECOND = timedelta(microseconds=1)
_encode = msgspec.msgpack.Encoder().encode
_json = msgspec.json.Encoder().encode


def micros(moment: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (moment - EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The aware UTC datetime of `value` microseconds since 1970."""
    return EPOCH + timedelta(microseconds=value)


def decimals(value: float | None) -> float | None:
    """To the four decimals that are stored."""
    return None if value is None else round(value, 4)


class PostRow(msgspec.Struct, gc=False):
    """A row of social_media_posts without its id; the fields stand in the order of the columns."""

    key: bytes
    post_id: str
    source: str
    connector: str
    content: str
    content_hash: bytes
    author: str | None
    created_at: int
    edited_at: int
    ingested_at: int
    changed_at: int
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
    extra: str | None
    fingerprint: bytes
    sentiment_label: str = "unscored"
    sentiment_score: float | None = None
    confidence_score: float | None = None
    emotion: str | None = None
    emotion_joy: float | None = None
    emotion_sadness: float | None = None
    emotion_anger: float | None = None
    emotion_fear: float | None = None
    emotion_surprise: float | None = None
    emotion_disgust: float | None = None
    emotion_neutral: float | None = None
    toxicity: float | None = None
    churn_risk: float | None = None
    tier: str = "unscored"
    model_name: str | None = None
    model_version: str | None = None
    analyzed_at: int | None = None


def placeholder(key: bytes) -> PostRow:
    """A row that stands for a key whose post never came."""
    return PostRow(key, "", "", "", "", b"", None, 0, 0, 0, 0, *(None,) * 11, False, None, b"")


class AnalysisRow(msgspec.Struct, gc=False):
    """A row of sentiment_analysis; the fields stand in the order of the columns."""

    post_key: bytes
    content_hash: bytes
    model_name: str
    model_version: str
    layer: str
    active: bool
    sentiment_label: str
    sentiment_score: float | None
    confidence_score: float | None
    emotion: str | None
    emotion_joy: float | None
    emotion_sadness: float | None
    emotion_anger: float | None
    emotion_fear: float | None
    emotion_surprise: float | None
    emotion_disgust: float | None
    emotion_neutral: float | None
    toxicity: float | None
    churn_risk: float | None
    tier: str
    language: str | None
    reason: str | None
    analyzed_at: int

    @property
    def identity(self) -> tuple[bytes, str, str]:
        """What is unique about it within its post."""
        return self.content_hash, self.model_name, self.model_version

    @property
    def promoted(self) -> bool:
        """Whether somebody made its layer active."""
        return self.active and self.layer not in (LIVE_LAYER, HUMAN_LAYER)


COPIED: tuple[str, ...] = (
    "sentiment_label",
    "sentiment_score",
    "confidence_score",
    "emotion",
    *(f"emotion_{emotion}" for emotion in EMOTIONS),
    "toxicity",
    "churn_risk",
    "tier",
    "model_name",
    "model_version",
    "analyzed_at",
)
"""What a post's row copies from its current analysis."""


def post_row(post: Post, key: bytes, hash_: bytes, now: int) -> PostRow:
    """The row of a post that was just accepted; its analysis is still to come."""
    return PostRow(
        key,
        post.post_id,
        post.source,
        post.connector,
        post.content,
        hash_,
        post.author,
        micros(post.created_at),
        micros(post.edited_at or post.created_at),
        now,
        now,
        post.language,
        post.url,
        post.reply_to,
        post.product,
        post.channel,
        post.location,
        post.city,
        post.country,
        post.latitude,
        post.longitude,
        post.engagement,
        post.simulated,
        _json(post.extra).decode() if post.extra else None,
        fingerprint(post),
    )


def fingerprint(post: Post) -> bytes:
    """8 bytes that change when anything but the text, the version and the connector does."""
    return blake2b(
        _encode(
            (
                post.author,
                post.created_at,
                post.language,
                post.url,
                post.reply_to,
                post.product,
                post.channel,
                post.location,
                post.city,
                post.country,
                post.latitude,
                post.longitude,
                post.engagement,
                post.simulated,
                sorted(post.extra.items()),
            )
        ),
        digest_size=8,
    ).digest()


def analysis_row(key: bytes, hash_: bytes, reading: Reading, layer: str, active: bool, now: int) -> AnalysisRow:
    """The row of one reading."""
    joy, sadness, anger, fear, surprise, disgust, neutral = reading.emotions or (None,) * 7
    return AnalysisRow(
        key,
        hash_,
        reading.model_name,
        reading.model_version,
        layer,
        active,
        reading.sentiment_label,
        decimals(reading.sentiment_score),
        decimals(reading.confidence_score),
        reading.emotion,
        decimals(joy),
        decimals(sadness),
        decimals(anger),
        decimals(fear),
        decimals(surprise),
        decimals(disgust),
        decimals(neutral),
        decimals(reading.toxicity),
        decimals(reading.churn_risk),
        reading.tier,
        reading.language,
        reading.reason,
        now,
    )


def reading(row: AnalysisRow) -> Reading:
    """What the row of one reading was made of."""
    emotions = emotions_of(row)
    values = {name: getattr(row, name) for name in Reading.__struct_fields__ if name in AnalysisRow.__struct_fields__}
    return msgspec.convert({**values, "emotions": emotions}, Reading)


def emotions_of(row: Any) -> tuple[float, ...] | None:
    """The seven probabilities of a row, in the order of EMOTIONS, or None."""
    if row.emotion_joy is None:
        return None
    return (
        row.emotion_joy,
        row.emotion_sadness,
        row.emotion_anger,
        row.emotion_fear,
        row.emotion_surprise,
        row.emotion_disgust,
        row.emotion_neutral,
    )


def view(row: PostRow) -> PostView:
    """A row as people see it."""
    emotions = emotions_of(row)
    key = row.key.hex()
    created_at = moment(row.created_at)
    return PostView(
        id=f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}",
        post_id=row.post_id,
        source=row.source,
        connector=row.connector,
        content=row.content,
        author=row.author,
        created_at=created_at,
        edited_at=created_at if row.edited_at == row.created_at else moment(row.edited_at),
        ingested_at=moment(row.ingested_at),
        language=row.language,
        url=row.url,
        reply_to=row.reply_to,
        product=row.product,
        channel=row.channel,
        location=row.location,
        city=row.city,
        country=row.country,
        latitude=row.latitude,
        longitude=row.longitude,
        engagement=row.engagement,
        simulated=bool(row.simulated),
        extra=msgspec.json.decode(row.extra) if row.extra else {},
        sentiment_label=row.sentiment_label,
        sentiment_score=row.sentiment_score,
        confidence_score=row.confidence_score,
        emotion=row.emotion,
        emotions=None if emotions is None else dict(zip(EMOTIONS, emotions, strict=True)),
        toxicity=row.toxicity,
        churn_risk=row.churn_risk,
        tier=row.tier,
        model_name=row.model_name,
        model_version=row.model_version,
        analyzed_at=None if row.analyzed_at is None else moment(row.analyzed_at),
    )
