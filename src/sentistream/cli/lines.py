"""JSON lines as input: a file or standard input, each line a record with a text."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from sentistream.cli.output import fail, progress

CHUNK = 256
STANDARD = Path("-")


class Line(msgspec.Struct):
    """One line of input: the record, and either its text or what is wrong with it."""

    record: dict[str, Any]
    text: str = ""
    error: str | None = None


def raw_lines(stack: ExitStack, path: Path, verb: str) -> Iterator[bytes]:
    """Lines of the file without their ends, with a progress bar by bytes; `stack` closes the file."""
    if path == STANDARD:
        file: BinaryIO = sys.stdin.buffer
        total = None
    else:
        try:
            file = stack.enter_context(path.open("rb"))
            total = os.fstat(file.fileno()).st_size or None
        except OSError as error:
            fail(f"cannot read {path}: {error.strerror}")
    with progress(f"{verb} {path.name}", total) as advance:
        done = 0
        for index, raw in enumerate(file):
            done += len(raw)
            if index % CHUNK == 0:
                advance(done, total)
            line = raw.removeprefix(b"\xef\xbb\xbf") if index == 0 else raw
            yield line.rstrip(b"\r\n")


def parsed(raw: bytes, text_field: str | None = None) -> Line:
    """One line of JSON as a record and its text, or what is wrong with it; a blank line is unreadable.

    The text is in `text_field`, or in "text" or "content" if that is not given.
    """
    try:
        record = json.loads(raw.decode(), parse_constant=_refuse)
    except UnicodeDecodeError:
        return Line({}, error="not UTF-8")
    except (ValueError, RecursionError) as error:
        return Line({}, error=f"not JSON: {error}")
    if not isinstance(record, dict):
        return Line({}, error="not a JSON object")
    names = ("text", "content") if text_field is None else (text_field,)
    name = next((name for name in names if name in record), None)
    if name is None:
        missing = 'neither "text" nor "content" is there' if text_field is None else f'"{text_field}" is not there'
        return Line(record, error=missing)
    text = record[name]
    if not isinstance(text, str):
        return Line(record, error=f'"{name}" is not a string')
    try:
        text.encode()
    except UnicodeEncodeError:
        return Line(record, error=f'"{name}" contains a lone surrogate, which is not text')
    return Line(record, text)


def chunks(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """`lines` in order, up to CHUNK at a time."""
    chunk: list[Line] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON number")
