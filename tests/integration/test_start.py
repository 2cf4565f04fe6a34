"""Processes started before their servers, with servers that never let them in, and stopped while they wait."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from posts_file import posts_file
from scripts.servers.postgres import PostgresServer
from scripts.servers.valkey import ValkeyServer
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import postgres_server
import redis_server
from running import Running, free_port, run, running
from team import team

pytestmark = pytest.mark.timeout(600)

POSTS = 300


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    """Made, and stopped again."""
    with postgres_server.own_server() as server:
        server.stop()
        yield server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[ValkeyServer]:
    """Not yet started."""
    server = redis_server.own_server(tmp_path / "redis")
    yield server
    server.kill()


def awaited(process: Running) -> dict[str, Any]:
    """What its health says while it waits."""
    answer = process.http.get("/api/v1/health")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    said: dict[str, Any] = answer.json()
    assert said["data"]["message"] == said["message"]
    return said


def lines(process: Running, event: str) -> list[dict[str, Any]]:
    logged = [json.loads(line) for line in process.said().splitlines() if line.startswith("{")]
    return [line for line in logged if line["message"] == event]


def test_processes_and_servers_start_in_any_order(
    tmp_path: Path, redis: ValkeyServer, postgres: PostgresServer
) -> None:
    data, file = tmp_path / "data", posts_file(tmp_path / "posts.jsonl", POSTS)
    environment = team(redis.url, postgres.url())
    with ExitStack() as stack:

        def start(*arguments: object) -> Running:
            return stack.enter_context(running(tmp_path, *arguments, "--data-dir", data, **environment))

        api, worker, watch = start("api"), start("worker"), start("watch")
        importer = start("ingest", "--source", f"file:{file}", "--original-time")
        for process in (api, worker, watch, importer):
            said = process.until(lambda process=process: awaited(process), 20, "waiting")  # type: ignore[misc]
            assert (said["status"], said["message"]) == (
                "unavailable",
                "starting: waits for the stream, the live feed, the database",
            )
        services = api.until(
            lambda: (found := awaited(api)["services"])["database"]["message"].startswith("the database") and found,
            20,
            "a reason",
        )
        assert f"Redis at 127.0.0.1:{redis.port}/0 does not answer" in services["stream"]["message"]
        assert f"the database 127.0.0.1:{postgres.port}/postgres does not answer" in services["database"]["message"]
        refused = api.http.get("/api/v1/posts")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "STORAGE_UNAVAILABLE")
        with pytest.raises(InvalidStatus, match="503"), connect(f"ws://127.0.0.1:{api.port}/ws/sentiment"):
            pass

        redis.start()
        for process in (api, worker, watch, importer):
            process.until(lambda process=process: list(awaited(process)["services"]) == ["database"], 20, "Redis met")  # type: ignore[misc]
        postgres.start()
        for process in (api, worker, watch):
            process.healthy(30)
        assert importer.alive.wait(30) == 0, importer.said()
        api.until(lambda: api.data("ledger")["total"]["created"] == POSTS, 30, "everything stored")

        for process in (api, worker, watch, importer):
            waits = lines(process, "start_waits")
            assert {line["service"] for line in waits} == {"stream", "live feed", "database"}
            assert {line["address"] for line in waits} == {
                f"redis://127.0.0.1:{redis.port}/0",
                f"postgresql+asyncpg://127.0.0.1:{postgres.port}/postgres",
            }
            assert {line["service"] for line in lines(process, "start_goes_on")} == {"stream", "live feed", "database"}
        for process in (api, worker, watch):
            assert process.terminate() == 0, process.said()[-2000:]
    postgres.stop()


@pytest.mark.parametrize("command", ["up", "ingest", "worker", "watch", "api"])
def test_a_signal_ends_the_wait_at_once(tmp_path: Path, command: str) -> None:
    nobody = free_port()
    arguments = (command, "--source", "synthetic") if command == "ingest" else (command,)
    environment = team(f"redis://127.0.0.1:{nobody}/0", f"postgresql://u:p@127.0.0.1:{nobody}/d")
    with running(tmp_path, *arguments, "--data-dir", tmp_path / "data", **environment) as process:
        process.until(lambda: awaited(process), 20, "waiting")
        asked = time.monotonic()
        assert process.terminate() == 0, process.said()[-2000:]
        assert time.monotonic() - asked < 10


def test_patience_can_be_bounded(tmp_path: Path) -> None:
    nobody = free_port()
    environment = team(f"redis://127.0.0.1:{nobody}/0", "")
    ended = run("worker", "--data-dir", tmp_path / "data", cwd=tmp_path, SENTISTREAM_STARTUP_SECONDS="1", **environment)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith(f"error: Redis at 127.0.0.1:{nobody}/0 does not answer")


@pytest.mark.parametrize(
    ("redis_url", "postgres_url", "said"),
    [
        ("redis://:wrong-secret@{redis}/0", "{away}", "refuses user or password"),
        ("redis://{redis}/99", "{away}", "DB index is out of range"),
        ("redis://:wrong-secret@nowhere:port/0", "{away}", "SENTISTREAM_STREAM_URL is no URL of a Redis"),
        ("redis://{nobody}/0", "postgresql://:wrong-secret@nowhere:port/d", "DATABASE_URL cannot be read"),
        (
            "redis://{nobody}/0",
            "postgresql://sentistream:wrong-secret@{postgres}/postgres",
            "the user and the password",
        ),
        ("redis://{nobody}/0", "postgresql://stranger:wrong-secret@{postgres}/postgres", "the user and the password"),
        ("redis://{nobody}/0", "postgresql://sentistream:sentistream@{postgres}/none", "does not exist: create it"),
    ],
    ids=["redis password", "redis database", "redis url", "postgres url", "postgres password", "role", "database"],
)
def test_what_waiting_does_not_mend_is_refused_at_once(
    tmp_path: Path, redis: ValkeyServer, postgres: PostgresServer, redis_url: str, postgres_url: str, said: str
) -> None:
    """Even while the other server is awaited."""
    nobody = f"127.0.0.1:{free_port()}"
    places = {
        "redis": f"127.0.0.1:{redis.port}",
        "postgres": f"127.0.0.1:{postgres.port}",
        "nobody": nobody,
        "away": f"postgresql://sentistream:sentistream@{nobody}/d",
    }
    if "{redis}" in redis_url:
        redis.start()
    if "{postgres}" in postgres_url and not postgres.running:
        postgres.start()
    environment = team(redis_url.format(**places), postgres_url.format(**places))
    ended = run("worker", "--data-dir", tmp_path / "data", cwd=tmp_path, **environment)
    assert ended.returncode == 2, ended.stderr
    assert said in ended.stderr.splitlines()[-1]
    assert "wrong-secret" not in ended.stderr


@pytest.mark.parametrize("command", ["up", "ingest"])
def test_a_file_that_is_not_there_is_no_reason_to_wait(tmp_path: Path, command: str) -> None:
    nobody = free_port()
    environment = team(f"redis://127.0.0.1:{nobody}/0", f"postgresql://u:p@127.0.0.1:{nobody}/d")
    arguments = ("--source", "file:none.jsonl", "--data-dir", tmp_path / "data")
    ended = run(command, *arguments, cwd=tmp_path, **environment)
    assert ended.returncode == 2
    assert "there is no file none.jsonl" in ended.stderr


@pytest.mark.parametrize("command", ["doctor", "export", "migrate"])
def test_commands_that_end_do_not_wait(tmp_path: Path, command: str) -> None:
    nobody = free_port()
    (tmp_path / "data").mkdir()
    environment = team(f"redis://127.0.0.1:{nobody}/0", f"postgresql://u:p@127.0.0.1:{nobody}/d")
    ended = run(command, "--data-dir", tmp_path / "data", cwd=tmp_path, timeout=30, **environment)
    assert ended.returncode == 1
    assert "does not answer" in ended.stdout + ended.stderr
