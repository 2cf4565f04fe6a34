"""A question that many ask at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Joined(Generic[T]):
    """Asks `question` once at a time. Who comes while it is under way shares the next asking, never the one that
    began before he came: every answer is of a moment after the call."""

    def __init__(self, question: Callable[[], Awaitable[T]]) -> None:
        self._question = question
        self._asking: asyncio.Task[T] | None = None
        self._next: asyncio.Task[T] | None = None

    async def __call__(self) -> T:
        """The answer; raises what the question raises."""
        if self._next is None:
            self._next = asyncio.create_task(self._ask(self._asking))
            self._next.add_done_callback(_seen)
        return await asyncio.shield(self._next)

    async def _ask(self, before: asyncio.Task[T] | None) -> T:
        if before is not None:
            await asyncio.wait([before])
        self._asking, self._next = self._next, None
        return await self._question()


def _seen(asked: asyncio.Task[object]) -> None:
    if not asked.cancelled():
        asked.exception()  # raised for those who wait; where nobody does any more, it is of no interest
