"""The hub: one reader of the live feed per process, and a frame for every client of the same filters."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from sentistream.api.answers import encoded, measures
from sentistream.api.live.client import Client
from sentistream.api.live.frames import MAX_SHOWN, Frame, Matcher, Protocol, built, empty
from sentistream.domain.errors import PositionLost, SentiStreamError, Unavailable
from sentistream.domain.event import Event, Position, PostEvent
from sentistream.domain.query import Filters, NumbersQuery
from sentistream.domain.rollup import Numbers
from sentistream.live.base import Live, Slice
from sentistream.settings import LiveSettings
from sentistream.storage.base import Store
from sentistream.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

PACE = 0.05
"""Seconds between two frames: events that come sooner join the next one."""

METRICS_EVERY = 1.0
"""Seconds between two looks at the numbers."""

REMEMBERED = 20_000
"""Ids of created posts by which repeats after a crash are recognised."""


class Group:
    """The clients of one protocol and one set of filters: they share every frame."""

    def __init__(self, matcher: Matcher, protocol: Protocol) -> None:
        self.members: set[Client] = set()
        self._matcher = matcher
        self._protocol = protocol
        self._held: Position | None = None

    def deliver(self, events: Sequence[Event], start: Position, end: Position) -> None:
        """Build the frames once and queue them for every member."""
        start = self._held or start
        frames = built(self._matcher, self._protocol, events, start, end)
        self._held = None if frames else start
        self._offer(frames)

    def settle(self, end: Position) -> None:
        """Tell the members that nothing matched up to `end`, if that has not been told."""
        if self._held is not None and self._held != end and self._protocol == "batch":
            self._offer([empty(self._protocol, self._held, end)])
        self._held = None

    def forget(self) -> None:
        """The feed goes on elsewhere."""
        self._held = None

    def _offer(self, frames: Sequence[Frame]) -> None:
        if frames:
            for client in self.members:
                client.offer(frames)


class Hub:
    """Follows the feed while `run()` runs, and hands its events to the clients that joined.

    A frame leaves at once when none left in the last `pace` seconds, else its events join the next.
    Nothing here ever waits for a client.
    """

    def __init__(
        self,
        live: Live,
        store: Store,
        settings: LiveSettings,
        metrics: Metrics,
        clock: Callable[[], datetime],
        *,
        pace: float = PACE,
        metrics_every: float = METRICS_EVERY,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._live = live
        self._store = store
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._pace = pace
        self._metrics_every = metrics_every
        self._monotonic = monotonic
        self._groups: dict[tuple[bytes, Protocol], Group] = {}
        self._admitted = 0
        self._running = False
        self._position: Position | None = None
        self._moved = asyncio.Event()
        self._read_to: Position | None = None
        self._pending: list[Slice] = []
        self._arrived = asyncio.Event()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._numbers: bytes | None = None
        self._numbers_frame: Frame | None = None

    @property
    def running(self) -> bool:
        """Whether the feed is being followed."""
        return self._running

    @property
    def clients(self) -> int:
        """How many are connected."""
        return self._admitted

    async def run(self) -> None:
        """Until cancelled, or until the feed is closed. May be called again: it goes on where it was."""
        self._running = True
        try:
            async with asyncio.TaskGroup() as tasks:
                others = [tasks.create_task(self._flush()), tasks.create_task(self._count())]
                await self._read()
                for other in others:
                    other.cancel()
        finally:
            self._running = False

    # Clients

    def admit(self, protocol: Protocol, filters: Filters) -> Client:
        """A client that is counted but not yet fed; Unavailable past `max_clients`."""
        if self._admitted >= self._settings.max_clients:
            raise Unavailable(f"{self._settings.max_clients:,} clients are connected, no more are allowed")
        self._admitted += 1
        self._metrics.live_clients.set(self._admitted)
        return Client(protocol, filters, self._settings, self._metrics, self._monotonic)

    async def ready(self, since: Position | None, patience: float = 5.0) -> Position:
        """Where the hub stands. PositionLost for a `since` nobody knows.

        With a `since`, once it stands where the feed stood at the call: what a client missed it reads
        from history, complete, and not from frames, which show 50 posts at most.
        """
        async with asyncio.timeout(patience):
            while self._position is None:
                await self._next_move()
            if since is not None:
                now = await self._live.position()
                if since.epoch != now.epoch or since.offset > now.offset:
                    raise PositionLost("that position belongs to another feed")
                while self._position.epoch == now.epoch and self._position.offset < now.offset:
                    await self._next_move()
        return self._position

    def join(self, client: Client) -> Position:
        """Feed `client` everything after the returned position."""
        assert self._position is not None, "ready() comes first"
        key = _key(client)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(Matcher(client.filters), client.protocol)
        else:
            group.settle(self._position)
        group.members.add(client)
        if self._numbers_frame is not None:
            client.offer([self._numbers_frame])
        return self._position

    def change(self, client: Client, filters: Filters) -> Position:
        """From the returned position on, `client` is fed by other filters."""
        position = self._position
        assert position is not None, "ready() comes first"
        if group := self._groups.get(_key(client)):
            group.settle(position)
        self._part(client)
        client.filters = filters
        return self.join(client)

    def leave(self, client: Client) -> None:
        """`client` is gone; once for every admit()."""
        self._part(client)
        self._admitted -= 1
        self._metrics.live_clients.set(self._admitted)

    async def history(self, client: Client, since: Position, until: Position) -> list[Frame]:
        """What `client` missed, nothing skipped: events after `since` up to `until`. PositionLost if dropped."""
        if since.offset >= until.offset:
            return []
        matcher, frames = Matcher(client.filters), []
        reader = self._live.subscribe(since)
        held = since
        try:
            async for piece in reader:
                wanted = piece.events[: until.offset - piece.start.offset]
                for first in range(0, len(wanted), MAX_SHOWN):
                    part = wanted[first : first + MAX_SHOWN]
                    end = Position(until.epoch, piece.start.offset + first + len(part))
                    if found := built(matcher, client.protocol, part, held, end):
                        frames += found
                        held = end
                if piece.end.offset >= until.offset:
                    break
        finally:
            if isinstance(reader, AsyncGenerator):
                await reader.aclose()
        if held != until and client.protocol == "batch":
            frames.append(empty(client.protocol, held, until))
        return frames

    def _part(self, client: Client) -> None:
        key = _key(client)
        group = self._groups.get(key)
        if group is not None:
            group.members.discard(client)
            if not group.members:
                del self._groups[key]

    def _members(self) -> Iterable[Client]:
        return [client for group in self._groups.values() for client in group.members]

    # The feed

    async def _read(self) -> None:
        while True:
            if self._read_to is None:
                self._read_to = await self._live.position()
                self._move(self._read_to)
            try:
                async for piece in self._live.subscribe(self._read_to):
                    self._read_to = piece.end
                    self._pending.append(piece)
                    self._arrived.set()
            except PositionLost:
                await self._begin_anew()
            else:
                return

    async def _begin_anew(self) -> None:
        position = await self._live.position()
        log.warning("live_position_lost", lost=str(self._read_to), position=str(position))
        self._pending.clear()
        self._read_to = position
        for group in self._groups.values():
            group.forget()
        lost = Frame.control("position_lost", position=str(position))
        for client in self._members():
            client.restart(lost)
        self._move(position)

    async def _flush(self) -> None:
        last = self._monotonic() - self._pace
        while True:
            await self._arrived.wait()
            wait = self._pace - (self._monotonic() - last)
            if wait > 0:
                await asyncio.sleep(wait)
            self._arrived.clear()
            pieces, self._pending = self._pending, []
            if pieces:
                self._deliver(pieces)
                last = self._monotonic()

    def _deliver(self, pieces: Sequence[Slice]) -> None:
        start, end = pieces[0].start, pieces[-1].end
        events = [event for piece in pieces for event in piece.events if not self._repeated(event)]
        for group in self._groups.values():
            group.deliver(events, start, end)
        self._move(end)

    def _repeated(self, event: Event) -> bool:
        if not isinstance(event, PostEvent) or event.change != "created":
            return False
        if event.id in self._seen:
            return True
        self._seen[event.id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return False

    def _move(self, position: Position) -> None:
        self._position = position
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def _next_move(self) -> None:
        await self._moved.wait()

    # The numbers

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(self._metrics_every)
            if self._position is not None:
                for group in self._groups.values():
                    group.settle(self._position)
            clients = self._members()
            for client in clients:
                client.check_slow()
            if clients:
                await self.refresh()
            else:
                self._numbers = self._numbers_frame = None

    async def refresh(self) -> None:
        """Look at the numbers, and tell every client if they have changed."""
        try:
            numbers = await self._read_numbers()
        except SentiStreamError as error:
            log.warning("live_numbers_failed", code=error.code, message=error.message)
            return
        said = encoded(numbers)
        if said == self._numbers:
            return
        self._numbers = said
        frame = Frame.control("metrics_update", as_of=self._clock(), **numbers)
        self._numbers_frame = frame
        for client in self._members():
            client.offer([frame])

    async def _read_numbers(self) -> dict[str, object]:
        now = self._clock()
        numbers = self._store.numbers
        arrivals, hour, day, posts = await asyncio.gather(
            numbers.arrivals(now - timedelta(minutes=1)),
            self._total(now, timedelta(hours=1)),
            self._total(now, timedelta(hours=24)),
            self._store.posts.count(),
        )
        return {
            "last_minute": {"arrivals": arrivals},
            "last_hour": measures(hour),
            "last_24_hours": measures(day),
            "total_posts": posts,
        }

    async def _total(self, now: datetime, width: timedelta) -> Numbers:
        cells = await self._store.numbers.cells(NumbersQuery(start=now - width, end=now))
        return cells[0].numbers if cells else Numbers()


def _key(client: Client) -> tuple[bytes, Protocol]:
    return msgspec.json.encode(client.filters), client.protocol
