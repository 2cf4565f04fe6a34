"""Which deletions of a network concern us: it tells of all, and most are of posts that nobody brought in."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence

import structlog

from sentistream.domain.errors import Unavailable
from sentistream.domain.post import Entry, Post, Tombstone

REMEMBERED = 50_000
"""Posts brought in last that are known by heart: they may still wait in the stream, where the store cannot see them."""

log = structlog.get_logger(__name__)


class Ours:
    """Knows the posts that one source brought in lately, and asks the store for the others.

    stored: of these platform ids, those there is a post of.
    """

    def __init__(
        self, stored: Callable[[Sequence[str]], Awaitable[Collection[str]]], *, remembered: int = REMEMBERED
    ) -> None:
        self._stored = stored
        self._remembered = remembered
        self._order: deque[str] = deque()
        self._known: set[str] = set()

    async def of(self, entries: Sequence[Entry]) -> list[Entry]:
        """`entries` in order, without the deletions of posts that are not ours.

        While the store does not answer, every deletion is taken for one of ours: too many do no harm.
        """
        strange: list[str] = []
        for entry in entries:
            if isinstance(entry, Post):
                self._remember(entry.post_id)
            elif isinstance(entry, Tombstone) and entry.post_id not in self._known:
                strange.append(entry.post_id)
        if not strange:
            return list(entries)
        try:
            stored = set(await self._stored(strange))
        except Unavailable as error:
            log.warning("deletions_not_looked_up", reason=error.message, deletions=len(strange))
            return list(entries)
        foreign = set(strange) - stored
        return [entry for entry in entries if not (isinstance(entry, Tombstone) and entry.post_id in foreign)]

    def _remember(self, post_id: str) -> None:
        if post_id in self._known:
            return
        self._known.add(post_id)
        self._order.append(post_id)
        if len(self._order) > self._remembered:
            self._known.discard(self._order.popleft())
