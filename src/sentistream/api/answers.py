"""Answers: the domain's records in the documented envelope, written as JSON without a detour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from starlette.responses import Response

from sentistream.domain.rollup import Numbers

JSON = "application/json"
LIVE_CACHE = {"Cache-Control": "private, no-cache"}

_encoder = msgspec.json.Encoder()


def encoded(value: object) -> bytes:
    """JSON; NaN and infinities become null, times end in Z."""
    return _encoder.encode(value)


def envelope(data: object, as_of: datetime, **metadata: Any) -> bytes:
    """`{"data": …, "metadata": {…, "as_of": …}}`."""
    return encoded({"data": data, "metadata": {**metadata, "as_of": as_of}})


def listed(
    data: object,
    as_of: datetime,
    *,
    limit: int,
    has_more: bool = False,
    total: int | None = None,
    offset: int | None = None,
    next_cursor: str | None = None,
) -> bytes:
    """The envelope of a list."""
    return envelope(data, as_of, total=total, has_more=has_more, limit=limit, offset=offset, next_cursor=next_cursor)


def answer(body: bytes, status: int = 200, headers: Mapping[str, str] = LIVE_CACHE) -> Response:
    """An HTTP answer that browsers ask for again every time."""
    return Response(body, status, headers, media_type=JSON)


def measures(numbers: Numbers) -> dict[str, Any]:
    """Numbers as people read them, with `scored`, the shares of it, and high churn risk as a share of `churn_posts`."""
    scored = numbers.scored

    def share(count: int, whole: int = scored) -> float | None:
        return round(count / whole, 4) if whole else None

    return {
        "posts": numbers.posts,
        "positive": numbers.positive,
        "negative": numbers.negative,
        "neutral": numbers.neutral,
        "unscored": numbers.unscored,
        "scored": scored,
        "positive_share": share(numbers.positive),
        "negative_share": share(numbers.negative),
        "neutral_share": share(numbers.neutral),
        "average_sentiment": numbers.average_sentiment,
        "average_toxicity": numbers.average_toxicity,
        "toxicity_posts": numbers.toxicity_posts,
        "average_churn_risk": numbers.average_churn_risk,
        "churn_posts": numbers.churn_posts,
        "high_churn_risk": numbers.high_churn_risk,
        "high_churn_share": share(numbers.high_churn_risk, numbers.churn_posts),
        "emotions": numbers.emotions,
        "emotion_posts": numbers.emotion_posts,
    }
