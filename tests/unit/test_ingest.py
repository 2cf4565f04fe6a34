"""Bringing entries in: nothing dropped, nothing changed, and always saying how it stands."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from fakes import MovableClock
from sentistream.domain.errors import DiskFull, LeaseLost, Overloaded, SourceError, StorageUnavailable
from sentistream.domain.post import Entry, Invalid, Post, Tombstone
from sentistream.pipeline.ingest import Ingester, SourceState, prepare
from sentistream.pipeline.ours import Ours
from sentistream.pipeline.tenure import Tenure
from sentistream.sources.base import SourceBatch
from sentistream.sources.gazetteer import Gazetteer
from sentistream.stream.base import Lag

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
gazetteer = Gazetteer()


def post(n: int = 0, **fields: Any) -> Post:
    values: dict[str, Any] = {"post_id": f"p{n}", "source": "twitter", "content": f"text {n}", "created_at": NOW}
    return Post(**(values | fields))


class ListSource:
    """Batches from a list, resumed by number; like every source, an async generator."""

    def __init__(self, batches: Sequence[Sequence[Entry]], error: Exception | None = None) -> None:
        self._batches = batches
        self._error = error
        self.closed = False

    @property
    def name(self) -> str:
        return "list:test"

    @property
    def total(self) -> int | None:
        return sum(len(batch) for batch in self._batches)

    async def batches(self, cursor: dict[str, Any] | None) -> AsyncIterator[SourceBatch]:
        row = 0 if cursor is None else cursor["row"]
        try:
            if cursor is None:
                yield SourceBatch([], {"row": 0})
            done = 0
            for batch in self._batches:
                done += len(batch)
                if done > row:
                    yield SourceBatch(batch, {"row": done})
            if self._error is not None:
                raise self._error
        finally:
            self.closed = True


class Published:
    """The publishing half of a stream; fails as often as it is told, each time with the next error."""

    def __init__(self, errors: Sequence[Exception] = ()) -> None:
        self.entries: list[Entry] = []
        self.errors = list(errors)
        self.calls = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def publish(self, entries: Sequence[Entry]) -> None:
        self.calls += 1
        await self.gate.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.entries += entries


class SavedCursors:
    """Cursors in memory."""

    def __init__(self, errors: Sequence[Exception] = ()) -> None:
        self.saved: dict[str, dict[str, Any]] = {}
        self.errors = list(errors)

    async def load(self, source: str) -> dict[str, Any] | None:
        return self.saved.get(source)

    async def save(self, source: str, cursor: dict[str, Any], now: datetime, holder: str | None = None) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.saved[source] = cursor


class OneLease:
    """A lease in memory; `taken` gives it to somebody else."""

    taken = False

    async def hold(self, name: str, holder: str, seconds: float, now: datetime, note: Any = None) -> bool:
        return not self.taken


def tenure(leases: OneLease | None = None) -> Tenure:
    made: Any = leases or OneLease()
    return Tenure(made, "source:list:test", clock=lambda: NOW)


class Sleeps:
    """Sleeping moves the clock, and notes what the ingester said of itself meanwhile."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.slept: list[float] = []
        self.seen: list[tuple[str, str | None]] = []
        self.ingester: Ingester | None = None

    async def __call__(self, seconds: float) -> None:
        assert self.ingester is not None
        self.slept.append(seconds)
        self.seen.append((self.ingester.state.state, self.ingester.state.error))
        self.clock.advance(seconds)
        await asyncio.sleep(0)


def ingester(source: Any, stream: Any, cursors: Any, clock: MovableClock, **options: Any) -> tuple[Ingester, Sleeps]:
    sleeps = Sleeps(clock)
    made = Ingester(source, stream, cursors, clock=clock, gazetteer=gazetteer, sleep=sleeps, **options)
    sleeps.ingester = made
    return made, sleeps


async def test_publishes_everything_then_says_finished(clock: MovableClock) -> None:
    stream, cursors = Published(), SavedCursors()
    bad = Invalid(raw="{", reason="not JSON", position="line 2")
    source = ListSource(
        [[post(1), bad], [post(2, location="Austin, TX")], [Tombstone(post_id="p1", source="twitter", deleted_at=NOW)]]
    )
    made, _ = ingester(source, stream, cursors, clock, kind="file")
    assert made.state.state == "waiting"
    await made.run(tenure())
    assert [type(entry) for entry in stream.entries] == [Post, Invalid, Post, Tombstone]
    placed = stream.entries[2]
    assert isinstance(placed, Post)
    assert (placed.city, placed.country) == ("Austin", "US")
    state = made.state
    assert (state.state, state.published, state.invalid, state.total) == ("finished", 4, 1, 4)
    assert (state.name, state.kind, state.error) == ("list:test", "file", None)
    assert (state.started_at, state.last_post_at, state.rate_per_minute) == (clock.now, clock.now, 4)
    assert state.newest_post_at == max(entry.created_at for entry in stream.entries if isinstance(entry, Post))
    assert cursors.saved == {"list:test": {"row": 4}}
    assert source.closed
    assert msgspec.json.decode(msgspec.json.encode(state), type=SourceState) == state


async def test_the_cursor_follows_the_entries(clock: MovableClock) -> None:
    """Published and not saved comes again; saved and not published would be lost."""
    stream, cursors = Published(), SavedCursors()
    order: list[str] = []

    async def publish(entries: Sequence[Entry]) -> None:
        order.append(f"publish {len(entries)}")

    async def save(source: str, cursor: dict[str, Any], now: datetime, holder: str | None = None) -> None:
        order.append(f"save {cursor['row']}")

    stream.publish = publish  # type: ignore[method-assign]
    cursors.save = save  # type: ignore[method-assign]
    made, _ = ingester(ListSource([[post(1)], [post(2), post(3)]]), stream, cursors, clock)
    await made.run(tenure())
    assert order == ["save 0", "publish 1", "save 1", "publish 2", "save 3"]


async def test_waits_while_the_stream_is_full_and_drops_nothing(clock: MovableClock) -> None:
    full, disk = Overloaded("the stream is full: wait for the workers"), DiskFull("the disk is nearly full")
    stream = Published([full, full, disk])
    made, sleeps = ingester(ListSource([[post(1)], [post(2)]]), stream, SavedCursors(), clock, retry_seconds=0.5)
    await made.run(tenure())
    assert [entry.post_id for entry in stream.entries if isinstance(entry, Post)] == ["p1", "p2"]
    assert sleeps.slept == [0.5, 0.5, 0.5]
    assert sleeps.seen == [("waiting", full.message), ("waiting", full.message), ("waiting", disk.message)]
    assert (made.state.state, made.state.error) == ("finished", None)


async def test_waits_longer_and_longer_for_the_database(clock: MovableClock) -> None:
    away = StorageUnavailable("the database does not answer")
    cursors = SavedCursors([away] * 7)
    stream = Published()
    made, sleeps = ingester(ListSource([[post(1)]]), stream, cursors, clock)
    await made.run(tenure())
    assert sleeps.slept == [1, 2, 4, 4, 4, 4, 4]
    assert len(stream.entries) == 1
    assert cursors.saved == {"list:test": {"row": 1}}


async def test_a_source_that_waits_says_why_and_moves_no_cursor(clock: MovableClock) -> None:
    class Interrupted(ListSource):
        async def batches(self, cursor: dict[str, Any] | None) -> AsyncIterator[SourceBatch]:
            yield SourceBatch([post(1)], {"row": 1})
            yield SourceBatch([], {"row": 0}, "nobody answers")
            seen.append((made.state.state, made.state.error, cursors.saved["list:test"]))
            yield SourceBatch([post(2)], {"row": 2})
            seen.append((made.state.state, made.state.error, cursors.saved["list:test"]))

    seen: list[Any] = []
    cursors = SavedCursors()
    made, _ = ingester(Interrupted([]), Published(), cursors, clock)
    await made.run(tenure())
    assert seen == [("waiting", "nobody answers", {"row": 1}), ("running", None, {"row": 2})]


async def test_deletions_of_posts_that_are_not_ours_are_not_published(clock: MovableClock) -> None:
    async def stored(ids: Sequence[str]) -> set[str]:
        return {"old"} & set(ids)

    strange, old = (Tombstone(post_id=id, source="twitter", deleted_at=NOW) for id in ("strange", "old"))
    stream, cursors = Published(), SavedCursors()
    made, _ = ingester(ListSource([[strange], [post(1), strange, old]]), stream, cursors, clock, ours=Ours(stored))
    await made.run(tenure())
    assert [entry.post_id for entry in stream.entries if not isinstance(entry, Invalid)] == ["p1", "old"]
    assert stream.calls == 1, "nothing is not published"
    assert (made.state.published, cursors.saved["list:test"]) == (2, {"row": 4})


async def test_history_gives_way_to_news(clock: MovableClock) -> None:
    class Behind(Published):
        lags = [3_000, 2_001, 2_000]  # noqa: RUF012

        async def lag(self, group: str) -> Lag:
            assert (group, self.entries) == ("workers", [])
            return Lag(self.lags.pop(0), 1.0)

    stream = Behind()
    made, sleeps = ingester(ListSource([[post(1)]]), stream, SavedCursors(), clock, gives_way_to="workers")
    await made.run(tenure())
    assert (stream.lags, len(stream.entries), sleeps.slept) == ([], 1, [0.1, 0.1])


async def test_what_waiting_cannot_mend_is_said_and_raised(clock: MovableClock) -> None:
    stream, cursors = Published(), SavedCursors()
    broken = SourceError("cannot read posts.jsonl: check the path")
    made, _ = ingester(ListSource([[post(1)]], broken), stream, cursors, clock)
    with pytest.raises(SourceError):
        await made.run(tenure())
    assert (made.state.state, made.state.error, made.state.published) == ("failed", broken.message, 1)
    assert cursors.saved["list:test"] == {"row": 1}

    made, _ = ingester(ListSource([[post(1)]], ZeroDivisionError("surprise")), stream, SavedCursors(), clock)
    with pytest.raises(ZeroDivisionError):
        await made.run(tenure())
    assert made.state.error == "ZeroDivisionError: surprise"


async def test_who_lost_the_source_publishes_nothing_and_says_that_it_stands_by(clock: MovableClock) -> None:
    stream, cursors, leases = Published(), SavedCursors(), OneLease()
    made, _ = ingester(ListSource([[post(1)], [post(2)]]), stream, cursors, clock)
    elapsed = 0.0
    held = Tenure(leases, "source:list:test", clock=clock, elapsed=lambda: elapsed)  # type: ignore[arg-type]
    await held.renew()

    def published(state: SourceState) -> None:
        nonlocal elapsed
        if state.published:
            leases.taken = True
            elapsed += 60  # frozen between two batches

    made._on_published = published
    with pytest.raises(LeaseLost):
        await made.run(held)
    assert (made.state.state, made.state.error) == ("standby", None)
    assert [entry.post_id for entry in stream.entries if isinstance(entry, Post)] == ["p1"]
    assert cursors.saved["list:test"] == {"row": 1}


async def test_stops_at_once_and_resumes_without_a_gap(clock: MovableClock) -> None:
    stream, cursors = Published(), SavedCursors()
    batches = [[post(n)] for n in range(4)]
    source = ListSource(batches)
    made, _ = ingester(source, stream, cursors, clock)
    stopped_at = asyncio.Event()

    def published(state: SourceState) -> None:
        if state.published == 2:
            stream.gate.clear()  # the third publish never returns
            stopped_at.set()

    made._on_published = published
    task = asyncio.create_task(made.run(tenure()))
    async with asyncio.timeout(5):
        await stopped_at.wait()
        while stream.calls < 3:  # noqa: ASYNC110
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert made.state.state == "stopped"
    assert source.closed
    assert cursors.saved["list:test"] == {"row": 2}

    stream.gate.set()
    again, _ = ingester(ListSource(batches), stream, cursors, clock)
    await again.run(tenure())
    assert [entry.post_id for entry in stream.entries if isinstance(entry, Post)] == ["p0", "p1", "p2", "p3"]
    assert again.state.resumed == 2


async def test_the_rate_is_of_the_last_minute(clock: MovableClock) -> None:
    made, _ = ingester(ListSource([[post(n) for n in range(120)]]), Published(), SavedCursors(), clock)
    await made.run(tenure())
    assert (made.state.rate_per_minute, made.state.rate_per_second) == (120, 12)
    clock.advance(59)
    assert (made.state.rate_per_minute, made.state.rate_per_second) == (120, 0)
    clock.advance(1)
    assert made.state.rate_per_minute == 0


async def test_large_batches_are_prepared_off_the_event_loop(clock: MovableClock) -> None:
    threads: set[int] = set()

    class Watched(Gazetteer):
        def resolve(self, location: str) -> Any:
            threads.add(threading.get_ident())
            return super().resolve(location)

    batches = [[post(n, location="Austin, TX") for n in range(1_000)]]
    made = Ingester(ListSource(batches), Published(), SavedCursors(), clock=clock, gazetteer=Watched())  # type: ignore[arg-type]
    await made.run(tenure())
    assert threads
    assert threading.get_ident() not in threads


def test_prepare_rejects_with_reasons_and_keeps_the_order() -> None:
    entries: list[Entry] = [
        post(0),
        post(1, content="  "),
        post(2, created_at=NOW + timedelta(hours=1)),
        post(3, content="nul \x00"),
        post(4, author="lone \ud800"),
        post(5, latitude=123.0),
        post(6, author="x" * 300),
        Invalid(raw="x", reason="was bad before"),
        post(8),
    ]
    ready, rejected = (prepared := prepare(entries, NOW, None)).entries, prepared.rejected
    assert len(ready) == len(entries)
    assert [isinstance(entry, Invalid) for entry in ready] == [False, *[True] * 7, False]
    assert [(reject.index, reject.field) for reject in rejected] == [
        (1, "content"), (2, "created_at"), (3, "content"), (4, "author"), (5, None), (6, None),
    ]  # fmt: skip
    assert {reject.code for reject in rejected} == {"INVALID_ENTRY"}
    for reject in rejected:
        entry = ready[reject.index]
        assert isinstance(entry, Invalid)
        assert entry.reason == reject.message
        assert entry.position == f"item {reject.index}"
        assert f"p{reject.index}" in entry.raw
        assert "\x00" not in entry.raw
    for entry in ready:
        assert msgspec.json.decode(msgspec.json.encode(entry), type=type(entry)) == entry


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"location": "Berlin, Germany"}, ("Berlin", "DE", True)),
        ({"location": "somewhere in Texas"}, (None, "US", False)),
        ({"location": "my bed"}, (None, None, False)),
        ({"location": "Paris", "city": "Lyon", "country": "FR"}, ("Lyon", "FR", False)),
        ({"location": "Paris", "country": "FR"}, ("Paris", "FR", True)),
        ({"location": "Paris", "country": "US"}, (None, "US", False)),
        ({"location": "Paris", "country": "France"}, ("Paris", "FR", True)),
        ({"country": "united kingdom"}, (None, "GB", False)),
        ({"country": "de"}, (None, "DE", False)),
        ({"country": "Middle-earth"}, (None, "Middle-earth", False)),
        ({}, (None, None, False)),
    ],
    ids=str,
)
def test_prepare_places_what_has_no_place(fields: dict[str, Any], expected: tuple[Any, Any, bool]) -> None:
    (entry,) = prepare([post(**fields)], NOW, gazetteer).entries
    assert isinstance(entry, Post)
    assert (entry.city, entry.country, entry.latitude is not None) == expected


def test_a_point_that_was_given_stays() -> None:
    (entry,) = prepare([post(location="Berlin", latitude=1.0, longitude=2.0)], NOW, gazetteer).entries
    assert isinstance(entry, Post)
    assert (entry.city, entry.latitude, entry.longitude) == ("Berlin", 1.0, 2.0)
