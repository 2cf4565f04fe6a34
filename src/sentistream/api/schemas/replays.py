"""Dead letters that are sent again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sentistream.api.schemas.base import Metadata, Model


class ReplayIn(BaseModel, extra="forbid"):
    """One letter to send again."""

    body: str | None = Field(None, description="The post in its place, as JSON; null sends what arrived.")


class ReplaysIn(BaseModel, extra="forbid"):
    """Letters to send again as they arrived."""

    ids: list[Annotated[int, Field(ge=1, le=2**62)]] = Field(min_length=1, max_length=1000)


class ReplayError(Model):
    """Why one was not sent."""

    code: str
    message: str


class Replay(Model):
    """What became of one letter."""

    id: int
    outcome: Literal["replayed", "already", "failed"] = Field(description="already: by an earlier request.")
    replayed_at: datetime | None
    error: ReplayError | None


class ReplayResponse(Model):
    """Of POST ledger/dead-letters/{id}/replay."""

    data: Replay
    metadata: Metadata


class ReplaysResponse(Model):
    """Of POST ledger/dead-letters/replay."""

    data: list[Replay]
    metadata: Metadata
