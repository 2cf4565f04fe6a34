"""The embedded stream's file: its schema, its connections, and what SQLite's errors mean for people."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sentistream.domain.errors import DiskFull, StorageUnavailable, Unavailable

SCHEMA_VERSION = 1
APPLICATION_ID = 0x53545253  # "STRS" in the file's header tells a stream from any other SQLite file
BUSY_SECONDS = 30.0
WAL_LIMIT = 16 * 2**20

SCHEMA = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE entries (
        offset INTEGER PRIMARY KEY AUTOINCREMENT,
        connector TEXT NOT NULL,
        published_at INTEGER NOT NULL,
        payload BLOB NOT NULL
    )""",
    # Every index holds the offset too: counting a connector's entries from an offset on reads no rows.
    "CREATE INDEX entries_connector ON entries (connector)",
    "CREATE TABLE received (connector TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE consumer_groups (name TEXT PRIMARY KEY, next_offset INTEGER NOT NULL) WITHOUT ROWID",
    """CREATE TABLE leases (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        group_name TEXT NOT NULL,
        consumer TEXT,
        first_offset INTEGER NOT NULL,
        last_offset INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
    )""",
    f"PRAGMA application_id = {APPLICATION_ID}",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


class SqliteFile:
    """One connection to the file at `path`, for one thread. Errors are DiskFull or StorageUnavailable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def open(self, epoch: str) -> None:
        """Connect for writing; a file that does not exist is created, with `epoch` as its name for all time."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageUnavailable(f"cannot create the folder of {self._path}: {error.strerror}") from error
        with self.explained():
            self._connect()
            # Refuse before the first write: a file that is not ours stays exactly as it was.
            with self.transaction("DEFERRED"):  # one moment, for another process may be creating it
                self._check_version()
            self._switch_to_wal()
            with self.transaction() as db:
                if self._check_version() == 0:
                    for statement in SCHEMA:
                        db.execute(statement)
                    db.execute("INSERT INTO meta VALUES ('epoch', ?)", (epoch,))

    def open_reader(self) -> None:
        """Connect for reading, to a file that `open()` has prepared."""
        with self.explained():
            self._connect()
            self.db.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        """Disconnect; closing twice is not an error."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            with self.explained():
                connection.close()

    @property
    def db(self) -> sqlite3.Connection:
        """The connection; StorageUnavailable once closed."""
        if self._connection is None:
            raise StorageUnavailable("the stream is closed")
        return self._connection

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """The first column of the first row."""
        return self.db.execute(sql, parameters).fetchone()[0]

    @contextmanager
    def transaction(self, kind: Literal["IMMEDIATE", "DEFERRED"] = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """All of the block, durable once it ends, or nothing of it. DEFERRED: one moment, to read."""
        with self.explained():
            db = self.db
            db.execute(f"BEGIN {kind}")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                # SQLite has already rolled back by itself after some errors, a full disk among them.
                if db.in_transaction:
                    db.execute("ROLLBACK")

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Errors of SQLite inside the block come out as ours."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _connect(self) -> None:
        db = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        self._connection = db
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA cache_size = -8192")
        db.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")

    def _check_version(self) -> int:
        version: int = self.value("PRAGMA user_version")
        if version > SCHEMA_VERSION:
            raise StorageUnavailable(
                f"{self._path} was written by a newer version of SentiStream (schema {version}, this one knows"
                f" {SCHEMA_VERSION}): update SentiStream, or choose another file"
            )
        ours = self.value("PRAGMA application_id") == APPLICATION_ID
        if not ours and self.value("SELECT COUNT(*) FROM sqlite_master"):
            raise StorageUnavailable(f"{self._path} holds something other than a stream: choose another file")
        return version

    def _switch_to_wal(self) -> None:
        # Changing the mode does not wait for a process that does the same at this moment; so we do.
        give_up = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                mode = self.value("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
                time.sleep(0.01)
        if mode != "wal":
            raise StorageUnavailable(
                f"{self._path} lies on a file system without shared memory (a network drive?): choose a local folder"
            )

    def _explain(self, error: sqlite3.Error) -> Unavailable:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            return DiskFull(f"no room left to write {self._path}: free some space on its disk", retry_after=5)
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
            return StorageUnavailable(
                f"cannot write {self._path} ({error}): its folder must exist and be writable for this user"
            )
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return StorageUnavailable(f"another process has kept {self._path} locked for {BUSY_SECONDS:.0f} seconds")
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return StorageUnavailable(f"{self._path} is damaged or no stream ({error}): restore it, or move it away")
        return StorageUnavailable(f"cannot use {self._path}: {error}")
