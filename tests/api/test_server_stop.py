"""A server that stops: what it still answers, and which connections it leaves to the other side to close."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sentistream.api.server import HttpServer, bind

SECONDS = 60


async def answer(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """The smallest application: every request is answered with "ok"."""
    if scope["type"] == "lifespan":
        for event in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{event}.complete"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


class Client:
    """A connection, spoken to by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, *headers: str) -> str:
        """The head of the answer, in small letters."""
        self._writer.write("\r\n".join(["GET / HTTP/1.1", "Host: x", *headers, "", ""]).encode())
        async with asyncio.timeout(SECONDS):
            head = await self._reader.readuntil(b"\r\n\r\n")
            assert await self._reader.readexactly(2) == b"ok"
        return head.decode().lower()

    async def closed(self) -> bool:
        """Whether the server ends the connection, without another word."""
        async with asyncio.timeout(SECONDS):
            return await self._reader.read() == b""


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HttpServer]:
    """A server that leaves its connections all the time a busy machine may need."""
    monkeypatch.setattr("sentistream.api.server.PROXY_SECONDS", SECONDS)
    monkeypatch.setattr("sentistream.api.server.FIRST_REQUEST_SECONDS", SECONDS)
    serving = HttpServer(answer, bind("127.0.0.1", 0))
    task = asyncio.create_task(serving.run())
    async with asyncio.timeout(SECONDS):
        await serving.started.wait()
    yield serving
    serving.stop()
    await task


@pytest.fixture
def port(server: HttpServer) -> int:
    return int(server.url.rpartition(":")[2])


async def refuses(port: int) -> None:
    """Wait until nobody listens any more."""
    async with asyncio.timeout(SECONDS):
        while True:
            try:
                async with connected(port):
                    pass
            except OSError:
                return
            await asyncio.sleep(0.01)


async def test_a_request_that_a_proxy_sends_while_the_server_stops_is_answered(server: HttpServer, port: int) -> None:
    async with connected(port) as proxy:
        assert "connection: close" not in await proxy.ask("X-Forwarded-For: 192.0.2.1")
        server.stop()
        await refuses(port)
        assert "connection: close" in await proxy.ask("X-Forwarded-For: 192.0.2.1"), "it must not send another here"
        assert await proxy.closed()


async def test_a_connection_that_was_only_just_made_gets_its_first_request_answered(
    server: HttpServer, port: int
) -> None:
    async with connected(port) as last:
        server.stop()
        await refuses(port)
        assert "connection: close" in await last.ask()
        assert await last.closed()


async def test_an_idle_connection_without_a_proxy_is_closed_at_once(server: HttpServer, port: int) -> None:
    async with connected(port) as proxy, connected(port) as direct:
        await proxy.ask("X-Forwarded-For: 192.0.2.1")
        await direct.ask()
        server.stop()
        assert await direct.closed()
        assert "connection: close" in await proxy.ask("X-Forwarded-For: 192.0.2.1"), "closed before the proxy's"
