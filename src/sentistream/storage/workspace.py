"""The ports of what people keep in the store beside the posts."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sentistream.domain.annotation import Annotation


class Annotations(Protocol):
    """Remarks on the charts."""

    async def add(self, annotation: Annotation) -> Annotation:
        """Store a new one (its `id` is ignored)."""
        ...

    async def page(
        self, start: datetime | None = None, end: datetime | None = None, limit: int = 50, offset: int = 0
    ) -> list[Annotation]:
        """Those that touch [start, end), by `at`, latest first."""
        ...

    async def remove(self, id: int) -> Annotation:
        """Delete it and return what it was; NotFound."""
        ...
