"""Posts of the Bluesky network as they are written, from its public feed in JSON: no account, no key."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import anyio
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from sentistream import __version__
from sentistream.domain.errors import SettingsError
from sentistream.domain.post import EPOCH, MAX_BATCH, Entry
from sentistream.settings import BlueskySettings, place
from sentistream.sources.base import SourceBatch
from sentistream.sources.bluesky_posts import COLLECTION, PostReader, Wanted

TICK = 0.2
"""Seconds between two batches at least, unless one is full: each costs a commit of the stream and one of the cursor."""

SAVE_SECONDS = 5.0
"""Seconds after which the cursor is saved although nothing was wanted."""

REWIND = timedelta(seconds=5)
"""Further back on another server: each goes by the time at which it saw an event itself."""

NOTICED = timedelta(minutes=10)
"""A hole of this length in what the server has is told: servers keep about 36 hours, and begin later without a word."""

OPEN_SECONDS = 10.0
CLOSE_SECONDS = 1.0
LONGEST_WAIT = 60.0

LARGEST_EVENT = 2**20
"""Bytes; the server leaves out what is larger. A post has 3,000 bytes of text."""

log = structlog.get_logger(__name__)


class _Silent(Exception):
    """The server says nothing."""


class BlueskySource:
    """Every wanted post, and every deletion (most of which concern nobody here; see pipeline/ours.py), for ever.

    The cursor is {"time_us", "server"}: the newest event seen, and by whom. Resuming begins with that very event, so
    that its post comes again, an exact duplicate. What breaks is told in a batch with a `problem`, and tried again
    after 1, 2, 4, … 60 s, less up to a half by chance, at the next server where this one gave nothing. While nobody
    takes batches nothing is read, and the server waits or hangs up; either way nothing is lost.
    """

    total = None
    """Endless."""

    def __init__(
        self,
        settings: BlueskySettings,
        *,
        clock: Callable[[], datetime],
        name: str = "bluesky",
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        if not settings.servers:
            raise SettingsError("SENTISTREAM_BLUESKY_SERVERS names no server")
        self.name = name
        self._servers = settings.servers
        self._silent_seconds = settings.silent_seconds
        self._reader = PostReader(name, Wanted(settings.keywords, settings.languages))
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._at = 0
        self._seen_by: str | None = None

    async def batches(self, cursor: dict[str, Any] | None) -> AsyncIterator[SourceBatch]:
        """See sources/base.py; never ends. Without a cursor it begins now."""
        if cursor is None:
            self._at, self._seen_by = (self._clock() - EPOCH) // timedelta(microseconds=1), None
            yield SourceBatch([], self._cursor())
        else:
            self._at, self._seen_by = cursor["time_us"], cursor.get("server")
        server = self._servers.index(self._seen_by) if self._seen_by in self._servers else 0
        fruitless = 0
        while True:
            url = self._servers[server % len(self._servers)]
            heard = False
            try:
                async with self._connected(url) as connection, aclosing(self._listen(connection, url)) as listening:
                    async for batch in listening:
                        heard = True
                        yield batch
            except (OSError, WebSocketException, _Silent) as error:
                problem = _told(error, urlsplit(url).hostname or url)
            if heard:
                fruitless = 0
            else:
                server += 1
            wait = min(LONGEST_WAIT, 2.0 ** min(fruitless, 10)) * (1 - self._chance() / 2)
            fruitless += 1
            yield SourceBatch([], self._cursor(), problem)
            await self._sleep(wait)

    async def _listen(self, connection: ClientConnection, url: str) -> AsyncGenerator[SourceBatch, None]:
        """Batches of what comes, the first as soon as anything does; raises what ends it, at last.

        What it had heard and not yet brought comes again on the next connection: the cursor moves with the batch.
        """
        loop = asyncio.get_running_loop()
        entries: list[Entry] = []
        begun = False
        seen: int | None = None
        brought = heard = loop.time()
        while True:
            gone = heard + self._silent_seconds
            due = gone if seen is None and not entries else brought + (TICK if entries else SAVE_SECONDS)
            frame = await _frame(connection, min(due, gone))
            now = loop.time()
            if frame is not None:
                heard = now
                time_us, entry = self._reader.read(frame)
                seen = time_us or seen
                if entry is not None:
                    entries.append(entry)
            elif now >= gone:
                raise _Silent
            elif seen is None and not entries:
                continue
            # A first frame has to come before it is said to run: a server that only lets us in has proved nothing.
            if not begun or now >= due or len(entries) == MAX_BATCH:
                if seen is not None:
                    if not begun:
                        _tell_hole(self._at, seen, url)
                    self._at, self._seen_by = seen, url
                yield SourceBatch(entries, self._cursor())
                entries, seen, begun = [], None, True
                brought = loop.time()
                heard += brought - now  # a server is not silent while nobody listens

    def _cursor(self) -> dict[str, Any]:
        return {"time_us": self._at, "server": self._seen_by}

    def _connected(self, url: str) -> connect:
        # Not compressed: it is little that comes, and packing it for everybody is what costs the server most.
        # Not pinged either: while nobody takes batches no answer would be read. Silence tells that it is gone.
        rewind = timedelta(0) if self._seen_by in (None, url) else REWIND
        cursor = max(0, self._at - rewind // timedelta(microseconds=1))
        query = {"wantedCollections": COLLECTION, "maxMessageSizeBytes": LARGEST_EVENT, "cursor": cursor}
        return connect(
            f"{url}?{urlencode(query)}",
            compression=None,
            max_size=2 * LARGEST_EVENT,
            ping_interval=None,
            open_timeout=OPEN_SECONDS,
            close_timeout=CLOSE_SECONDS,
            user_agent_header=f"sentistream/{__version__}",
        )


async def _frame(connection: ClientConnection, until: float) -> bytes | None:
    """The next one; None if none has come at `until`, by the clock of the loop."""
    try:
        async with asyncio.timeout_at(until):
            return await connection.recv(decode=False)
    except TimeoutError:
        return None


def _tell_hole(asked: int, first: int, url: str) -> None:
    missing = timedelta(microseconds=first - asked)
    if missing > NOTICED:
        log.warning("bluesky_hole", server=place(url), minutes=round(missing / timedelta(minutes=1)))


def _told(error: Exception, host: str) -> str:
    """Why nothing comes from `host`, for people, and what to do about it."""
    if isinstance(error, _Silent):
        said = f"{host} lets us in and says nothing"
    elif isinstance(error, ConnectionClosed):
        said = f"{host} has closed the connection"
    elif isinstance(error, InvalidStatus):
        said = (
            f"{host} answers HTTP {error.response.status_code}: SENTISTREAM_BLUESKY_SERVERS may name the wrong address"
        )
    elif isinstance(error, WebSocketException):
        said = f"{host} does not speak WebSocket ({error}): is SENTISTREAM_BLUESKY_SERVERS right?"
    elif isinstance(error, socket.gaierror):
        said = f"{host} cannot be found: check this machine's connection, or HTTPS_PROXY"
    elif isinstance(error, ssl.SSLError):
        said = f"the certificate of {host} is refused ({error.reason or error})"
    elif isinstance(error, TimeoutError):
        said = f"{host} does not answer: check firewalls, or HTTPS_PROXY"
    else:
        reason = getattr(error, "strerror", None) or error
        said = f"{host} cannot be reached ({reason}): check firewalls, or HTTPS_PROXY"
    return f"{said}; trying again"
