"""Servers that die under a running team: no process ends, all go on by themselves, nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from scripts.servers.postgres import PostgresServer
from scripts.servers.valkey import ValkeyServer

import postgres_server
import redis_server
from running import Running, run, running
from team import team

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]

RATE = {"SENTISTREAM_SOURCES_POSTS_PER_MINUTE": "6000"}
GRACE = 30
"""Seconds between SIGTERM and SIGKILL, of Kubernetes and of our Compose file."""


class Team:
    """Running processes and their servers."""

    def __init__(self, folder: Path, redis: ValkeyServer, postgres: PostgresServer, stack: ExitStack) -> None:
        self.redis, self.postgres = redis, postgres
        self.data = folder / "data"
        self.environment = team(redis.url, postgres.url()) | RATE

        def start(*arguments: str) -> Running:
            return stack.enter_context(running(folder, *arguments, "--data-dir", self.data, **self.environment))

        self.api, self.watch = start("api"), start("watch")
        self.workers = [start("worker"), start("worker")]
        self.importer = start("ingest", "--source", "synthetic")

    @property
    def all(self) -> list[Running]:
        return [self.api, self.watch, *self.workers, self.importer]

    def healthy(self) -> None:
        """Every process serves, and is the one that was started."""
        for process in self.all:
            process.healthy(60)

    def stored(self) -> int:
        answer = self.api.http.get("/api/v1/stats")
        return int(answer.json()["data"]["posts"]) if answer.status_code == 200 else 0

    def grows(self) -> None:
        """More posts are stored than were."""
        before = self.api.until(self.stored, 60, "an answer")
        self.api.until(lambda: self.stored() > before, 60, "more posts")

    def away(self, part: str) -> None:
        """Every process says that it misses a server."""

        def missed(process: Running) -> bool:
            answer = process.http.get("/api/v1/health")
            services: dict[str, Any] = answer.json().get("services", {})
            return answer.status_code == 503 and services[part]["status"] == "unavailable"

        for process in self.all:
            process.until(lambda process=process: missed(process), 60, f"{part} missed")  # type: ignore[misc]

    def consumers(self) -> dict[str, int]:
        """Members of the group, and what each holds."""
        with Redis.from_url(self.redis.url, decode_responses=True) as client:
            found = client.xinfo_consumers("social_posts_stream", "sentiment_workers")
        return {one["name"]: one["pending"] for one in found}


@pytest.fixture
def all_together(tmp_path: Path) -> Iterator[Team]:
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server.own_server(tmp_path / "redis"))
        postgres = stack.enter_context(postgres_server.own_server())
        team = Team(tmp_path, redis, postgres, stack)
        team.healthy()
        team.grows()
        yield team


def test_no_outage_needs_a_restart(all_together: Team) -> None:
    team = all_together
    team.redis.kill()
    team.away("stream")
    team.redis.start()
    team.healthy()
    team.grows()

    team.postgres.kill()
    team.away("database")
    team.postgres.start()
    team.healthy()
    team.grows()

    team.redis.kill()
    team.postgres.kill()
    team.away("stream")
    team.away("database")
    team.postgres.start()
    team.redis.start()
    team.healthy()
    team.grows()

    leaving, staying = team.workers
    assert len(team.consumers()) == 2
    assert leaving.terminate(GRACE) == 0, leaving.said()[-2000:]
    [name] = team.consumers()
    assert str(staying.alive.pid) in name

    assert team.importer.terminate(GRACE) == 0, team.importer.said()[-2000:]
    team.api.until(lambda: team.api.healthy()["lag"]["entries"] == 0, 60, "everything settled")
    assert team.api.data("ledger")["balanced"]
    for process in (staying, team.watch, team.api):
        assert process.terminate(GRACE) == 0, process.said()[-2000:]
    assert team.consumers() == {}
    verdict = run("doctor", "--data-dir", team.data, cwd=team.data.parent, **team.environment)
    assert "every one accounted for, 0 in flight" in verdict.stdout, verdict.stdout


def test_who_is_stopped_amid_an_outage_ends_in_time(all_together: Team) -> None:
    team = all_together
    team.redis.kill()
    team.postgres.kill()
    team.away("stream")
    asked = time.monotonic()
    for process in team.all:
        process.alive.terminate()
    for process in team.all:
        assert process.alive.wait(GRACE) == 0, process.said()[-4000:]
    assert time.monotonic() - asked < GRACE
