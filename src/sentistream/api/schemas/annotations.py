"""What people write at a moment of the charts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from sentistream.api.parameters.filters import Moment
from sentistream.api.schemas.base import ListMetadata, Metadata, Model, Text, WebAddress
from sentistream.domain.annotation import MAX_ANNOTATION

EXAMPLE: dict[str, Any] = {
    "at": "2026-11-22T09:30:00Z",
    "text": "Release 4.2 rolled out",
    "url": "https://example.com/releases/4.2",
}


class AnnotationIn(Model):
    """A remark to draw on the charts: at a moment, or over a stretch of time."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=(), json_schema_extra={"examples": [EXAMPLE]})

    at: Moment = Field(description="When, or when it begins.")
    until: Moment | None = Field(None, description="Where it lasted: when it ended, after `at`.")
    text: Annotated[Text, Field(min_length=1, max_length=MAX_ANNOTATION)]
    url: WebAddress | None = Field(None, description="Where to read more.")

    @model_validator(mode="after")
    def _in_order(self) -> AnnotationIn:
        if self.until is not None and self.until <= self.at:
            raise ValueError("until must lie after at")
        if not self.text.strip():
            raise ValueError("text must say something")
        return self


class Annotation(Model):
    """A remark as it is kept."""

    id: int
    at: datetime
    until: datetime | None
    text: str
    url: str | None
    created_by: str = Field(description="The name of the API key, or `local`.")
    created_at: datetime


class AnnotationResponse(Model):
    """Of what changes one."""

    data: Annotation
    metadata: Metadata


class AnnotationPage(Model):
    """By `at`, latest first."""

    data: list[Annotation]
    metadata: ListMetadata
