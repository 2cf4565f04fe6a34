"""What the stream carries: posts, tombstones, corrections, their withdrawals and what could not be read."""

from __future__ import annotations

import hashlib
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec

from sentistream.domain.errors import InvalidEntry

NAMESPACE = uuid.UUID("6f1c2a52-6a0e-5d7b-9b1e-1f5d5a3c0e77")
"""Namespace of every post key: `uuid5(NAMESPACE, source + ":" + post_id)`. Never changes."""

MAX_CONTENT = 65_536
"""Longest accepted post, in characters; a longer one is dead-lettered."""

MAX_BATCH = 1_000
"""Most items one HTTP request may bring."""

ALLOWED_FUTURE = timedelta(minutes=5)
"""A post dated further ahead than this is dead-lettered."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SOURCE_PATTERN = re.compile(r"[a-z0-9_-]{1,64}")

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
Short = Annotated[str, msgspec.Meta(max_length=256)]
Note = Annotated[str, msgspec.Meta(max_length=1_000)]


class Post(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="post", tag_field="kind"):
    """One public post in one version.

    `created_at` and `edited_at` are aware and in UTC after `checked()`; `edited_at` is the
    first half of the version, the hash of `content` the second. `connector` is the configured
    source that brought it, `source` the platform it was written on.
    """

    post_id: Id
    source: Annotated[str, msgspec.Meta(pattern="^[a-z0-9_-]{1,64}$")]
    content: str
    created_at: datetime
    connector: Short = "http"
    author: Short | None = None
    edited_at: datetime | None = None
    language: Annotated[str, msgspec.Meta(max_length=16)] | None = None
    url: Annotated[str, msgspec.Meta(max_length=2048)] | None = None
    reply_to: Short | None = None
    product: Short | None = None
    channel: Short | None = None
    location: Short | None = None
    city: Short | None = None
    country: Short | None = None
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None
    engagement: Annotated[int, msgspec.Meta(ge=0, le=2**62)] | None = None
    simulated: bool = False
    extra: dict[str, str] = msgspec.field(default_factory=dict)


class Tombstone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="tombstone", tag_field="kind"):
    """A deletion: final, whatever arrives later under the same key."""

    post_id: Id
    source: Annotated[str, msgspec.Meta(pattern="^[a-z0-9_-]{1,64}$")]
    deleted_at: datetime
    connector: Short = "http"


class Correction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="correction", tag_field="kind"):
    """A person's reading of one version of one post; becomes an analysis of tier `human`.

    What is None stays as it stood. `correction_id` tells a repetition from a second thought.
    """

    post_id: Id
    source: Annotated[str, msgspec.Meta(pattern="^[a-z0-9_-]{1,64}$")]
    content_hash: bytes
    correction_id: Id
    corrected_by: Short
    corrected_at: datetime
    sentiment_label: Literal["positive", "negative", "neutral"] | None = None
    emotion: Literal["joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral"] | None = None
    toxicity: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    churn_risk: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    note: Note | None = None
    connector: Short = "http"


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="withdrawal", tag_field="kind"):
    """Takes back what people said of one version of one post, if `correction_id` is still the last word on it."""

    post_id: Id
    source: Annotated[str, msgspec.Meta(pattern="^[a-z0-9_-]{1,64}$")]
    content_hash: bytes
    correction_id: Id
    withdrawn_by: Short
    withdrawn_at: datetime
    note: Note | None = None
    connector: Short = "http"


class Invalid(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="invalid", tag_field="kind"):
    """Something a source brought that is not a post: kept with its reason, counted like one.

    `raw` is what arrived, decoded with replacement; `position` says where it stood
    (`line 12`, `item 3`).
    """

    raw: str
    reason: str
    connector: str = "http"
    position: str = ""


Entry = Post | Tombstone | Correction | Withdrawal | Invalid


def post_key(source: str, post_id: str) -> uuid.UUID:
    """The identity of a post on every platform and in every store."""
    return uuid.uuid5(NAMESPACE, f"{source}:{post_id}")


def content_hash(content: str) -> bytes:
    """16 bytes that stand for a text (BLAKE2b)."""
    return hashlib.blake2b(content.encode(), digest_size=16).digest()


def checked(post: Post, now: datetime) -> Post:
    """`post` with its times in UTC and `edited_at` filled, or InvalidEntry with the reason.

    Checks what the types alone cannot: emptiness, length, NUL and lone surrogates, dates
    before 1970 or more than five minutes ahead of `now`, and the scheme of the URL.
    """
    for name in ("post_id", "content", "author", "product", "channel", "location", "city", "country", "url"):
        _check_text(name, getattr(post, name))
    for key, value in post.extra.items():
        _check_text("extra", key)
        _check_text("extra", value)
    if not post.content.strip():
        raise InvalidEntry("content is empty: a post needs text", field="content")
    if len(post.content) > MAX_CONTENT:
        raise InvalidEntry(
            f"content has {len(post.content):,} characters, more than the {MAX_CONTENT:,} allowed", field="content"
        )
    if not SOURCE_PATTERN.fullmatch(post.source):
        raise InvalidEntry("source may hold a-z, 0-9, _ and - only", field="source")
    if post.url is not None and not post.url.lower().startswith(("http://", "https://")):
        raise InvalidEntry("url must start with http:// or https://", field="url")
    created = _utc("created_at", post.created_at, now)
    edited = created if post.edited_at is None else _utc("edited_at", post.edited_at, now)
    if created is post.created_at and edited is post.edited_at:
        return post
    return msgspec.structs.replace(post, created_at=created, edited_at=max(created, edited))


def _check_text(name: str, value: str | None) -> None:
    if not value:
        return
    if "\x00" in value:
        raise InvalidEntry(f"{name} contains a NUL character", field=name)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidEntry(f"{name} contains a lone surrogate, which is not text", field=name) from None


def _utc(name: str, moment: datetime, now: datetime) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    elif moment.tzinfo is not UTC:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            raise InvalidEntry(f"{name} is not a date this calendar can hold", field=name) from None
    if moment < EPOCH:
        raise InvalidEntry(f"{name} lies before 1970", field=name)
    if moment > now + ALLOWED_FUTURE:
        raise InvalidEntry(f"{name} lies more than 5 minutes in the future", field=name)
    return moment
