"""Every setting, one section per room, each with prose, bounds and a default.

From the environment as `SENTISTREAM_<SECTION>_<FIELD>` (for example `SENTISTREAM_STREAM_MAX_LENGTH`),
from `sentistream.toml` in the working directory (one table per section), and by the names that
existing deployments use (`DATABASE_URL`, `POSTS_PER_MINUTE`, …). An unknown name is refused with
the nearest valid one.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A room's settings: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StreamSettings(Section):
    """The durable stream between sources and workers."""

    url: str = Field("", description="Where entries wait: sqlite:///PATH. Empty: stream.db in the data folder.")
    group: str = Field("sentiment_workers", min_length=1, description="Consumer group of the workers.")
    max_length: int = Field(
        200_000, ge=1, description="Unacknowledged entries past which publishers wait and HTTP answers 503."
    )
    min_free_bytes: int = Field(
        64 * 2**20, ge=0, description="Free disk space in bytes below which nothing more is accepted."
    )
    lease_seconds: float = Field(
        10.0, gt=0, le=3600, description="Seconds without a heartbeat after which a worker's batch goes to another."
    )
    max_attempts: int = Field(3, ge=1, le=100, description="Deliveries after which an entry is dead-lettered.")


class DatabaseSettings(Section):
    """The store of posts, analyses, rollups and the ledger."""

    url: str = Field(
        "", description="sqlite+aiosqlite:///PATH. Empty: sentistream.db in the data folder. Also: DATABASE_URL."
    )
    readers: int = Field(4, ge=1, le=64, description="Connections that answer queries at the same time.")
    busy_seconds: float = Field(30.0, gt=0, description="Seconds to wait for another process's write to finish.")


class LiveSettings(Section):
    """The live feed."""

    url: str = Field("memory://", description="Where live events are kept: memory://.")
    history: int = Field(10_000, ge=100, description="Events kept for clients that come back.")
    max_clients: int = Field(1_000, ge=1, description="WebSocket clients served at the same time.")
    queue_frames: int = Field(64, ge=4, description="Frames waiting for one client before they are coalesced.")
    slow_seconds: float = Field(
        20.0, gt=0, description="Seconds a client may leave its queue full before it is disconnected."
    )


class ApiSettings(Section):
    """The HTTP and WebSocket server."""

    host: str = Field("127.0.0.1", description="Address to bind. Wider than loopback needs an API key.")
    port: int = Field(8000, ge=0, le=65535, description="Port to bind; 0 picks a free one.")
    allowed_hosts: list[str] = Field(
        default_factory=list,
        description="Host names to answer to, beside localhost, 127.0.0.1 and [::1] (comma-separated).",
    )
    allowed_origins: list[str] = Field(
        default_factory=list, description="Foreign origins that may call the API from a browser (comma-separated)."
    )
    max_body_bytes: int = Field(16 * 2**20, ge=1024, description="Largest request body in bytes.")
    cache_seconds: float = Field(60.0, ge=0, description="How long answers about the past are cached, in seconds.")
    cache_now_seconds: float = Field(1.0, ge=0, description="The same where the range touches now.")


class AnalysisSettings(Section):
    """Understanding posts."""

    analyser: Literal["lexicon"] = Field("lexicon", description="Which analyser reads posts.")
    batch_size: int = Field(500, ge=1, le=5_000, description="Posts analysed and stored together at most.")
    batch_wait: float = Field(0.05, ge=0, le=10, description="Seconds a batch may wait to fill.")
    language_threshold: float = Field(
        0.8, ge=0, le=1, description="How sure the detector must be before a foreign language is left unscored."
    )
    churn_threshold: float = Field(0.5, ge=0, le=1, description="Churn risk from which a post counts as high.")


class SourcesSettings(Section):
    """What `up` and `ingest` bring in."""

    posts_per_minute: float = Field(
        60.0, gt=0, le=600_000, description="Rate of the synthetic source, in posts per minute. Also: POSTS_PER_MINUTE."
    )
    seed: int = Field(1, ge=0, description="Seed of the synthetic source: post n of a seed is always the same.")
    backfill_hours: float = Field(
        24.0, ge=0, le=24 * 31, description="Hours of simulated history `up` fills in when the store is empty."
    )
    disk_retry_seconds: float = Field(1.0, gt=0, description="Seconds between tries while the stream is full.")


class AlertsSettings(Section):
    """When to call people."""

    enabled: bool = Field(True, description="Whether `up` watches for alerts.")
    window_seconds: int = Field(300, ge=60, le=86_400, description="Length of the window looked at, in seconds.")
    lateness_seconds: int = Field(60, ge=0, le=3600, description="Age at which posts no longer alert, past the window.")
    every_seconds: float = Field(5.0, gt=0, description="Seconds between two looks.")
    min_posts: int = Field(20, ge=1, description="Scored posts below which nothing alerts.")
    negative_share: float = Field(
        0.5,
        gt=0,
        le=1,
        description="high_negative_sentiment: share of negative among scored posts above which it alerts.",
    )
    negative_ratio: float = Field(
        3.0,
        gt=0,
        description="high_negative_ratio: negative per positive post above which it alerts."
        " Also: ALERT_NEGATIVE_RATIO_THRESHOLD.",
    )
    hysteresis: float = Field(
        0.9, gt=0, le=1, description="An episode ends once the value falls below threshold times this."
    )


class LogsSettings(Section):
    """What the process says of itself."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe level written.")
    format: Literal["auto", "json", "console"] = Field(
        "auto", description="json, console, or auto: console on a terminal, json elsewhere."
    )
