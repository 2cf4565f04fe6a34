"""The frontend's proxy as its image runs it, on ports of this machine, and a name server with several answers."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from places import IMAGES, program

START_SECONDS = 60.0


def free_port(host: str = "127.0.0.1") -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def proxy(folder: Path, *, backend: str, resolver: str = "", hosts: str = "") -> AsyncIterator[int]:
    """The real Caddyfile; yields the port.

    folder: holds `site` (the dashboard's files), `api_key` and, if any, `extra` (snippets). backend: NAME PORT.
    resolver: HOST:PORT of the name server to ask instead of the machine's. Only port, folder and name server differ
    from the image.
    """
    port = free_port()
    named = {"BACKEND": backend, "HOSTS": hosts, "API_KEY_FILE": str(folder / "api_key")}
    environment = {**os.environ, **named, "HOME": str(folder)}
    configuration = await asyncio.to_thread(adapted, folder, environment)
    servers = configuration["apps"]["http"]["servers"]
    (server,) = servers.values()
    server["listen"] = [f"127.0.0.1:{port}"]
    text = json.dumps(configuration).replace('"/srv"', json.dumps(str(folder / "site")))
    if resolver:
        source = '"source": "a"'
        assert source in text
        text = text.replace(source, f'{source}, "resolver": {{"addresses": ["udp/{resolver}"]}}')
    (folder / "caddy.json").write_text(text)
    process = _started(folder, environment)
    try:
        await _listening(process, port)
        yield port
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 30)


def adapted(folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    """The Caddyfile as Caddy understands it, with the snippets in `folder`/extra."""
    text = (IMAGES / "Caddyfile").read_text().replace("/etc/caddy/extra", str(folder / "extra"))
    (folder / "Caddyfile").write_text(text)
    command = [program("caddy"), "adapt", "--adapter", "caddyfile", "--config", folder / "Caddyfile"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=START_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _started(folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    with (folder / "caddy.log").open("wb") as log:
        command = [program("caddy"), "run", "--config", folder / "caddy.json"]
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


async def _listening(process: subprocess.Popen[bytes], port: int) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            assert process.poll() is None, "caddy ended; caddy.log has the cause"
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


class _Names(asyncio.DatagramProtocol):
    """Answers every question for A records with the same addresses, any other with none."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._answers = [b"\xc0\x0c\0\x01\0\x01\0\0\0\x01\0\x04" + socket.inet_aton(one) for one in addresses]
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        end = data.index(0, 12) + 5  # the name, then two bytes of type and two of class
        answers = self._answers if data[end - 4 : end - 2] == b"\0\x01" else []
        head = data[:2] + b"\x81\x80\0\x01" + len(answers).to_bytes(2, "big") + b"\0\0\0\0"
        assert self._transport is not None
        self._transport.sendto(head + data[12:end] + b"".join(answers), addr)


@asynccontextmanager
async def names(addresses: Sequence[str]) -> AsyncIterator[str]:
    """A name server for which every name has `addresses`; yields its HOST:PORT."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Names(addresses), local_addr=("127.0.0.1", 0))
    try:
        host, port = transport.get_extra_info("sockname")[:2]
        yield f"{host}:{port}"
    finally:
        transport.close()
