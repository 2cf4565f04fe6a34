"""The embedded stream's log: entries, groups and leases, as transactions on its file.

Everything here is synchronous and belongs to one thread; `sqlite.py` gives it threads of its own.

- `entries` are numbered without gaps (a transaction that rolls back gives its numbers back), so how many
  wait is arithmetic on numbers and costs nothing.
- A group has read up to `next_offset`. What it was given and has not acknowledged are its `leases`, each a
  range of offsets: acknowledging deletes the lease.
- A lease without a consumer has `expires_at` 0: it was released, or is the rest of a range that a dead
  consumer left behind. `attempt` is the delivery its entries are in, or come to next.
- Times are microseconds since 1970.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sentistream.domain.errors import Overloaded
from sentistream.domain.post import Entry
from sentistream.stream.base import Batch, Delivered, Lag, StreamCounts
from sentistream.stream.codec import decode, encode, readable
from sentistream.stream.sqlite_file import SqliteFile

TRIM_STEP = 10_000

_TAIL = "COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'entries'), 0)"
_START = f"COALESCE((SELECT MIN(offset) FROM entries), {_TAIL} + 1)"
_NEXT = f"COALESCE((SELECT next_offset FROM consumer_groups WHERE name = :name), {_START})"
_BACKLOG = f"""{_TAIL} - g.next_offset + 1
    + COALESCE((SELECT SUM(last_offset - first_offset + 1) FROM leases WHERE group_name = g.name), 0)"""
_OLDEST = (
    "MIN(g.next_offset, COALESCE((SELECT MIN(first_offset) FROM leases WHERE group_name = g.name), g.next_offset))"
)


class Available(NamedTuple):
    """What a group could be given now: something that others left, and how many new entries."""

    left_over: bool
    waiting: int


class _Range(NamedTuple):
    first: int
    last: int
    attempt: int


class SqliteLog:
    """The log in the file at `path`. Errors are DiskFull, StorageUnavailable and, for publish, Overloaded."""

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._file = SqliteFile(path)
        self._clock = clock
        self._epoch = ""

    def open(self, epoch: str, groups: Sequence[str]) -> None:
        """Connect; a new file gets `epoch`, and `groups` exist from then on."""
        self._file.open(epoch)
        for group in groups:
            self.join(group)
        self._read_epoch()

    def open_reader(self) -> None:
        """Connect for `available`, `lag` and `counts` only, to a file that was opened before."""
        self._file.open_reader()
        self._read_epoch()

    def close(self) -> None:
        """Disconnect."""
        self._file.close()

    def publish(self, entries: Sequence[Entry], max_length: int) -> None:
        """Append all of `entries`, durably, or nothing."""
        rows = [(readable(entry.connector), encode(entry)) for entry in entries]
        counts = Counter(connector for connector, _ in rows)
        with self._file.transaction() as db:
            self._check_length(len(rows), max_length)
            now = self._now()
            db.executemany(
                "INSERT INTO entries (connector, published_at, payload) VALUES (?, ?, ?)",
                ((connector, now, payload) for connector, payload in rows),
            )
            db.executemany(
                "INSERT INTO received VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
                counts.items(),
            )

    def join(self, group: str) -> None:
        """Make sure that `group` exists; a new one starts at the oldest entry there is."""
        with self._file.transaction() as db:
            db.execute(f"INSERT INTO consumer_groups VALUES (?, {_START}) ON CONFLICT DO NOTHING", (group,))

    def available(self, group: str) -> Available:
        """What `claim()` would find, without taking the write lock."""
        with self._file.explained():
            row = self._file.db.execute(
                f"""SELECT EXISTS (SELECT 1 FROM leases WHERE group_name = g.name AND expires_at <= ?),
                    {_TAIL} - g.next_offset + 1 FROM consumer_groups g WHERE name = ?""",
                (self._now(), group),
            ).fetchone()
        return Available(bool(row[0]), row[1]) if row else Available(False, 0)

    def claim(self, group: str, consumer: str, max_size: int, lease_seconds: float) -> Batch | None:
        """Lease to `consumer` what others left, oldest first, else up to `max_size` new entries, else nothing."""
        with self._file.transaction() as db:
            now = self._now()
            taken = self._take_left_over(group, max_size, now) or self._take_new(group, max_size)
            if taken is None:
                return None
            lease = self._lease(group, consumer, taken, now + round(lease_seconds * 1e6))
        # Read after the commit: what is leased cannot be trimmed, and nobody has to wait for the decoding.
        with self._file.explained():
            rows = db.execute(
                "SELECT offset, connector, payload, published_at FROM entries"
                " WHERE offset BETWEEN ? AND ? ORDER BY offset",
                (taken.first, taken.last),
            ).fetchall()
        delivered = [
            Delivered(self._entry_id(offset), taken.attempt, decode(payload, connector), published_at / 1e6)
            for offset, connector, payload, published_at in rows
        ]
        return Batch(delivered, lease)

    def ack(self, lease: int) -> None:
        """End a lease that somebody holds; one that is gone, or was given back, stays as it is."""
        with self._file.transaction() as db:
            db.execute("DELETE FROM leases WHERE id = ? AND consumer IS NOT NULL", (lease,))

    def renew(self, leases: Sequence[int], lease_seconds: float) -> list[int]:
        """Prolong `leases`; returns those that are gone."""
        with self._file.transaction() as db:
            expires_at = self._now() + round(lease_seconds * 1e6)
            renew = "UPDATE leases SET expires_at = ? WHERE id = ? AND consumer IS NOT NULL"
            return [lease for lease in leases if not db.execute(renew, (expires_at, lease)).rowcount]

    def release(self, leases: Sequence[int]) -> None:
        """Give `leases` back, to be delivered at once and at the same attempt."""
        with self._file.transaction() as db:
            db.executemany(
                "UPDATE leases SET consumer = NULL, expires_at = 0 WHERE id = ?", [(lease,) for lease in leases]
            )

    def lag(self, group: str) -> Lag:
        """How far `group` is behind."""
        with self._file.transaction("DEFERRED") as db:
            backlog, published_at = db.execute(
                f"""SELECT {_BACKLOG}, (SELECT published_at FROM entries WHERE offset = {_OLDEST})
                    FROM (SELECT :name AS name, {_NEXT} AS next_offset) g""",
                {"name": group},
            ).fetchone()
        return Lag(backlog, 0.0 if published_at is None else max(0.0, (self._now() - published_at) / 1e6))

    def counts(self, group: str) -> StreamCounts:
        """Received, waiting and delivered at one moment. What waits is counted, never computed."""
        with self._file.transaction("DEFERRED") as db:
            received = dict(db.execute("SELECT connector, count FROM received").fetchall())
            start = self._next(group)
            waiting = "SELECT COUNT(*) FROM entries WHERE connector = ? AND offset >= ?"
            waiting_by_connector = {name: self._file.value(waiting, (name, start)) for name in received}
            delivered = db.execute(
                """SELECT e.offset, e.connector FROM leases l
                    JOIN entries e ON e.offset BETWEEN l.first_offset AND l.last_offset
                    WHERE l.group_name = ? ORDER BY e.offset""",
                (group,),
            ).fetchall()
        return StreamCounts(
            received,
            {name: count for name, count in waiting_by_connector.items() if count},
            [(self._entry_id(offset), connector) for offset, connector in delivered],
        )

    def trim(self) -> tuple[str, bool]:
        """Drop up to `TRIM_STEP` entries; returns the first entry id still needed, and whether that was all."""
        with self._file.transaction() as db:
            needed: int = self._file.value(f"SELECT MIN({_OLDEST}) FROM consumer_groups g")
            first: int | None = self._file.value("SELECT MIN(offset) FROM entries")
            end = needed if first is None else min(needed, first + TRIM_STEP)
            db.execute("DELETE FROM entries WHERE offset < ?", (end,))
        return self._entry_id(needed), end == needed

    def _now(self) -> int:
        return round(self._clock().timestamp() * 1e6)

    def _entry_id(self, offset: int) -> str:
        return f"{self._epoch}:{offset:016d}"

    def _read_epoch(self) -> None:
        with self._file.explained():
            self._epoch = self._file.value("SELECT value FROM meta WHERE name = 'epoch'")

    def _next(self, group: str) -> int:
        offset: int = self._file.db.execute(f"SELECT {_NEXT}", {"name": group}).fetchone()[0]
        return offset

    def _check_length(self, new: int, max_length: int) -> None:
        if new > max_length:
            raise Overloaded(
                f"{new:,} entries at once can never fit into a stream of stream.max_length = {max_length:,}:"
                " publish fewer at a time, or raise the setting"
            )
        slowest = f"SELECT g.name, {_BACKLOG} AS backlog FROM consumer_groups g ORDER BY backlog DESC LIMIT 1"
        group, backlog = self._file.db.execute(slowest).fetchone()
        if backlog + new > max_length:
            raise Overloaded(
                f"the stream is full: {backlog:,} entries wait for the group {group}"
                f" and stream.max_length is {max_length:,}; try again once it has caught up"
            )

    def _take_left_over(self, group: str, max_size: int, now: int) -> _Range | None:
        row = self._file.db.execute(
            "SELECT id, consumer, first_offset, last_offset, attempt FROM leases"
            " WHERE group_name = ? AND expires_at <= ? ORDER BY first_offset LIMIT 1",
            (group, now),
        ).fetchone()
        if row is None:
            return None
        id, consumer, first, end, attempt = row
        if consumer is not None:  # it died, or forgot us: from here on each of its entries stands alone
            attempt += 1
        last = first if attempt > 1 else min(end, first + max_size - 1)
        # New ids on purpose: whoever held this lease finds it gone.
        self._file.db.execute("DELETE FROM leases WHERE id = ?", (id,))
        if last < end:
            self._lease(group, None, _Range(last + 1, end, attempt), 0)
        return _Range(first, last, attempt)

    def _take_new(self, group: str, max_size: int) -> _Range | None:
        first = self._next(group)
        last = min(self._file.value(f"SELECT {_TAIL}"), first + max_size - 1)
        if last < first:
            return None
        self._file.db.execute("UPDATE consumer_groups SET next_offset = ? WHERE name = ?", (last + 1, group))
        return _Range(first, last, 1)

    def _lease(self, group: str, consumer: str | None, range: _Range, expires_at: int) -> int:
        lease = self._file.db.execute(
            "INSERT INTO leases (group_name, consumer, first_offset, last_offset, attempt, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (group, consumer, *range, expires_at),
        ).lastrowid
        assert lease is not None  # an INSERT that did not raise has a row
        return lease
