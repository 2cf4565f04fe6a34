"""The WebSocket at /ws/sentiment: the handshake, the two directions, the goodbye."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple, cast

import msgspec
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from sentistream.api.dependencies import Services, check_names
from sentistream.api.errors import body as error_body
from sentistream.api.live.client import POLICY_VIOLATION, TRY_AGAIN_LATER, Client
from sentistream.api.live.frames import Frame, Protocol
from sentistream.api.live.hub import Hub
from sentistream.api.live.sessions import Session, Sessions
from sentistream.api.parameters.filters import dimension_filters
from sentistream.domain.errors import InvalidParameter, MalformedBody, PositionLost, SentiStreamError, Unavailable
from sentistream.domain.event import Position
from sentistream.domain.query import DIMENSIONS, Filters

log = structlog.get_logger(__name__)

PATH = "/ws/sentiment"
SUBPROTOCOL = "sentistream"
"""Spoken where the client offers it, which lets it offer `api-key.<key>` beside it."""

MAX_MESSAGE = 64 * 1024
"""Longest message a client may send, in characters."""

GOODBYE = 5.0
"""Seconds a client gets to take the closing message."""

PARAMETERS = ("since", "session", "protocol", *DIMENSIONS)


class Subscribe(msgspec.Struct, tag="subscribe", tag_field="type", forbid_unknown_fields=True):
    """Other filters from now on."""

    filters: dict[str, str | list[str]] = {}


class Ping(msgspec.Struct, tag="ping", tag_field="type"):
    """Answered by pong."""


_incoming = msgspec.json.Decoder(Subscribe | Ping)


async def live_feed(websocket: WebSocket) -> None:
    """One connection, from handshake to close."""
    services: Services = websocket.app.state.services
    hub: Hub = websocket.app.state.hub
    sessions: Sessions = websocket.app.state.sessions
    offered = websocket.scope.get("subprotocols") or []
    try:
        await websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in offered else None)
        try:
            wanted = _wanted(websocket)
            if wanted.session is not None:
                wanted = wanted.over(await sessions.load(wanted.session))
            client = hub.admit(wanted.protocol or "batch", wanted.filters or Filters())
        except SentiStreamError as error:
            services.metrics.errors.labels(error.code).inc()
            await _refuse(websocket, error)
            return
        try:
            await _Connection(websocket, hub, sessions, client, wanted).serve(services)
        finally:
            hub.leave(client)
    except WebSocketDisconnect:
        pass  # gone before or while we spoke, which is its right


class Wanted(NamedTuple):
    """What a client asks for as it connects; None where it leaves that to its session, or to us."""

    protocol: Protocol | None
    filters: Filters | None
    since: Position | None
    session: str | None

    def over(self, kept: Session) -> Wanted:
        """With what the session adds."""
        return Wanted(
            self.protocol or kept.protocol,
            self.filters or kept.filters,
            self.since or Position.parse(kept.position),
            self.session,
        )


def _wanted(websocket: WebSocket) -> Wanted:
    query = websocket.query_params
    check_names([name for name, _ in query.multi_items()], PARAMETERS)
    protocol = query.get("protocol")
    if protocol not in (None, "batch", "single"):
        raise InvalidParameter(
            "protocol must be batch or single", parameter="protocol", provided=protocol, allowed=["batch", "single"]
        )
    since = None
    if text := query.get("since"):
        try:
            since = Position.parse(text)
        except ValueError:
            raise InvalidParameter(
                "since must be a position this feed has told", parameter="since", provided=text, allowed="epoch-offset"
            ) from None
    given: dict[str, str | list[str]] = {name: value for name, value in query.items() if name in DIMENSIONS}
    filters = dimension_filters(given) if given else None
    return Wanted(cast(Protocol | None, protocol), filters, since, query.get("session"))


async def _refuse(websocket: WebSocket, error: SentiStreamError) -> None:
    await websocket.send_text(_error_text(error))
    code = TRY_AGAIN_LATER if isinstance(error, Unavailable) else POLICY_VIOLATION
    await websocket.close(code, _short(error.message))


def _error_text(error: SentiStreamError) -> str:
    return '{"type":"error",' + error_body(error.code, error.message, error.details).decode()[1:]


def _short(reason: str) -> str:
    """A close frame holds at most 123 bytes of reason."""
    return reason.encode()[:120].decode(errors="ignore")


class _Connection:
    """An admitted client and its socket."""

    def __init__(self, websocket: WebSocket, hub: Hub, sessions: Sessions, client: Client, wanted: Wanted) -> None:
        self._websocket = websocket
        self._hub = hub
        self._sessions = sessions
        self._client = client
        self._since = wanted.since
        self._session = wanted.session
        self._joined = asyncio.Event()

    async def serve(self, services: Services) -> None:
        """Until either side has had enough."""
        parts = [
            asyncio.create_task(self._send(services)),
            asyncio.create_task(self._receive()),
            asyncio.create_task(self._client.closing.wait()),
        ]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for part in parts:
                part.cancel()
            results = await asyncio.gather(*parts, return_exceptions=True)
            self._sessions.end(self._session, self._client)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
                raise result
        if self._client.closing.is_set():
            await self._say_goodbye()

    async def _send(self, services: Services) -> None:
        try:
            await self._begin(services)
        except TimeoutError:
            running = self._joined.is_set()
            reason = "too slow: reconnect with since" if running else "the live feed is not running yet"
            self._client.close(TRY_AGAIN_LATER, reason)
            return
        while True:
            frame = await self._client.take()
            await self._put(frame)
            self._client.taken(frame)

    async def _begin(self, services: Services) -> None:
        """Say where the client stands, then what it missed; from there on the hub feeds it."""
        client, hub, since = self._client, self._hub, self._since
        lost = False
        try:
            await hub.ready(since)
        except PositionLost:
            lost, since = True, None
            await hub.ready(None)
        position = hub.join(client)
        self._joined.set()
        missed: list[Frame] = []
        if since is not None:
            try:
                missed = await hub.history(client, since, position)
            except PositionLost:
                lost, since = True, None
        self._session = await self._sessions.begin(client, since or position, self._session)
        hello = Frame.control(
            "connected",
            position=str(since or position),
            session=self._session,
            as_of=services.clock(),
            protocol=client.protocol,
            filters=client.filters.dimensions(),
        )
        await self._put(hello)
        if lost:
            await self._put(Frame.control("position_lost", position=str(position)))
        patience = services.live_settings.slow_seconds
        for number, frame in enumerate(missed):
            async with asyncio.timeout(patience):
                await self._put(frame)
            missed[number] = hello  # what was sent need not be kept while the rest is

    async def _put(self, frame: Frame) -> None:
        for message in frame.messages():
            await self._websocket.send_text(message)

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            await self._joined.wait()
            if message["type"] == "websocket.disconnect":
                return
            filters = self._client.filters
            try:
                self._handle(message.get("text"))
            except SentiStreamError as error:
                self._client.close(POLICY_VIOLATION, _short(error.message), _error_text(error))
                return
            if self._client.filters is not filters and self._session is not None:
                await self._sessions.save(self._session)

    def _handle(self, text: Any) -> None:
        if not isinstance(text, str) or len(text) > MAX_MESSAGE:
            raise MalformedBody(f"a message is JSON text of at most {MAX_MESSAGE:,} characters")
        try:
            message = _incoming.decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError) as error:
            expected = '{"type": "ping"} or {"type": "subscribe", "filters": {…}}'
            raise MalformedBody(f"expected {expected}: {error}") from None
        if isinstance(message, Ping):
            self._client.reply(Frame.control("pong"))
            return
        filters = dimension_filters(message.filters)
        position = self._hub.change(self._client, filters)
        self._client.offer([Frame.control("subscribed", position=str(position), filters=filters.dimensions())])

    async def _say_goodbye(self) -> None:
        client, websocket = self._client, self._websocket
        if websocket.client_state is WebSocketState.DISCONNECTED:
            return
        try:
            async with asyncio.timeout(GOODBYE):
                if client.farewell is not None:
                    await websocket.send_text(client.farewell)
                await websocket.close(client.code, client.reason)
        except TimeoutError:
            log.info("live_client_abandoned", code=client.code, reason=client.reason)
