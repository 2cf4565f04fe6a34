"""kill -9 while posts are corrected, read again and promoted: every invariant holds, and the work goes on."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from running import SENTISTREAM, environment, run

POSTS = 3_000
CORRECTED = 2_500
KILLS = 2
"""Of each kind of work, then it may come to its end."""

SEED = 20_261_122
SECONDS = 60
"""Until a process must have begun to work."""

pytestmark = [pytest.mark.crash, pytest.mark.timeout(900)]


class Place:
    """One data folder, the commands that work on it, and what its files say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.chance = random.Random(SEED)
        self.kills = 0

    def done(self, *arguments: object) -> str:
        """What a command says that comes to its end."""
        ended = run(*arguments, "--data-dir", self.data, cwd=self.folder)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def count(self, file: str, question: str) -> int:
        with closing(sqlite3.connect(self.data / file)) as connection:
            return int(connection.execute(question).fetchone()[0] or 0)

    def killed(self, *arguments: object, at_work: Callable[[], int]) -> None:
        """Kill a command a moment after what it works on has changed for the first time."""
        before = at_work()
        command = [str(SENTISTREAM), *map(str, arguments), "--data-dir", str(self.data)]
        process = subprocess.Popen(
            command, cwd=self.folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + SECONDS
        while process.poll() is None and at_work() == before and time.monotonic() < deadline:
            time.sleep(0.002)  # between two looks at the files
        try:
            process.wait(self.chance.uniform(0, 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            self.kills += 1
        assert at_work() != before
        self.sound()

    def sound(self) -> None:
        """Every invariant holds."""
        assert json.loads(self.done("doctor", "--json"))["ok"] is True

    def layer(self) -> dict[str, object]:
        [found] = self.done("layers", "--json").splitlines()
        return json.loads(found)  # type: ignore[no-any-return]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A store with posts that the lexicon has read."""
    made = Place(tmp_path)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 600))
    words = ("love it", "hate it", "the bus")
    rows = [
        {"post_id": f"p{n}", "source": "x", "content": f"They said {words[n % 3]} again, number {n}", "created_at": now}
        for n in range(POSTS)
    ]
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    made.done("ingest", "--source", f"file:{file}")
    made.done("worker", "--until-idle")
    return made


def test_corrections_outlive_who_sends_and_who_settles_them(place: Place) -> None:
    file = place.folder / "corrections.jsonl"
    file.write_text(
        "".join(json.dumps({"id": f"p{n}", "label": "neutral", "toxic": True}) + "\n" for n in range(CORRECTED))
    )
    correct = ("correct", "--file", file, "--wait", 0)
    for _ in range(KILLS):
        place.killed(*correct, at_work=lambda: place.count("stream.db", "SELECT SUM(count) FROM received"))
        place.killed(
            "worker", "--until-idle", at_work=lambda: place.count("sentistream.db", "SELECT COUNT(*) FROM corrections")
        )
    place.done(*correct)
    place.done("worker", "--until-idle")
    assert place.done(*correct) == f"{CORRECTED:,} unchanged\n"
    assert place.count("sentistream.db", "SELECT COUNT(*) FROM corrections") == CORRECTED
    assert place.count("sentistream.db", "SELECT COUNT(*) FROM social_media_posts WHERE tier = 'human'") == CORRECTED
    place.sound()
    assert place.kills


def test_reanalysis_and_promotion_go_on_where_they_were_killed(place: Place) -> None:
    def read() -> int:
        return place.count("sentistream.db", "SELECT SUM(seen) FROM analysis_layers")

    def active() -> int:
        return place.count(
            "sentistream.db", "SELECT COUNT(*) FROM sentiment_analysis WHERE layer = 'second' AND active"
        )

    place.killed("reanalyze", "--model", "fast", "--since", "2d", "--layer", "second", at_work=read)
    for _ in range(KILLS):
        if place.layer()["state"] == "reading":
            place.killed("reanalyze", "--resume", "second", at_work=read)
    place.done("reanalyze", "--resume", "second")
    found = place.layer()
    assert (found["state"], found["seen"], found["read"]) == ("read", POSTS, POSTS)
    assert place.count("sentistream.db", "SELECT COUNT(*) FROM sentiment_analysis WHERE layer = 'second'") == POSTS

    for turn, done, counts in (("promote", "promoted", POSTS), ("demote", "read", 0)):
        for _ in range(KILLS):
            if active() != counts:
                place.killed(turn, "second", at_work=active)
        place.done(turn, "second")
        assert (place.layer()["state"], active()) == (done, counts)
        place.sound()
    assert place.kills >= 3
