"""Waiting for servers at the start: how often is tried, what is said, what is not waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from sentistream.domain.errors import DiskFull, SettingsError, StorageUnavailable
from sentistream.pipeline.waiting import FIRST_PAUSE, LONGEST_PAUSE, LONGEST_SILENCE, Waiting

ADDRESS = "redis://cache:6379/0"


class Time:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


def waiting(time: Time, seconds: float | None = None) -> Waiting:
    return Waiting(seconds, sleep=time.sleep, monotonic=time)


def answers_after(
    seconds: float, time: Time, reason: Callable[[float], str] = lambda _: "away"
) -> Callable[[], Awaitable[str]]:
    """An attempt that fails until so many seconds have passed."""
    began = time.now

    async def attempt() -> str:
        if time.now - began < seconds:
            raise StorageUnavailable(reason(time.now - began))
        return "here"

    return attempt


async def test_an_answer_at_once_is_not_worth_a_word(time: Time) -> None:
    with capture_logs() as said:
        assert await waiting(time, 0).until("stream", ADDRESS, answers_after(0, time)) == "here"
    assert (said, time.pauses) == ([], [])


async def test_pauses_grow_to_a_bound_and_lines_become_rare(time: Time) -> None:
    with capture_logs() as said:
        await waiting(time).until("stream", ADDRESS, answers_after(3_600, time))
    assert time.pauses[:5] == [FIRST_PAUSE * 2**n for n in range(5)]
    assert max(time.pauses) == LONGEST_PAUSE
    first, *_, last = said
    assert first == {
        "event": "start_waits",
        "log_level": "warning",
        "service": "stream",
        "address": ADDRESS,
        "reason": "away",
        "retry_in_seconds": FIRST_PAUSE,
    }
    assert (last["event"], last["service"]) == ("start_goes_on", "stream")
    assert 3_600 <= last["seconds"] <= 3_600 + LONGEST_PAUSE
    lines = sum(line["event"] == "start_waits" for line in said)
    assert 3_600 / (LONGEST_SILENCE + LONGEST_PAUSE) <= lines <= 3_600 / LONGEST_SILENCE + 6


async def test_another_reason_is_said_at_once(time: Time) -> None:
    with capture_logs() as said:
        attempt = answers_after(1, time, lambda passed: "away" if passed < 0.5 else "still reading its data")
        await waiting(time).until("stream", ADDRESS, attempt)
    assert [line.get("reason") for line in said] == ["away", "still reading its data", None]


async def test_all_that_are_awaited_are_known(time: Time) -> None:
    both = waiting(time)
    here = asyncio.Event()

    async def attempt() -> None:
        await here.wait()

    async def broken() -> None:
        if not here.is_set():
            raise DiskFull("no room left")

    async def sleep(seconds: float) -> None:
        await here.wait()

    both._sleep = sleep
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(both.until("stream", ADDRESS, attempt))
        tasks.create_task(both.until("database", ADDRESS, broken))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert both.awaited == {"stream": "it has not answered yet", "database": "no room left"}
        here.set()
    assert both.awaited == {}


async def test_patience_ends(time: Time) -> None:
    with pytest.raises(StorageUnavailable, match="away"):
        await waiting(time, 30).until("stream", ADDRESS, answers_after(1_000, time))
    assert 30 <= sum(time.pauses) <= 30 + LONGEST_PAUSE
    time.pauses.clear()
    with capture_logs() as said, pytest.raises(StorageUnavailable, match="away"):
        await waiting(time, 0).until("stream", ADDRESS, answers_after(1_000, time))
    assert (said, time.pauses) == ([], [])


async def test_what_waiting_does_not_mend_is_refused_at_once(time: Time) -> None:
    async def refused() -> None:
        raise StorageUnavailable("wrong password", lasting=True)

    for patience in (None, 0, 30):
        with pytest.raises(SettingsError, match="wrong password"):
            await waiting(time, patience).until("stream", ADDRESS, refused)
    assert time.pauses == []


async def test_who_is_cancelled_waits_no_longer(time: Time) -> None:
    patient = Waiting(None)
    task = asyncio.create_task(patient.until("stream", ADDRESS, answers_after(1, time)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert patient.awaited == {"stream": "away"}
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert patient.awaited == {}


async def test_a_try_that_hangs_is_told_of(time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentistream.pipeline.waiting.HANGS_AFTER", 0.01)
    with capture_logs() as said:

        async def attempt() -> str:
            async with asyncio.timeout(10):
                while not said:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
            return "here"

        assert await waiting(time).until("stream", ADDRESS, attempt) == "here"
    assert [(line["event"], line["address"], line["reason"]) for line in said] == [
        ("start_waits", ADDRESS, "it has not answered yet")
    ]
