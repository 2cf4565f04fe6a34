"""Everything that can die dies while 50,000 posts pass: nothing is lost, nothing counts twice, nobody is told wrong.

One run for all faults, since the load is what costs.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from book import RARE, START, Book
from crew import DEADLY, STREAM, Crew
from follower import Follower
from sqlalchemy import make_url

from running import run
from sender import Sender
from sentistream.crash_points import Point
from sentistream.domain.ledger import OUTCOMES

POSTS = 50_000
SEED = 20_261_122
BATCH = 200
OUTAGES = ((3.0, ("redis",)), (3.0, ("postgres",)), (30.0, ("redis", "postgres")))
"""Seconds, and the servers that are away. No retry in the product waits longer than 4 s, so 30 s outlast every one."""

TAKEOVER_SECONDS = 30.0
ATTEMPTS = 3
"""Deliveries of one entry at most; the next one is its end."""

LATELY = {"hours": 24 * 4}
RESENT = 3 * 1_000
"""Entries that the importer may have published twice: one batch of each outage."""

KILLED_AT: tuple[Point, ...] = ("after_read", "after_analysis", "in_transaction", "after_commit", "after_publish")

log = logging.getLogger(__name__)

pytestmark = [pytest.mark.crash, pytest.mark.timeout(900)]


class Storm:
    """The faults, one after the other, on a crew at work."""

    def __init__(self, crew: Crew, sender: Sender) -> None:
        self.crew = crew
        self.sender = sender
        self.takeovers: dict[str, float] = {}
        self._began = time.monotonic()
        self._fed = self._began
        crew.feed = self._feed

    def kill_at(self, point: Point) -> None:
        """A worker is killed at `point`; others have taken over and finished what it held within seconds."""
        crew = self.crew
        doomed = crew.worker(crash_at=point)
        crew.enlist(doomed)
        crew.until(lambda: doomed not in crew.workers, 120, f"a worker dies {point}")
        killed = time.monotonic()
        assert crew.marks(point) == [doomed.alive.pid]
        held = crew.held_by(doomed.alive.pid)
        assert held, f"killed {point} with nothing in hand"
        crew.until(lambda: crew.pending().isdisjoint(held), 60, f"what was held {point} is settled by others")
        self.takeovers[point] = time.monotonic() - killed

    def freeze(self) -> None:
        """A worker is frozen past its lease with a batch that it has read, others settle it, then it goes on."""
        crew = self.crew
        sleeper = crew.worker(pause_at="after_analysis")
        crew.enlist(sleeper)
        crew.until(lambda: crew.marks("after_analysis")[1:], 60, "a frozen worker")
        held = crew.held_by(sleeper.alive.pid)
        assert held
        crew.until(lambda: crew.pending().isdisjoint(held), 60, "what the frozen one held is settled by others")
        sleeper.alive.send_signal(signal.SIGCONT)
        crew.until(lambda: "joining again" in sleeper.said(), 60, "it has found out that it was taken for dead")
        crew.enlist(crew.worker(), leaving=sleeper)

    def interrupt(self, seconds: float, *servers: Any) -> None:
        """Servers are killed amid batches, stay away for a while and come back; every process goes on by itself."""
        crew = self.crew
        before = [process.alive.pid for process in (*crew.others, *crew.workers)]
        self.sender.allow(10)
        crew.until(crew.pending, 60, "batches in hand")
        seen = [self._complaints(server) for server in servers]
        for server in servers:
            server.kill()
        time.sleep(seconds)  # the outage itself
        for server in servers:
            server.start()
        for server, earlier in zip(servers, seen, strict=True):
            assert self._complaints(server) > earlier, crew.said()[-4000:]
        done = self._settled()
        crew.until(lambda: self._settled() > done, 60, "work after the outage")
        assert before == [process.alive.pid for process in (*crew.others, *crew.workers)]

    def poison(self, deadly: dict[str, Any], bad: list[dict[str, Any]]) -> None:
        """Posts that kill their reader, posts that are none, and foreign rubbish, among good ones."""
        crew = self.crew
        with crew.client() as client:
            client.xadd(STREAM, {"lunch": "at noon"})
        answer = crew.api.http.post("/api/v1/posts", json={"posts": [deadly, *bad]})
        assert answer.status_code == 202, answer.text
        assert len(answer.json()["data"]["rejected"]) == len(bad)
        crew.until(lambda: len(crew.marks("in_analysis")) == ATTEMPTS, 400, "every attempt has killed its worker")

    def _feed(self) -> None:
        """A batch a second: the load has to last until the last fault, however slow the machine is."""
        if time.monotonic() - self._fed >= 1:
            self._fed = time.monotonic()
            self.sender.allow(1)

    def note(self, what: str) -> None:
        """For whoever reads why a run failed."""
        log.info("%.1f s: %s, %d batches sent", time.monotonic() - self._began, what, self.sender.accepted)

    def _complaints(self, server: Any) -> int:
        """How often the workers have said that a server does not answer."""
        return sum(f":{server.port}/" in line for line in self.crew.said().splitlines())

    def _settled(self) -> int:
        ledger = self.crew.api.http.get("/api/v1/ledger")
        total = ledger.json()["data"]["total"] if ledger.status_code == 200 else {}
        return sum(total.get(outcome, 0) for outcome in OUTCOMES)


def test_nothing_is_lost_and_nothing_counts_twice(tmp_path: Path) -> None:
    book = Book(POSTS, SEED)
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(json.dumps(item) + "\n" for item in book.first))
    batches = [book.further[start : start + BATCH] for start in range(0, len(book.further), BATCH)]
    deadly = deadly_post()
    bad = [{"post_id": f"bad-{number}", "source": "twitter", "content": ""} for number in range(5)]
    with ExitStack() as stack:
        crew = stack.enter_context(Crew(tmp_path, SENTISTREAM_ANALYSIS_BATCH_SIZE="200"))
        socket = f"ws://127.0.0.1:{crew.api.port}/ws/sentiment"
        rare = stack.enter_context(Follower(f"{socket}?source={RARE}"))
        restless = stack.enter_context(Follower(socket, frames=100))
        importer = crew.started("ingest", "--source", f"file:{file}", "--original-time", "--rate", "400")
        sender = stack.enter_context(Sender(f"http://127.0.0.1:{crew.api.port}", batches, patience=30))
        storm = Storm(crew, sender)
        for point in KILLED_AT:
            storm.kill_at(point)
            storm.note(f"killed {point}")
        storm.freeze()
        storm.note("froze a worker")
        for seconds, servers in OUTAGES:
            storm.interrupt(seconds, *(getattr(crew, server) for server in servers))
            storm.note(f"{' and '.join(servers)} away")
        sender.allow(sender.batches)
        storm.poison(deadly, bad)
        storm.note("poison")
        crew.until(lambda: sender.accepted == sender.batches or sender.failure, 400, "everything sent")
        assert sender.failure is None
        assert importer.alive.wait(400) == 0, importer.said()[-4000:]
        storm.note("sent")
        crew.until(lambda: crew.api.healthy()["lag"]["entries"] == 0, 400, "everything settled")
        storm.note("settled")
        # What the followers have not been told when the numbers hold still, they never will be.
        crew.until(lambda: rare.position == restless.position, 60, "every follower is there")

        ledger = crew.api.data("ledger")
        products = {one["key"]: one["posts"] for one in crew.api.data("metrics/products", **LATELY)["items"]}
        letters = crew.api.data("ledger/dead-letters")
        verdict = run("doctor", "--json", cwd=tmp_path, **crew.environment)
        rows = asyncio.run(stored(crew.postgres.url()))
        assert crew.pending() == set()
        for process in (crew.api, *crew.workers):
            assert process.terminate() == 0, process.said()[-4000:]
        storm.note(f"ended: {ledger['total']}, takeovers {storm.takeovers}, repeated {sender.repeated}")
        for follower in (rare, restless):
            storm.note(f"told {vars(follower)!r:.600}")

    # Every fault fired, and every batch of a dead worker was with another, and done, in time.
    assert storm.takeovers.keys() == set(KILLED_AT)
    assert max(storm.takeovers.values()) < TAKEOVER_SECONDS, storm.takeovers
    assert crew.deaths == len(KILLED_AT) + ATTEMPTS

    # What is there is what the book says, no more and no less.
    assert rows == book.contents
    assert products == book.products()
    total = ledger["total"]
    dead = 1 + len(bad) + 1
    assert (total["in_flight"], total["filtered"], total["dead_lettered"]) == (0, 0, dead)
    assert total["received"] == sum(total[outcome] for outcome in OUTCOMES)
    assert total["created"] - total["deleted"] == ledger["rows"] == len(book.contents)
    assert total["deleted"] + total["tombstoned"] == len(book.deleted)
    # What was sent again after an answer that never came may have gone in twice.
    sent = book.deliveries + dead
    assert sent <= total["received"] <= sent + sender.repeated * BATCH + RESENT
    assert ledger["balanced"]

    # The dead are those that were to die, each alone and for its reason.
    reasons = Counter(letter["reason"] for letter in letters)
    assert reasons[f"gave up after {ATTEMPTS} deliveries, none of which could be finished"] == 1
    assert [letter["attempts"] for letter in letters if DEADLY in letter["raw"]] == [ATTEMPTS + 1]
    assert len(letters) == dead

    verdicts = json.loads(verdict.stdout)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    complaints = {check["name"] for check in verdicts["checks"] if check["status"] != "ok"}
    assert complaints == {"secrets"}, verdict.stdout  # the password of the test's database

    # Whoever listened was told everything, or that it was not.
    for follower in (rare, restless):
        assert follower.failure is None
        assert follower.gaps == []
        assert follower.lost == 0  # Redis keeps what it has answered, so that nobody had to begin anew
    assert restless.connections > 3
    wanted = {number for number in book.contents if int(number) % 250 == 0}
    assert len(wanted - rare.announced) <= rare.skipped, wanted - rare.announced


def deadly_post() -> dict[str, Any]:
    """A post that kills whoever reads it."""
    return {"post_id": "deadly", "source": "twitter", "content": f"{DEADLY}, always", "created_at": START.isoformat()}


async def stored(url: str) -> dict[str, str]:
    """Every post in the database: id and text."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain, timeout=60)
    try:
        return dict(map(tuple, await connection.fetch("SELECT post_id, content FROM social_media_posts")))
    finally:
        await connection.close()
