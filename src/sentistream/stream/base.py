"""The stream port: publish durably, consume in leased batches, acknowledge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from sentistream.domain.post import Entry


class Delivered(msgspec.Struct, frozen=True):
    """An entry as handed to a consumer.

    entry_id: `partition:offset`, unique for all time, and within one partition ordered as text.
    attempt: 1 on the first delivery.
    published_at: when it became durable, in seconds since 1970.
    """

    entry_id: str
    attempt: int
    entry: Entry
    published_at: float


class Batch(msgspec.Struct):
    """Entries leased together. `lost` turns true once the lease is no longer ours: drop the work."""

    entries: list[Delivered]
    lease: int | str = 0
    lost: bool = False


class Lag(msgspec.Struct, frozen=True):
    """How far a group is behind: unacknowledged entries, and the age in seconds of the oldest."""

    entries: int
    seconds: float


class StreamCounts(msgspec.Struct, frozen=True):
    """One consistent reading of the stream for one group, by connector.

    received: entries ever published. waiting: not yet delivered. delivered: (entry id,
    connector) of all that is delivered and not acknowledged; some of it may be settled already.
    """

    received: dict[str, int]
    waiting: dict[str, int]
    delivered: list[tuple[str, str]]


class Consumer(Protocol):
    """One member of a consumer group; owns its leases and their heartbeat."""

    def batches(self) -> AsyncIterator[Batch]:
        """Batches until the consumer's context is left; an entry of attempt > 1 comes alone."""
        ...

    async def ack(self, batch: Batch) -> None:
        """Mark every entry of `batch` as done; a lost lease is not an error."""
        ...


class Stream(Protocol):
    """A durable, ordered log with consumer groups."""

    async def publish(self, entries: Sequence[Entry]) -> None:
        """Durable when it returns; Overloaded or DiskFull when there is no room, and then nothing went in."""
        ...

    def consume(self, group: str, max_size: int, max_wait: float) -> AbstractAsyncContextManager[Consumer]:
        """Join `group`, which starts at the beginning; a batch waits at most `max_wait` seconds to fill."""
        ...

    async def lag(self, group: str) -> Lag:
        """How far `group` is behind."""
        ...

    async def counts(self, group: str) -> StreamCounts:
        """What was received and what is in flight, read at one moment."""
        ...

    async def trim(self) -> list[str]:
        """Drop what every group has acknowledged.

        Returns for each partition the first entry id that may still be delivered; if there is none, one that
        every later entry's equals or follows.
        """
        ...

    async def copy_dead(self, letters: Sequence[Delivered]) -> None:
        """Show dead letters (each entry an Invalid) to who watches the stream by its own tools; the store has them."""
        ...

    async def findings(self) -> list[str]:
        """What people should mend, a sentence each: settings that lose data, groups that nobody waits for."""
        ...

    async def close(self) -> None:
        """Release everything; publishing afterwards is an error."""
        ...
