"""Serves an application over HTTP and WebSocket as one of a process's supervised parts."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from sentistream.domain.errors import SettingsError

GRACE_SECONDS = 5
"""How long open requests may take to finish once the server was asked to stop."""

PROXY_SECONDS = 3
"""How long a connection that a proxy keeps open outlives the server's wish to stop. A request may be on its way on it,
and a proxy whose connection breaks cannot know whether that was seen. So the proxy is the one who has to close, and
sooner (deploy/images/Caddyfile: after 2 s without a request)."""

FIRST_REQUEST_SECONDS = 0.5
"""How long a connection that the server has just accepted may take to send its first request then."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; SettingsError says why there can be none."""
    host = host.strip("[]")
    try:
        [(family, kind, protocol, _, address), *_] = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise SettingsError(f"cannot bind to {host}: {error.strerror}", setting="api.host") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            message = f"port {port} of {host} is in use: choose another with --port (0 picks a free one)"
            raise SettingsError(message, setting="api.port") from error
        raise SettingsError(f"cannot bind to {host}, port {port}: {error.strerror}", setting="api.host") from error
    return listener


SERVER_OPTIONS: dict[str, Any] = {
    "ws_per_message_deflate": False,  # a hundred clients would each compress the same frame again
    "ws_max_size": 64 * 1024,
    "http": HttpToolsProtocol,
    "server_header": False,
    "proxy_headers": False,  # a scheme that a header claims would defeat the check of origins
}
"""How uvicorn must serve the application, wherever it does."""


class HttpServer:
    """Serves `app` on `listener` until `stop()`.

    The same socket serves again after a crash: connections that come meanwhile wait in its queue.
    """

    def __init__(self, app: Any, listener: socket.socket) -> None:
        self._app = app
        self._listener = listener
        self._address = listener.getsockname()
        self._stopping = False
        self._server: _Server | None = None
        self.started = asyncio.Event()

    @property
    def url(self) -> str:
        """Where people find it."""
        host, port = self._address[:2]
        if host in ("0.0.0.0", "::"):
            host = "127.0.0.1" if host == "0.0.0.0" else "::1"
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def stop(self) -> None:
        """Take no new connections, finish the requests under way, return from `run()`."""
        self._stopping = True
        self._listener.close()
        if self._server is not None:
            self._server.should_exit = True

    async def run(self) -> None:
        """Until `stop()`; raises what the application's start raises."""
        config = uvicorn.Config(
            self._app,
            log_config=None,
            log_level="warning",  # who starts and stops us says so himself
            access_log=False,
            lifespan="on",
            **SERVER_OPTIONS,
            date_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=30,
        )
        if self._stopping:
            return
        server = _Server(config, self.started)
        self._server = server
        # uvicorn closes the sockets it is given; ours has to outlive a crash.
        copy = self._listener.dup()
        copy.setblocking(False)
        try:
            await server.serve(sockets=[copy])
        except SystemExit as error:
            raise RuntimeError("the HTTP server could not start; the log has the cause") from error
        finally:
            self.started.clear()
            self._server = None
            copy.close()

    def close(self) -> None:
        """Release the port."""
        self._listener.close()


class _Server(uvicorn.Server):
    """Leaves signals to the process it runs in, and says when it serves."""

    def __init__(self, config: uvicorn.Config, started: asyncio.Event) -> None:
        super().__init__(config)
        self._started_event = started

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._started_event.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listener in sockets or []:
            await self._accept_waiting(listener)
        for server in self.servers:
            server.close()
        await self._leave()
        await super().shutdown(sockets=sockets)

    async def _accept_waiting(self, listener: socket.socket) -> None:
        """Take what stands in the queue: closing it would break those connections."""

        def protocol() -> asyncio.Protocol:
            made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
                config=self.config, server_state=self.server_state, app_state=self.lifespan.state
            )
            return made

        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:  # nobody waits, or whoever did has gone
                return
            accepted.setblocking(False)
            await asyncio.get_running_loop().connect_accepted_socket(protocol, accepted)

    async def _leave(self) -> None:
        """Answer what comes on connections that proxies keep, saying that each is the last answer, until they close."""
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        clock = asyncio.get_running_loop().time
        began = clock()
        while waited_for := [
            connection
            for connection in self.server_state.connections
            if isinstance(connection, HttpToolsProtocol)
            and clock() - began < (FIRST_REQUEST_SECONDS if connection.cycle is None else PROXY_SECONDS)
            and (connection.cycle is None or _came_by_proxy(connection.cycle))
        ]:
            for connection in self.server_state.connections.difference(waited_for):
                connection.shutdown()
            for connection in waited_for:
                if connection.cycle is not None and not connection.cycle.response_started:
                    connection.cycle.keep_alive = False  # the answer will say so
            await asyncio.sleep(0.02)


def _came_by_proxy(request: RequestResponseCycle) -> bool:
    return any(name == b"x-forwarded-for" for name, _ in request.scope["headers"])
