"""Dead letters sent again: through the same door as any post, and never twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import msgspec

from sentistream.api.dependencies import Services
from sentistream.api.intake import read
from sentistream.domain.errors import Conflict, InvalidEntry, MalformedBody, NotFound, SentiStreamError
from sentistream.domain.post import Entry
from sentistream.storage.base import DeadLetter


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one letter: sent now, sent `already`, or not, with the reason."""

    letter: DeadLetter | None
    outcome: str
    error: SentiStreamError | None = None


async def replayed(services: Services, wanted: Mapping[int, str | None]) -> dict[int, Replay]:
    """Publish each letter of `wanted`, by id, mended where a text is given; durable when it returns.

    One that could still not be accepted stays as it is. Overloaded or DiskFull: none was sent.
    """
    now = services.clock()
    claimed = await services.store.replays.claim(list(wanted), now)
    done: dict[int, Replay] = {}
    sending: dict[int, Entry] = {}
    try:
        for letter in claimed:
            found = await asyncio.to_thread(_entry, services, letter, wanted[letter.id])
            if isinstance(found, SentiStreamError):
                done[letter.id] = Replay(letter=letter, outcome="failed", error=found)
            else:
                sending[letter.id] = found
                done[letter.id] = Replay(letter=msgspec.structs.replace(letter, replayed_at=now), outcome="replayed")
        if sending:
            await services.stream.publish(list(sending.values()))
            await services.store.replays.settle(list(sending), now)
    except SentiStreamError:
        await services.store.replays.settle([letter.id for letter in claimed], None)
        raise
    if failed := [id for id in done if id not in sending]:
        await services.store.replays.settle(failed, None)
    others = await services.store.replays.of([id for id in wanted if id not in done])
    return done | {id: _standing(id, others.get(id)) for id in wanted if id not in done}


def _entry(services: Services, letter: DeadLetter, mended: str | None) -> Entry | SentiStreamError:
    """The one entry that it is, or why it is none."""
    body = (letter.raw if mended is None else mended).encode("utf-8", "replace")
    try:
        entries, rejected = read(body, services.prepare, services.clock)
    except MalformedBody as error:
        return InvalidEntry(f"it is no post yet: {error.message}")
    if len(entries) != 1:
        return InvalidEntry(f"one entry takes the place of one letter, not {len(entries)}")
    return InvalidEntry(rejected[0].message) if rejected else entries[0]


def _standing(id: int, letter: DeadLetter | None) -> Replay:
    if letter is None:
        return Replay(letter=None, outcome="failed", error=NotFound(f"there is no dead letter {id}"))
    if letter.replayed_at is not None:
        return Replay(letter=letter, outcome="already")
    return Replay(letter=letter, outcome="failed", error=Conflict("somebody else is sending it right now"))
