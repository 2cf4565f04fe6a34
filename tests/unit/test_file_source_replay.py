"""Replaying a file: pace, dates mapped onto the present, resuming at every boundary."""

from __future__ import annotations

import gzip
import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sentistream.domain.errors import SettingsError
from sentistream.domain.post import Entry, Invalid, Post
from sentistream.sources.file import TICK, FileSource

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = datetime(2015, 2, 17, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += timedelta(seconds=seconds)


Arrived = list[tuple[datetime, Entry]]


async def replay(path: Path, clock: Clock | None = None, cursor: Any = None, **options: Any) -> tuple[Arrived, Any]:
    """What came and when, and the last cursor."""
    clock = clock or Clock()
    found: Arrived = []
    source = FileSource(path, clock=clock, sleep=clock.sleep, **options)
    async for batch in source.batches(cursor):
        found += [(clock.now, entry) for entry in batch.entries]
        cursor = json.loads(json.dumps(batch.cursor))  # as a store gives it back
    return found, cursor


def write(path: Path, minutes: list[float | None]) -> Path:
    """A row per minute given after FIRST; None is a bad row."""
    lines = []
    for n, minute in enumerate(minutes):
        if minute is None:
            lines.append("{bad")
            continue
        created = FIRST + timedelta(minutes=minute)
        edited = created + timedelta(minutes=10)
        lines.append(
            json.dumps({"id": str(n), "text": f"t {n}\n", "date": created.isoformat(), "edited": edited.isoformat()})
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def test_speed_maps_dates_onto_the_present(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [0, 10, 5, 20, None, 60])
    arrived, cursor = await replay(path, speed=600)
    posts = [entry for _, entry in arrived if isinstance(entry, Post)]
    assert [post.post_id for post in posts] == ["0", "1", "2", "3", "5"]  # in file order
    assert [(post.created_at - NOW).total_seconds() for post in posts] == [0, 1, 0.5, 2, 6]
    assert all(
        post.edited_at is not None and post.edited_at - post.created_at == timedelta(seconds=1) for post in posts
    )
    for at, entry in arrived:
        if isinstance(entry, Post):
            assert -0.06 <= (entry.created_at - at).total_seconds() <= 0 or entry.post_id == "2"
    assert arrived[-1][0] == NOW + timedelta(seconds=6)
    assert cursor["mapping"] == {"t0": "2026-03-01T12:00:00Z", "first": "2015-02-17T00:00:00Z", "speed": 600.0}


async def test_original_time_is_paced_the_same(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [0, 10, 60])
    arrived, _ = await replay(path, speed=600, original_time=True)
    assert [(at - NOW).total_seconds() for at, _ in arrived] == [0, 1, 6]
    assert [entry.created_at for _, entry in arrived if isinstance(entry, Post)] == [
        FIRST, FIRST + timedelta(minutes=10), FIRST + timedelta(minutes=60),
    ]  # fmt: skip


async def test_rate_dates_rows_by_their_number(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [0.0] * 40 + [None] + [0.0] * 59)
    arrived, _ = await replay(path, rate=50)
    for n, (at, entry) in enumerate(arrived):
        if n == 40:
            assert isinstance(entry, Invalid)
            continue
        assert isinstance(entry, Post)
        assert (entry.created_at - NOW).total_seconds() == pytest.approx(n / 50)
        assert entry.edited_at == entry.created_at
        assert 0 <= (at - entry.created_at).total_seconds() <= TICK + 0.01
    assert len({at for at, _ in arrived}) >= 2 / TICK - 1  # not all at once


async def test_bringing_a_batch_slowly_makes_the_next_one_no_smaller(tmp_path: Path) -> None:
    clock = Clock()
    source = FileSource(write(tmp_path / "a.jsonl", [0.0] * 2_000), clock=clock, sleep=clock.sleep, rate=1_000)
    began = []
    async for batch in source.batches(None):
        if batch.entries:
            began.append(clock.now)
        clock.now += timedelta(seconds=0.02)  # twenty rows fall due meanwhile
    gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(began)]
    assert len([gap for gap in gaps if gap < TICK]) <= 1  # where a block of rows that was read ahead ends


async def test_rate_needs_no_dates(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text\n1,one\n2,two\n", encoding="utf-8")
    arrived, _ = await replay(path, rate=1)
    assert [entry.created_at for _, entry in arrived if isinstance(entry, Post)] == [NOW, NOW + timedelta(seconds=1)]


async def test_without_pace_dates_stay_and_nothing_waits(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [0, 100_000])
    clock = Clock()
    arrived, _ = await replay(path, clock)
    assert clock.now == NOW
    assert next(entry.created_at for _, entry in arrived if isinstance(entry, Post)) == FIRST


@pytest.mark.parametrize("odd", [-24 * 60 * 365 * 40, 24 * 60 * 365 * 150], ids=["1975", "2165"])
async def test_nobody_waits_for_an_odd_date(tmp_path: Path, odd: float) -> None:
    path = write(tmp_path / "a.jsonl", [odd, 0, 10, odd, 20])
    clock = Clock()
    arrived, _ = await replay(path, clock, speed=600)
    assert clock.now == NOW + timedelta(seconds=2)
    assert len(arrived) == 5
    assert [entry.post_id for _, entry in arrived if isinstance(entry, Post) and entry.post_id in "124"] == [
        "1", "2", "4",
    ]  # fmt: skip


async def test_the_time_line_is_fixed_before_anything_is_published(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [0, 1])
    clock = Clock()
    source = FileSource(path, clock=clock, sleep=clock.sleep, speed=60)
    batches = [batch async for batch in source.batches(None)]
    assert list(batches[0].entries) == []
    assert batches[0].cursor["byte"] == 0
    assert {json.dumps(batch.cursor["mapping"]) for batch in batches} == {json.dumps(batches[0].cursor["mapping"])}


@pytest.mark.parametrize(
    "pace", [{}, {"speed": 600.0}, {"rate": 20.0}, {"speed": 600.0, "original_time": True}], ids=str
)
@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.csv"])
async def test_resuming_at_every_boundary_gives_the_same(tmp_path: Path, name: str, pace: dict[str, Any]) -> None:
    path = tmp_path / name
    minutes: list[float | None] = [0, 1, None, 7, 3, 3, 40, None, 41, 42, 60]
    if name == "a.csv":
        lines = ["id,text,date"]
        for n, minute in enumerate(minutes):
            date = "?" if minute is None else (FIRST + timedelta(minutes=minute)).isoformat()
            lines.append(f'{n},"two\nlines, {n}",{date}')
        path.write_text("\r\n".join(lines), encoding="utf-8")
    else:
        write(tmp_path / "plain.jsonl", minutes)
        data = (tmp_path / "plain.jsonl").read_bytes()
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    clock = Clock()
    options = pace | {"batch_size": 3}
    source = FileSource(path, clock=clock, sleep=clock.sleep, **options)
    straight = [batch async for batch in source.batches(None)]
    everything = [entry for batch in straight for entry in batch.entries]
    assert len(everything) == len(minutes)
    assert source.total is not None
    done = 0
    for batch in straight:
        done += len(batch.entries)
        later = Clock()
        later.now = NOW + timedelta(hours=5)  # resumed after a pause
        rest, _ = await replay(path, later, json.loads(json.dumps(batch.cursor)), **options)
        assert [entry for _, entry in rest] == everything[done:]


async def test_a_replaced_file_starts_over(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [0, 1, 2])
    _, cursor = await replay(path)
    write(path, [5, 6])
    arrived, _ = await replay(path, cursor=cursor)
    assert len(arrived) == 2


async def test_a_file_that_has_grown_goes_on(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [0, 1, 2])
    _, cursor = await replay(path)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "new", "text": "t", "date": "2015-03-01"}) + "\n")
    arrived, _ = await replay(path, cursor=cursor)
    assert [entry.post_id for _, entry in arrived if isinstance(entry, Post)] == ["new"]


async def test_another_pace_starts_a_new_time_line_at_the_cursor(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [0, 10, 20, 30])
    clock = Clock()
    source = FileSource(path, clock=clock, sleep=clock.sleep, speed=600, batch_size=2)
    async for batch in source.batches(None):
        if batch.cursor["row"] == 2:
            cursor = batch.cursor
            break
    later = Clock()
    later.now = NOW + timedelta(hours=1)
    arrived, _ = await replay(path, later, cursor, speed=60)
    assert [(at - NOW).total_seconds() - 3600 for at, _ in arrived] == [0, 10]
    assert all(isinstance(entry, Post) and entry.created_at == at for at, entry in arrived)


async def test_progress_knows_the_rows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [0] * 25)
    clock = Clock()
    source = FileSource(path, clock=clock, sleep=clock.sleep)
    assert source.total is None
    async for _ in source.batches(None):
        assert source.total == 25
    assert source.name == "file:a.jsonl"


def test_one_pace_only(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="one of them"):
        FileSource(tmp_path / "a.jsonl", clock=Clock(), speed=1, rate=1)
    with pytest.raises(SettingsError, match="positive"):
        FileSource(tmp_path / "a.jsonl", clock=Clock(), speed=0)
