"""The storage ports: one for writing batches, small ones for each kind of question."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from sentistream.domain.alert import Alert
from sentistream.domain.analysis import KeptReading, Reading
from sentistream.domain.correction import Corrected, Labelled, Standing
from sentistream.domain.event import Event, PostView
from sentistream.domain.layer import Disagreement, Layer, Tally, Unread
from sentistream.domain.ledger import Account, Outcome
from sentistream.domain.post import Entry
from sentistream.domain.query import AlertsQuery, Filters, NumbersQuery, PageRequest
from sentistream.domain.rollup import Confidence, Numbers, WeekHour
from sentistream.domain.term import Voice
from sentistream.storage.keys import Keys
from sentistream.storage.ownership import Cursors, Leases
from sentistream.storage.queue import RefineQueue
from sentistream.storage.workspace import AlertRules, Annotations, SavedItems

LIVE_LAYER = "live"
"""The layer the pipeline writes; it is always active."""

HUMAN_LAYER = "human"
"""The layer of corrections; active until they are withdrawn."""


class Settling(msgspec.Struct, frozen=True, kw_only=True):
    """One delivered entry on its way to an outcome, with the reading of its text if it is a post."""

    entry_id: str
    entry: Entry
    reading: Reading | None = None
    attempt: int = 1


class Settled(msgspec.Struct, frozen=True):
    """What one write did: outcome per entry id, and the events to publish, also for a redelivery.

    dead: what this write, and none before it, dead-lettered; each entry is an Invalid.
    """

    outcomes: dict[str, Outcome]
    events: list[Event]
    repeated: int = 0
    dead: list[Settling] = msgspec.field(default_factory=list)


class Page(msgspec.Struct, frozen=True):
    """One page of posts; `total` is None where counting would cost more than the page."""

    posts: list[PostView]
    next_cursor: str | None
    has_more: bool
    total: int | None


class Cell(msgspec.Struct, frozen=True):
    """Numbers of one bucket and group; either is None where the query asked for none."""

    bucket: datetime | None
    key: str | None
    numbers: Numbers


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that could not be accepted, kept for inspection and replay; it went in again at `replayed_at`."""

    id: int
    entry_id: str
    connector: str
    position: str
    reason: str
    raw: str
    attempts: int
    dead_at: datetime
    replayed_at: datetime | None = None


class Finding(msgspec.Struct, frozen=True):
    """One broken invariant, said for people."""

    invariant: str
    message: str


class Posts(Protocol):
    """Reading posts back."""

    async def page(self, filters: Filters, request: PageRequest) -> Page:
        """Posts that match, newest first unless asked otherwise. InvalidParameter for a foreign cursor."""
        ...

    async def get(self, id: str) -> PostView | None:
        """By key (UUID text), or by platform id (the newest where several platforms share it)."""
        ...

    async def readings(self, key: str) -> list[Reading]:
        """The active analyses of the text that the post of this key (UUID text) has now, the current one first."""
        ...

    async def analyses(self, key: str) -> list[KeptReading]:
        """Every analysis that is kept of the post of this key (UUID text).

        The current one first, then what would count in its place, then what does not, newest first.
        """
        ...

    async def voices(self, filters: Filters, limit: int) -> list[Voice]:
        """What counting terms needs of the newest posts that match, newest first."""
        ...

    async def count(self) -> int:
        """All rows."""
        ...

    async def version(self) -> str:
        """Another one whenever a page may have changed: the epoch and the count of one moment."""
        ...

    def export(self, filters: Filters) -> AsyncIterator[list[PostView]]:
        """All that match, oldest first, in chunks, in constant memory."""
        ...


class NumbersReader(Protocol):
    """Counts and averages, from rollups wherever they can answer."""

    async def cells(self, query: NumbersQuery) -> list[Cell]:
        """Cells ordered by bucket, then by posts descending, then key; buckets without posts are left out."""
        ...

    async def week(self, query: NumbersQuery) -> list[WeekHour]:
        """The 168 hours of the week in the zone of `query`, Monday's first; `period` and `group_by` play no part."""
        ...

    async def confidence(self, query: NumbersQuery) -> list[Confidence]:
        """Of the posts that models read, by tier, most posts first; `period`, `group_by` and `limit` play no part."""
        ...

    async def arrivals(self, since: datetime) -> int:
        """Posts that arrived (ingested_at) at or after `since`; simulated history being filled in is no arrival."""
        ...

    async def epoch(self) -> int:
        """Grows whenever an edit, deletion, correction or layer changes the past; part of every cache key."""
        ...

    async def churn_threshold(self) -> float:
        """The churn risk from which a post counts in `Numbers.high_churn_risk`; rollups are made with it."""
        ...


class Corrections(Protocol):
    """What people said of posts; it gets in through `Store.write`, like everything."""

    async def standing(self, ids: Sequence[str]) -> dict[str, Standing]:
        """By id as given, a key or a platform id as in `Posts.get`: the posts there are, and the last word on each."""
        ...

    async def settled(self, correction_ids: Sequence[str]) -> set[str]:
        """Those of `correction_ids` that were written, withdrawn since or not."""
        ...

    async def of(self, post_key: str) -> list[Corrected]:
        """The history of one post, newest first."""
        ...

    async def page(self, limit: int = 50, before: int | None = None) -> list[Corrected]:
        """The history of all, newest first; `before` is the number to continue from."""
        ...

    def labelled(self, chunk: int = 500) -> AsyncIterator[list[Labelled]]:
        """Every text that people have labelled and that still stands, with each model's reading of it."""
        ...


class Layers(Protocol):
    """Layers, their progress, and how they compare; `Store.promote` and `demote` move what counts."""

    async def create(self, layer: Layer) -> Layer:
        """Store a new one, with its total, or as a shadow its beginning, filled in; Conflict if the name is taken."""
        ...

    async def get(self, name: str) -> Layer | None:
        """By name."""
        ...

    async def all(self) -> list[Layer]:
        """Newest first."""
        ...

    async def update(self, name: str, now: datetime, **changes: Any) -> Layer:
        """Set fields of it; NotFound."""
        ...

    async def unread(self, layer: Layer, limit: int) -> Unread:
        """Its next posts, up to `limit`, in the order of arrival; at the end those that were edited or came late.

        Not of a shadow: its share of the posts is a sample.
        """
        ...

    async def record(
        self, layer: Layer, found: Unread, readings: Sequence[tuple[str, bytes, Reading]], now: datetime
    ) -> Layer:
        """Store readings and progress in one transaction; Conflict if it has gone on from another process."""
        ...

    async def tallies(self, name: str, against: str | None = None) -> list[Tally]:
        """What counts, or the layer `against` says, beside what the layer says: over all texts that both have read."""
        ...

    async def disagreements(
        self,
        name: str,
        limit: int,
        offset: int = 0,
        current: str | None = None,
        label: str | None = None,
        against: str | None = None,
    ) -> list[Disagreement]:
        """Posts with another label, the furthest apart first; with `current` and `label` those of one cell only.

        `current` is of what counts, or of the layer `against`.
        """
        ...


class LedgerReader(Protocol):
    """The store's half of the ledger."""

    async def accounts(self) -> dict[str, Account]:
        """Outcomes by connector; `received` and `in_flight` are left at 0."""
        ...

    async def settled(self, entry_ids: Sequence[str]) -> set[str]:
        """Those of `entry_ids` that have an outcome."""
        ...

    async def snapshot(self, entry_ids: Sequence[str]) -> tuple[dict[str, Account], set[str]]:
        """Both of the above at one moment."""
        ...

    async def expired(self) -> int:
        """Posts that retention has deleted."""
        ...

    async def dead_letters(self, limit: int = 50, before: int | None = None) -> list[DeadLetter]:
        """Newest first; `before` is the id to continue from."""
        ...

    async def prune(self, low_ids: Sequence[str]) -> int:
        """Forget outcomes of entries that can no longer be delivered (see Stream.trim). Returns how many.

        That they had one is remembered: whoever still holds such an entry can write it, and nothing changes.
        """
        ...

    async def findings(self) -> list[Finding]:
        """Recount everything and compare; empty when every invariant holds. Reads one snapshot."""
        ...


class Replays(Protocol):
    """Sending dead letters again, each once: who claims one sends it, then says that it did."""

    async def claim(self, ids: Sequence[int], now: datetime) -> list[DeadLetter]:
        """Those of `ids` that were not sent again, and that nobody else is sending right now."""
        ...

    async def settle(self, ids: Sequence[int], replayed_at: datetime | None) -> None:
        """What was claimed was sent, or, with None, was not: another may claim it."""
        ...

    async def of(self, ids: Sequence[int]) -> dict[int, DeadLetter]:
        """Those there are, by id."""
        ...


class Alerts(Protocol):
    """Alert episodes."""

    async def open(self, alert: Alert) -> Alert | None:
        """Store a new episode (its `id` is ignored); None if one of this rule is open already."""
        ...

    async def update(self, alert: Alert) -> Alert:
        """Store its `actual_value`, `resolved_at` and `details`; what people did stays. NotFound."""
        ...

    async def acknowledge(self, id: int, by: str, note: str | None, now: datetime) -> Alert:
        """Say who looks after it, in place of who did; NotFound."""
        ...

    async def get(self, id: int) -> Alert | None:
        """By number."""
        ...

    async def page(self, query: AlertsQuery = AlertsQuery()) -> list[Alert]:
        """Newest first."""
        ...

    async def current(self) -> list[Alert]:
        """Open episodes."""
        ...


class Store(Protocol):
    """A store: its readers, and the single way anything gets in."""

    @property
    def posts(self) -> Posts: ...
    @property
    def numbers(self) -> NumbersReader: ...
    @property
    def corrections(self) -> Corrections: ...
    @property
    def layers(self) -> Layers: ...
    @property
    def ledger(self) -> LedgerReader: ...
    @property
    def replays(self) -> Replays: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def alert_rules(self) -> AlertRules: ...
    @property
    def annotations(self) -> Annotations: ...
    @property
    def saved(self) -> SavedItems: ...
    @property
    def cursors(self) -> Cursors: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def refine(self) -> RefineQueue: ...

    async def write(self, batch: Sequence[Settling], now: datetime) -> Settled:
        """Settle `batch` in one transaction, in order: either all of it, or nothing and an error."""
        ...

    async def add_layer(self, layer: str, readings: Sequence[tuple[str, bytes, Reading]], now: datetime) -> None:
        """Store readings of (post key, content hash) under an inactive layer; nothing else changes."""
        ...

    async def promote(self, layer: str, limit: int, now: datetime) -> int:
        """Let the readings of `layer` count for up to `limit` more posts; returns how many are left. Resumable.

        They come before what the live layer says, whatever its tier, and after what people say. Another promoted
        layer's readings of those posts count no more. Conflict for a layer that is always active.
        """
        ...

    async def demote(self, layer: str, limit: int, now: datetime) -> int:
        """The way back, in the same steps."""
        ...

    async def expire(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` posts created before the UTC day of `before`, oldest first; returns how many went.

        One small step of retention: call it until it returns fewer than `limit`. What the posts counted stays
        in the rollups; a post of an expired day that arrives later is filtered.
        """
        ...

    async def migrate(self) -> None:
        """Bring the schema to this version; safe to run at every start."""
        ...

    async def ping(self) -> None:
        """A real query; StorageUnavailable if it fails."""
        ...

    async def close(self) -> None:
        """Release everything."""
        ...
