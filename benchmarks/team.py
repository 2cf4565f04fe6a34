"""The team profile as real processes on this machine: PostgreSQL and Valkey, durable, and ours on top."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import psutil
from scripts.servers.postgres import PostgresServer
from scripts.servers.valkey import ValkeyServer, free_port

from sentistream.storage.postgres.store import PostgresStore

SIZED = {
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "maintenance_work_mem": "256MB",
    "work_mem": "64MB",
}
"""What docs/profiles.md tells people to set on a machine for a team; durability stays as PostgreSQL has it."""


@contextmanager
def postgres(folder: Path | None = None, **settings: str) -> Iterator[PostgresServer]:
    """A running PostgreSQL; its data is gone at the end unless `folder` is given."""
    # Root cannot run PostgreSQL, and another user cannot enter root's temporary folders.
    place = folder or Path(tempfile.mkdtemp(prefix="sentistream-bench-", dir="/var/tmp"))
    server = PostgresServer(place, settings=SIZED | settings)
    try:
        with server:
            yield server
    finally:
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def valkey() -> Iterator[ValkeyServer]:
    """A running Valkey with `appendfsync always`; its data is gone at the end."""
    with tempfile.TemporaryDirectory(prefix="sentistream-bench-") as folder, ValkeyServer(Path(folder)) as server:
        yield server


class Team:
    """Both servers, and whatever was started on them."""

    def __init__(
        self, database: PostgresServer, stream: ValkeyServer, folder: Path, environment: dict[str, str]
    ) -> None:
        self.database = database
        self.stream = stream
        self.folder = folder
        self.environment = environment
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: object) -> subprocess.Popen[bytes]:
        """`sentistream ARGUMENTS`."""
        command = [str(Path(sys.executable).with_name("sentistream")), *map(str, arguments)]
        with (self.folder / f"{len(self.processes)}-{arguments[0]}.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--data-dir", str(self.folder / "data")], env=self.environment, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def serve(self) -> int:
        """`sentistream api`; returns its port once it is healthy, RuntimeError if that takes a minute."""
        port = free_port()
        self.start("api", "--port", port)
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            give_up = time.monotonic() + 60
            while time.monotonic() < give_up:
                try:
                    if http.get("/api/v1/health").status_code == 200:
                        return port
                except httpx2.TransportError:
                    pass
                time.sleep(0.1)
        raise RuntimeError((self.folder / f"{len(self.processes) - 1}-api.log").read_text()[-2_000:])

    def memory(self) -> dict[str, float]:
        """MiB of each, shared pages in equal parts: `1-worker`, …, `postgres`, `valkey`."""
        found = {
            f"{number}-{Path(process.args[1]).name}": _memory(process.pid)  # type: ignore[index]
            for number, process in enumerate(self.processes)
            if process.poll() is None
        }
        return found | {"postgres": _memory(self.database.pid), "valkey": _memory(self.stream.pid)}

    def end(self) -> None:
        """Let every process finish what it has."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(60)


def _memory(pid: int) -> float:
    root = psutil.Process(pid)
    return sum(one.memory_full_info().pss for one in [root, *root.children(recursive=True)]) / 2**20


@contextmanager
def team(analyser: str, database: PostgresServer | None = None, **settings: str) -> Iterator[Team]:
    """Servers, with an empty database unless one is given, and the settings of processes that `start` begins."""
    with ExitStack() as stack:
        database = database or stack.enter_context(postgres())
        stream = stack.enter_context(valkey())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sentistream-bench-")))
        environment = os.environ | {
            "DATABASE_URL": database.url(),
            "SENTISTREAM_STREAM_URL": stream.url,
            "SENTISTREAM_LIVE_URL": stream.url,
            "SENTISTREAM_ANALYSIS_ANALYSER": analyser,
        }
        found = Team(database, stream, folder, environment | settings)
        asyncio.run(_migrated(database.url()))
        try:
            yield found
        finally:
            found.end()


async def _migrated(url: str) -> None:
    store = PostgresStore(url)
    await store.migrate()
    await store.close()
