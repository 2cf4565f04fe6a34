"""Real processes on free ports, watched until they are where a test wants them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import psutil

from sentistream.settings import ALIASES

SENTISTREAM = Path(sys.executable).with_name("sentistream")

T = TypeVar("T")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


DEFAULT_ANALYSER = {"SENTISTREAM_ANALYSIS_ANALYSER": ""}
"""For tests in which the analysis is the subject: the one that people get who set nothing."""


def environment(**extra: str) -> dict[str, str]:
    """Ours without any setting of the person who runs the tests, the lexicon as the quickest analyser, and `extra`."""
    foreign = {name for name in os.environ if name in ALIASES or name.startswith("SENTISTREAM_")}
    ours = {name: value for name, value in os.environ.items() if name not in foreign}
    return {**ours, "SENTISTREAM_ANALYSIS_ANALYSER": "lexicon", **extra}


def run(
    *arguments: object, cwd: Path, timeout: float = 60, stdin: str | None = None, **extra: str
) -> subprocess.CompletedProcess[str]:
    """`sentistream ARGUMENTS` to its end; both outputs kept."""
    return subprocess.run(
        [str(SENTISTREAM), *map(str, arguments)],
        cwd=cwd,
        env=environment(**extra),
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


PATIENCE = 3
"""How much longer than on an idle machine something may take before it is given up."""


class Running:
    """A `sentistream COMMAND` that serves HTTP on `port`, its output in `folder`/log."""

    def __init__(self, folder: Path, *arguments: object, port: int | None = None, **extra: str) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.log = folder / f"{arguments[0]}-{self.port}.log"
        option = "--port" if arguments[0] in ("up", "api") else "--metrics-port"
        self._arguments = [str(SENTISTREAM), *map(str, arguments), option, str(self.port)]
        self._environment = environment(SENTISTREAM_LOGS_FORMAT="json", **extra)
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=30)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> subprocess.Popen[bytes]:
        """The process; it must have been started."""
        assert self.process is not None
        return self.process

    def start(self) -> None:
        """Start it, again if it has ended."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._arguments,
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def said(self) -> str:
        """Everything written so far."""
        return self.log.read_text(errors="replace")

    def until(self, look: Callable[[], T | None], seconds: float, what: str) -> T:
        """The first truthy answer of `look`; a failure if the process ends meanwhile, or if it takes too long.

        seconds: what an idle machine may need; a busy one gets `PATIENCE` times as many.
        """
        began = time.monotonic()
        deadline = began + seconds * PATIENCE
        while True:
            with contextlib.suppress(httpx2.TransportError):
                if answer := look():
                    return answer
            # The longer it takes the more rarely: every look takes time from the process that is waited for.
            pause = min(0.1, 0.02 + (time.monotonic() - began) / 50)
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = self.alive.wait(pause)
                raise AssertionError(f"ended with {code} before: {what}\n{self.said()[-4000:]}")
            assert time.monotonic() < deadline, f"not within {seconds * PATIENCE:.0f} s: {what}\n{self.said()[-4000:]}"

    def healthy(self, seconds: float = 60) -> dict[str, Any]:
        """Wait for health 200; returns its answer."""

        def look() -> dict[str, Any] | None:
            answer = self.http.get("/api/v1/health")
            return answer.json() if answer.status_code == 200 else None

        return self.until(look, seconds, "healthy")

    def data(self, path: str, **parameters: Any) -> Any:
        """The `data` of a GET that must succeed."""
        answer = self.http.get(f"/api/v1/{path}", params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def memory(self) -> int:
        """Resident bytes."""
        return int(psutil.Process(self.alive.pid).memory_info().rss)

    def terminate(self, seconds: float = 30) -> int:
        """SIGTERM, then its exit code."""
        self.alive.send_signal(signal.SIGTERM)
        return self.alive.wait(seconds)

    def kill(self) -> None:
        """SIGKILL: nothing in the process gets to run again."""
        self.alive.kill()
        self.alive.wait(10)

    def close(self) -> None:
        """End it whatever it does, and let go of everything."""
        self.http.close()
        if self.process is not None and self.process.poll() is None:
            self.kill()


@contextlib.contextmanager
def running(folder: Path, *arguments: object, port: int | None = None, **extra: str) -> Iterator[Running]:
    """A started process, gone at the end whatever happens."""
    process = Running(folder, *arguments, port=port, **extra)
    try:
        process.start()
        yield process
    finally:
        process.close()
