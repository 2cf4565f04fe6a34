from __future__ import annotations

import asyncio

import pytest

from sentistream.domain.errors import SettingsError
from sentistream.pipeline.supervise import Component, Supervisor


class Flaky:
    """Crashes `crashes` times, then runs until it is told to stop."""

    def __init__(self, crashes: int) -> None:
        self.crashes = crashes
        self.starts = 0
        self.steady = asyncio.Event()
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        self.starts += 1
        if self.starts <= self.crashes:
            raise OSError(f"crash {self.starts}")
        self.steady.set()
        await self.stopped.wait()


async def test_a_crashed_component_comes_back_and_says_so() -> None:
    flaky = Flaky(crashes=2)
    supervisor = Supervisor([Component("flaky", flaky.run, flaky.stopped.set)], restart_waits=(0.0, 0.0))
    running = asyncio.create_task(supervisor.run())
    await asyncio.wait_for(flaky.steady.wait(), 5)
    report = supervisor.reports["flaky"]
    assert (report.state, report.restarts, report.error) == ("running", 2, "OSError; the log has the cause")
    assert not report.healthy
    supervisor.stop()
    await asyncio.wait_for(running, 5)
    assert supervisor.reports["flaky"].state == "stopped"


async def test_a_crash_is_forgotten_once_outlived() -> None:
    flaky = Flaky(crashes=1)
    supervisor = Supervisor([Component("flaky", flaky.run)], restart_waits=(0.0,), stable_after=0.0)
    running = asyncio.create_task(supervisor.run())
    await asyncio.wait_for(flaky.steady.wait(), 5)
    await asyncio.sleep(0.001)  # one turn of the loop past the zero seconds of `stable_after`
    assert supervisor.reports["flaky"].healthy
    supervisor.stop()
    await asyncio.wait_for(running, 5)


async def test_restarts_wait_one_two_four_four_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    flaky = Flaky(crashes=4)
    supervisor = Supervisor([Component("flaky", flaky.run)])
    waits: list[float] = []

    async def note(seconds: float) -> bool:
        waits.append(seconds)
        return False

    monkeypatch.setattr(supervisor, "_stopped_within", note)
    running = asyncio.create_task(supervisor.run())
    await asyncio.wait_for(flaky.steady.wait(), 5)
    assert waits == [1.0, 2.0, 4.0, 4.0]
    supervisor.stop()
    await asyncio.wait_for(running, 5)


async def test_stop_lets_the_work_in_hand_finish_and_cancels_the_rest() -> None:
    finished: list[str] = []
    asked = asyncio.Event()
    cancelled = asyncio.Event()
    started = asyncio.Event()

    async def careful() -> None:
        await asked.wait()
        finished.append("batch")

    async def careless() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    supervisor = Supervisor([Component("careful", careful, asked.set), Component("careless", careless)])
    running = asyncio.create_task(supervisor.run())
    await asyncio.wait_for(started.wait(), 5)
    supervisor.stop()
    await asyncio.wait_for(running, 5)
    assert finished == ["batch"]
    assert cancelled.is_set()
    assert {name: report.state for name, report in supervisor.reports.items()} == {
        "careful": "stopped",
        "careless": "stopped",
    }


async def test_one_that_does_not_end_is_cancelled_after_the_grace() -> None:
    deaf = Flaky(crashes=0)
    supervisor = Supervisor([Component("deaf", deaf.run, lambda: None)], grace=0.01)
    running = asyncio.create_task(supervisor.run())
    await asyncio.wait_for(deaf.steady.wait(), 5)
    supervisor.stop()
    await asyncio.wait_for(running, 5)
    assert supervisor.reports["deaf"].state == "stopped"


async def test_wrong_settings_end_everything() -> None:
    flaky = Flaky(crashes=0)

    async def wrong() -> None:
        await flaky.steady.wait()
        raise SettingsError("no such thing")

    supervisor = Supervisor([Component("flaky", flaky.run), Component("wrong", wrong)])
    with pytest.raises(SettingsError, match="no such thing"):
        await asyncio.wait_for(supervisor.run(), 5)
    assert supervisor.reports["flaky"].state == "stopped"


async def test_it_ends_when_every_component_has_finished() -> None:
    async def short() -> None:
        await asyncio.sleep(0)

    supervisor = Supervisor([Component("one", short), Component("two", short)])
    await asyncio.wait_for(supervisor.run(), 5)
    assert {report.state for report in supervisor.reports.values()} == {"finished"}


async def test_one_that_must_not_be_restarted_ends_everything() -> None:
    flaky = Flaky(crashes=1)
    supervisor = Supervisor([Component("flaky", flaky.run, restart=False)])
    with pytest.raises(OSError, match="crash 1"):
        await asyncio.wait_for(supervisor.run(), 5)
    assert flaky.starts == 1


async def test_one_that_is_added_runs_with_the_others_and_ends_alone() -> None:
    first, second = Flaky(crashes=0), Flaky(crashes=1)
    supervisor = Supervisor([Component("first", first.run, first.stopped.set)], restart_waits=(0.0,))
    running = asyncio.create_task(supervisor.run())
    await asyncio.wait_for(first.steady.wait(), 5)
    added = Component("second", second.run)
    supervisor.start(added)
    await asyncio.wait_for(second.steady.wait(), 5)
    supervisor.start(added)
    assert (second.starts, supervisor.reports["second"].restarts) == (2, 1), "restarted once, and never run twice"

    await asyncio.wait_for(supervisor.end("second"), 5)
    await supervisor.end("second")
    assert (supervisor.reports["first"].state, supervisor.reports["second"].state) == ("running", "stopped")
    assert supervisor.reports["second"].healthy

    second.steady.clear()
    supervisor.start(added)
    await asyncio.wait_for(second.steady.wait(), 5)
    supervisor.stop()
    await asyncio.wait_for(running, 5)
    supervisor.start(added)
    assert (second.starts, supervisor.reports["second"].state) == (3, "stopped"), "nothing starts after the end"


async def test_one_is_ended_while_it_waits_to_be_restarted() -> None:
    steady, broken = Flaky(crashes=0), Flaky(crashes=9)
    supervisor = Supervisor([Component("steady", steady.run), Component("broken", broken.run)], restart_waits=(3600.0,))
    running = asyncio.create_task(supervisor.run())
    await asyncio.wait_for(steady.steady.wait(), 5)
    assert supervisor.reports["broken"].state == "restarting"
    await asyncio.wait_for(supervisor.end("broken"), 5)
    assert supervisor.reports["broken"].state == "stopped"
    assert not running.done()
    supervisor.stop()
    await asyncio.wait_for(running, 5)


async def test_what_is_added_ends_everything_if_it_must_not_be_restarted() -> None:
    steady, broken = Flaky(crashes=0), Flaky(crashes=9)
    supervisor = Supervisor([Component("steady", steady.run)])
    running = asyncio.create_task(supervisor.run())
    await asyncio.wait_for(steady.steady.wait(), 5)
    supervisor.start(Component("broken", broken.run, restart=False))
    with pytest.raises(OSError, match="crash 1"):
        await asyncio.wait_for(running, 5)
    assert supervisor.reports["steady"].state == "stopped"
