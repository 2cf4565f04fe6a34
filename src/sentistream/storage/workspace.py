"""The ports of what people keep in the store beside the posts."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sentistream.domain.annotation import Annotation
from sentistream.domain.rule import Rule
from sentistream.domain.saved import Saved, SavedKind


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


class SavedItems(Protocol):
    """What people name and keep: views of the dashboard, lists of products."""

    async def all(self, kind: SavedKind) -> list[Saved]:
        """Oldest first."""
        ...

    async def get(self, kind: SavedKind, id: int) -> Saved:
        """By number; NotFound."""
        ...

    async def add(self, item: Saved) -> Saved:
        """Store a new one (its `id` is ignored); Conflict if its name is taken, and past MAX_SAVED."""
        ...

    async def change(self, item: Saved) -> Saved:
        """Store its name and content, and by whom and when; who made it stays. NotFound, Conflict."""
        ...

    async def remove(self, kind: SavedKind, id: int) -> Saved:
        """Delete it and return what it was; NotFound."""
        ...
