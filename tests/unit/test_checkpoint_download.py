"""A checkpoint by name, from a hub of our own: downloaded once and then read offline, or refused with the reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tiny_checkpoints import COMMIT, make, needed

# The client reads its settings when it is imported, so every client is a process of its own.
CLIENT = """
import json, sys
from sentistream.analysis.checkpoint import Checkpoint, libraries
from sentistream.domain.errors import SettingsError
for name in sys.argv[1:]:
    try:
        checkpoint = Checkpoint(name, libraries())
        checkpoint.load("cpu")
        found = [checkpoint.name, checkpoint.version, sorted(checkpoint.languages), checkpoint.labels]
    except SettingsError as error:
        found = error.message
    print(json.dumps(found))
"""
REFUSED = {"acme/gated": (403, "GatedRepo"), "acme/none": (401, "RepoNotFound")}


@pytest.fixture(autouse=True)
def _extra(monkeypatch: pytest.MonkeyPatch) -> None:
    needed(monkeypatch)


@contextmanager
def hub(folder: Path, asked: list[str]) -> Iterator[str]:
    """Serves `folder` as acme/tiny and the empty acme/empty, as much as the client's downloads need; its address."""

    class Hub(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer()

        def do_GET(self) -> None:
            asked.append(self.path)
            self.answer()

        def log_message(self, *_: object) -> None:
            """The test's output stays clean."""

        def answer(self) -> None:
            owner, name, *rest = self.path.partition("?")[0].strip("/").split("/")
            if f"{owner}/{name}" in REFUSED:
                self.send(*REFUSED[f"{owner}/{name}"])
            elif rest[:1] == ["resolve"] and rest[1] not in ("main", COMMIT):
                self.send(404, "RevisionNotFound")
            elif rest[:1] == ["resolve"] and name == "tiny" and (folder / rest[2]).is_file():
                self.send(200, "", (folder / rest[2]).read_bytes())
            else:
                self.send(404, "EntryNotFound")

        def send(self, status: int, code: str, content: bytes = b"") -> None:
            self.send_response(status)
            headers = (
                {"X-Repo-Commit": COMMIT, "ETag": f'"{zlib.crc32(content):x}"'}
                if status == 200
                else {"X-Error-Code": code}
            )
            for header, value in (headers | {"Content-Length": str(len(content))}).items():
                self.send_header(header, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def client(home: Path, *names: str, **more: str) -> list[object]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, *names],
        env={**clean, "HF_HOME": str(home), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **more},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_name_is_downloaded_once_and_then_read_offline(tmp_path: Path) -> None:
    folder = make(tmp_path / "served", ["negative", "neutral", "positive"])
    (folder / "README.md").write_text("---\nlanguage: en\n---\n")
    expected = ["acme/tiny", COMMIT[:12], ["en"], ["negative", "neutral", "positive"]]
    asked: list[str] = []
    with hub(folder, asked) as address:
        names = ("acme/tiny", "acme/tiny@main", "acme/tiny@nowhere", "acme/none", "acme/gated", "acme/empty")
        answers = client(tmp_path / "home", *names, HF_ENDPOINT=address)
    assert answers[:2] == [expected, expected]
    says = ["has no revision nowhere", "there is no acme/none", "given access", "holds no config.json"]
    assert all(part in str(answer) for part, answer in zip(says, answers[2:], strict=True))
    assert sum(path.endswith("/model.safetensors") for path in asked) == 1
    assert client(tmp_path / "home", "acme/tiny", HF_HUB_OFFLINE="1") == [expected]
