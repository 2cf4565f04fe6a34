"""What every documented shape is made of: envelopes, errors, bounded numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SentimentLabel = Literal["positive", "negative", "neutral", "unscored"]


Emotion = Literal["joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral"]


Tier = Literal["human", "full", "llm", "fast", "unscored"]


Probability = Annotated[float, Field(ge=0, le=1)]


Score = Annotated[float, Field(ge=-1, le=1)]


Count = Annotated[int, Field(ge=0)]


Text = Annotated[str, Field(pattern="^[^\\x00]*$")]
"""Of people: PostgreSQL keeps no NUL."""


WebAddress = Annotated[str, Field(max_length=2_000, pattern="^[Hh][Tt][Tt][Pp][Ss]?://[^\\x00-\\x20]+$")]
"""A link that is safe to follow: http or https."""


def described(model: str) -> dict[str, Any]:
    """`openapi_extra=` of a route that reads its body itself: JSON of the shape of that name."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}
    return {"requestBody": {"required": True, "content": content}}


def example(value: Any) -> ConfigDict:
    """Model configuration that carries one example into OpenAPI."""
    return ConfigDict(json_schema_extra={"examples": [value]}, protected_namespaces=())


class Model(BaseModel):
    """Base of every documented shape."""

    # Answers are not made of them: what describing them needs is built when somebody asks, not at every start.
    model_config = ConfigDict(protected_namespaces=(), defer_build=True)


class Metadata(Model):
    """Of every answer."""

    as_of: datetime = Field(description="When the answer was computed (UTC).")


class ListMetadata(Metadata):
    """Of every list. `total` is null where counting would cost more than the page itself."""

    total: Count | None
    has_more: bool
    limit: Count
    offset: Count | None
    next_cursor: str | None = Field(description="Give it back as `cursor` (or `before`) to continue.")


class ErrorBody(Model):
    """What went wrong and what to do."""

    code: str = Field(description="Stable: programs may depend on it.", examples=["INVALID_PARAMETER"])
    message: str = Field(examples=["period must be one of minute, hour, day"])
    details: dict[str, Any] = Field(
        examples=[{"parameter": "period", "provided": "week", "allowed": ["minute", "hour", "day"]}]
    )


class ErrorResponse(Model):
    """Every error, whatever its status."""

    error: ErrorBody
