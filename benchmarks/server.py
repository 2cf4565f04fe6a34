"""A real `sentistream` process to measure from outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import psutil


class Server:
    """A running process and a client for it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
        self.process = process
        self.port = port
        self.folder = folder
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)

    def data(self, path: str) -> Any:
        """The `data` of a GET."""
        return self.http.get(f"/api/v1/{path}").raise_for_status().json()["data"]

    def memory(self) -> float:
        """Resident MiB."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 2**20


@contextmanager
def serving(*arguments: object, analyser: str, folder: Path | None = None, **settings: str) -> Iterator[Server]:
    """`sentistream ARGUMENTS` on a free port and, unless `folder` is given, a fresh data folder.

    analyser: of SENTISTREAM_ANALYSIS_ANALYSER; every figure depends on it, so every question states it.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as fresh:
        data = folder or Path(fresh)
        command = [str(Path(sys.executable).with_name("sentistream")), *map(str, arguments)]
        option = "--port" if arguments[0] in ("up", "api") else "--metrics-port"
        process = subprocess.Popen(
            [*command, option, str(port), "--data-dir", str(data)],
            env=os.environ | {"SENTISTREAM_ANALYSIS_ANALYSER": analyser} | settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        server = Server(process, port, data)
        try:
            _wait(server)
            yield server
        finally:
            server.http.close()
            process.terminate()
            process.wait(60)


def _wait(server: Server) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            if server.http.get("/api/v1/health").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        if server.process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the server did not become healthy")
        time.sleep(0.05)
