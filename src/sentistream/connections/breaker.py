"""A breaker: what fails again and again is left alone for a while."""

from __future__ import annotations

from collections.abc import Callable


class Breaker:
    """Opens after `failures` in a row, for `open_seconds`; then lets a single trial through."""

    def __init__(self, failures: int, open_seconds: float, clock: Callable[[], float]) -> None:
        self._limit = failures
        self._open_seconds = open_seconds
        self._clock = clock
        self._failed = 0
        self._opened_at: float | None = None
        self._on_trial = False

    @property
    def is_open(self) -> bool:
        """Whether calls are being refused, the trial call aside."""
        return self._opened_at is not None

    def admit(self) -> bool:
        """Whether a call may go ahead; each admitted call must end in succeed(), fail() or abandon()."""
        if self._opened_at is None:
            return True
        if self._on_trial or self._clock() - self._opened_at < self._open_seconds:
            return False
        self._on_trial = True
        return True

    def succeed(self) -> None:
        """The call was answered."""
        self._failed, self._opened_at, self._on_trial = 0, None, False

    def fail(self) -> bool:
        """It was not; True if this opened the breaker (again)."""
        self._failed += 1
        opens = self._on_trial or (self._opened_at is None and self._failed >= self._limit)
        if opens:
            self._opened_at = self._clock()
        self._on_trial = False
        return opens

    def abandon(self) -> None:
        """Nothing was learned: the call was cancelled."""
        self._on_trial = False
