"""The batcher: joining callers without letting one disturb another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from sentistream.analysis.batcher import Batcher
from sentistream.domain.analysis import ModelInfo, Reading
from sentistream.domain.errors import Overloaded, Unavailable

MODEL = ModelInfo(name="echo", version="1", tier="fast")


class Echo:
    """Answers with the text as reason; `poison` raises; waits for `gate` if it is closed."""

    model = MODEL

    def __init__(self) -> None:
        self.calls: list[list[str]] = []
        self.started = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.short = False

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        self.calls.append(list(texts))
        self.started.set()
        await self.gate.wait()
        if "poison" in texts:
            raise ValueError("poison")
        readings = [
            Reading(sentiment_label="neutral", model_name="echo", model_version="1", tier="fast", reason=text)
            for text in texts
        ]
        return readings[:-1] if self.short else readings


def reasons(readings: list[Reading]) -> list[str | None]:
    return [reading.reason for reading in readings]


async def test_concurrent_callers_share_a_call() -> None:
    echo = Echo()
    batcher = Batcher(echo, max_size=4, max_wait=60)
    answers = await asyncio.wait_for(
        asyncio.gather(batcher.analyse(["a", "b"]), batcher.analyse(["c"]), batcher.analyse(["d"])), 5
    )
    assert [reasons(answer) for answer in answers] == [["a", "b"], ["c"], ["d"]]
    assert echo.calls == [["a", "b", "c", "d"]]


async def test_a_lone_caller_does_not_wait_for_company() -> None:
    echo = Echo()
    batcher = Batcher(echo, max_size=100, max_wait=0.001)
    assert reasons(await asyncio.wait_for(batcher.analyse(["a"]), 5)) == ["a"]
    assert await batcher.analyse([]) == []
    assert echo.calls == [["a"]]


async def test_a_large_request_is_cut_and_kept_in_order() -> None:
    echo = Echo()
    batcher = Batcher(echo, max_size=3, max_wait=0)
    texts = [str(n) for n in range(8)]
    assert reasons(await batcher.analyse(texts)) == texts
    assert [len(call) for call in echo.calls] == [3, 3, 2]


async def test_poison_fails_its_own_caller_only() -> None:
    echo = Echo()
    batcher = Batcher(echo, max_size=4, max_wait=60)
    answers = await asyncio.wait_for(
        asyncio.gather(
            batcher.analyse(["a"]), batcher.analyse(["poison", "b"]), batcher.analyse(["c"]), return_exceptions=True
        ),
        5,
    )
    assert isinstance(answers[1], ValueError)
    assert [answers[0][0].reason, answers[2][0].reason] == ["a", "c"]  # type: ignore[index]
    assert echo.calls[0] == ["a", "poison", "b", "c"]


async def test_an_analyser_that_loses_texts_is_an_error() -> None:
    echo = Echo()
    echo.short = True
    with pytest.raises(RuntimeError, match="1 readings for 2 texts"):
        await Batcher(echo, max_size=2, max_wait=0).analyse(["a", "b"])


async def test_a_full_queue_is_overloaded() -> None:
    echo = Echo()
    echo.gate.clear()
    batcher = Batcher(echo, max_size=1, max_wait=0, max_queue=2)
    first = asyncio.create_task(batcher.analyse(["a"]))
    await asyncio.wait_for(echo.started.wait(), 5)
    second = asyncio.create_task(batcher.analyse(["b", "c"]))
    await asyncio.sleep(0)
    assert batcher.waiting == 2
    with pytest.raises(Overloaded) as caught:
        await batcher.analyse(["d"])
    assert caught.value.retry_after > 0
    echo.gate.set()
    assert [reasons(await first), reasons(await second)] == [["a"], ["b", "c"]]


async def test_a_cancelled_caller_disturbs_nobody() -> None:
    echo = Echo()
    echo.gate.clear()
    batcher = Batcher(echo, max_size=2, max_wait=0)
    leaving, staying = asyncio.create_task(batcher.analyse(["a"])), asyncio.create_task(batcher.analyse(["b"]))
    await asyncio.wait_for(echo.started.wait(), 5)
    queued = asyncio.create_task(batcher.analyse(["c"]))
    await asyncio.sleep(0)
    leaving.cancel()
    queued.cancel()
    await asyncio.gather(leaving, queued, return_exceptions=True)
    assert leaving.cancelled()
    assert queued.cancelled()
    assert batcher.waiting == 0
    echo.gate.set()
    assert reasons(await asyncio.wait_for(staying, 5)) == ["b"]
    assert echo.calls == [["a", "b"]]
    assert reasons(await batcher.analyse(["d"])) == ["d"]


async def test_closing_tells_those_who_wait() -> None:
    echo = Echo()
    echo.gate.clear()
    batcher = Batcher(echo, max_size=1, max_wait=0)
    waiting = [asyncio.create_task(batcher.analyse([text])) for text in "ab"]
    await asyncio.wait_for(echo.started.wait(), 5)
    await batcher.close()
    for answer in await asyncio.gather(*waiting, return_exceptions=True):
        assert isinstance(answer, Unavailable)
    with pytest.raises(Unavailable):
        await batcher.analyse(["c"])
