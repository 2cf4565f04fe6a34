"""People correct posts: what they say becomes entries of the stream, and its outcome is waited for, a little."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from sentistream.domain.analysis import Emotion
from sentistream.domain.correction import Judgement, Standing
from sentistream.domain.errors import Conflict, InvalidEntry, NotFound, SentiStreamError
from sentistream.domain.event import PostView
from sentistream.domain.post import Correction, Entry, Id, Note, Withdrawal, content_hash
from sentistream.storage.base import Store
from sentistream.stream.base import Stream

CONNECTOR = "corrections"
"""Under which corrections are counted in the ledger, whoever sends them."""

POLL_SECONDS = (0.01, 0.02, 0.05, 0.1)
"""Waits between two looks at whether a worker has settled it; the last repeats."""

CorrectionOutcome = Literal["corrected", "unchanged", "waiting", "stale"]
"""corrected: it counts. unchanged: it said so already. waiting: durable, a worker has yet to settle it. stale: the
text changed, or somebody else was faster."""


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody says of the post `id` (its key, or its id on the platform); at least one label.

    edited_at: the version that was looked at; if the post has another by now, nothing is corrected.
    """

    id: Id
    sentiment_label: Literal["positive", "negative", "neutral"] | None = None
    emotion: Emotion | None = None
    toxic: bool | None = None
    churn: bool | None = None
    note: Note | None = None
    edited_at: datetime | None = None

    @property
    def said(self) -> Judgement:
        """As it is stored."""
        return Judgement(
            sentiment_label=self.sentiment_label,
            emotion=self.emotion,
            toxicity=None if self.toxic is None else float(self.toxic),
            churn_risk=None if self.churn is None else float(self.churn),
        )


class Undo(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody takes back what people said of the post `id`."""

    id: str
    note: str | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one wish; `post` is the post as it stands after it."""

    outcome: CorrectionOutcome
    correction_id: str | None
    post: PostView


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why one wish was not accepted."""

    code: str
    message: str


Sleep = Callable[[float], Awaitable[None]]


class Corrector:
    """Turns wishes into entries. The same wish again changes nothing, before and after it was settled."""

    def __init__(
        self,
        store: Store,
        stream: Stream,
        clock: Callable[[], datetime],
        *,
        sleep: Sleep = asyncio.sleep,
        connector: str = CONNECTOR,
    ) -> None:
        self._store = store
        self._stream = stream
        self._clock = clock
        self._sleep = sleep
        self._connector = connector

    async def correct(self, wishes: Sequence[Wish | Undo], by: str, wait: float = 0.0) -> list[Answer | Refusal]:
        """One answer per wish, in order; durable when it returns.

        by: who says so. wait: seconds to wait at most for a worker to settle them. Raises Overloaded or DiskFull,
        and then nothing went in.
        """
        standing = await self._store.corrections.standing([wish.id for wish in wishes])
        now = self._clock()
        entries: dict[int, Correction | Withdrawal] = {}
        answers: dict[int, Answer | Refusal] = {}
        # A second wish for a post of the same request builds on the first, which nobody has settled yet.
        last: dict[str, str | None] = {}
        for index, wish in enumerate(wishes):
            found = standing.get(wish.id)
            try:
                entry = self._entry(wish, found, by, now, last)
            except SentiStreamError as error:
                answers[index] = Refusal(code=error.code, message=error.message)
                continue
            assert found is not None
            if entry is None:
                answers[index] = Answer(outcome="unchanged", correction_id=_last(found), post=found.post)
                continue
            entries[index] = entry
            last[found.post.id] = entry.correction_id if isinstance(entry, Correction) else None
        if entries:
            sent: list[Entry] = list(entries.values())
            await self._stream.publish(sent)
            answers |= await self._outcomes({index: wishes[index].id for index in entries}, entries, wait)
        return [answers[index] for index in range(len(wishes))]

    def _entry(
        self, wish: Wish | Undo, found: Standing | None, by: str, now: datetime, last: dict[str, str | None]
    ) -> Correction | Withdrawal | None:
        """What to send; None where it is so already. NotFound, Conflict or InvalidEntry."""
        if isinstance(wish, Wish):
            if wish.said.empty:
                raise InvalidEntry("nothing is said: give sentiment_label, emotion, toxic or churn")
            if wish.note is not None and "\x00" in wish.note:
                raise InvalidEntry("note contains a NUL character", field="note")
        if found is None:
            raise NotFound("there is no post of this id", id=wish.id)
        post = found.post
        standing = last.get(post.id, _last(found))
        if isinstance(wish, Undo):
            if standing is None:
                return None
            return Withdrawal(
                post_id=post.post_id,
                source=post.source,
                content_hash=content_hash(post.content),
                correction_id=standing,
                withdrawn_by=by,
                withdrawn_at=now,
                note=wish.note,
                connector=self._connector,
            )
        if wish.edited_at is not None and wish.edited_at != post.edited_at:
            raise Conflict("the post was edited since: read it again before you correct it", id=wish.id)
        said = wish.said
        noted = wish.note is None or (found.last is not None and found.last.note == wish.note)
        if post.id not in last and said.over(found.said) == found.said and noted:
            return None
        return Correction(
            post_id=post.post_id,
            source=post.source,
            content_hash=content_hash(post.content),
            correction_id=_correction_id(post, said, wish.note, by, last.get(post.id) or found.lines),
            corrected_by=by,
            corrected_at=now,
            sentiment_label=said.sentiment_label,
            emotion=said.emotion,
            toxicity=said.toxicity,
            churn_risk=said.churn_risk,
            note=wish.note,
            connector=self._connector,
        )

    async def _outcomes(
        self, ids: dict[int, str], entries: dict[int, Correction | Withdrawal], wait: float
    ) -> dict[int, Answer | Refusal]:
        """Ask until none is waiting or the time is over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        tries = 0
        while True:
            standing = await self._store.corrections.standing(list(ids.values()))
            written = await self._store.corrections.settled([entry.correction_id for entry in entries.values()])
            found = {
                index: _outcome(entry, standing.get(ids[index]), entry.correction_id in written)
                for index, entry in entries.items()
            }
            left = deadline - loop.time()
            if left <= 0 or not any(isinstance(one, Answer) and one.outcome == "waiting" for one in found.values()):
                return found
            await self._sleep(min(left, POLL_SECONDS[min(tries, len(POLL_SECONDS) - 1)]))
            tries += 1


def _outcome(entry: Correction | Withdrawal, standing: Standing | None, written: bool) -> Answer | Refusal:
    if standing is None:
        return Refusal(code=NotFound.code, message="the post was deleted meanwhile")
    last = _last(standing)
    settled: CorrectionOutcome = "corrected" if written else "waiting"
    if written and isinstance(entry, Withdrawal) and last is not None:
        settled = "waiting" if last == entry.correction_id else "stale"
    if settled == "waiting" and content_hash(standing.post.content) != entry.content_hash:
        settled = "stale"
    return Answer(outcome=settled, correction_id=entry.correction_id, post=standing.post)


def _last(standing: Standing) -> str | None:
    return None if standing.last is None else standing.last.correction_id


def _correction_id(post: PostView, said: Judgement, note: str | None, by: str, after: str | int) -> str:
    """The same for a repeated request, another one once something else was said or taken back in between."""
    parts = (post.id, content_hash(post.content), msgspec.json.encode(said), note, by, after)
    return hashlib.blake2b(msgspec.msgpack.encode(parts), digest_size=12).hexdigest()
