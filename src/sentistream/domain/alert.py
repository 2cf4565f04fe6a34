"""Alerts: one per episode of bad mood."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

AlertType = Literal["high_negative_sentiment", "high_negative_ratio"]


class Alert(msgspec.Struct, kw_only=True):
    """One episode, from the evaluation that raised it to the one that saw it end.

    `threshold_value` and `actual_value` are shares in [0, 1] for high_negative_sentiment and
    ratios (negative ÷ positive) for high_negative_ratio; `actual_value` is the worst seen.
    `details` holds counts and ids, never text.
    """

    id: int
    alert_type: AlertType
    threshold_value: float
    actual_value: float
    window_start: datetime
    window_end: datetime
    post_count: int
    triggered_at: datetime
    resolved_at: datetime | None = None
    details: dict[str, Any] = msgspec.field(default_factory=dict)
