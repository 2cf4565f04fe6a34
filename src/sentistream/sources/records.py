"""Files as records: one JSON object or CSV row at a time, in bounded memory, each with the mark to resume from."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple, Protocol

import msgspec

MAX_LINE = 8 * 2**20
"""Bytes past which a line (or a CSV row of many lines) is not kept, only reported."""

MAX_RAW = 16_384
"""Characters of a bad row that are kept for inspection."""

BOM = b"\xef\xbb\xbf"


class Mark(NamedTuple):
    """Between two records: bytes and lines before it, and records."""

    byte: int = 0
    line: int = 0
    row: int = 0


class Record(NamedTuple):
    """One record. Either `columns`, or `reason` why there are none; `line` is where it starts, from 1."""

    raw: bytes
    line: int
    row: int
    after: Mark
    columns: dict[str, Any] | None
    reason: str = ""


class Records(Protocol):
    """Reads a file forward."""

    def read(self, count: int) -> list[Record]:
        """Up to `count` records; empty at the end of the file."""
        ...


class _TooLong(Exception):
    """A line or row past MAX_LINE; its end has been skipped."""


def legible(raw: bytes | str) -> str:
    """What arrived, as text that every store can keep: bad bytes, NUL and lone surrogates become �."""
    if isinstance(raw, str):
        raw = raw[: MAX_RAW + 1].encode("utf-8", "replace")
    text = raw[: 4 * MAX_RAW + 4].decode("utf-8", "replace").replace("\x00", "\ufffd")
    return text if len(text) <= MAX_RAW else text[: MAX_RAW - 1] + "…"


class Lines:
    """Lines of a file with their mark; never holds more than MAX_LINE of one."""

    def __init__(self, file: BinaryIO, mark: Mark) -> None:
        self._file = file
        self.byte = mark.byte
        self.line = mark.line
        file.seek(mark.byte)

    def next(self) -> tuple[bytes, bool] | None:
        """The next line with its end, and whether it was cut; None at the end of the file."""
        line = self._file.readline(MAX_LINE + 1)
        if not line:
            return None
        self.byte += len(line)
        self.line += 1
        cut = len(line) > MAX_LINE and not line.endswith(b"\n")
        while cut:
            more = self._file.readline(MAX_LINE)
            self.byte += len(more)
            if not more or more.endswith(b"\n"):
                break
        if self.line == 1 and line.startswith(BOM):
            line = line[len(BOM) :]
        return line, cut


class JsonLines:
    """One JSON object a line; blank lines are nothing."""

    def __init__(self, file: BinaryIO, mark: Mark) -> None:
        self._lines = Lines(file, mark)
        self._row = mark.row
        self._decoder = msgspec.json.Decoder()

    def read(self, count: int) -> list[Record]:
        found: list[Record] = []
        size = 0
        while len(found) < count and size < MAX_LINE and (read := self._lines.next()) is not None:
            line, cut = read
            if not line.strip():
                continue
            columns, reason = (None, _too_long()) if cut else self._parse(line)
            kept = line[: 4 * MAX_RAW + 4] if columns is None else line
            size += len(kept)
            after = Mark(self._lines.byte, self._lines.line, self._row + 1)
            found.append(Record(kept, self._lines.line, self._row, after, columns, reason))
            self._row += 1
        return found

    def _parse(self, line: bytes) -> tuple[dict[str, Any] | None, str]:
        try:
            value = self._decoder.decode(line)
        except UnicodeDecodeError:
            return None, "not valid UTF-8"
        except (msgspec.DecodeError, RecursionError, ValueError) as error:
            if not _is_utf8(line):
                return None, "not valid UTF-8"
            return None, f"not valid JSON: {error}"
        if not isinstance(value, dict):
            return None, f"expected a JSON object, got {type(value).__name__}"
        return value, ""


class CsvRows:
    """Rows under a header line; quoted fields may hold newlines; blank lines are nothing."""

    def __init__(self, file: BinaryIO, mark: Mark, delimiter: str | None) -> None:
        self._raw: list[bytes] = []
        self._size = 0
        self._lines = Lines(file, Mark())
        self._delimiter = delimiter or ","
        self._header: list[str] | None = None
        self._reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=False)
        self._row = 0
        header = self._lines.next()
        if header is not None and not header[1]:
            text = header[0].decode("utf-8", "replace")
            if delimiter is None and ";" in text and "," not in text:
                self._delimiter = ";"
            self._lines = Lines(file, Mark())
            self._restart()
            first = self._next()
            self._header = None if first is None or isinstance(first, str) else [name.strip() for name in first]
        if mark.byte > self._lines.byte:
            self._lines = Lines(file, mark)
            self._row = mark.row
            self._restart()

    def read(self, count: int) -> list[Record]:
        found: list[Record] = []
        size = 0
        while len(found) < count and size < MAX_LINE:
            line = self._lines.line + 1
            fields = self._next()
            if fields is None:
                break
            if fields == []:
                continue
            raw = b"".join(self._raw)
            columns, reason = self._parse(fields, raw)
            if columns is None:
                raw = raw[: 4 * MAX_RAW + 4]
            size += len(raw)
            after = Mark(self._lines.byte, self._lines.line, self._row + 1)
            found.append(Record(raw, line, self._row, after, columns, reason))
            self._row += 1
        return found

    def _next(self) -> list[str] | str | None:
        """The next row, the reason why it cannot be read, or None at the end."""
        self._raw.clear()
        self._size = 0
        try:
            fields = next(self._reader, None)
        except csv.Error as error:
            self._restart()
            return f"not valid CSV: {error}"
        except _TooLong:
            self._restart()
            return _too_long()
        # A blank line is `[]`, one of spaces `["  "]`: neither is a row.
        return [] if fields is not None and len(fields) == 1 and not fields[0].strip() else fields

    def _parse(self, fields: list[str] | str, raw: bytes) -> tuple[dict[str, Any] | None, str]:
        if isinstance(fields, str):
            return None, fields
        if not _is_utf8(raw):
            return None, "not valid UTF-8"
        if self._header is None:
            return None, "the header line cannot be read"
        if len(fields) != len(self._header):
            return None, f"the row has {len(fields)} fields, the header {len(self._header)}"
        return {name: value for name, value in zip(self._header, fields, strict=True) if value != ""}, ""

    def _restart(self) -> None:
        self._reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=False)

    def _feed(self) -> Iterator[str]:
        while (read := self._lines.next()) is not None:
            line, cut = read
            self._raw.append(line if not cut else line[: 4 * MAX_RAW + 4])
            self._size += len(line)
            if cut or self._size > MAX_LINE:
                raise _TooLong
            yield line.decode("utf-8", "surrogateescape")


def _too_long() -> str:
    return f"longer than {MAX_LINE // 2**20} MB"


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
