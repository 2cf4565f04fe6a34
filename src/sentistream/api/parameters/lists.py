"""Query parameters of lists other than those of posts."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from sentistream.api.parameters.filters import Limited, Moment
from sentistream.domain.rule import AlertType


class AlertsParameters(Limited):
    """Of GET alerts."""

    before: int | None = Field(None, ge=1, le=2**62, description="`next_cursor` of the page before.")
    active: bool | None = Field(None, description="Only open, or only ended, episodes.")
    type: AlertType | None = Field(None, description="Only this type.")
    rule: str | None = Field(None, max_length=100, pattern=r"^[^\x00]*$", description="Only of the rule of this id.")
    start_date: Moment | None = Field(None, description="Those that had not ended before.")
    end_date: Moment | None = Field(None, description="Those that began before.")


class AlertPostsParameters(BaseModel):
    """Of GET alerts/{id}/posts."""

    limit: int = Field(10, ge=1, le=100, description="At most this many.")


class AnnotationsParameters(Limited):
    """Of GET annotations."""

    start_date: Moment | None = Field(None, description="Those that reach beyond this moment, or stand at it.")
    end_date: Moment | None = Field(None, description="Those that begin before it.")
    offset: int = Field(0, ge=0, le=10_000_000, description="Skip this many.")


class DeadLettersParameters(Limited):
    """Of GET ledger/dead-letters."""

    before: int | None = Field(None, ge=1, le=2**62, description="`next_cursor` of the page before.")


class WaitParameters(BaseModel):
    """Of what a worker settles."""

    wait: float = Field(2, ge=0, le=10, allow_inf_nan=False, description="Seconds to wait for a worker at most.")


class CorrectionsParameters(Limited):
    """Of GET corrections."""

    before: int | None = Field(None, ge=1, le=2**62, description="`next_cursor` of the page before.")


class LabelledParameters(BaseModel):
    """Of GET corrections/export."""

    format: Literal["jsonl", "csv"] = Field("jsonl", description="jsonl is what `sentistream evaluate` reads.")


_AGAINST: str | None = Field(
    None, min_length=1, max_length=100, description="Another layer to compare with, in place of what counts."
)


class ComparisonParameters(BaseModel):
    """Of GET reports/compare/{name}."""

    against: str | None = _AGAINST


class DisagreementsParameters(Limited):
    """Of GET reports/compare/{name}/disagreements."""

    against: str | None = _AGAINST
    offset: int = Field(0, ge=0, le=10_000_000, description="Skip this many.")
    current: Literal["positive", "negative", "neutral", "unscored"] | None = Field(
        None, description="What counts, or what `against` says."
    )
    label: Literal["positive", "negative", "neutral", "unscored"] | None = Field(
        None, description="What the layer says."
    )


class TaskParameters(BaseModel):
    """Of GET reports/corrections."""

    task: Literal["sentiment", "emotion", "toxicity", "churn"] = Field("sentiment", description="What people said.")
