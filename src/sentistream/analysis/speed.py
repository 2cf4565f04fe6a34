"""How fast something goes, by what it did of late."""

from __future__ import annotations

import math

REMEMBERED = 2_000
"""Texts whose reading a speed goes by, recent ones most."""

FIRST = 16
"""Texts of the first call that says anything."""

TELLING = 0.1
"""Seconds' worth of texts; smaller calls leave threads idle, and say nothing about speed."""

RATE_SECONDS = 2.0
"""How long arrivals are remembered."""


class Speed:
    """Texts a second of an analyser, measured by its calls."""

    def __init__(self) -> None:
        self._texts = 0.0
        self._seconds = 0.0

    @property
    def per_second(self) -> float | None:
        """None before a call was big enough to tell."""
        return self._texts / self._seconds if self._seconds else None

    def add(self, texts: int, seconds: float) -> None:
        """A call has read so many."""
        known = self.per_second
        if seconds <= 0 or texts < (FIRST if known is None else known * TELLING):
            return
        kept = math.exp(-texts / REMEMBERED)
        self._texts = self._texts * kept + texts
        self._seconds = self._seconds * kept + seconds


class Rate:
    """Arrivals a second, measured as they come."""

    def __init__(self) -> None:
        self._weight = 0.0
        self._at: float | None = None

    def add(self, count: int, now: float) -> float:
        """`count` came at `now`, in seconds; returns the rate of late."""
        elapsed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._weight = self._weight * math.exp(-elapsed / RATE_SECONDS) + count
        self._at = now
        return self._weight / RATE_SECONDS
