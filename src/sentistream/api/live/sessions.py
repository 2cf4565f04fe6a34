"""Sessions: what a live client asked for and how far it has come, so that it may go on at another replica."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections import deque
from typing import Literal

import msgspec
import structlog

from sentistream.api.live.client import Client
from sentistream.api.live.frames import Protocol
from sentistream.cache.base import Cache
from sentistream.domain.errors import InvalidParameter, NotFound, Unavailable
from sentistream.domain.event import Position
from sentistream.domain.query import Filters

log = structlog.get_logger(__name__)

LIVES_SECONDS = 3_600.0
"""After the client has gone."""

SAVE_SECONDS = 30.0
BEHIND = 2
"""A position is kept two saves late. A client that does not answer the server's pings is cut off within 40 seconds, so
what was sent a minute before to one that is still here has arrived: who resumes gets posts twice, and misses none."""

AT_ONCE = 20
"""Sessions saved at the same time."""

_ID = re.compile(r"[0-9a-f]{32}")


class Session(msgspec.Struct, frozen=True, array_like=True):
    """As it is kept: nothing of any post."""

    schema: Literal[1]
    protocol: Protocol
    filters: Filters
    position: str


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Session)


class _Open:
    """A connected client's, with the positions of the last saves."""

    def __init__(self, client: Client, position: Position) -> None:
        self.client = client
        self.positions = deque([position], maxlen=BEHIND + 1)

    def record(self) -> bytes:
        return _encoder.encode(Session(1, self.client.protocol, self.client.filters, str(self.positions[0])))


class Sessions:
    """Keeps the sessions of this process's clients in `cache`, anew every `SAVE_SECONDS` while `run()` runs."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._open: dict[str, _Open] = {}

    async def load(self, id: str) -> Session:
        """The session of a client that comes back. NotFound if it is over; Unavailable if nobody can tell."""
        if not _ID.fullmatch(id):
            raise InvalidParameter(
                "session must be one that this feed has told",
                parameter="session",
                provided=id[:64],
                allowed="a session",
            )
        kept = await self._cache.get(_key(id))
        try:
            if kept is not None:
                return _decoder.decode(kept)
        except msgspec.MsgspecError as error:
            log.info("session_of_another_release", reason=str(error))
        raise NotFound("this session is over: connect without it and subscribe again", session=id)

    async def begin(self, client: Client, position: Position, id: str | None) -> str:
        """Keep what `client` asked for, under `id` if it has one already; returns the id."""
        id = id or secrets.token_hex(16)
        self._open[id] = _Open(client, position)
        await self.save(id)
        return id

    async def save(self, id: str) -> None:
        """Keep it as it is now; what cannot be kept now will be with the next save of all."""
        if session := self._open.get(id):
            try:
                await self._cache.put(_key(id), session.record(), LIVES_SECONDS)
            except Unavailable as error:
                log.debug("session_not_saved", reason=error.message)

    def end(self, id: str | None, client: Client) -> None:
        """`client` is gone; its session is not, yet."""
        if id is not None and (session := self._open.get(id)) and session.client is client:
            del self._open[id]

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            await self.save_all()

    async def save_all(self) -> None:
        """Every client's position moves on by one save."""
        for session in self._open.values():
            session.positions.append(session.client.sent or session.positions[-1])
        ids = list(self._open)
        for first in range(0, len(ids), AT_ONCE):
            await asyncio.gather(*map(self.save, ids[first : first + AT_ONCE]))


def _key(id: str) -> str:
    return f"session:{id}"
