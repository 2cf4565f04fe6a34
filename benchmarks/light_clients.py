"""A WebSocket client that costs next to nothing, so that a thousand of them leave the cores to the server.

It reads the lengths of frames, looks in the news of posts for the moment that the publisher wrote into them, and
answers pings. Nothing else is decoded.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import sys
import time
from array import array
from typing import cast

import uvloop

MARK = b"sent-at-"
DIGITS = 17
TEXT, PING = 0x81, 0x89


def stamp(moment: float) -> str:
    """What the publisher puts into a post: seconds since 1970, always as many digits."""
    return f"{MARK.decode()}{moment:0{DIGITS}.6f}"


class Reader(asyncio.Protocol):
    """One connection; `delays` (seconds) and the count of frames are shared by all of a process."""

    def __init__(self, path: str, delays: array[float], joined: asyncio.Queue[None]) -> None:
        self._path = path
        self._delays = delays
        self._joined = joined
        self._upgraded = False
        self._rest = b""
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self._transport = transport = cast(asyncio.Transport, transport)
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Cut frames out of what came."""
        now = time.time()
        data = self._rest + data if self._rest else data
        at = 0
        if not self._upgraded:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return
            assert data.startswith(b"HTTP/1.1 101"), data[:200]
            self._upgraded, at = True, end + 4
            self._joined.put_nowait(None)
        while len(data) - at >= 2:
            length, head = data[at + 1], 2
            if length == 126:
                length, head = int.from_bytes(data[at + 2 : at + 4], "big"), 4
            elif length == 127:
                length, head = int.from_bytes(data[at + 2 : at + 10], "big"), 10
            end = at + head + length
            if len(data) < end:
                break
            if data[at] == TEXT:
                self._news(data, at + head, end, now)
            elif data[at] == PING:
                self._transport.write(bytes((0x8A, 0x80 | length)) + bytes(4) + data[at + head : end])
            at = end
        self._rest = data[at:]

    def connection_lost(self, error: Exception | None) -> None:
        """It ends before its time."""
        self.lost = True

    def _news(self, data: bytes, start: int, end: int, now: float) -> None:
        """The delay of a frame is that of its oldest post, which comes first."""
        found = data.find(MARK, start, end)
        if found >= 0:
            written = found + len(MARK)
            self._delays.append(now - float(data[written : written + DIGITS]))


async def _listen(port: int, paths: list[str], seconds: float) -> None:
    loop = asyncio.get_running_loop()
    delays: array[float] = array("d")
    joined: asyncio.Queue[None] = asyncio.Queue()
    readers = []
    for path in paths:
        _, reader = await loop.create_connection(
            lambda path=path: Reader(path, delays, joined), "127.0.0.1", port  # type: ignore[misc]
        )  # fmt: skip
        readers.append(reader)
    for _ in paths:
        await joined.get()
    print(json.dumps("joined"), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        del delays[:]
        await asyncio.sleep(seconds)
        lost = sum(reader.lost for reader in readers)
        print(json.dumps({"delays": delays.tolist(), "lost": lost}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("paths", nargs="+")
    given = parser.parse_args()
    uvloop.run(_listen(given.port, given.paths, given.seconds))
