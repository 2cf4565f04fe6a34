"""What only one process does: one of many does it, and another goes on when that one is killed, frozen or stopped."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import redis_server
from postgres_server import migrated_database, name_for
from running import Running, run, running
from sentistream.domain.analysis import Reading
from sentistream.domain.post import Post
from sentistream.storage.base import Settling
from sentistream.storage.postgres.store import PostgresStore

pytestmark = pytest.mark.crash

KILLED_SECONDS = 10.0
"""In which another process must have taken over from one that was killed or frozen."""

STOPPED_SECONDS = 1.5
"""The same from one that was stopped, or that was killed on the same machine and SQLite files."""


@pytest.fixture
def team(tmp_path: Path) -> dict[str, str]:
    """The settings of a team's processes, on servers of their own."""
    url = redis_server.shared_url()
    return {
        "DATABASE_URL": asyncio.run(migrated_database(name_for(tmp_path))),
        "SENTISTREAM_STREAM_URL": url,
        "SENTISTREAM_STREAM_NAME": redis_server.unique("posts"),
        "SENTISTREAM_LIVE_URL": url,
        "SENTISTREAM_LIVE_NAME": redis_server.unique("live"),
        "SENTISTREAM_LIVE_CHANNEL": redis_server.unique("channel"),
        "SENTISTREAM_ALERTS_EVERY_SECONDS": "0.2",
    }


def metric(process: Running, name: str) -> float:
    """The sum of a metric over its labels."""
    lines = [
        line for line in process.http.get("/metrics").text.splitlines() if line.startswith((f"{name} ", f"{name}{{"))
    ]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def holds(process: Running) -> bool:
    return metric(process, "sentistream_lease_held") == 1


def the_holder(processes: Sequence[Running], seconds: float) -> Running:
    """Wait until one of them works."""
    return processes[0].until(lambda: next(filter(holds, processes), None), seconds, "somebody works")


@contextlib.contextmanager
def replicas(count: int, folder: Path, *arguments: object, **settings: str) -> Iterator[list[Running]]:
    with contextlib.ExitStack() as stack:
        started = [stack.enter_context(running(folder, *arguments, **settings)) for _ in range(count)]
        for process in started:
            process.until(lambda process=process: process.http.get("/metrics").status_code == 200, 60, "it answers")
        yield started


def test_three_ingesters_bring_what_one_would(tmp_path: Path, team: dict[str, str]) -> None:
    arguments = ("ingest", "--source", "synthetic", "--posts-per-minute", "3000")

    def published(process: Running) -> float:
        return metric(process, "sentistream_source_published_total")

    with running(tmp_path, "api", **team) as api, replicas(3, tmp_path, *arguments, **team) as ingesters:
        first = the_holder(ingesters, 10)
        others = [one for one in ingesters if one is not first]
        first.until(lambda: published(first) > 100, 30, "posts of the first")
        for other in others:
            assert other.healthy()["services"]["sources"]["standby"] == 1
            assert published(other) == 0
        api.healthy()
        [source] = api.until(
            lambda: [source for source in api.data("sources") if source["state"] == "running"],
            10,
            "a source of another process, as of its last renewal",
        )
        assert source["name"] == "synthetic"
        assert source["holder"].endswith(f":{first.alive.pid}")

        first.kill()
        second = the_holder(others, KILLED_SECONDS)
        second.until(lambda: published(second) > 100, 30, "posts of the second")

        second.alive.send_signal(signal.SIGSTOP)
        [third] = [one for one in others if one is not second]
        third.until(lambda: holds(third), KILLED_SECONDS, "the third takes over from the frozen one")
        second.alive.send_signal(signal.SIGCONT)
        second.until(lambda: second.healthy()["services"]["sources"]["standby"] == 1, 10, "it finds out")
        third.until(lambda: published(third) > 100, 30, "posts of the third")
        assert holds(third)

        assert third.terminate() == 0
        second.until(lambda: holds(second), STOPPED_SECONDS, "the second again, at once")
        before = published(second)
        second.until(lambda: published(second) > before, 30, "more posts of the second")
        assert second.terminate() == 0

        done = run("worker", "--until-idle", cwd=tmp_path, **team)
        assert done.returncode == 0, done.stderr
        account = api.data("ledger")["total"]
        cursor = asyncio.run(saved_cursor(team["DATABASE_URL"], "synthetic"))
        assert account["balanced"]
        # As many posts as the schedule has, for everybody; at each of four changes a batch may have come twice.
        batch = cursor["anchor"]["batch"]
        assert cursor["next"] <= account["created"] <= cursor["next"] + batch
        assert account["received"] == account["created"] + account["duplicate"]
        assert account["duplicate"] <= 4 * batch


async def saved_cursor(url: str, source: str) -> dict[str, Any]:
    store = PostgresStore(url)
    try:
        found = await store.cursors.load(source)
        assert found is not None
        return found
    finally:
        await store.close()


async def complaints(url: str, count: int, name: str) -> None:
    """Negative posts of this moment, with a positive one for every two of the first lot."""
    store = PostgresStore(url)
    items = []
    now = datetime.now(UTC)
    for n in range(count):
        positive = name == "first" and n % 3 == 0
        post = Post(post_id=f"{name}-{n}", source="x", content="text", created_at=now)
        reading = Reading(
            sentiment_label="positive" if positive else "negative", sentiment_score=0.8 if positive else -0.8,
            model_name="m", model_version="1", tier="fast",
        )  # fmt: skip
        items.append(Settling(entry_id=f"{name}:{n:016d}", entry=post, reading=reading))
    await store.write(items, now)
    await store.close()


def test_of_two_watchers_one_raises_the_alert(tmp_path: Path, team: dict[str, str]) -> None:
    url = team["DATABASE_URL"]
    with running(tmp_path, "api", **team) as api, replicas(2, tmp_path, "watch", **team) as watchers:
        leader = the_holder(watchers, 10)
        [other] = [one for one in watchers if one is not leader]
        asyncio.run(complaints(url, 60, "first"))
        api.healthy()

        def alerts() -> list[dict[str, Any]]:
            return api.data("alerts", type="high_negative_sentiment")  # type: ignore[no-any-return]

        [alert] = api.until(alerts, 15, "an alert")
        assert alert["actual_value"] == pytest.approx(0.667, abs=0.01)
        assert not holds(other)
        leader.kill()
        other.until(lambda: holds(other), KILLED_SECONDS, "the other takes over")
        asyncio.run(complaints(url, 120, "second"))
        api.until(lambda: alerts()[0]["actual_value"] > 0.8, 15, "the other goes on with the same episode")
        assert [one["id"] for one in alerts()] == [alert["id"]]
        said = [line for one in watchers for line in one.said().splitlines() if "alert_raised" in line]
        assert len([line for line in said if "high_negative_sentiment" in line]) == 1
        assert other.terminate() == 0


def test_two_on_one_folder_bring_what_one_would(tmp_path: Path) -> None:
    arguments = ("up", "--no-backfill", "--posts-per-minute", "3000", "--data-dir", tmp_path / "data")

    def state(server: Running) -> dict[str, Any]:
        [source] = server.data("sources")
        return source  # type: ignore[no-any-return]

    with running(tmp_path, *arguments) as first, running(tmp_path, *arguments) as second:
        first.healthy(), second.healthy()
        one, other = (first, second) if state(first)["state"] == "running" else (second, first)
        one.until(lambda: state(one)["published"] > 50, 20, "posts of one")
        assert (state(other)["state"], state(other)["published"]) == ("standby", 0)
        assert state(other)["holder"].endswith(f":{one.alive.pid}")
        assert other.healthy()["status"] == "ok"
        one.kill()
        # Nobody waits for the lease to end: the kernel tells who is gone.
        other.until(lambda: state(other)["state"] == "running", STOPPED_SECONDS, "the other takes over")
        other.until(lambda: state(other)["published"] > 50, 20, "posts of the other")
        other.kill()
        other.start()
        other.healthy()
        other.until(
            lambda: state(other)["state"] == "running", STOPPED_SECONDS, "a restart after kill -9 need not wait"
        )
        assert other.terminate() == 0
    assert run("worker", "--until-idle", "--data-dir", tmp_path / "data", cwd=tmp_path).returncode == 0
    assert run("doctor", "--data-dir", tmp_path / "data", cwd=tmp_path).returncode == 0
