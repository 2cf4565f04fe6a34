"""Annotations: what people write at a moment of the charts."""

from __future__ import annotations

from datetime import datetime

import msgspec

MAX_ANNOTATION = 500
"""Most characters of an annotation's text."""


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """A remark at `at`, or over [at, until) where `until` is set; `url` is http or https."""

    id: int
    at: datetime
    until: datetime | None
    text: str
    url: str | None
    created_by: str
    created_at: datetime
