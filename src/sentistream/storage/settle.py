"""What a batch of entries does to what is stored: pure rules, no input or output.

`settle` takes the entries in order and what the store knows of their posts, and answers with the
rows to write. Every rule of versions, tombstones, corrections and layers is here, once, for every
SQL store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal
from uuid import UUID

import msgspec

from sentistream.domain.analysis import TIER_RANK, Reading
from sentistream.domain.event import DeletedEvent, Event, PostEvent
from sentistream.domain.ledger import Outcome
from sentistream.domain.post import (
    Correction,
    Entry,
    Invalid,
    Post,
    Tombstone,
    Withdrawal,
    content_hash,
    post_key,
)
from sentistream.storage.base import LIVE_LAYER, Settled, Settling
from sentistream.storage.people import CorrectionRow, by_hand, corrected, withdrawn
from sentistream.storage.rows import (
    COPIED,
    HISTORY,
    AnalysisRow,
    PostRow,
    analysis_row,
    micros,
    post_row,
    view,
)


class Dead(msgspec.Struct, gc=False):
    """A row of dead_letters without its id."""

    entry_id: str
    connector: str
    position: str
    reason: str
    raw: str
    attempts: int
    dead_at: int


Queued = tuple[bytes, bytes, str, float, int, int, str, int]
"""A row of refine_queue, not yet leased."""


class Known(msgspec.Struct):
    """What the store holds about a batch before it is settled."""

    outcomes: dict[str, Outcome] = msgspec.field(default_factory=dict)
    forgotten: set[str] = msgspec.field(default_factory=set)
    """Entries that had an outcome which nobody knows any more."""
    posts: dict[bytes, PostRow] = msgspec.field(default_factory=dict)
    analyses: dict[bytes, list[AnalysisRow]] = msgspec.field(default_factory=dict)
    tombstones: set[bytes] = msgspec.field(default_factory=set)
    sealed: int = 0
    """Microseconds since 1970 before which posts have expired."""


class Changes(msgspec.Struct):
    """What to write, in this order, in one transaction."""

    settled: Settled
    outcomes: list[tuple[str, str, str]]
    ledger: Counter[tuple[str, str]]
    inserted: list[PostRow]
    updated: list[PostRow]
    deleted: list[bytes]
    analyses: list[AnalysisRow]
    unqueued: list[bytes]
    """Posts that came anew; what people say of one leaves it in the queue, since they may take it back."""
    queued: list[Queued]
    switched: list[AnalysisRow]
    """Analyses that were stored before, with another layer or activity than they had."""
    corrections: list[CorrectionRow]
    tombstones: list[tuple[bytes, str, str, int]]
    dead: list[Dead]
    moves: list[tuple[PostRow | None, PostRow | None]]
    past_changed: bool


def keys_of(batch: Iterable[Settling]) -> dict[str, bytes]:
    """Post key by entry id, for every entry that has one."""
    return {
        item.entry_id: post_key(item.entry.source, item.entry.post_id).bytes
        for item in batch
        if not isinstance(item.entry, Invalid)
    }


def current(row: PostRow, analyses: Iterable[AnalysisRow]) -> AnalysisRow | None:
    """The active analysis of the row's text that counts.

    A person's before any model's, a promoted layer's before the live one's where it could read the text, then the
    highest tier, then the newest, then by name.
    """
    candidates = [one for one in analyses if one.active and one.content_hash == row.content_hash]
    return max(candidates, key=precedence, default=None) if len(candidates) != 1 else candidates[0]


def live(row: PostRow, analyses: Iterable[AnalysisRow]) -> AnalysisRow | None:
    """What counts if no person and no promoted layer has a say: what a better model may replace."""
    return current(row, [one for one in analyses if one.layer == LIVE_LAYER])


def precedence(one: AnalysisRow) -> tuple[bool, bool, int, int, str, str]:
    """The higher comes first: a person's, a promoted layer's, then by tier, then the newest, then by name."""
    return (
        one.tier == "human",
        one.promoted and one.tier != "unscored",
        TIER_RANK[one.tier],  # type: ignore[index]
        one.analyzed_at,
        one.model_name,
        one.model_version,
    )


def copy_current(row: PostRow, analyses: Iterable[AnalysisRow]) -> None:
    """Copy the current analysis onto the row."""
    one = current(row, analyses)
    for name in COPIED:
        setattr(row, name, getattr(one, name) if one else PostRow.__struct_defaults__[COPIED.index(name)])
    if row.language is None and one is not None:
        row.language = one.language


class _State:
    """One post while its batch is settled."""

    __slots__ = ("analyses", "before", "brought", "buried", "provisional", "row", "touched")

    def __init__(self, row: PostRow | None, analyses: list[AnalysisRow], buried: bool) -> None:
        self.before = msgspec.structs.replace(row) if row else None
        self.row = row
        self.analyses = analyses
        self.buried = buried
        self.brought = False
        self.provisional = False
        self.touched = False


class _Settlement:
    """Settles one batch; see `settle`."""

    def __init__(self, known: Known, now: int) -> None:
        self.known = known
        self.now = now
        self.states: dict[bytes, _State] = {}
        self.new_analyses: dict[tuple[bytes, bytes, str, str], AnalysisRow] = {}
        self.switched: dict[tuple[bytes, bytes, str, str], AnalysisRow] = {}
        self.corrections: list[CorrectionRow] = []
        self.tombstones: list[tuple[bytes, str, str, int]] = []
        self.dead: list[Dead] = []

    def state(self, key: bytes) -> _State:
        state = self.states.get(key)
        if state is None:
            row = self.known.posts.get(key)
            state = _State(row, self.known.analyses.get(key, []), key in self.known.tombstones)
            self.states[key] = state
        return state

    def settle(self, item: Settling, key: bytes) -> Outcome:
        entry = item.entry
        if isinstance(entry, Post):
            return self.post(entry, item.reading, key)
        if isinstance(entry, Tombstone):
            return self.tombstone(entry, key)
        if isinstance(entry, Correction):
            return self.correction(entry, key)
        if isinstance(entry, Withdrawal):
            return self.withdrawal(entry, key)
        origin = (item.entry_id, entry.connector, entry.position)
        self.dead.append(Dead(*origin, entry.reason, entry.raw, item.attempt, self.now))
        return "dead_lettered"

    def post(self, post: Post, reading: Reading | None, key: bytes) -> Outcome:
        state = self.state(key)
        if state.buried:
            return "stale"
        new = post_row(post, key, content_hash(post.content), self.now)
        old = state.row
        if old is None and new.created_at < self.known.sealed:
            return "filtered"
        if old is not None:
            version, stored = (new.edited_at, new.content_hash), (old.edited_at, old.content_hash)
            if version < stored:
                return "stale"
            if version == stored and new.fingerprint == old.fingerprint:
                return "duplicate"
            new.ingested_at = old.ingested_at
            new.connector = old.connector
        if reading is not None:
            self.add(state, analysis_row(key, new.content_hash, reading, LIVE_LAYER, True, self.now))
        copy_current(new, state.analyses)
        state.provisional = reading is not None and reading.provisional
        state.row = new
        state.brought = state.touched = True
        return "created" if old is None else "edited"

    def add(self, state: _State, analysis: AnalysisRow) -> None:
        """The first analysis of one text by one model version stays; one of an inactive layer becomes live."""
        for one in state.analyses:
            if one.identity == analysis.identity:
                if not one.active:
                    one.layer = analysis.layer
                    self.switch(one, True)
                return
        state.analyses.append(analysis)
        self.new_analyses[(analysis.post_key, *analysis.identity)] = analysis

    def switch(self, analysis: AnalysisRow, active: bool) -> None:
        """Make a known analysis active or inactive."""
        analysis.active = active
        place = (analysis.post_key, *analysis.identity)
        if place not in self.new_analyses:
            self.switched[place] = analysis

    def tombstone(self, entry: Tombstone, key: bytes) -> Outcome:
        state = self.state(key)
        if state.buried:
            return "duplicate"
        state.buried = True
        self.tombstones.append((key, entry.source, entry.post_id, micros(entry.deleted_at)))
        if state.row is None:
            return "tombstoned"
        for one in state.analyses:
            self.new_analyses.pop((key, *one.identity), None)
            self.switched.pop((key, *one.identity), None)
        self.corrections = [one for one in self.corrections if one.post_key != key]
        state.row, state.analyses, state.touched = None, [], True
        return "deleted"

    def correction(self, entry: Correction, key: bytes) -> Outcome:
        state = self.state(key)
        row = state.row
        if row is None or row.content_hash != entry.content_hash:
            return "stale"
        # Two of one batch are written at one moment, and the second must still be the later.
        latest = max((one.analyzed_at for one in by_hand(state.analyses, row)), default=0)
        human, record = corrected(row, entry, max(self.now, latest + 1))
        if any(one.identity == human.identity for one in state.analyses):
            return "duplicate"
        self.add(state, human)
        self.reread(state, record)
        return "corrected"

    def withdrawal(self, entry: Withdrawal, key: bytes) -> Outcome:
        state = self.state(key)
        row = state.row
        if row is None or row.content_hash != entry.content_hash:
            return "stale"
        human = by_hand(state.analyses, row)
        if any(one.model_version == entry.correction_id and not one.active for one in human):
            return "duplicate"
        if row.tier != "human" or row.model_version != entry.correction_id:
            return "stale"
        record = withdrawn(row, entry)
        for one in human:
            self.switch(one, False)
        self.reread(state, record)
        return "corrected"

    def reread(self, state: _State, record: CorrectionRow) -> None:
        """People changed what counts."""
        assert state.row is not None
        self.corrections.append(record)
        copy_current(state.row, state.analyses)
        state.row.changed_at = self.now
        state.touched = True

    def events(self, announced: dict[bytes, Entry], created: set[bytes]) -> list[Event]:
        """One event per post, as it stands after the batch."""
        events: list[Event] = []
        for key, entry in announced.items():
            row = self.state(key).row
            if row is None:
                assert not isinstance(entry, Invalid)
                id_ = str(UUID(bytes=key))
                events.append(
                    DeletedEvent(id=f"{id_}:deleted", post_key=id_, source=entry.source, post_id=entry.post_id)
                )
            elif event := post_event(row, "created" if key in created else "updated", self.now):
                events.append(event)
        return events

    def queued(self) -> list[Queued]:
        """What a better model has still to read: it could not, and nothing better stands, whatever people say of it."""
        return [
            (row.key, row.content_hash, one.tier, one.confidence_score or 0.0, self.now, 0, "", 0)
            for state in self.states.values()
            if state.provisional
            and (row := state.row) is not None
            and (one := live(row, state.analyses)) is not None
            and TIER_RANK[one.tier] < TIER_RANK["full"]  # type: ignore[index]
        ]


def post_event(row: PostRow, change: Literal["created", "updated"], now: int) -> PostEvent | None:
    """What the live feed is told of a post as it stands now; None of simulated history, which is no news."""
    if row.simulated and row.created_at < now - HISTORY:
        return None
    post = view(row)
    reading = f"{row.model_name}:{row.model_version}:{row.changed_at}"
    version = f"{row.edited_at}:{row.content_hash.hex()}:{reading}"
    return PostEvent(id=f"{post.id}:{version}", change=change, post=post)


def settle(batch: Sequence[Settling], keys: dict[str, bytes], known: Known, now: int) -> Changes:
    """Settle `batch` in order against what is `known`; `now` is in microseconds since 1970.

    An entry that has an outcome already changes nothing, but its event is raised again, since the
    first delivery may have died before it could publish. One whose outcome is forgotten was acknowledged by
    somebody else: nothing is left to be said of it.
    """
    work = _Settlement(known, now)
    given: dict[str, Outcome] = {}
    outcomes: list[tuple[str, str, str]] = []
    announced: dict[bytes, Entry] = {}
    created: set[bytes] = set()
    dead: list[Settling] = []
    for item in batch:
        if item.entry_id in known.forgotten:
            continue
        key = keys.get(item.entry_id, b"")
        outcome = known.outcomes.get(item.entry_id) or given.get(item.entry_id)
        if outcome is None:
            outcome = work.settle(item, key)
            outcomes.append((item.entry_id, item.entry.connector, outcome))
            if outcome == "dead_lettered":
                dead.append(item)
        given[item.entry_id] = outcome
        if outcome in ("created", "edited", "deleted", "corrected"):
            announced[key] = item.entry
            if outcome == "created":
                created.add(key)
    touched = [state for state in work.states.values() if state.touched]
    return Changes(
        settled=Settled(given, work.events(announced, created), len(batch) - len(outcomes), dead),
        outcomes=outcomes,
        ledger=Counter((connector, outcome) for _, connector, outcome in outcomes),
        inserted=[state.row for state in touched if state.row and not state.before],
        updated=[state.row for state in touched if state.row and state.before],
        deleted=[state.before.key for state in touched if state.before and not state.row],
        analyses=list(work.new_analyses.values()),
        unqueued=[state.before.key for state in touched if state.before and state.row and state.brought],
        queued=work.queued(),
        switched=list(work.switched.values()),
        corrections=work.corrections,
        tombstones=work.tombstones,
        dead=work.dead,
        moves=[(state.before, state.row) for state in touched],
        past_changed=any(outcome in ("edited", "deleted", "corrected") for _, _, outcome in outcomes),
    )
