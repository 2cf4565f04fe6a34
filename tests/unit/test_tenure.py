"""One process at a time: who works, who stands by, who takes over, and who finds out that it was replaced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from fakes import MovableClock, until
from sentistream.domain.errors import LeaseLost, StorageUnavailable
from sentistream.pipeline.tenure import LEASE_SECONDS, Leased, Tenure
from sentistream.storage.postgres.store import ABANDONED_SECONDS
from sentistream.storage.sqlite import SqliteStore
from sentistream.telemetry.metrics import Metrics


class Process:
    """One of several that want to do the same work, which lasts until `done` is set."""

    def __init__(self, store: SqliteStore, clock: MovableClock) -> None:
        self.store = store
        self.metrics = Metrics()
        self.done = asyncio.Event()
        self.tenures: list[Tenure] = []
        self.standby: list[str | None] = []
        self.leased = Leased(
            store.leases, "watch", self.work, clock=clock, metrics=self.metrics, on_standby=self.standby.append,
            seconds=0.3, standby_seconds=0.01, note=lambda: {"tenures": len(self.tenures)},
        )  # fmt: skip
        self.task = asyncio.create_task(self.leased.run())

    async def work(self, tenure: Tenure) -> None:
        self.tenures.append(tenure)
        await self.done.wait()

    async def works(self, times: int = 1) -> None:
        await until(lambda: len(self.tenures) == times)

    def held(self) -> float:
        return self.metrics.registry.get_sample_value("sentistream_lease_held", {"lease": "watch"}) or 0.0

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


Start = Callable[[], Awaitable[Process]]


@pytest.fixture
async def start(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Start]:
    processes: list[Process] = []

    async def begin() -> Process:
        store = SqliteStore(tmp_path / "store.db", readers=1)
        await store.migrate()
        processes.append(Process(store, clock))
        return processes[-1]

    yield begin
    for process in processes:
        await process.end()
        await process.store.close()


async def test_the_others_stand_by_and_one_takes_over_at_once(start: Start, clock: MovableClock) -> None:
    first = await start()
    await first.works()
    second, third = await start(), await start()
    await until(lambda: len(second.standby) > 2 and len(third.standby) > 2)
    assert (first.standby, set(second.standby)) == ([], {None})
    assert (first.held(), second.held(), third.held()) == (1, 0, 0)
    await first.end()
    await until(lambda: second.held() + third.held() == 1)  # the clock has not moved
    [lease] = await first.store.leases.all(clock())
    assert lease.holder in {tenure.holder for tenure in (*second.tenures, *third.tenures)}
    assert first.held() == 0


async def test_work_that_ends_gives_the_lease_back(start: Start, clock: MovableClock) -> None:
    first = await start()
    await first.works()
    first.done.set()
    await first.task
    assert await first.store.leases.all(clock()) == []


async def test_who_was_replaced_stops_working_and_stands_by(start: Start, clock: MovableClock) -> None:
    """What happens to a process that was frozen: the lease is another's when it looks again."""
    first = await start()
    await first.works()
    await first.store.leases.release("watch", first.tenures[0].holder)
    assert await first.store.leases.hold("watch", "somebody", 600, clock())
    await until(lambda: bool(first.standby))
    assert first.held() == 0
    await first.store.leases.release("watch", "somebody")
    await first.works(2)
    assert first.tenures[0].holder != first.tenures[1].holder
    with pytest.raises(LeaseLost):
        await first.tenures[0].check()


async def test_renewals_say_how_the_work_goes(start: Start, clock: MovableClock) -> None:
    first = await start()
    await first.works()

    async with asyncio.timeout(10):
        while (await first.store.leases.all(clock()))[0].note != {"tenures": 1}:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_check_asks_only_when_it_must(start: Start, clock: MovableClock) -> None:
    store = (await start()).store
    elapsed = 0.0
    mine = Tenure(store.leases, "refine", clock=clock, seconds=6, elapsed=lambda: elapsed)
    await mine.check()  # takes it
    [lease] = [one for one in await store.leases.all(clock()) if one.name == "refine"]
    clock.advance(1)
    elapsed = 3.9
    await mine.check()
    assert lease in await store.leases.all(clock())
    elapsed = 4.1  # less than a third is left
    await mine.check()
    assert lease not in await store.leases.all(clock())
    clock.advance(7)
    elapsed = 11.2
    assert await store.leases.hold("refine", "another", 6, clock())
    with pytest.raises(LeaseLost):
        await mine.check()


async def test_it_waits_for_a_database_that_is_away(clock: MovableClock) -> None:
    class Away:
        tries = 0

        async def hold(self, *_: object) -> bool:
            self.tries += 1
            if self.tries < 3:
                raise StorageUnavailable("the database does not answer", retry_after=0.01)
            return True

        async def release(self, name: str, holder: str) -> None:
            raise StorageUnavailable("the database does not answer")

    told: list[str | None] = []
    worked: list[str] = []

    async def work(tenure: Tenure) -> None:
        worked.append(tenure.name)

    leases = Away()
    leased = Leased(
        leases,  # type: ignore[arg-type]
        "watch", work, clock=clock, metrics=Metrics(), on_standby=told.append, standby_seconds=0.001,
    )  # fmt: skip
    await leased.run()
    assert (told, worked) == (["the database does not answer"] * 2, ["watch"])


async def test_what_fails_is_told_and_lets_another_try(start: Start, clock: MovableClock) -> None:
    first = await start()
    await first.works()

    async def broken(tenure: Tenure) -> None:
        raise ZeroDivisionError("surprise")

    failing = Leased(first.store.leases, "other", broken, clock=clock, metrics=Metrics())
    with pytest.raises(ZeroDivisionError):
        await failing.run()
    assert [one.name for one in await first.store.leases.all(clock())] == ["watch"]


def test_a_frozen_holder_loses_its_locks_before_its_lease() -> None:
    assert ABANDONED_SECONDS < LEASE_SECONDS
