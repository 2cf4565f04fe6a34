"""Draw README's pictures of the dashboard anew: `python -m scripts.draw_screenshots`, after `make dashboard`.

They show the bundled posts (examples/posts.jsonl), moved in time so that the newest was written just now, as a server
of their own in a folder of its own has read them. Needs Node, frontend/node_modules and Chromium.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec

ROOT = Path(__file__).parents[1]
POSTS = ROOT / "examples" / "posts.jsonl"
TARGET = ROOT / "docs" / "images"
AT_ONCE = 1000
PATIENCE = 300.0
"""Seconds for the server to start, and for all posts to be read."""


def moved(now: datetime) -> list[dict[str, Any]]:
    """The bundled posts as objects for the API, the newest of them written at `now`."""
    posts = [msgspec.json.decode(line) for line in POSTS.read_bytes().splitlines()]
    written = [datetime.fromisoformat(post["created_at"]) for post in posts]
    by = now - max(written)
    return [post | {"created_at": (at + by).isoformat()} for post, at in zip(posts, written, strict=True)]


def until(http: httpx.Client, path: str, name: str, wanted: object) -> None:
    """Ask until `data.name` is `wanted`; SystemExit after PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            found = http.get(path).json()["data"].get(name)
        except httpx.TransportError:
            found = None
        if found == wanted:
            return
        time.sleep(0.2)
    sys.exit(f"{path}: {name} never became {wanted}")


def main() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as folder:
        # One model for all, so that the pictures do not hang on how fast the machine is.
        environment = {**os.environ, "SENTISTREAM_ANALYSIS_ANALYSER": "full"}
        command = ("up", "--source", "none", "--data-dir", folder, "--port", address.rpartition(":")[2])
        with (
            subprocess.Popen([sys.executable, "-m", "sentistream", *command], env=environment) as server,
            httpx.Client(base_url=address, timeout=30) as http,
        ):
            try:
                until(http, "/api/v1/health", "status", "ok")
                posts = moved(datetime.now(UTC))
                for first in range(0, len(posts), AT_ONCE):
                    sent = http.post("/api/v1/posts", json={"posts": posts[first : first + AT_ONCE]})
                    sent.raise_for_status()
                until(http, "/api/v1/stats", "posts", len(posts))
                subprocess.run(["node", "e2e/screenshots.mjs", address, str(TARGET)], cwd=ROOT / "frontend", check=True)
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
