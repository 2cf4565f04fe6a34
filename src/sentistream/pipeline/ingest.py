"""Bringing entries in: a source's batches, checked and placed, into the stream, and its cursor after them."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import anyio
import msgspec
import structlog

from sentistream.domain.errors import (
    DiskFull,
    InvalidEntry,
    LeaseLost,
    Overloaded,
    SentiStreamError,
    SourceError,
    StorageUnavailable,
)
from sentistream.domain.post import Entry, Invalid, Post, checked
from sentistream.pipeline.ours import Ours
from sentistream.pipeline.tenure import Tenure
from sentistream.sources.base import Source, SourceBatch
from sentistream.sources.gazetteer import Gazetteer
from sentistream.sources.records import legible
from sentistream.storage.ownership import Cursors
from sentistream.stream.base import Stream

LONGEST_WAIT = 4.0
"""Seconds between two tries at most while the database does not answer."""

RATE_WINDOW = timedelta(minutes=1)

LATELY = timedelta(seconds=10)
"""What a rate a second goes by."""

GIVES_WAY_AT = 2_000
"""Entries waiting in the stream above which a source that gives way waits: under a second of work."""

GIVES_WAY_SECONDS = 0.1

log = structlog.get_logger(__name__)


class SourceState(msgspec.Struct, kw_only=True):
    """How one source is doing.

    published: entries made durable by this run, of which `invalid` were unreadable. `resumed`: how
    many an earlier run had brought (0 if the source does not count). `rate_per_minute`: entries
    published in the last minute; `rate_per_second`: of the last ten seconds. `last_post_at`: when
    something was published; `newest_post_at`: when the newest post of this run was written.
    `error`: why it waits or failed, for people. `standby`: another process, the `holder`, brings it
    in, and this one takes over when that one ends.
    """

    name: str
    kind: str
    state: Literal["running", "waiting", "standby", "finished", "failed", "stopped"] = "waiting"
    published: int = 0
    invalid: int = 0
    resumed: int = 0
    rate_per_minute: float = 0.0
    rate_per_second: float = 0.0
    last_post_at: datetime | None = None
    newest_post_at: datetime | None = None
    error: str | None = None
    total: int | None = None
    started_at: datetime | None = None
    cursor: dict[str, Any] | None = None
    holder: str | None = None


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """Why the entry at `index` was not accepted as it came."""

    index: int
    code: str
    message: str
    field: str | None = None


class Prepared(msgspec.Struct, frozen=True):
    """`entries`: as many as came in, in order, with an Invalid in place of each of `rejected`."""

    entries: list[Entry]
    rejected: list[Rejected]


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Post)


def prepare(entries: Iterable[Entry], now: datetime, gazetteer: Gazetteer | None) -> Prepared:
    """Check every post (see domain/post.py) and place it by its location where it has no city or country.

    A post that fails becomes an Invalid with the reason and what arrived; everything else passes.
    """
    ready: list[Entry] = []
    rejected: list[Rejected] = []
    for index, entry in enumerate(entries):
        if not isinstance(entry, Post):
            ready.append(entry)
            continue
        try:
            post = checked(entry, now)
            if gazetteer is not None:
                post = _placed(post, gazetteer)
            # Once through the wire's own rules, so that no consumer can meet a post it cannot read.
            ready.append(_decoder.decode(_encoder.encode(post)))
        except InvalidEntry as error:
            field = error.details.get("field")
            rejected.append(Rejected(index=index, code=error.code, message=error.message, field=field))
            ready.append(invalid(entry, error.message, f"item {index}"))
        except msgspec.ValidationError as error:
            rejected.append(Rejected(index=index, code=InvalidEntry.code, message=str(error)))
            ready.append(invalid(entry, str(error), f"item {index}"))
    return Prepared(ready, rejected)


def invalid(entry: Post, reason: str, position: str) -> Invalid:
    """The Invalid that stands for a post which was refused."""
    fields = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name in entry.__struct_fields__
        if (value := getattr(entry, name)) is not None and value != {}
    }
    try:
        raw: str | bytes = msgspec.json.encode(fields)
    except (UnicodeEncodeError, msgspec.MsgspecError):  # lone surrogates have no JSON
        raw = repr(fields)
    connector = legible(entry.connector)[:256]
    return Invalid(raw=legible(raw), reason=reason, connector=connector, position=position)


def _placed(post: Post, gazetteer: Gazetteer) -> Post:
    """With its country as a code, and city and point where they are missing and the location tells them."""
    country = post.country
    if country and not (len(country) == 2 and country.isupper()) and (code := gazetteer.country(country)):
        country = code
        post = msgspec.structs.replace(post, country=code)
    if post.city is not None or not post.location:
        return post
    place = gazetteer.resolve(post.location)
    if place is None or (country is not None and country != place.country):
        return post
    has_point = post.latitude is not None and post.longitude is not None
    return msgspec.structs.replace(
        post,
        city=place.city,
        country=place.country,
        latitude=post.latitude if has_point else place.latitude,
        longitude=post.longitude if has_point else place.longitude,
    )


class Ingester:
    """Runs one source to its end, or for ever: publish, then save the cursor, and never drop anything.

    While the stream has no room it waits `retry_seconds` and tries again; while the database does
    not answer, 1, 2, then every 4 s. `state` says so at any time. Cancelling it is safe anywhere: what
    was published after the saved cursor comes again, as an exact duplicate.

    It runs under the lease of the source. Who was frozen so long that another took over notices before
    it publishes, and can never move the cursor. Only a process that freezes in the very publishing leaves
    its batch twice in the stream: duplicates in the ledger, never among the posts.
    """

    def __init__(
        self,
        source: Source,
        stream: Stream,
        cursors: Cursors,
        *,
        clock: Callable[[], datetime],
        gazetteer: Gazetteer | None,
        kind: str | None = None,
        retry_seconds: float = 1.0,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
        on_published: Callable[[SourceState], None] | None = None,
        gives_way_to: str | None = None,
        ours: Ours | None = None,
    ) -> None:
        """`gives_way_to`: a consumer group whose backlog this source keeps short, so that news overtake it.

        `ours`: leaves out deletions of posts that were never brought in.
        """
        self._source = source
        self._stream = stream
        self._cursors = cursors
        self._clock = clock
        self._gazetteer = gazetteer
        self._retry_seconds = retry_seconds
        self._sleep = sleep
        self._on_published = on_published
        self._gives_way_to = gives_way_to
        self._ours = ours
        self._recent: deque[tuple[datetime, int]] = deque()
        self._state = SourceState(name=source.name, kind=kind or source.name.partition(":")[0])

    @property
    def state(self) -> SourceState:
        """How it is doing now; a live object, brought up to date by every reading of this property."""
        self._forget(self._clock())
        return self._state

    def stand_by(self, problem: str | None) -> None:
        """Say that another process brings the source in, or that there is no telling because of `problem`."""
        self._state.state, self._state.error = "standby" if problem is None else "waiting", problem

    def halt(self) -> None:
        """Say that it was ended on request, wherever it was: it may never have had the lease."""
        self._state.state, self._state.error = "stopped", None

    async def run(self, tenure: Tenure) -> None:
        """Until the source ends or the task is cancelled; raises what it cannot wait out (SourceError, LeaseLost)."""
        state = self._state
        state.state, state.error, state.started_at = "running", None, self._clock()
        try:
            cursor = await self._patiently(lambda: self._cursors.load(self._source.name))
            state.cursor = cursor
            state.resumed = int((cursor or {}).get("row", (cursor or {}).get("next", 0)))
            if self._gazetteer is not None:
                await anyio.to_thread.run_sync(self._gazetteer.load)
            # Sources are async generators: closing one releases its file even when we stop early.
            generator = cast(AsyncGenerator[SourceBatch, None], self._source.batches(cursor))
            async with aclosing(generator) as batches:
                async for batch in batches:
                    await self._bring(batch, tenure)
        except anyio.get_cancelled_exc_class():
            state.state = "stopped"
            raise
        except LeaseLost:
            self.stand_by(None)
            raise
        except Exception as error:
            state.state = "failed"
            state.error = error.message if isinstance(error, SentiStreamError) else f"{type(error).__name__}: {error}"
            log.error("source_failed", source=state.name, error=state.error, exc_info=not _is_ours(error))
            raise
        state.state = "finished"
        log.info("source_finished", source=state.name, published=state.published, invalid=state.invalid)

    async def _bring(self, batch: SourceBatch, tenure: Tenure) -> None:
        state = self._state
        if batch.problem is not None:
            self._wait_for(SourceError(batch.problem))
            return
        entries: Sequence[Entry] = ()
        if batch.entries:
            # Prepared in a thread: a batch of a thousand is more than the event loop should wait for.
            work = len(batch.entries) > 50
            now = self._clock()
            if work:
                prepared = await anyio.to_thread.run_sync(prepare, batch.entries, now, self._gazetteer)
            else:
                prepared = prepare(batch.entries, now, self._gazetteer)
            entries = prepared.entries if self._ours is None else await self._ours.of(prepared.entries)
            if self._gives_way_to is not None:
                await self._give_way(self._gives_way_to)
            if entries:
                await self._patiently(lambda: self._publish(entries, tenure))
        await self._patiently(lambda: self._cursors.save(self._source.name, batch.cursor, self._clock(), tenure.holder))
        now = self._clock()
        state.cursor = batch.cursor
        state.total = self._source.total
        state.published += len(entries)
        state.invalid += sum(isinstance(entry, Invalid) for entry in entries)
        if entries:
            state.last_post_at = now
            self._recent.append((now, len(entries)))
            written = [entry.created_at for entry in entries if isinstance(entry, Post)]
            state.newest_post_at = max([*written, *filter(None, [state.newest_post_at])], default=None)
        self._forget(now)
        if self._on_published is not None:
            self._on_published(state)

    async def _publish(self, entries: Sequence[Entry], tenure: Tenure) -> None:
        await tenure.check()
        await self._stream.publish(entries)

    async def _give_way(self, group: str) -> None:
        while (await self._patiently(lambda: self._stream.lag(group))).entries > GIVES_WAY_AT:
            await self._sleep(GIVES_WAY_SECONDS)

    async def _patiently(self, attempt: Callable[[], Awaitable[Any]]) -> Any:
        """`attempt` until it succeeds or fails with something that waiting does not mend."""
        state = self._state
        wait = 1.0
        while True:
            try:
                result = await attempt()
            except (Overloaded, DiskFull) as error:
                pause = self._retry_seconds
                self._wait_for(error, seconds=pause)
            except StorageUnavailable as error:
                pause, wait = wait, min(2 * wait, LONGEST_WAIT)
                self._wait_for(error, seconds=pause)
            else:
                if state.state == "waiting":
                    state.state, state.error = "running", None
                    log.info("source_goes_on", source=state.name)
                return result
            await self._sleep(pause)

    def _wait_for(self, error: SentiStreamError, **said: float) -> None:
        state = self._state
        if state.state != "waiting" or state.error != error.message:
            log.warning("source_waits", source=state.name, error=error.message, code=error.code, **said)
        state.state, state.error = "waiting", error.message

    def _forget(self, now: datetime) -> None:
        while self._recent and self._recent[0][0] <= now - RATE_WINDOW:
            self._recent.popleft()
        self._state.rate_per_minute = float(sum(count for _, count in self._recent))
        lately = sum(count for at, count in self._recent if at > now - LATELY)
        self._state.rate_per_second = lately / LATELY.total_seconds()


def _is_ours(error: Exception) -> bool:
    return isinstance(error, SentiStreamError)
