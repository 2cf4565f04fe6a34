"""kill -9 at random moments: nothing is lost, nothing counts twice."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from running import Running, run
from sender import Sender

POSTS = 5_000
KILLS = 20
BATCH = 20
SEED = 20_261_122
FIELDS = ("post_id", "source", "content", "author", "created_at", "product", "location")

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(path)
    try:
        yield connection
    finally:
        connection.close()


def standing(data: Path) -> tuple[int, int, int]:
    """(entries received, outcomes, entries handed out and not acknowledged) as the files stand."""
    with opened(data / "stream.db") as stream, opened(data / "sentistream.db") as store:
        received = stream.execute("SELECT COALESCE(SUM(count), 0) FROM received").fetchone()[0]
        leased = stream.execute("SELECT COALESCE(SUM(last_offset - first_offset + 1), 0) FROM leases").fetchone()[0]
        rows = store.execute("SELECT COUNT(*) FROM social_media_posts").fetchone()[0]
    return received, rows, leased


def test_a_process_killed_again_and_again_loses_and_repeats_nothing(tmp_path: Path, test_data: Path) -> None:
    lines = (test_data / "airline" / "replay.jsonl").read_text().splitlines()[:POSTS]
    posts = [{name: json.loads(line)[name] for name in FIELDS} for line in lines]
    assert len({(post["source"], post["post_id"]) for post in posts}) == POSTS
    by_file, by_http = posts[::2], posts[1::2]
    file = tmp_path / "half.jsonl"
    file.write_text("".join(json.dumps(post) + "\n" for post in by_file))
    data = tmp_path / "data"
    random_moment = random.Random(SEED)
    server = Running(
        tmp_path,
        "up",
        *("--source", f"file:{file}", "--rate", "120", "--original-time"),
        *("--data-dir", data, "--no-backfill"),
        SENTISTREAM_STREAM_LEASE_SECONDS="0.5",
        # Twenty kills in a row may hit one entry more often than any real crash would.
        SENTISTREAM_STREAM_MAX_ATTEMPTS="100",
        SENTISTREAM_ANALYSIS_BATCH_SIZE="25",
    )
    received: list[int] = []
    stored: list[int] = []
    in_hand: list[int] = []
    batches = [by_http[start : start + BATCH] for start in range(0, len(by_http), BATCH)]
    with Sender(f"http://127.0.0.1:{server.port}", batches) as client:
        try:
            for _ in range(KILLS):
                server.start()
                goal = client.accepted + random_moment.randint(1, client.batches // KILLS)
                client.allow(goal - client.accepted)
                server.until(lambda goal=goal: client.accepted >= goal or client.failure, 30, "more batches accepted")
                client.allow(1)  # so that the kill finds a request under way
                with contextlib.suppress(subprocess.TimeoutExpired):
                    server.alive.wait(random_moment.uniform(0, 0.15))
                assert server.alive.poll() is None, server.said()[-4000:]
                server.kill()
                for series, value in zip((received, stored, in_hand), standing(data), strict=True):
                    series.append(value)

            server.start()
            client.finish(60)
            health = server.healthy()
            assert health["status"] in ("ok", "degraded")
            server.until(
                lambda: (
                    all(source["state"] == "finished" for source in server.data("sources"))
                    and server.http.get("/api/v1/health").json()["lag"]["entries"] == 0
                ),
                90,
                "everything read and settled",
            )
            ledger = server.data("ledger")
            numbers = server.data("sentiment/aggregate", period="day", start="2015-01-01", end="2016-01-01")
            assert server.terminate() == 0, server.said()[-4000:]
        finally:
            server.close()

    # The fault fired: every kill met a process that had just done work, some of it still in hand.
    assert len(received) == KILLS
    assert all(later > earlier for earlier, later in zip([0, *received], received, strict=False)), received
    assert stored[-1] > stored[0]
    assert sum(count > 0 for count in in_hand) >= 3, in_hand
    assert client.repeated > 0

    # Nothing was lost, nothing counted twice.
    assert ledger["balanced"]
    assert ledger["total"]["in_flight"] == 0
    assert ledger["rows"] == ledger["total"]["created"] == POSTS
    assert ledger["total"]["received"] == POSTS + ledger["total"]["duplicate"]
    assert ledger["total"]["dead_lettered"] == 0
    assert numbers["summary"]["posts"] == POSTS
    with opened(data / "sentistream.db") as store:
        rows = store.execute("SELECT source, post_id, content, author FROM social_media_posts").fetchall()
    assert sorted(rows) == sorted((post["source"], post["post_id"], post["content"], post["author"]) for post in posts)
    verdict = run("doctor", "--data-dir", data, "--json", cwd=tmp_path)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert json.loads(verdict.stdout)["ok"] is True
