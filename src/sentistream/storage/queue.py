"""The port of the refine queue: posts whose reading is provisional, until a better model has read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from sentistream.domain.analysis import Reading, Tier
from sentistream.domain.event import Event

MAX_ATTEMPTS = 3
"""Claims of a text, none of them finished, after which it keeps the reading that it has."""


class Unrefined(msgspec.Struct, frozen=True, kw_only=True):
    """A text to be read again. id: the post's key (UUID text); attempt: 1 on the first."""

    id: str
    content_hash: bytes
    content: str
    attempt: int


class Claim(msgspec.Struct, frozen=True):
    """Texts that are ours to read until the lease ends; given_up: posts that left the queue, tried too often."""

    lease: str
    texts: list[Unrefined]
    given_up: int = 0


class Refined(msgspec.Struct, frozen=True):
    """What became of a claim, in posts: read again, left as they were, given back; and the events to publish."""

    refined: int
    dropped: int
    kept: int
    events: list[Event]


class Backlog(msgspec.Struct, frozen=True):
    """Posts that wait to be read again, and since when the first of them does."""

    posts: int
    since: datetime | None


class RefineQueue(Protocol):
    """Posts whose reading is provisional; `Store.write` queues them, and forgets those that change meanwhile."""

    async def claim(self, limit: int, lease: str, now: datetime, seconds: float, below: Tier) -> Claim:
        """Lease up to `limit` texts read at a tier below `below` for `seconds`, least sure first.

        lease: a name never used before. What somebody claimed and did not finish comes alone, and MAX_ATTEMPTS
        times at most.
        """
        ...

    async def settle(self, claim: Claim, readings: Sequence[Reading], now: datetime) -> Refined:
        """Store one reading per text of `claim` in one transaction, where it beats the one that stands.

        A text that is no longer the post's, or no longer ours, is left alone. One whose reading is provisional again
        is given back. The others stay claimed until `finish`; whoever claims them after a crash gets the same events.
        """
        ...

    async def finish(self, claim: Claim) -> None:
        """Take out of the queue what was settled, once its events are published."""
        ...

    async def release(self, claim: Claim) -> None:
        """Give `claim` back unread, for anybody to take."""
        ...

    async def backlog(self) -> Backlog:
        """How much is queued."""
        ...
