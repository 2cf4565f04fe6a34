"""Doubles for what tests must control: time; and the one way to miss what a test needs."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import pytest


class MovableClock:
    """A clock that stands still until it is moved; `reads` counts how often it was asked."""

    def __init__(self, now: datetime = datetime(2026, 3, 2, 12, tzinfo=UTC)) -> None:
        self.now = now
        self.reads = 0

    def __call__(self) -> datetime:
        self.reads += 1
        return self.now

    def advance(self, seconds: float) -> None:
        """Move by `seconds`, backwards if negative."""
        self.now += timedelta(seconds=seconds)


async def until(happened: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for what has no event to wait on, such as another task's next heartbeat; TimeoutError if it never is."""
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def unavailable(reason: str) -> NoReturn:
    """Skip the test; in CI nothing is skipped, so there it fails."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
