"""How the platform is doing: sources, the ledger, health."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from sentistream.api.schemas.base import Count, ListMetadata, Metadata, Model


class SourceState(Model):
    """How one source is doing."""

    name: str
    kind: str
    state: Literal["running", "waiting", "standby", "finished", "failed", "stopped"] = Field(
        description="standby: another process brings it in, and the one that was asked takes over when that one ends."
    )
    published: Count = Field(description="Entries made durable by this run.")
    invalid: Count = Field(description="Of those, unreadable ones: they are among the dead letters.")
    resumed: Count = Field(description="Entries that an earlier run had brought.")
    rate_per_minute: float
    rate_per_second: float = Field(description="Of the last ten seconds.")
    last_post_at: datetime | None = Field(description="When something was published.")
    newest_post_at: datetime | None = Field(description="When the newest post that this run brought was written.")
    error: str | None
    cursor: dict[str, Any] | None
    total: Count | None = Field(description="How many there will be in all, where that is known.")
    started_at: datetime | None
    holder: str | None = Field(description="The process that brings it in, as HOST:PID.")


class SourceResponse(Model):
    """Of POST sources/{name}/start and stop."""

    data: SourceState
    metadata: Metadata


class SourcesResponse(Model):
    """Of GET sources."""

    data: list[SourceState]
    metadata: ListMetadata


class AccountTotals(Model):
    """received = created + edited + duplicate + stale + deleted + tombstoned + corrected + filtered +
    dead_lettered + in_flight."""

    received: Count
    in_flight: Count
    created: Count
    edited: Count
    duplicate: Count
    stale: Count
    deleted: Count
    tombstoned: Count
    corrected: Count
    filtered: Count
    dead_lettered: Count
    balanced: bool


class Account(AccountTotals):
    """One connector's line."""

    connector: str


class Ledger(Model):
    """Where every entry ended."""

    accounts: list[Account]
    total: AccountTotals
    rows: Count = Field(description="Posts in the store: created - deleted - expired.")
    expired: Count = Field(description="Posts that retention has deleted; what they counted stays in the numbers.")
    balanced: bool = Field(
        description="Whether nothing was lost and nothing counted twice, as far as a reading can tell."
    )
    stable: bool = Field(
        description="Whether stream and store could be read at one moment; each account's `balanced` counts only then."
    )
    contradictions: list[str]


class LedgerResponse(Model):
    """Of GET ledger."""

    data: Ledger
    metadata: Metadata


class DeadLetter(Model):
    """An entry that could not be accepted."""

    id: int
    entry_id: str
    connector: str
    position: str
    reason: str
    raw: str
    attempts: int
    dead_at: datetime
    replayed_at: datetime | None = Field(description="When it was sent again.")


class DeadLetterPage(Model):
    """Newest first."""

    data: list[DeadLetter]
    metadata: ListMetadata


class Lag(Model):
    """How far the workers are behind the stream."""

    entries: Count
    seconds: float


class Health(Model):
    """`services` holds database, stream, model, live, cache, sources and process, each with its own `status`.

    `reading`, where this process reads posts: who reads, and how many texts a second.
    """

    status: Literal["ok", "degraded", "unavailable"]
    message: str | None = Field(None, description="While it starts: what it waits for.")
    version: str | None = None
    services: dict[str, dict[str, Any]] | None = None
    lag: Lag | None = None
    post_count: int | None = None
    timestamp: datetime
    uptime_seconds: float | None = None


class HealthResponse(Health):
    """The same keys at the top level, where monitoring tools look, and under `data`. Without an API
    key, where one is needed, only `status`, `message` and `timestamp` are told."""

    data: Health
    metadata: Metadata
