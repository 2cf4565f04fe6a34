"""Alert episodes, the rules that raise them, and what a rule would have raised."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from sentistream.api.parameters.filters import Moment
from sentistream.api.schemas.base import Count, ListMetadata, Metadata, Model, Text
from sentistream.api.schemas.posts import Post
from sentistream.domain.rule import MEASURES, AlertType, Origin, ScopeDimension

EXAMPLE_RULE: dict[str, Any] = {
    "name": "Brisk Cola turns sour",
    "alert_type": "high_negative_sentiment",
    "threshold": 0.6,
    "window_seconds": 900,
    "min_posts": 30,
    "scope": {"dimension": "product", "value": "Brisk Cola"},
}


class Scope(Model):
    """The only posts a rule looks at: those with this value of this dimension."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    dimension: ScopeDimension
    value: Annotated[Text, Field(min_length=1, max_length=256)]


class Alert(Model):
    """One episode of a rule, from its beginning to its end."""

    id: int
    rule_id: str
    rule_name: str = Field(description="As the rule was called then.")
    alert_type: AlertType
    scope: Scope | None
    threshold_value: float
    actual_value: float = Field(description="The worst seen.")
    window_start: datetime
    window_end: datetime
    post_count: Count = Field(description="Posts the value is of, in that window.")
    triggered_at: datetime
    resolved_at: datetime | None
    details: dict[str, Any]
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    acknowledged_note: str | None
    snoozed_until: datetime | None = Field(description="Of the rule, as it is now; it may have passed.")
    snoozed_by: str | None


class AlertPage(Model):
    """Newest first."""

    data: list[Alert]
    metadata: ListMetadata


class AlertResponse(Model):
    """Of one episode and what changes it."""

    data: Alert
    metadata: Metadata


class AlertPosts(Model):
    """The strongest first: the most negative, or those with the highest churn risk."""

    data: list[Post]
    metadata: ListMetadata


class AcknowledgementIn(Model):
    """Somebody looks after it."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    note: Annotated[Text, Field(max_length=1_000)] | None = None


class SnoozeIn(Model):
    """Until when the rule calls nobody."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    until: Moment | None = Field(description="After now and at most 90 days ahead; null ends a snooze.")


class AlertRuleIn(Model):
    """When an alert is raised: a value of the last window above the threshold.

    high_negative_sentiment: negative among scored posts, up to 1. high_negative_ratio: negative per positive post,
    up to 1,000. high_churn_risk: high churn risk among the posts that were read for it, up to 1. high_volume: posts,
    up to 1,000,000,000.
    """

    model_config = ConfigDict(extra="forbid", protected_namespaces=(), json_schema_extra={"examples": [EXAMPLE_RULE]})

    name: Annotated[Text, Field(min_length=1, max_length=100)]
    alert_type: AlertType
    threshold: float = Field(gt=0, le=1e9, allow_inf_nan=False)
    window_seconds: int = Field(300, ge=60, le=86_400, multiple_of=60, description="In whole minutes.")
    min_posts: int = Field(20, ge=1, le=1_000_000, description="Posts below which it says nothing.")
    hysteresis: float = Field(
        0.9, ge=0.1, le=1, description="An episode ends once the value falls below threshold times this."
    )
    scope: Scope | None = None
    enabled: bool = True

    @model_validator(mode="after")
    def _sensible(self) -> AlertRuleIn:
        highest = MEASURES[self.alert_type].highest
        if self.threshold > highest:
            raise ValueError(f"threshold of {self.alert_type} must be at most {highest:g}")
        if not self.name.strip():
            raise ValueError("name must say something")
        return self


class AlertRulePreviewIn(AlertRuleIn):
    """A rule, saved or not, and how many days to look back."""

    days: int = Field(7, ge=1, le=30)


class AlertRule(Model):
    """A rule as it counts."""

    id: str
    name: str
    alert_type: AlertType
    threshold: float
    window_seconds: int
    min_posts: int
    hysteresis: float
    scope: Scope | None
    enabled: bool
    origin: Origin = Field(
        description="settings: as the settings say; override: people put it in the place of one of the settings."
    )
    updated_by: str | None
    updated_at: datetime | None
    snoozed_until: datetime | None
    snoozed_by: str | None


class AlertRuleResponse(Model):
    """Of one rule."""

    data: AlertRule
    metadata: Metadata


class AlertRulesResponse(Model):
    """Those of the settings first, then people's own by age."""

    data: list[AlertRule]
    metadata: ListMetadata


class PreviewEpisode(Model):
    """An episode that would have been."""

    triggered_at: datetime
    resolved_at: datetime | None
    window_start: datetime
    window_end: datetime
    trigger_value: float
    actual_value: float
    post_count: Count


class PreviewPoint(Model):
    """The highest value of some minutes; null where too few posts came to say."""

    at: datetime
    value: float | None


class AlertRulePreview(Model):
    """What a rule would have raised in [start, end), had every post been there on time."""

    start: datetime
    end: datetime
    minutes: Count
    looks: Count = Field(description="Minutes of these that had enough posts to say.")
    highest: float | None
    episodes: list[PreviewEpisode]
    points: list[PreviewPoint]


class AlertRulePreviewResponse(Model):
    """Of POST alert-rules/preview."""

    data: AlertRulePreview
    metadata: Metadata
