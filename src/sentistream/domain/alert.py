"""Alerts: one per episode of bad mood."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from sentistream.domain.rule import AlertType, Scope


class Alert(msgspec.Struct, kw_only=True):
    """One episode of one rule, from the evaluation that raised it to the one that saw it end.

    `threshold_value` and `actual_value` are of the unit of the type (see `rule.MEASURES`); `actual_value` is the
    worst seen. `details` holds counts and ids, never text. `acknowledged_at` and what follows say who looks after
    it; `snoozed_until` is of its rule: until then nobody is called, but episodes are kept.
    """

    id: int
    rule_id: str = ""
    rule_name: str = ""
    alert_type: AlertType
    scope: Scope | None = None
    threshold_value: float
    actual_value: float
    window_start: datetime
    window_end: datetime
    post_count: int
    triggered_at: datetime
    resolved_at: datetime | None = None
    details: dict[str, Any] = msgspec.field(default_factory=dict)
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_note: str | None = None
    snoozed_until: datetime | None = None
    snoozed_by: str | None = None

    def __post_init__(self) -> None:
        """Who wrote before there were rules knew only their types, which are the ids of the settings' rules."""
        self.rule_id = self.rule_id or self.alert_type
