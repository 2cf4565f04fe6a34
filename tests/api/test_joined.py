"""Asking once for many, and never too early."""

from __future__ import annotations

import asyncio

import pytest

from sentistream.api.joined import Joined


class Slow:
    """A question that is answered when told to; the answer is its number."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = asyncio.Event()
        self.fails = False

    async def __call__(self) -> int:
        self.asked += 1
        number = self.asked
        await self.go.wait()
        if self.fails:
            raise ZeroDivisionError
        return number


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_comes_later_never_gets_an_answer_that_was_asked_for_before() -> None:
    slow = Slow()
    joined = Joined(slow)
    first = [asyncio.create_task(joined()) for _ in range(10)]
    await settled()
    later = [asyncio.create_task(joined()) for _ in range(10)]
    await settled()
    assert slow.asked == 1
    later[0].cancel()  # takes nobody along
    slow.go.set()
    assert await asyncio.gather(*first) == [1] * 10
    assert await asyncio.gather(*later[1:]) == [2] * 9
    assert await joined() == 3


async def test_a_failure_is_told_to_all_and_ends_nothing() -> None:
    slow = Slow()
    slow.go.set()
    slow.fails = True
    joined = Joined(slow)
    results = await asyncio.gather(*(joined() for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [ZeroDivisionError] * 3
    slow.fails = False
    assert await joined() == 2
    slow.fails = True
    with pytest.raises(ZeroDivisionError):
        await joined()
