"""Store, stream, live feed and caches, by their URLs. Each adapter is imported when its URL asks for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sentistream.bootstrap.addresses import POSTGRES_SCHEMES, REDIS_SCHEMES, sqlite_path, unsupported, without_redis
from sentistream.cache.base import Caches
from sentistream.domain.errors import MissingExtra, SettingsError
from sentistream.live.base import Live
from sentistream.settings import Settings, masked
from sentistream.storage.base import Store
from sentistream.stream.base import Stream
from sentistream.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from sentistream.storage.postgres.store import PostgresStore
    from sentistream.storage.sqlite import SqliteStore


def make_store(settings: Settings, metrics: Metrics) -> Store:
    """The store that `database.url` names, not yet migrated."""
    on_postgres = settings.database_url.partition("://")[0] in POSTGRES_SCHEMES
    store = _postgres_store(settings) if on_postgres else _sqlite_store(settings)
    metrics.pool_in_use.set_function(lambda: store.pool()[0])
    metrics.pool_size.set_function(lambda: store.pool()[1])
    return store


def _sqlite_store(settings: Settings) -> SqliteStore:
    path = sqlite_path(settings.database_url, "DATABASE_URL", ("sqlite", "sqlite+aiosqlite"), ("postgresql+asyncpg",))
    from sentistream.storage.sqlite import SqliteStore

    return SqliteStore(
        path,
        churn_threshold=settings.analysis.churn_threshold,
        readers=settings.database.readers,
        busy_seconds=settings.database.busy_seconds,
    )


def _postgres_store(settings: Settings) -> PostgresStore:
    try:
        from sentistream.storage.postgres.store import PostgresStore, address
    except ImportError as error:
        raise MissingExtra('PostgreSQL needs asyncpg: pip install "sentistream[team]"', extra="team") from error

    database = settings.database
    urls = []
    for setting, url in (("DATABASE_URL", settings.database_url), ("DATABASE_READ_URL", database.read_url)):
        if url.partition("://")[0] not in ("", *POSTGRES_SCHEMES):
            raise unsupported(setting, url, POSTGRES_SCHEMES[1:2])
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


async def make_stream(settings: Settings, clock: Callable[[], datetime]) -> Stream:
    """The stream that `stream.url` names, open."""
    url = settings.stream_url
    groups = (settings.stream.group, *settings.stream.other_groups)
    if url.partition("://")[0] in REDIS_SCHEMES:
        try:
            from sentistream.stream.redis.stream import RedisStream
        except ImportError as error:
            raise without_redis() from error

        shared = RedisStream(url, settings.stream, groups=groups)
        await shared.open()
        return shared
    path = sqlite_path(url, "SENTISTREAM_STREAM_URL", ("sqlite",), REDIS_SCHEMES)
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
            raise without_redis() from error

        live = RedisLive(url, settings.live)
        await live.open()
        return live
    if scheme != "memory":
        raise unsupported("SENTISTREAM_LIVE_URL", url, ("memory", *REDIS_SCHEMES))
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
        raise unsupported("SENTISTREAM_CACHE_URL", url, ("memory", *REDIS_SCHEMES))
    from sentistream.cache.guarded import GuardedCache

    try:
        from sentistream.cache.redis import RedisCache
    except ImportError as error:
        raise without_redis() from error

    shared = GuardedCache(RedisCache(settings.cache), settings.cache.retry_seconds, metrics=metrics)
    return Caches(shared=shared, own=own)
