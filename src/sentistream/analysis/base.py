"""The analysis port."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sentistream.domain.analysis import ModelInfo, Reading


class Analyser(Protocol):
    """Reads texts. Decorators (language gate, time-out, fallback) wrap it and keep its shape."""

    @property
    def model(self) -> ModelInfo:
        """Who speaks."""
        ...

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """One reading per text, in order, whatever its neighbours; off the event loop when slow."""
        ...
