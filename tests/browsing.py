"""A real Chromium, driven step by step, and servers for it to look at."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from fakes import unavailable
from running import Running, running

FRONTEND = Path(__file__).parents[1] / "frontend"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")

QUICK_ALERTS = {"SENTISTREAM_ALERTS_EVERY_SECONDS": "1"}
"""For a server whose alerts a test waits for."""


class Browser:
    """Steps of frontend/e2e/dashboard.mjs, as methods: `browser.open(url=…)`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: Queue[str] = Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def __getattr__(self, step: str) -> Any:
        def run_step(**given: Any) -> Any:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps({"step": step, **given}) + "\n")
            self._process.stdin.flush()
            try:
                answer = json.loads(self._lines.get(timeout=120))
            except Empty:
                raise AssertionError(f"the browser did not answer to {step}") from None
            assert answer["ok"], f"{step}: {answer['error']}"
            return answer["value"]

        return run_step


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """One Chromium with what it needs; skips the test, or fails it where nothing may be missing, without."""
    if not (node := shutil.which("node")):
        unavailable("the browser test needs Node 20 or newer on PATH")
    if not os.environ.get("CHROMIUM_PATH") and not any(map(shutil.which, CHROMIUM_NAMES)):
        unavailable("the browser test needs Chromium: install the package chromium, or set CHROMIUM_PATH")
    if not (FRONTEND / "node_modules" / "playwright-core").is_dir():
        unavailable("the browser test needs frontend/node_modules: run npm ci in frontend/")
    if not files("sentistream").joinpath("dashboard", "index.html").is_file():
        unavailable("the dashboard is not built: run make dashboard")
    assert node is not None
    with subprocess.Popen(
        [node, "e2e/dashboard.mjs"], cwd=FRONTEND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Browser(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


@contextlib.contextmanager
def serving(folder: Path, *arguments: object, **extra: str) -> Iterator[Running]:
    """`sentistream up`, healthy; `extra` goes into its environment."""
    with running(folder, "up", "--data-dir", folder / "data", *arguments, **extra) as server:
        server.healthy()
        yield server


def stock(server: Running, posts: Sequence[Mapping[str, Any]]) -> None:
    """Bring the first posts in, and wait until each is stored and read by the last model that reads it."""
    answer = server.http.post("/api/v1/posts", json={"posts": posts})
    assert answer.status_code == 202, answer.text
    server.until(lambda: server.data("stats")["posts"] == len(posts), 60, "all posts stored")
    server.until(lambda: server.data("metrics/tiers")["waiting"] == 0, 60, "all posts read by the full model")


def address(server: Running) -> str:
    """Where its dashboard is."""
    return f"http://127.0.0.1:{server.port}"
