"""Settings to wired services. The only file that knows adapters, each imported when its URL asks for it."""

from __future__ import annotations

import asyncio
import errno
import math
import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog

from sentistream.analysis.absent import Absent
from sentistream.analysis.base import Analyser
from sentistream.analysis.reader import TieredReader
from sentistream.cache.base import Caches
from sentistream.domain.errors import DiskFull, MissingExtra, SettingsError, StorageUnavailable
from sentistream.live.base import Live
from sentistream.pipeline.layering import Busy, Layering, Shadow, never
from sentistream.pipeline.waiting import Waiting
from sentistream.settings import Settings, masked, place, variable
from sentistream.sources.base import Source
from sentistream.sources.gazetteer import Gazetteer
from sentistream.storage.base import Store
from sentistream.stream.base import Stream
from sentistream.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from sentistream.analysis.explain import Explainer
    from sentistream.analysis.languages import LanguageDetector
    from sentistream.storage.postgres.store import PostgresStore
    from sentistream.storage.sqlite import SqliteStore

Clock = Callable[[], datetime]
Result = TypeVar("Result")
Service = TypeVar("Service", Stream, Live)

_log = structlog.get_logger(__name__)


def utc_now() -> datetime:
    """The clock of real processes."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Replay:
    """How files are read: at a multiple of their own speed, at posts a second, or as fast as it goes.

    columns: field of a post to the file's name for it, where no usual name fits. platform: the source of
    rows that name none.
    """

    speed: float | None = None
    rate: float | None = None
    original_time: bool = False
    columns: Mapping[str, str] | None = None
    platform: str | None = None


@dataclass(frozen=True, kw_only=True)
class System:
    """What a process works with; `open_system` makes it and releases it. explainer: None where nothing is read."""

    settings: Settings
    clock: Clock
    metrics: Metrics
    store: Store
    stream: Stream
    live: Live
    caches: Caches
    reader: TieredReader
    explainer: Explainer | None
    gazetteer: Gazetteer

    @property
    def analyser(self) -> Analyser:
        """The best there is, for texts that can wait."""
        return self.reader.best


@asynccontextmanager
async def open_system(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    create: bool = True,
    reads: bool = True,
    waiting: Waiting | None = None,
) -> AsyncIterator[System]:
    """Everything open and at this version's schema.

    create: make what is missing; without it a missing database is a SettingsError. reads: load the
    analyser; a process that reads no texts does without. waiting: for servers that do not answer yet;
    without it that is StorageUnavailable. Raises SettingsError for a URL that this release does not
    support, a server that will never let us in, or a model that cannot be loaded, MissingExtra where
    its packages are not installed, StorageUnavailable or DiskFull where the data folder cannot be used.
    """
    if create:
        prepare_folder(settings.data_dir)
    elif not settings.data_dir.is_dir():
        raise SettingsError(
            f"there is no data folder {settings.data_dir}: `sentistream up` makes one, --data-dir names another"
        )
    metrics = Metrics()
    async with AsyncExitStack() as stack:
        store = make_store(settings, metrics)
        stack.push_async_callback(store.close)
        caches = make_caches(settings, metrics)
        for cache in caches:
            stack.push_async_callback(cache.close)

        async def opened(name: str, url: str, make: Callable[[], Awaitable[Service]]) -> Service:
            service = await _answering(waiting, name, url, make)
            stack.push_async_callback(service.close)
            return service

        # Side by side, so that what is wrong with one is said at once while another is awaited.
        tasks = asyncio.TaskGroup()
        try:
            async with tasks:
                stream = tasks.create_task(opened("stream", settings.stream_url, lambda: make_stream(settings, clock)))
                live = tasks.create_task(opened("live feed", settings.live.url, lambda: make_live(settings)))
                tasks.create_task(_answering(waiting, "database", settings.database_url, store.migrate))
                reader = tasks.create_task(_reader(settings, metrics, reads))
        except BaseExceptionGroup as group:
            error = group.exceptions[0]
            raise error from error.__cause__
        yield System(
            settings=settings,
            clock=clock,
            metrics=metrics,
            store=store,
            stream=stream.result(),
            live=live.result(),
            caches=caches,
            reader=reader.result()[0],
            explainer=reader.result()[1],
            gazetteer=Gazetteer(),
        )


async def _answering(waiting: Waiting | None, name: str, url: str, attempt: Callable[[], Awaitable[Result]]) -> Result:
    """What `attempt` returns once the server of `url` answers; files are not waited for."""
    served = url.partition("://")[0] in (*POSTGRES_SCHEMES, *REDIS_SCHEMES)
    return await (waiting if waiting and served else Waiting(0)).until(name, place(url), attempt)


async def _reader(settings: Settings, metrics: Metrics, reads: bool) -> tuple[TieredReader, Explainer | None]:
    return await asyncio.to_thread(_reading, settings, metrics) if reads else (TieredReader(Absent()), None)


def _reading(settings: Settings, metrics: Metrics) -> tuple[TieredReader, Explainer]:
    # Only here: numpy would slow the start of every command that reads nothing.
    from sentistream.analysis.explain import Explainer

    explainer = Explainer()
    return make_reader(settings, metrics, explainer), explainer


def prepare_folder(folder: Path) -> None:
    """Make the data folder, readable by its owner only, and try to write in it.

    The try comes first because SQLite would say of a read-only folder no more than "unable to open".
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise SettingsError(f"the data folder {folder} is a file: choose another with --data-dir") from error
    except OSError as error:
        raise _unusable(folder, "made", error) from error
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"x")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise _unusable(folder, "written to", error) from error


def _unusable(folder: Path, verb: str, error: OSError) -> DiskFull | StorageUnavailable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"no room left in the data folder {folder}: free some disk space", retry_after=5)
    hint = "choose another with --data-dir, or make it writable"
    return StorageUnavailable(f"the data folder {folder} cannot be {verb} ({error.strerror}): {hint}")


def make_store(settings: Settings, metrics: Metrics) -> Store:
    """The store that `database.url` names, not yet migrated."""
    on_postgres = settings.database_url.partition("://")[0] in POSTGRES_SCHEMES
    store = _postgres_store(settings) if on_postgres else _sqlite_store(settings)
    metrics.pool_in_use.set_function(lambda: store.pool()[0])
    metrics.pool_size.set_function(lambda: store.pool()[1])
    return store


def _sqlite_store(settings: Settings) -> SqliteStore:
    path = _sqlite_path(settings.database_url, "DATABASE_URL", ("sqlite", "sqlite+aiosqlite"), ("postgresql+asyncpg",))
    from sentistream.storage.sqlite import SqliteStore

    return SqliteStore(
        path,
        churn_threshold=settings.analysis.churn_threshold,
        readers=settings.database.readers,
        busy_seconds=settings.database.busy_seconds,
    )


POSTGRES_SCHEMES = ("postgresql", "postgresql+asyncpg", "postgres")
"""What people write for PostgreSQL."""


def _postgres_store(settings: Settings) -> PostgresStore:
    try:
        from sentistream.storage.postgres.store import PostgresStore, address
    except ImportError as error:
        raise MissingExtra('PostgreSQL needs asyncpg: pip install "sentistream[team]"', extra="team") from error

    database = settings.database
    urls = []
    for setting, url in (("DATABASE_URL", settings.database_url), ("DATABASE_READ_URL", database.read_url)):
        if url.partition("://")[0] not in ("", *POSTGRES_SCHEMES):
            raise _unsupported(setting, url, POSTGRES_SCHEMES[1:2])
        try:
            urls.append(address(url, database.user, database.password, database.name) if url else None)
        except ValueError as error:
            raise SettingsError(
                f"{setting} cannot be read ({error}): it was given {masked(url)}", setting=setting
            ) from error
    primary, replica = urls
    assert primary is not None
    return PostgresStore(
        primary,
        replica,
        churn_threshold=settings.analysis.churn_threshold,
        readers=database.readers,
        writers=database.writers,
        statement_seconds=database.statement_seconds,
        connect_seconds=database.connect_seconds,
    )


REDIS_SCHEMES = ("redis", "rediss", "redis+sentinel", "rediss+sentinel")
"""A Redis or Valkey, with TLS, behind sentinels."""


async def make_stream(settings: Settings, clock: Clock) -> Stream:
    """The stream that `stream.url` names, open."""
    url = settings.stream_url
    groups = (settings.stream.group, *settings.stream.other_groups)
    if url.partition("://")[0] in REDIS_SCHEMES:
        try:
            from sentistream.stream.redis.stream import RedisStream
        except ImportError as error:
            raise _without_redis() from error

        shared = RedisStream(url, settings.stream, groups=groups)
        await shared.open()
        return shared
    path = _sqlite_path(url, "SENTISTREAM_STREAM_URL", ("sqlite",), REDIS_SCHEMES)
    from sentistream.stream.sqlite import SqliteStream

    stream = SqliteStream(path, settings.stream, clock, groups)
    await stream.open()
    return stream


async def make_live(settings: Settings) -> Live:
    """The live feed that `live.url` names, open."""
    url = settings.live.url
    scheme = url.partition(":")[0]
    if scheme in REDIS_SCHEMES:
        try:
            from sentistream.live.redis.live import RedisLive
        except ImportError as error:
            raise _without_redis() from error

        live = RedisLive(url, settings.live)
        await live.open()
        return live
    if scheme != "memory":
        raise _unsupported("SENTISTREAM_LIVE_URL", url, ("memory", *REDIS_SCHEMES))
    from sentistream.live.memory import MemoryLive

    return MemoryLive(settings.live.history, secrets.token_hex(4))


def make_caches(settings: Settings, metrics: Metrics) -> Caches:
    """The cache that `cache.url` names, and the process's own. Neither needs to be there yet."""
    from sentistream.cache.memory import MemoryCache

    own = MemoryCache()
    url = settings.cache.url
    scheme = url.partition(":")[0]
    if scheme == "memory":
        return Caches(shared=own, own=own)
    if scheme not in REDIS_SCHEMES:
        raise _unsupported("SENTISTREAM_CACHE_URL", url, ("memory", *REDIS_SCHEMES))
    from sentistream.cache.guarded import GuardedCache

    try:
        from sentistream.cache.redis import RedisCache
    except ImportError as error:
        raise _without_redis() from error

    shared = GuardedCache(RedisCache(settings.cache), settings.cache.retry_seconds, metrics=metrics)
    return Caches(shared=shared, own=own)


def _without_redis() -> MissingExtra:
    return MissingExtra('Redis needs its client: pip install "sentistream[team]"', extra="team")


TIER_SECONDS = 10.0
"""What a call of a tier may take where another can take over."""

MODEL_SECONDS = 30.0
CHECKPOINT_SECONDS = 300.0
"""What a call of the model may take: without a GPU a large checkpoint reads some 20 posts a second, of 500 a batch."""


def make_analyser(settings: Settings, metrics: Metrics | None = None) -> Analyser:
    """What reads a text where time does not matter: the best that the settings have. Loads models.

    Raises SettingsError for a model that cannot be loaded, MissingExtra where its packages are not installed.
    """
    return make_reader(settings, metrics).best


def make_layering(system: System, holder: str, *, busy: Busy = never, shadows: bool = False) -> Layering:
    """What works on layers. shadows: also on the one that the settings ask for."""
    settings = system.settings

    def load(model: str) -> Analyser:
        chosen = settings.analysis.model_copy(update={"analyser": model})
        return make_analyser(settings.model_copy(update={"analysis": chosen}), system.metrics)

    analysis = settings.analysis
    shadow = Shadow(analysis.shadow_model, analysis.shadow_share) if shadows and analysis.shadow_model else None
    return Layering(system.store, load, system.clock, holder, busy=busy, shadow=shadow)


def make_reader(settings: Settings, metrics: Metrics | None = None, explainer: Explainer | None = None) -> TieredReader:
    """The analyser that `analysis.analyser` names, as a worker reads with it. Loads models; raises like the above.

    explainer: is given those that can be asked for free, bare: a part of a text must not be taken for foreign.
    """
    from sentistream.analysis.languages import LanguageDetector

    detector = LanguageDetector()
    wanted = settings.analysis
    if wanted.analyser != "auto":
        model = _make_llm(settings, metrics) if wanted.analyser == "llm" else _make_model(settings)
        if explainer is not None and wanted.analyser != "llm":
            explainer.add(model)
        alone = _guarded(model, settings, detector, _call_seconds(settings), metrics)
        return TieredReader(alone, metrics=metrics)
    from sentistream.analysis.fallback import Fallback
    from sentistream.analysis.fast import FastAnalyser
    from sentistream.analysis.tiers import Policy

    tiers = [_make_model(settings), FastAnalyser()]
    if explainer is not None:
        for tier in tiers:
            explainer.add(tier)
    members = [_guarded(tier, settings, detector, TIER_SECONDS, metrics) for tier in tiers]
    fast = members[1]
    if wanted.llm_fallback:
        members.append(_guarded(_make_llm(settings, metrics), settings, detector, _llm_seconds(settings), metrics))
    policy = Policy(lag_seconds=wanted.lag_seconds, calm_seconds=wanted.calm_seconds)
    return TieredReader(Fallback(members, metrics=metrics), fast, policy, metrics=metrics)


def _guarded(
    model: Analyser, settings: Settings, detector: LanguageDetector, seconds: float, metrics: Metrics | None
) -> Analyser:
    """`model` on normalised text of a language it knows; whatever it does, every text gets an answer."""
    from sentistream.analysis.guarded import Guarded
    from sentistream.analysis.languages import LanguageGate
    from sentistream.analysis.text import Normalised

    gate = LanguageGate(model, detector, settings.analysis.language_threshold)
    return Guarded(Normalised(gate), seconds, metrics=metrics)


def _llm_seconds(settings: Settings) -> float:
    # Each of its requests has a time-out of its own; to cut a call short would pay for its answers in vain.
    rounds = math.ceil(settings.analysis.batch_size / settings.llm.concurrency)
    return 2 * rounds * settings.llm.timeout_seconds + CHECKPOINT_SECONDS


def _call_seconds(settings: Settings) -> float:
    """What a call of the model may take."""
    if settings.analysis.analyser == "llm":
        return _llm_seconds(settings)
    return CHECKPOINT_SECONDS if settings.analysis.analyser == "transformers" else MODEL_SECONDS


def _make_llm(settings: Settings, metrics: Metrics | None) -> Analyser:
    from sentistream.analysis.llm import LlmAnalyser
    from sentistream.analysis.spending import Spending

    spending = None
    if settings.llm.daily_budget:
        prepare_folder(settings.data_dir)
        spending = Spending(settings.data_dir / "llm.db", settings.llm.daily_budget)
    return LlmAnalyser(settings.llm, spending=spending, metrics=metrics)


def _make_model(whole: Settings) -> Analyser:
    settings = whole.analysis
    if settings.analyser == "transformers":
        from sentistream.analysis.transformers import TransformersAnalyser

        emotion = settings.emotion_model or None
        return TransformersAnalyser(settings.huggingface_model, emotion, device=settings.device)
    for name in sorted(settings.model_fields_set & {"huggingface_model", "emotion_model", "device"}):
        # Existing deployments have set these names for years, so they alone choose no analyser.
        hint = f"{variable('analysis', 'analyser')}=transformers makes use of it"
        _log.warning("setting without effect", setting=name, analyser=settings.analyser, hint=hint)
    unused = set() if settings.analyser == "auto" and settings.llm_fallback else {"provider", "api_key", "model"}
    for name in sorted(whole.llm.model_fields_set & unused):
        hint = f"{variable('analysis', 'analyser')}=llm makes use of it"
        _log.warning("setting without effect", setting=f"llm.{name}", analyser=settings.analyser, hint=hint)
    if settings.analyser == "lexicon":
        from sentistream.analysis.lexicon import LexiconAnalyser

        return LexiconAnalyser()
    if settings.analyser == "fast":
        from sentistream.analysis.fast import FastAnalyser

        return FastAnalyser()
    from sentistream.analysis.onnx import OnnxAnalyser

    return OnnxAnalyser(threads=settings.threads)


def make_source(spec: str, settings: Settings, replay: Replay, clock: Clock = utc_now) -> Source:
    """The source that `spec` names: `synthetic` or `file:PATH`. SettingsError for any other and for a missing file."""
    kind, _, rest = spec.partition(":")
    if spec == "synthetic":
        from sentistream.sources.synthetic import SyntheticSource

        sources = settings.sources
        return SyntheticSource(seed=sources.seed, posts_per_minute=sources.posts_per_minute, clock=clock)
    if kind == "file" and rest:
        path = Path(rest)
        if not path.is_file():
            raise SettingsError(f"--source {spec}: there is no file {path}")
        from sentistream.sources.file import FileSource

        return FileSource(
            path,
            clock=clock,
            speed=replay.speed,
            rate=replay.rate,
            original_time=replay.original_time,
            mapping=replay.columns,
            source_default=replay.platform,
        )
    raise SettingsError(f"--source {spec} is unknown: synthetic, file:PATH or none")


BACKFILL_POSTS = 100_000
"""Simulated posts of the past at most, whatever the rate: people wait for them."""


async def make_backfill(system: System) -> Source | None:
    """Simulated history for an empty store, or the rest of one that was broken off; None otherwise."""
    from sentistream.sources.synthetic_backfill import BackfillSource

    sources = system.settings.sources
    if sources.backfill_hours <= 0:
        return None
    source = BackfillSource(
        hours=sources.backfill_hours,
        posts_per_minute=min(sources.posts_per_minute, BACKFILL_POSTS / (sources.backfill_hours * 60)),
        seed=sources.seed,
        clock=system.clock,
    )
    begun = await system.store.cursors.load(source.name) is not None
    return source if begun or await system.store.posts.count() == 0 else None


def _sqlite_path(url: str, setting: str, schemes: tuple[str, ...], others: tuple[str, ...] = ()) -> Path:
    """The file of a sqlite URL: `sqlite:///relative`, `sqlite:////absolute`. others: schemes to name in the error."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in schemes:
        raise _unsupported(setting, url, (*schemes, *others))
    if not rest.startswith("/") or rest in ("/", "/:memory:") or "?" in rest:
        raise SettingsError(f"{setting} must name a file, as {schemes[0]}:///PATH; it was given {masked(url)}")
    return Path(rest[1:])


def _unsupported(setting: str, url: str, schemes: tuple[str, ...]) -> SettingsError:
    *most, last = [f"{scheme}://" for scheme in schemes]
    known = f"{', '.join(most)} and {last}" if most else last
    return SettingsError(f"{setting} is {masked(url)}, but this release supports {known} only", setting=setting)
