"""Waiting at the start: processes and their servers come up in any order."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from sentistream.domain.errors import SettingsError, Unavailable

T = TypeVar("T")
log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0
"""Seconds between two tries: doubled from the first to the longest, so that a server is met soon after it comes."""

HANGS_AFTER = 5.0
"""Seconds after which the log tells of a try that is neither answered nor refused, as where packets are dropped."""

FIRST_SILENCE, LONGEST_SILENCE = 2.0, 60.0
"""Seconds between two lines of the log about the same trouble: doubled from the first to the longest."""


class Waiting:
    """Tries what needs a server until the server answers, and knows meanwhile what is awaited and why.

    seconds: how long to wait for each of them; 0: not at all; None: for as long as it takes.
    """

    def __init__(
        self,
        seconds: float | None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds = seconds
        self._sleep = sleep
        self._monotonic = monotonic
        self._awaited: dict[str, str] = {}

    @property
    def awaited(self) -> dict[str, str]:
        """Name of each server that is waited for, and why it is."""
        return dict(self._awaited)

    async def until(self, name: str, address: str, attempt: Callable[[], Awaitable[T]]) -> T:
        """What `attempt` returns once it does not raise Unavailable. `address` is where the server is, for the log.

        Raises SettingsError for what waiting does not mend, and the last error once `seconds` are over.
        """
        began = self._monotonic()
        pause, silence, speak_at = FIRST_PAUSE, FIRST_SILENCE, began
        said = ""
        self._awaited[name] = silent = "it has not answered yet"
        hangs = asyncio.get_running_loop().call_later(
            HANGS_AFTER, lambda: log.warning("start_waits", service=name, address=address, reason=silent)
        )
        try:
            while True:
                try:
                    result = await attempt()
                    if said:
                        log.info("start_goes_on", service=name, seconds=round(self._monotonic() - began, 1))
                    return result
                except Unavailable as error:
                    hangs.cancel()
                    if error.lasting:
                        raise SettingsError(error.message) from error
                    now = self._monotonic()
                    if self._seconds is not None and now - began >= self._seconds:
                        raise
                    self._awaited[name] = reason = error.message
                if now >= speak_at or said != reason:
                    log.warning("start_waits", service=name, address=address, reason=reason, retry_in_seconds=pause)
                    said, silence, speak_at = reason, min(2 * silence, LONGEST_SILENCE), now + silence
                await self._sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
        finally:
            hangs.cancel()
            del self._awaited[name]
