"""The stream's transactions on Redis: each is one script, so that it is made whole or not at all.

The scripts in lua/ say how the stream is kept there. Nothing is retried here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from redis.commands.core import AsyncScript

from sentistream.connections.redis import RedisServer, scripts
from sentistream.domain.errors import Overloaded, StorageUnavailable
from sentistream.domain.post import Entry, Invalid
from sentistream.stream.base import Delivered, Lag, StreamCounts
from sentistream.stream.codec import decode, encode, readable
from sentistream.stream.redis import foreign
from sentistream.stream.redis.ids import entry_id, redis_id

TOKEN_SECONDS = 300
"""How long a published batch is remembered, so that publishing it once more after a lost answer adds nothing."""


DEAD_LETTERS = 100_000
"""About so many copies of dead letters are kept; the store keeps all."""

DEAD_TEXT = 1_000
"""Characters of what could not be read, and of the reason, in a copy: all of them take 200 MB at most."""


class Claimed(NamedTuple):
    """Entries leased together. `vanished`: others were deleted from the stream by somebody before they were done."""

    entries: list[Delivered]
    vanished: int


class Waiting(NamedTuple):
    """Nothing was leased: so many new entries wait, and the last id of the stream."""

    entries: int
    last_id: bytes


_SCRIPTS = scripts(Path(__file__).with_name("lua"))


class RedisLog:
    """The stream under the key `name`. Errors are DiskFull, StorageUnavailable and, for publish, Overloaded.

    clock: None for the server's own, the only one that all machines share.
    """

    def __init__(self, server: RedisServer, name: str, clock: Callable[[], datetime] | None) -> None:
        self._server = server
        self._name = name
        self._clock = clock
        self._scripts: dict[str, AsyncScript] = {
            script: server.client.register_script(source) for script, source in _SCRIPTS.items()
        }
        self.closed = False

    async def close(self) -> None:
        """Disconnect."""
        self.closed = True
        await self._server.close()

    async def free_memory(self) -> int:
        """Bytes that the server may still take."""
        self._check_open()
        return await self._server.free_memory()

    async def publish(self, entries: Sequence[Entry], token: str, max_length: int, groups: Sequence[str]) -> None:
        """Append all of `entries`, or nothing; nothing, too, if a batch of this token is in already."""
        rows: list[str | bytes] = []
        for entry in entries:
            rows += (readable(entry.connector), encode(entry))
        full = await self._run("publish", token, TOKEN_SECONDS, max_length, self._now(), len(groups), *groups, *rows)
        if full:
            group, backlog = full
            raise Overloaded(
                f"the stream is full: {backlog:,} entries wait for the group {group.decode()}"
                f" and stream.max_length is {max_length:,}; try again once it has caught up"
            )

    async def join(self, group: str, epoch: str, consumer: str = "", lease_seconds: float = 0) -> None:
        """Make sure that the group exists and, if one is named, that the consumer is its member."""
        await self._run("join", group, consumer, _micros(lease_seconds), self._now(), epoch)

    async def claim(
        self,
        group: str,
        consumer: str,
        max_size: int,
        lease_seconds: float,
        *,
        due: bool,
        held: Sequence[str] | None,
    ) -> Claimed | Waiting | None:
        """Lease what others left, oldest first, else new entries: `max_size` of them, or fewer if `due`.

        held: entry ids the consumer knows to hold; all others are given back first. None if it is sure that it
        has heard of all. Returns None to who is no member any more.
        """
        known = [] if held is None else [redis_id(one) for one in held]
        sure = "1" if held is None else ""
        answer = await self._run(
            "claim", group, consumer, max_size, "1" if due else "", _micros(lease_seconds), self._now(), sure, *known
        )
        if answer[0] == b"gone":
            return None
        if answer[0] == b"wait":
            return Waiting(answer[1], answer[2])
        _, epoch, attempt, entries, vanished = answer
        return Claimed([_delivered(epoch.decode(), attempt, id, fields) for id, fields in entries], vanished)

    async def ack(self, group: str, consumer: str, entry_ids: Sequence[str]) -> None:
        """End the lease of what a member holds; changes nothing for who is none."""
        await self._run("ack", group, consumer, *map(redis_id, entry_ids))

    async def renew(self, group: str, consumer: str, lease_seconds: float) -> bool:
        """Prolong the leases of a member; False if it is none any more."""
        return bool(await self._run("renew", group, consumer, _micros(lease_seconds), self._now()))

    async def leave(self, group: str, consumer: str) -> None:
        """Give back what the consumer holds, to be delivered at once and at the same attempt."""
        await self._run("leave", group, consumer)

    async def hear(self, last_id: bytes, seconds: float) -> None:
        """Return once there is something newer than `last_id`, or after `seconds` (a second at most)."""
        self._check_open()
        async with self._server.answering():
            block = max(1, round(min(seconds, 1) * 1000))
            await self._server.client.xread({self._name: last_id}, count=1, block=block)

    async def lag(self, group: str) -> Lag:
        """How far `group` is behind."""
        entries, age = await self._run("lag", group, self._now())
        return Lag(entries, age / 1e6)

    async def counts(self, group: str) -> StreamCounts:
        """Received, waiting and delivered at one moment."""
        epoch, received, waiting, delivered = await self._run("counts", group)
        return StreamCounts(
            _numbers(received),
            _numbers(waiting),
            [(entry_id(epoch.decode(), id), connector.decode()) for id, connector in _pairs(delivered)],
        )

    async def trim(self, groups: Sequence[str]) -> str:
        """Drop what all `groups` have acknowledged; returns the first entry id that is still needed."""
        epoch, needed = await self._run("trim", *groups)
        return entry_id(epoch.decode(), needed)

    async def copy_dead(self, letters: Sequence[Delivered]) -> None:
        """Append dead letters to a stream of their own, of which the oldest go."""
        self._check_open()
        async with self._server.answering():
            pipeline = self._server.client.pipeline(transaction=False)
            for letter in letters:
                assert isinstance(letter.entry, Invalid)
                pipeline.xadd(
                    f"{self._name}:dead",
                    {
                        "entry_id": letter.entry_id,
                        "connector": readable(letter.entry.connector),
                        "position": readable(letter.entry.position),
                        "reason": readable(letter.entry.reason[:DEAD_TEXT]),
                        "raw": readable(letter.entry.raw[:DEAD_TEXT]),
                        "attempt": letter.attempt,
                    },
                    maxlen=DEAD_LETTERS,
                    approximate=True,
                )
            await pipeline.execute()

    async def groups(self) -> dict[str, int]:
        """Every group there is, and how many entries it is behind."""
        return {group: (await self.lag(group)).entries for group in await self._server.groups(self._name)}

    async def _run(self, script: str, *arguments: str | bytes | float) -> Any:
        self._check_open()
        async with self._server.answering():
            return await self._scripts[script](keys=[self._name], args=arguments)

    def _check_open(self) -> None:
        if self.closed:
            raise StorageUnavailable("the stream is closed")

    def _now(self) -> str:
        return "" if self._clock is None else str(round(self._clock().timestamp() * 1e6))


def _delivered(epoch: str, attempt: int, id: bytes, flat: Sequence[bytes]) -> Delivered:
    fields = dict(_pairs(flat))
    payload = fields.get(b"payload")
    if payload is None:
        return Delivered(entry_id(epoch, id), attempt, foreign.read(fields), _time_of(id))
    connector = fields.get(b"connector", b"unknown").decode("utf-8", "replace")
    at = fields.get(b"at", b"")
    published_at = int(at) / 1e6 if at.isdigit() else _time_of(id)
    return Delivered(entry_id(epoch, id), attempt, decode(payload, connector), published_at)


def _time_of(id: bytes) -> float:
    return int(id.partition(b"-")[0]) / 1e3


def _micros(seconds: float) -> int:
    return round(seconds * 1e6)


def _pairs(flat: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    return zip(flat[::2], flat[1::2], strict=True)


def _numbers(flat: Sequence[Any]) -> dict[str, int]:
    return {connector.decode(): count for connector, count in _pairs(flat)}
