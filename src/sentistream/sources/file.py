"""Posts from a file: JSON lines or CSV, replayed at any speed, resumed where it stopped."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import anyio
import anyio.to_thread
import msgspec
import structlog

from sentistream.domain.errors import InvalidEntry, SettingsError, SourceError
from sentistream.domain.post import ALLOWED_FUTURE, MAX_BATCH, Entry, Invalid, Post, checked
from sentistream.sources.base import SourceBatch
from sentistream.sources.columns import BadRow, Columns
from sentistream.sources.records import CsvRows, JsonLines, Mark, Record, Records, legible
from sentistream.sources.replay import Timeline, first_of

SUFFIXES = {".jsonl": "json", ".ndjson": "json", ".json": "json", ".csv": "csv", ".tsv": "tsv"}
HEAD = 4096
COUNTED = 200 * 2**20
TICK = 0.2
"""Seconds between two batches of a paced replay at least: each costs a commit of the stream and one of the cursor."""

SHORTEST_SLEEP = 0.001
"""Seconds; clocks count in microseconds, and less than one would never pass."""

_BROKEN = (OSError, EOFError, zlib.error)
log = structlog.get_logger(__name__)


class FileSource:
    """Reads `path` (.jsonl, .ndjson, .json lines, .csv, .tsv, each also .gz) in constant memory.

    speed: times the file's own speed; a post is brought and dated t0 + (created_at - first) / speed.
    rate: posts a second; row i is brought and dated t0 + i / rate. With neither: as fast as it goes.
    original_time: pace the same, but keep the dates.
    mapping: field → column. source_default: platform of rows that name none.

    The cursor holds the mark in the file, the time line (fixed before the first post, so that a row
    which comes twice is the same twice), and a fingerprint: a replaced file starts over.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        clock: Callable[[], datetime],
        name: str | None = None,
        speed: float | None = None,
        rate: float | None = None,
        original_time: bool = False,
        mapping: Mapping[str, str] | None = None,
        source_default: str | None = None,
        batch_size: int = MAX_BATCH,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        if speed is not None and rate is not None:
            raise SettingsError("a file is replayed at a speed or at a rate: give one of them")
        for given, value in (("speed", speed), ("rate", rate)):
            if value is not None and not 0 < value < 1e12:
                raise SettingsError(f"{given} must be positive")
        self._path = Path(path)
        suffixes = [suffix.lower() for suffix in self._path.suffixes]
        self._zipped = suffixes[-1:] == [".gz"]
        suffix = "".join(suffixes[-2:-1] if self._zipped else suffixes[-1:])
        if suffix not in SUFFIXES:
            raise SourceError(
                f"{self._path.name}: cannot tell its format; name it .jsonl, .csv or .tsv (.gz may follow)",
                path=str(self._path),
            )
        self._format = SUFFIXES[suffix]
        self.name = name or f"file:{self._path.name}"
        self._clock = clock
        self._sleep = sleep
        self._speed, self._rate, self._original_time = speed, rate, original_time
        self._columns = Columns(self.name, source_default or "file", mapping)
        self._batch_size = batch_size
        self._total: int | None = None

    @property
    def total(self) -> int | None:
        """Rows in the file, counted when reading starts; None before that and for files over 200 MB."""
        return self._total

    async def batches(self, cursor: dict[str, Any] | None) -> AsyncIterator[SourceBatch]:
        """See sources/base.py. SourceError if the file is missing, unreadable or damaged."""
        file = await anyio.to_thread.run_sync(self._open)
        try:
            head, fingerprint, self._total = await self._in_thread(self._look, file, (cursor or {}).get("head"))
            mark, times = Mark(), None
            if cursor is not None:
                if cursor.get("fingerprint") == fingerprint:
                    mark = Mark(cursor["byte"], cursor["line"], cursor["row"])
                    times = Timeline.load(cursor["mapping"])
                else:
                    log.warning("file_replaced", source=self.name, path=str(self._path), starts="over")
                    head, fingerprint, _ = await self._in_thread(self._look, file, None)
            fixed: dict[str, Any] = {"fingerprint": fingerprint, "head": head}
            if times is None or not times.same_pace(self._speed, self._rate):
                times = await self._in_thread(self._fix_times, file, mark)
                yield SourceBatch([], _cursor(mark, times, fixed))
            records = await self._in_thread(self._records, file, mark)
            while found := await self._in_thread(self._read, records, times):
                async for batch in self._paced(found, times, fixed):
                    yield batch
        finally:
            file.close()

    async def _paced(
        self, found: list[tuple[Mark, Entry, float]], times: Timeline, fixed: dict[str, Any]
    ) -> AsyncIterator[SourceBatch]:
        """`found` in order, in batches, none before it is due and none within a TICK of the one before."""
        start = 0
        for position, (_, _, due) in enumerate(found):
            now = times.elapsed(self._clock())
            if due <= max(now, 0):
                continue
            if position > start:
                yield _batch(found[start:position], times, fixed)
                start = position
            # From before the yield: what bringing a batch took must not let the next one out early, and small.
            while (left := max(due, now + TICK) - times.elapsed(self._clock())) > 0:
                await self._sleep(max(left, SHORTEST_SLEEP))
        if start < len(found):
            yield _batch(found[start:], times, fixed)

    def _read(self, records: Records, times: Timeline) -> list[tuple[Mark, Entry, float]]:
        """Mark after it, entry, and seconds after t0 when it is due (0: at once)."""
        found: list[tuple[Mark, Entry, float]] = []
        for record in records.read(self._batch_size):
            due = times.due_of_row(record.row)
            try:
                post = self._post(record, times)
                if times.is_paced and post.created_at > times.t0 + ALLOWED_FUTURE:
                    raise BadRow("created_at lies more than 5 minutes in the future")  # nobody waits for 2200
                due = max(due, times.due_of(post))
                moved = times.moved(post, record.row, keep=self._original_time)
                entry: Entry = checked(moved, max(self._clock(), times.at(due)))
            except (BadRow, InvalidEntry, msgspec.ValidationError, OverflowError) as error:
                entry = Invalid(
                    raw=legible(record.raw),
                    reason=str(error),
                    connector=self.name,
                    position=f"line {record.line}",
                )
            found.append((record.after, entry, due))
        return found

    def _post(self, record: Record, times: Timeline | None) -> Post:
        if record.columns is None:
            raise BadRow(record.reason)
        dated = None if self._original_time or times is None else times.date_of_row(record.row)
        return self._columns.post(record.columns, dated)

    def _fix_times(self, file: BinaryIO, mark: Mark) -> Timeline:
        """The time line from `mark` on; reads ahead to the first row with a date where speed needs it."""
        now = self._clock()
        if self._speed is None:
            return Timeline.at_rate(now, self._rate, mark.row)
        records = self._records(file, mark)
        while found := records.read(self._batch_size):
            dates = [date for record in found if (date := self._date(record)) is not None]
            if dates:
                return Timeline.at_speed(now, first_of(dates), self._speed)
        return Timeline.at_speed(now, now, self._speed)

    def _date(self, record: Record) -> datetime | None:
        try:
            return self._post(record, None).created_at
        except (BadRow, msgspec.ValidationError):
            return None  # _read reports it when its turn comes

    def _records(self, file: BinaryIO, mark: Mark) -> Records:
        if self._format == "json":
            return JsonLines(file, mark)
        return CsvRows(file, mark, "\t" if self._format == "tsv" else None)

    def _open(self) -> BinaryIO:
        try:
            opened = gzip.open(self._path, "rb") if self._zipped else self._path.open("rb")  # noqa: SIM115 - by the caller
        except OSError as error:
            raise SourceError(
                f"cannot read {self._path}: {error.strerror or error}; check the path and its permissions",
                path=str(self._path),
            ) from error
        return cast(BinaryIO, opened)

    def _look(self, file: BinaryIO, head: int | None) -> tuple[int, str, int | None]:
        """Bytes hashed (as many as last time, so that a file may grow), their hash, and the rows."""
        file.seek(0)
        first = file.read(HEAD if head is None else head)
        fingerprint = hashlib.blake2b(first, digest_size=16).hexdigest()
        total: int | None = None
        if self._path.stat().st_size < (COUNTED // 10 if self._zipped else COUNTED):
            file.seek(0)
            lines, last = 0, b"\n"
            while block := file.read(2**20):
                lines += block.count(b"\n")
                last = block[-1:]
            total = max(0, lines + (last != b"\n") - (self._format != "json"))
        return len(first), fingerprint, total

    async def _in_thread(self, function: Callable[..., Any], *args: Any) -> Any:
        try:
            return await anyio.to_thread.run_sync(function, *args)
        except _BROKEN as error:
            raise SourceError(
                f"cannot read on in {self._path}: {error}; repair or replace the file, it resumes where it stopped",
                path=str(self._path),
            ) from error


def _batch(found: list[tuple[Mark, Entry, float]], times: Timeline, fixed: dict[str, Any]) -> SourceBatch:
    return SourceBatch([entry for _, entry, _ in found], _cursor(found[-1][0], times, fixed))


def _cursor(mark: Mark, times: Timeline, fixed: dict[str, Any]) -> dict[str, Any]:
    return {"byte": mark.byte, "line": mark.line, "row": mark.row, "mapping": times.dump(), **fixed}
