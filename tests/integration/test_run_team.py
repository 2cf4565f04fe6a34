"""`make run-team`: everything starts, posts arrive, and nothing is left of it."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from running import environment, free_port

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
MEMBERS = {"api", "worker 1", "worker 2", "watch", "ingest"}
LABELS = {"team", *MEMBERS}


class Script:
    """The running script, its output in `log`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / f"{self.port}.log"
        command = [sys.executable, "-m", "scripts.run_team", "--folder", str(folder / "team"), "--port", str(self.port)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment(SENTISTREAM_SOURCES_POSTS_PER_MINUTE="6000"),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def posts(self, more_than: int = 0) -> int:
        """How many are stored, once there are more than that."""
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                answer = httpx2.get(f"http://127.0.0.1:{self.port}/api/v1/stats", trust_env=False)
                found: dict[str, Any] = answer.json().get("data", {})
                if found.get("posts", 0) > more_than:
                    return int(found["posts"])
            except httpx2.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError(self.said()[-4_000:])

    def family(self) -> list[psutil.Process]:
        """Itself and all that it started."""
        script = psutil.Process(self.process.pid)
        return [script, *script.children(recursive=True)]

    def end(self, number: signal.Signals) -> int:
        """Its exit code after a signal to it alone, as a terminal sends it to who did not leave its session."""
        self.process.send_signal(number)
        return self.process.wait(90)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where another user, whom PostgreSQL may have to run as, can read."""
    path = Path(tempfile.mkdtemp(prefix="sentistream-team-", dir="/var/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def script(folder: Path) -> Iterator[Script]:
    started = Script(folder)
    yield started
    if started.process.poll() is None:
        for process in started.family():
            process.kill()
        started.process.wait(10)


def gone(family: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(family, timeout=5)
    return alive == []


def test_posts_arrive_and_ctrl_c_leaves_nothing_behind(folder: Path, script: Script) -> None:
    stored = script.posts()
    family = script.family()
    names = [process.name() for process in family]
    assert sum(name.startswith("postgres") for name in names) > 1
    assert sum(name.startswith("valkey") for name in names) == 1
    assert script.end(signal.SIGINT) == 0, script.said()[-4_000:]
    assert gone(family)
    lines = script.said().splitlines()
    assert {line.partition("|")[0].strip() for line in lines} <= LABELS
    assert {line.split("| ")[1] for line in lines if line.endswith(" started")} == {
        f"{name} started" for name in MEMBERS
    }
    assert any("is ready" in line for line in lines if line.startswith("api"))
    assert "ended with" not in script.said()

    again = Script(folder)
    assert again.posts(more_than=stored) > stored, "what it stored is found again"
    family = again.family()
    assert again.end(signal.SIGTERM) == 0, again.said()[-4_000:]
    assert gone(family)


def test_a_member_that_dies_ends_the_team(script: Script) -> None:
    script.posts()
    family = script.family()
    [watch] = [process for process in family if process.cmdline()[-1:] == ["watch"]]
    watch.kill()
    assert script.process.wait(90) == 1
    assert "watch ended with -9: the others end too" in script.said()
    assert gone(family)
