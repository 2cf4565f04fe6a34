"""The ports of what people keep in the store beside the posts."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sentistream.domain.annotation import Annotation
from sentistream.domain.rule import Rule


class AlertRules(Protocol):
    """Rules that people keep, and which rules, theirs or of the settings, call nobody for a while."""

    async def all(self) -> list[Rule]:
        """Oldest first."""
        ...

    async def put(self, rule: Rule) -> Rule:
        """Store it, in place of the one of its id if there is one. Conflict past MAX_RULES."""
        ...

    async def change(self, rule: Rule) -> Rule:
        """In place of the one of its id; NotFound."""
        ...

    async def remove(self, id: str) -> Rule:
        """Delete it and return what it was; NotFound."""
        ...

    async def snooze(self, rule_id: str, until: datetime | None, by: str) -> None:
        """Let a rule call nobody until then; None: let it call again."""
        ...

    async def snoozes(self) -> dict[str, tuple[datetime, str]]:
        """By rule: until when, and who said so. Those of the past, too."""
        ...


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
