"""A member of a consumer group on Redis: it claims, keeps its leases alive, and waits out what Redis does to it."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import structlog

from sentistream.connections.redis import GroupGone
from sentistream.domain.errors import Unavailable
from sentistream.stream.base import Batch
from sentistream.stream.redis.log import Claimed, RedisLog, Waiting

POLL_SECONDS = 0.25
"""How long a lease that ran out, or was given back by another, can stay unseen."""

FILL_SECONDS = 0.01
"""Between two looks at a batch that fills."""

RETRY_SECONDS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Waits while Redis is unavailable; the last one repeats."""

_log = structlog.get_logger(__name__)


class RedisConsumer:
    """`Consumer` whose leases are renewed every third of `lease_seconds` while its context lives.

    Its name is new whenever it joins, so that nobody takes it for what it was before it was buried. A batch's
    `lease` is the name it was claimed under.
    """

    def __init__(
        self,
        log: RedisLog,
        group: str,
        max_size: int,
        max_wait: float,
        lease_seconds: float,
    ) -> None:
        self._log = log
        self._group = group
        self._max_size = max_size
        self._max_wait = max_wait
        self._lease_seconds = lease_seconds
        self._name = ""
        self._held: list[Batch] = []
        self._sure = True
        self._claiming: asyncio.Task[Batch | Waiting | None] | None = None
        self._closing = asyncio.Event()

    async def join(self) -> None:
        """Become a member, under a new name; what was held before is lost."""
        for batch in self._held:
            batch.lost = True
        self._held.clear()
        self._sure = True
        self._name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        await self._log.join(self._group, secrets.token_hex(4), self._name, self._lease_seconds)

    async def batches(self) -> AsyncIterator[Batch]:
        """Batches until the context is left: what others left comes first, and alone from attempt 2 on.

        A batch comes as soon as `max_size` entries are there, or `max_wait` seconds after the first was seen.
        While Redis does not answer it waits, and says so.
        """
        loop = asyncio.get_running_loop()
        deadline: float | None = None
        while not self._closing.is_set():
            due = deadline is not None and loop.time() >= deadline
            found = await self._claim(due or self._max_wait <= 0)
            if isinstance(found, Batch):
                deadline = None
                yield found
            elif found is not None:
                if not found.entries:
                    deadline = None
                elif deadline is None:
                    deadline = loop.time() + self._max_wait
                await self._wait(found, deadline)

    async def ack(self, batch: Batch) -> None:
        """Mark every entry of `batch` as done, durably; a lost lease is not an error and changes nothing.

        While Redis does not answer it tries again, until the lease is known to be lost.
        """
        ids = [delivered.entry_id for delivered in batch.entries]
        tries = 0
        while not batch.lost:
            try:
                await self._log.ack(self._group, str(batch.lease), ids)
                break
            except GroupGone:
                break  # the next claim finds out, and says so
            except Unavailable as error:
                if self._closing.is_set():
                    raise
                tries = await self._bear(error, tries, "entries are not acknowledged yet")
        self._held = [held for held in self._held if held is not batch]

    async def heartbeat(self) -> None:
        """Renew the leases for as long as it runs; if they are gone, what is held is marked as lost."""
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            name = self._name
            try:
                if not await self._log.renew(self._group, name, self._lease_seconds) and name == self._name:
                    for batch in self._held:
                        batch.lost = True
            except Unavailable as error:
                # The next beat tries again; if the leases run out meanwhile, it will say so.
                _log.warning("leases were not renewed", group=self._group, reason=error.message)

    async def close(self) -> None:
        """End `batches()` and give back what is held."""
        if self._closing.is_set():
            return
        self._closing.set()
        if self._claiming is not None:
            await asyncio.wait([self._claiming])
        try:
            await self._log.leave(self._group, self._name)
        except Unavailable as error:
            _log.warning("leases were not given back and have to run out", group=self._group, reason=error.message)
        self._held.clear()

    async def _claim(self, due: bool) -> Batch | Waiting | None:
        """One claim at a time, and to its end: what a cancelled caller did not see, the next one is given."""
        if self._claiming is None:
            self._claiming = asyncio.create_task(self._try_to_claim(due), name="stream-claim")
        try:
            found = await asyncio.shield(self._claiming)
        except Exception:
            self._claiming = None
            raise
        self._claiming = None
        return found

    async def _try_to_claim(self, due: bool) -> Batch | Waiting | None:
        tries = 0
        while not self._closing.is_set():
            try:
                held = None if self._sure else [one.entry_id for batch in self._held for one in batch.entries]
                found = await self._log.claim(
                    self._group, self._name, self._max_size, self._lease_seconds, due=due, held=held
                )
                if found is not None:
                    self._sure = True
                    return self._taken(found) if isinstance(found, Claimed) else found
                _log.warning(
                    "taken for dead, or the group is new: joining again", group=self._group, consumer=self._name
                )
                await self.join()
            except GroupGone as error:
                _log.warning("stream_group_gone", group=self._group, reason=error.message)
                self._name = ""  # which nobody is a member by
            except Unavailable as error:
                self._sure = False
                tries = await self._bear(error, tries, "nothing is read")
        return None

    def _taken(self, claimed: Claimed) -> Batch:
        if claimed.vanished:
            _log.error("entries_deleted_by_others", group=self._group, entries=claimed.vanished)
        batch = Batch(claimed.entries, self._name)
        self._held.append(batch)
        return batch

    async def _wait(self, found: Waiting, deadline: float | None) -> None:
        """For more than was found, for the deadline, or for the end."""
        closing = asyncio.create_task(self._closing.wait())
        hearing = asyncio.create_task(self._hear(found, deadline))
        try:
            await asyncio.wait([closing, hearing], return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                hearing.result()
        finally:
            for task in (closing, hearing):
                task.cancel()
            await asyncio.gather(closing, hearing, return_exceptions=True)

    async def _hear(self, found: Waiting, deadline: float | None) -> None:
        patience = POLL_SECONDS
        if deadline is not None:
            left = deadline - asyncio.get_running_loop().time()
            await asyncio.sleep(min(FILL_SECONDS, left))
            patience = min(POLL_SECONDS, left - FILL_SECONDS)
        if patience > 0:
            with suppress(Unavailable):  # the claim that follows meets it again, and says so
                await self._log.hear(found.last_id, patience)

    async def _bear(self, error: Unavailable, tries: int, so: str) -> int:
        wait = RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)]
        _log.warning("stream_unavailable", group=self._group, so=so, reason=error.message, retry_in_seconds=wait)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), wait)
        return tries + 1
