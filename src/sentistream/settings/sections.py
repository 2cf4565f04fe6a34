"""What a process can be told: one section per room, each field with prose, bounds and a default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from sentistream.settings.origins import Environment, TomlFile


class Section(BaseModel):
    """A room's settings: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StreamSettings(Section):
    """The durable stream between sources and workers."""

    url: str = Field(
        "",
        description="Where entries wait: sqlite:///PATH, redis://[USER:PASSWORD@]HOST:PORT/DATABASE, rediss:// with"
        " TLS (?ssl_ca_certs=FILE), redis+sentinel://HOST:PORT,HOST:PORT/SERVICE. Empty: stream.db in the data folder.",
    )
    name: str = Field("social_posts_stream", min_length=1, description="Key of the stream in Redis.")
    group: str = Field("sentiment_workers", min_length=1, description="Consumer group of the workers.")
    other_groups: list[str] = Field(
        default_factory=list,
        description="Consumer groups of other programs, whose unread entries are kept too (comma-separated).",
    )
    max_length: int = Field(
        200_000, ge=1, description="Unacknowledged entries past which publishers wait and HTTP answers 503."
    )
    min_free_bytes: int = Field(
        64 * 2**20, ge=0, description="Free disk space in bytes below which nothing more is accepted."
    )
    lease_seconds: float = Field(
        8.0, gt=0, le=3600, description="Seconds without a heartbeat after which a worker's batch goes to another."
    )
    max_attempts: int = Field(3, ge=1, le=100, description="Deliveries after which an entry is dead-lettered.")


class DatabaseSettings(Section):
    """The store of posts, analyses, rollups and the ledger."""

    url: str = Field(
        "",
        description="sqlite+aiosqlite:///PATH, or postgresql+asyncpg://[USER:PASSWORD@]HOST[:PORT][/NAME], with TLS"
        " ?sslmode=verify-full&sslrootcert=FILE. Empty: sentistream.db in the data folder. Also: DATABASE_URL.",
    )
    read_url: str = Field(
        "",
        description="A replica of the PostgreSQL database, which answers questions about posts and numbers. Empty: the"
        " database itself. Also: DATABASE_READ_URL.",
    )
    user: str = Field("", description="User of a PostgreSQL URL that names none. Also: POSTGRES_USER.")
    password: str = Field(
        "", repr=False, description="Password of a PostgreSQL URL that has none. Also: POSTGRES_PASSWORD."
    )
    name: str = Field("", description="Database of a PostgreSQL URL that names none. Also: POSTGRES_DB.")
    readers: int = Field(4, ge=1, le=64, description="Connections that answer queries at the same time.")
    writers: int = Field(4, ge=1, le=64, description="Connections that write at the same time; SQLite has one.")
    busy_seconds: float = Field(
        30.0, gt=0, description="Seconds to wait for another process's write to SQLite to finish."
    )
    statement_seconds: float = Field(
        30.0, ge=0.1, le=3_600, description="Seconds after which PostgreSQL gives a statement up."
    )
    connect_seconds: float = Field(
        10.0, ge=0.1, le=600, description="Seconds that opening a connection to PostgreSQL may take."
    )


class LiveSettings(Section):
    """The live feed."""

    url: str = Field(
        "memory://",
        description="Where live events are kept: memory:// within this process, or a Redis, written as for the stream.",
    )
    name: str = Field("processed_posts_stream", min_length=1, description="Key of the live events in Redis.")
    channel: str = Field(
        "sentiment_updates", min_length=1, description="Redis channel that is told of every post, for whoever listens."
    )
    history: int = Field(10_000, ge=100, description="Events kept for clients that come back.")
    max_clients: int = Field(1_000, ge=1, description="WebSocket clients served at the same time.")
    queue_frames: int = Field(64, ge=4, description="Frames waiting for one client before they are coalesced.")
    slow_seconds: float = Field(
        20.0, gt=0, description="Seconds a client may leave its queue full before it is disconnected."
    )


class CacheSettings(Section):
    """Answers and sessions that every replica of the API may use."""

    url: str = Field(
        "memory://",
        description="Where answers and sessions are kept: memory:// within this process, or a Redis that all replicas"
        " share, written as for the stream.",
    )
    timeout_seconds: float = Field(
        0.1, ge=0.005, le=5, description="Seconds a shared cache may take to answer before we do without."
    )
    retry_seconds: float = Field(
        5.0, gt=0, le=600, description="Seconds a shared cache that failed three times in a row is left alone."
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

    analyser: Literal["auto", "full", "fast", "lexicon", "transformers", "llm"] = Field(
        "auto",
        description="Which analyser reads posts: full and fast are the bundled models; auto is full while it keeps up,"
        " fast under backlog, and full again afterwards. lexicon is VADER, transformers the Hugging Face checkpoints"
        " named below, llm a large language model (see `[llm]`).",
    )
    lag_seconds: float = Field(
        1.0,
        ge=0.1,
        le=3_600,
        description="Age in seconds at which a post is to be stored: `auto` reads by fast where full could not do it.",
    )
    calm_seconds: float = Field(
        5.0, ge=0, le=3_600, description="Seconds that full must have been able to keep up before it takes over again."
    )
    llm_fallback: bool = Field(
        False,
        description="Whether `auto` sends texts that neither full nor fast could read, those in other languages"
        " among them, to the model of `[llm]`.",
    )
    threads: int = Field(0, ge=0, le=1_024, description="Threads of the full model; 0: one per core.")
    huggingface_model: str = Field(
        "cardiffnlp/twitter-roberta-base-sentiment-latest",
        min_length=1,
        description="Sentiment checkpoint of `transformers`: a name on the hub, NAME@REVISION to pin it, or a folder."
        " Also: HUGGINGFACE_MODEL.",
    )
    emotion_model: str = Field(
        "",
        description="Emotion checkpoint of `transformers`, likewise; empty: emotions stay absent. Also: EMOTION_MODEL.",
    )
    device: str = Field(
        "auto", min_length=1, description="Where `transformers` runs: cpu, cuda, cuda:1, mps; auto takes a GPU if any."
    )
    batch_size: int = Field(1_000, ge=1, le=5_000, description="Posts analysed and stored together at most.")
    batch_wait: float = Field(0.05, ge=0, le=10, description="Seconds a batch may wait to fill.")
    language_threshold: float = Field(
        0.8, ge=0, le=1, description="How sure the detector must be before a foreign language is left unscored."
    )
    churn_threshold: float = Field(0.5, ge=0, le=1, description="Churn risk from which a post counts as high.")
    shadow_model: Literal["", "full", "fast", "lexicon", "transformers", "llm"] = Field(
        "",
        description="A second analyser that reads a share of the new posts into a layer of its own, when the live path"
        " leaves it time; nothing of it counts. Empty: none. See docs/compare.md.",
    )
    shadow_share: float = Field(0.1, gt=0, le=1, description="Share of the new posts that the second analyser reads.")


class LlmSettings(Section):
    """The large language model behind the analyser `llm`. Hosted ones are sent the text of every post they read."""

    provider: Literal["openai", "anthropic", "groq", "ollama"] = Field(
        "ollama", description="Whose protocol is spoken. Also: LLM_PROVIDER."
    )
    api_key: SecretStr = Field(
        SecretStr(""),
        description="Key of the provider; ollama and servers of your own may need none. Also: LLM_API_KEY.",
    )
    model: str = Field("", description="Name of the model as the provider knows it; empty: see docs/llm.md.")
    base_url: str = Field(
        "", description="Where the server is, such as http://127.0.0.1:11434/v1; empty: the provider's own address."
    )
    temperature: float = Field(0.0, ge=0, le=2, description="0 gives the same post the same answer, as far as it can.")
    max_output_tokens: int = Field(2_000, ge=200, le=100_000, description="Tokens an answer may have at most.")
    concurrency: int = Field(4, ge=1, le=256, description="Requests under way at the same time.")
    timeout_seconds: float = Field(30.0, gt=0, le=600, description="Seconds an answer may take.")
    daily_budget: float = Field(
        1.0,
        ge=0,
        description="Dollars a day (UTC) past which posts stay unscored; 0: no cap. One sum for all processes of a"
        " data folder.",
    )
    price_input: float = Field(
        0.0, ge=0, description="Dollars for a million tokens sent; 0 for both prices: the published price, if any."
    )
    price_output: float = Field(0.0, ge=0, description="Dollars for a million tokens answered.")
    toxicity: bool = Field(True, description="Whether toxicity is asked for.")
    churn_risk: bool = Field(True, description="Whether churn risk is asked for.")
    languages: list[str] = Field(
        default_factory=list,
        description="ISO 639-1 codes that the model reads well (comma-separated); posts surely in another stay"
        " unscored. Empty: all.",
    )


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


class BlueskySettings(Section):
    """The source `bluesky`: public posts of the Bluesky network, as they are written. It needs no key."""

    servers: list[Annotated[str, Field(pattern=r"^wss?://[^\s/?#]+[^\s?#]*$")]] = Field(
        default_factory=lambda: [
            "wss://jetstream1.us-east.bsky.network/subscribe",
            "wss://jetstream1.us-west.bsky.network/subscribe",
            "wss://jetstream2.us-east.bsky.network/subscribe",
            "wss://jetstream2.us-west.bsky.network/subscribe",
        ],
        description="Jetstream servers, ws:// or wss:// with their path (comma-separated); the next one is asked where"
        " one cannot be reached or stays silent.",
    )
    keywords: list[Annotated[str, Field(max_length=100, pattern=r"\S")]] = Field(
        default_factory=list,
        description="Words or phrases of which a post must mention one to be brought in (comma-separated), upper or"
        " lower case; the first that it mentions becomes its product. Empty: all posts.",
    )
    languages: list[str] = Field(
        default_factory=lambda: ["en"],
        description="ISO 639-1 codes: posts that claim other languages are not brought in; those that claim none are"
        " (comma-separated). `*`: all.",
    )
    silent_seconds: float = Field(
        20.0, gt=0, le=3_600, description="Seconds without a word after which a server counts as gone."
    )


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


class RetentionSettings(Section):
    """How long posts are kept. What they counted in the rollups stays for ever."""

    days: int = Field(
        0,
        ge=0,
        le=36_500,
        description="Days after which posts are deleted, by the UTC day they were written on; posts of such a day that"
        " come later are left out. 0: they are kept for ever.",
    )


class LogsSettings(Section):
    """What the process says of itself."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe level written.")
    format: Literal["auto", "json", "console"] = Field(
        "auto", description="json, console, or auto: console on a terminal, json elsewhere."
    )


class Settings(BaseSettings):
    """Everything a process can be told. What is given to the constructor wins over the environment,
    the environment over the TOML file, and that over the defaults."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

    data_dir: Path = Field(
        Path("sentistream-data"), description="Folder of the default databases; made where it is missing."
    )
    startup_seconds: float = Field(
        0.0,
        ge=0,
        description="Seconds that `up`, `ingest`, `worker`, `watch` and `api` wait at their start for a Redis or"
        " PostgreSQL that does not answer; 0: for as long as it takes. Other commands fail at once.",
    )
    stream: StreamSettings = Field(default_factory=StreamSettings)
    database: DatabaseSettings = Field(default_factory=DatabaseSettings)
    live: LiveSettings = Field(default_factory=LiveSettings)
    cache: CacheSettings = Field(default_factory=CacheSettings)
    api: ApiSettings = Field(default_factory=ApiSettings)
    analysis: AnalysisSettings = Field(default_factory=AnalysisSettings)
    llm: LlmSettings = Field(default_factory=LlmSettings)
    sources: SourcesSettings = Field(default_factory=SourcesSettings)
    bluesky: BlueskySettings = Field(default_factory=BlueskySettings)
    alerts: AlertsSettings = Field(default_factory=AlertsSettings)
    retention: RetentionSettings = Field(default_factory=RetentionSettings)
    logs: LogsSettings = Field(default_factory=LogsSettings)

    @property
    def stream_url(self) -> str:
        """`stream.url`, or the default file in the data folder."""
        return self.stream.url or f"sqlite:///{self.data_dir / 'stream.db'}"

    @property
    def database_url(self) -> str:
        """`database.url`, or the default file in the data folder."""
        return self.database.url or f"sqlite+aiosqlite:///{self.data_dir / 'sentistream.db'}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """In order of precedence."""
        return (init_settings, Environment(settings_cls), TomlFile(settings_cls))
