"""Clients of the live feed over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from house import House
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

PATIENCE = 10.0


class Socket:
    """A client that reads messages as they come."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def next(self) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(PATIENCE):
            return dict(json.loads(await self.connection.recv()))

    async def of(self, kind: str) -> dict[str, Any]:
        """The next message of a kind; metrics may come at any time and are passed over."""
        while True:
            message = await self.next()
            if message["type"] == kind:
                return message
            assert message["type"] == "metrics_update", message

    async def posts(self, count: int) -> list[dict[str, Any]]:
        """Messages of type posts until `count` posts were in them."""
        found: list[dict[str, Any]] = []
        while sum(message["count"] for message in found) < count:
            found.append(await self.of("posts"))
        return found

    async def say(self, message: Any) -> None:
        """Send JSON."""
        await self.connection.send(json.dumps(message))

    async def closed(self) -> tuple[int, str, list[dict[str, Any]]]:
        """Code and reason of the close, and what came before it."""
        before: list[dict[str, Any]] = []

        async def read_on() -> None:
            while True:
                before.append(await self.next())

        with pytest.raises(ConnectionClosed) as caught:
            await read_on()
        assert caught.value.rcvd is not None
        return caught.value.rcvd.code, caught.value.rcvd.reason, before


class Feed:
    """A served house."""

    def __init__(self, house: House, port: int) -> None:
        self.house = house
        self.port = port

    @asynccontextmanager
    async def open(self, query: str = "", **options: Any) -> AsyncIterator[Socket]:
        """A connected client."""
        uri = f"ws://127.0.0.1:{self.port}/ws/sentiment{query and '?'}{query}"
        settings = {"compression": None, "max_size": None, "ping_interval": None, "close_timeout": 1} | options
        async with connect(uri, **settings) as connection:
            yield Socket(connection)

    async def refused(self, query: str = "", **options: Any) -> tuple[int, str]:
        """Status and error code of a handshake that must fail."""
        with pytest.raises(InvalidStatus) as caught:
            async with self.open(query, **options):
                pass
        response = caught.value.response
        return response.status_code, json.loads(response.body)["error"]["code"]
