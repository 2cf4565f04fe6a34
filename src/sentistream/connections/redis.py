"""Redis or Valkey: its URLs, its clients, and what its errors mean for people.

Nothing is retried in here. Who gives a command knows whether it may be given twice; redis-py by itself would give it
twice after a lost answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from redis import exceptions
from redis.asyncio import Redis
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff

from sentistream.connections.tls import tls_problem
from sentistream.domain.errors import DiskFull, SettingsError, StorageUnavailable, Unavailable
from sentistream.settings import masked

SCHEMES = ("redis", "rediss", "redis+sentinel", "rediss+sentinel")
ANSWER_SECONDS = 5.0
"""How long a server may take to accept a connection or to answer."""

SENTINEL_SECONDS = 1.0
"""The same for each sentinel."""

MAX_CONNECTIONS = 500
SENTINEL_PORT = 26379
OLDEST = (7, 0)


DURABLE = {
    "appendonly": ("yes", "loses everything since the last snapshot when it dies"),
    "appendfsync": ("always", "may lose the last second when its machine dies"),
    "maxmemory-policy": ("volatile-ttl", "may refuse to cache, or throw away entries, when its memory is full"),
}
"""Setting: what it must be, and what any other value does."""


class GroupGone(StorageUnavailable):
    """The consumer group, or the whole stream, is not there any more: somebody flushed it."""


class RedisServer:
    """The server that `url` names, behind sentinels or not; connects with the first command.

    `redis://[user:password@]host:port/database`, `rediss://` for TLS (`?ssl_ca_certs=FILE` and redis-py's other
    parameters), `redis+sentinel://[user:password@]host:port,host:port/SERVICE[/database]`, whose own password is
    `?sentinel_password=`. SettingsError for any other URL, which `setting` is the name of. patience: seconds that a
    command may take; the URL's `?socket_timeout=` wins.
    """

    def __init__(self, url: str, setting: str = "the URL", patience: float = ANSWER_SECONDS) -> None:
        self._sentinel: Sentinel | None = None
        try:
            scheme = urlsplit(url).scheme
            if scheme.endswith("+sentinel"):
                self._connect_to_sentinels(url)
            else:
                self.address = _address(url)
                self.client: Redis = Redis.from_url(url, **_OPTIONS)
            _check_files(url)
            # Answers are waited for in `answering()`.
            options = self.client.connection_pool.connection_kwargs
            self._patience = float(options.pop("socket_timeout", None) or patience)
            options["socket_timeout"] = None
            # Not to be used, but it finds parameters that nobody knows.
            self.client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
        except (ValueError, TypeError) as error:
            raise SettingsError(f"{setting} is no URL of a Redis: {masked(url)} ({error})") from error

    async def check_version(self) -> None:
        """StorageUnavailable unless it answers and is Redis 7.0, Valkey 7.2 or newer."""
        async with self.answering():
            version = str((await self.client.info("server"))["redis_version"])
        if tuple(int(part) for part in version.split(".")[:2]) < OLDEST:
            raise StorageUnavailable(
                f"Redis at {self.address} is version {version}: 7.0 or newer is needed", lasting=True
            )

    async def free_memory(self) -> int:
        """Bytes left below `maxmemory`, or in the server's machine if there is no such bound."""
        async with self.answering():
            memory = await self.client.info("memory")
        return int((memory["maxmemory"] or memory["total_system_memory"]) - memory["used_memory"])

    async def groups(self, stream: str) -> list[str]:
        """The consumer groups of a stream."""
        async with self.answering():
            return [group["name"].decode() for group in await self.client.xinfo_groups(stream)]

    async def weaknesses(self) -> list[str]:
        """Settings by which it may lose or throw away what it accepted, a sentence each."""
        async with self.answering():
            try:
                given = {
                    name: value for part in DURABLE for name, value in (await self.client.config_get(part)).items()
                }
            except exceptions.ResponseError as error:
                return [f"Redis at {self.address} does not tell its settings ({error}): check that it has {_durable()}"]
        return [
            f"Redis at {self.address} has {name} {given.get(name)}, which {harm}: set {name} {wanted}"
            for name, (wanted, harm) in DURABLE.items()
            if given.get(name) != wanted
        ]

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Commands inside the block are answered in time, or it raises DiskFull, StorageUnavailable or GroupGone."""
        task = asyncio.current_task()
        cancelled = task.cancelling() if task else 0
        try:
            async with asyncio.timeout(self._patience):
                yield
        except (exceptions.RedisError, OSError) as error:
            raise self._explain(error) from error
        if task and task.cancelling() > cancelled:
            # With a time-out of its own redis-py waits by asyncio.wait_for, which can swallow this in Python 3.11.
            raise asyncio.CancelledError

    async def close(self) -> None:
        """Disconnect; closing twice is not an error."""
        async with self.answering():
            await self.client.aclose()
            if self._sentinel is not None:
                await self._sentinel.aclose()

    def _connect_to_sentinels(self, url: str) -> None:
        scheme, netloc, path, query, _ = urlsplit(url)
        login, at, hosts = netloc.rpartition("@")
        service, _, database = path.strip("/").partition("/")
        if not hosts or not service:
            raise ValueError("it needs the sentinels' hosts and the name of the service")
        given = parse_qsl(query)
        rest = urlencode([pair for pair in given if not pair[0].startswith("sentinel_")])
        # As if it were the master's URL: redis-py then reads and checks every parameter.
        master = f"{scheme.removesuffix('+sentinel')}://{login}{at}master/{database or 0}?{rest}"
        _address(master)
        options: dict[str, Any] = {**_OPTIONS, **parse_url(master)}
        encrypted = options.pop("connection_class", None) is not None
        del options["host"]
        own = {name.removeprefix("sentinel_"): value for name, value in given if name.startswith("sentinel_")}
        shared = {name: value for name, value in options.items() if name in _OPTIONS or name.startswith("ssl_")}
        self.address = f"{service} ({hosts})"
        self._sentinel = Sentinel(  # type: ignore[no-untyped-call]
            [_host_and_port(host) for host in hosts.split(",")],
            # The next one is asked while there is still time.
            sentinel_kwargs={**shared, **own, "ssl": encrypted, **dict.fromkeys(_TIMEOUTS, SENTINEL_SECONDS)},
            **options,
            ssl=encrypted,
        )
        self.client = self._sentinel.master_for(service)

    def _explain(self, error: Exception) -> Unavailable:
        at = self.address
        said = str(error)
        if isinstance(error, exceptions.OutOfMemoryError) or said.startswith(("OOM", "-OOM")):
            return DiskFull(
                f"Redis at {at} has no memory left: raise its maxmemory, or let the workers catch up", retry_after=5
            )
        if "MISCONF" in said or "No space left" in said:
            return DiskFull(f"Redis at {at} cannot write to its disk: free some space there ({said})", retry_after=5)
        if said.startswith("NOGROUP") or "no such key" in said:
            return GroupGone(f"the consumer group is gone from Redis at {at}: {said}")
        if isinstance(error, exceptions.AuthenticationError | exceptions.NoPermissionError) or said.startswith(
            ("NOAUTH", "WRONGPASS")
        ):
            return StorageUnavailable(f"Redis at {at} refuses user or password of the URL: {said}", lasting=True)
        if problem := tls_problem(error):
            return StorageUnavailable(
                f"Redis at {at} cannot be trusted: {problem}; ?ssl_ca_certs=FILE names the CA", lasting=True
            )
        if isinstance(error, exceptions.BusyLoadingError):
            return StorageUnavailable(f"Redis at {at} is still reading its data")
        if isinstance(error, exceptions.ReadOnlyError) or said.startswith("READONLY"):
            return StorageUnavailable(f"Redis at {at} is a replica that takes no writes: name the master, or sentinels")
        if said.startswith("WRONGTYPE"):
            return StorageUnavailable(
                f"Redis at {at} holds something else under that name: choose another name", lasting=True
            )
        if isinstance(error, exceptions.ResponseError):
            return StorageUnavailable(f"Redis at {at} refuses: {said}", lasting="out of range" in said)
        return StorageUnavailable(
            f"Redis at {at} does not answer: {masked(said) or f'not within {self._patience:g} s'}"
        )


_TIMEOUTS = ("socket_timeout", "socket_connect_timeout")
_OPTIONS: dict[str, Any] = {
    "protocol": 2,
    "retry": Retry(NoBackoff(), 0),
    "socket_connect_timeout": ANSWER_SECONDS,
    "max_connections": MAX_CONNECTIONS,
    # It would look up its own version on the disk, and tell it to servers of which 7.0 does not want to know.
    "driver_info": None,
}


def scripts(folder: Path) -> dict[str, str]:
    """The Lua scripts of a folder by name, `shared.lua` in front of each, after the line of its flags."""
    sources = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.lua"))}
    shared = sources.pop("shared")
    split = {name: source.partition("\n") for name, source in sources.items()}
    return {name: f"{flags}\n{shared}\n{body}" for name, (flags, _, body) in split.items()}


def _address(url: str) -> str:
    """Where `url` points to, without its password."""
    scheme, netloc, path, _, _ = urlsplit(url)
    if scheme not in ("redis", "rediss"):
        raise ValueError(f"it must start with {', '.join(f'{name}://' for name in SCHEMES)}")
    if path.strip("/") and not path.strip("/").isdecimal():
        raise ValueError(f"{path} is no number of a database")
    return netloc.rpartition("@")[2] + path


def _check_files(url: str) -> None:
    for name, path in parse_qsl(urlsplit(url).query):
        if name.removeprefix("sentinel_") in _FILES and not Path(path).is_file():
            raise ValueError(f"{name}: there is no file {path}")


_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


def _durable() -> str:
    return ", ".join(f"{name} {wanted}" for name, (wanted, _) in DURABLE.items())


def _host_and_port(host: str) -> tuple[str, int]:
    parts = urlsplit(f"//{host}")
    if not parts.hostname:
        raise ValueError(f"{host!r} is no host")
    return parts.hostname, parts.port or SENTINEL_PORT
