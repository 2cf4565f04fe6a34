"""The source port: batches of entries, each with the cursor to resume from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

import msgspec

from sentistream.domain.post import Entry


class SourceBatch(msgspec.Struct, frozen=True):
    """`cursor` is saved once `entries` are durable in the stream: resuming from it continues after them.

    Entries after a saved cursor are the same on every run, so that what is published twice is a duplicate.
    `problem` says, for people, why nothing comes for now: such a batch is empty, and its cursor is not saved.
    """

    entries: Sequence[Entry]
    cursor: dict[str, Any]
    problem: str | None = None


class Source(Protocol):
    """Something that brings entries."""

    @property
    def name(self) -> str:
        """The connector's name: the ledger's and the cursor's key."""
        ...

    @property
    def total(self) -> int | None:
        """How many entries there will be in all (for progress), or None if unknown or endless."""
        ...

    def batches(self, cursor: dict[str, Any] | None) -> AsyncIterator[SourceBatch]:
        """Entries from `cursor` (None: the beginning), paced by the source; SourceError when it cannot be read.

        The first batch may be empty and only carry a cursor, for what must be remembered before anything is published.
        """
        ...
