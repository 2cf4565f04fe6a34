"""Named places at which a test can have this process end, or freeze: the hardest moments of a batch's way.

In production every point is a call of a function without a body. A process that was started with

- `SENTISTREAM_TEST_CRASH_AT=POINT[:NTH]` kills itself with SIGKILL when it gets to POINT for the NTH time (1 without),
- `SENTISTREAM_TEST_PAUSE_AT=POINT[:NTH]` freezes itself with SIGSTOP there, once, until somebody sends SIGCONT,
- `SENTISTREAM_TEST_CRASH_TEXT=TEXT` counts only the times when TEXT is in one of the texts at hand,
- `SENTISTREAM_TEST_CRASH_MARK=FILE` first appends `POINT PID` and a newline to FILE, which proves that it fired.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

Point = Literal["after_read", "in_analysis", "after_analysis", "in_transaction", "after_commit", "after_publish"]

POINTS: dict[Point, str] = {
    "after_read": "a batch was leased, nothing else",
    "in_analysis": "its texts are about to be read; they are at hand",
    "after_analysis": "its texts were read, nothing is written",
    "in_transaction": "everything is written and nothing committed",
    "after_commit": "it is stored, the live feed has not heard of it",
    "after_publish": "the live feed has heard of it, the stream takes it for unfinished",
}


class Reached(Protocol):
    """What the code calls at a point."""

    def __call__(self, point: Point, texts: Sequence[str] = (), /) -> None:
        """`texts`: what is at hand there."""


def _passed(_point: Point, _texts: Sequence[str] = (), /) -> None:
    """Nobody is testing."""


class _Switch:
    """Fires `sign` at the nth time that `point` is reached with `text` at hand."""

    def __init__(self, wanted: str, sign: signal.Signals, text: str, mark: str) -> None:
        point, _, nth = wanted.partition(":")
        if point not in POINTS:
            raise ValueError(f"there is no crash point {point!r}, but {', '.join(POINTS)}")
        self._point = point
        self._left = int(nth or 1)
        self._sign = sign
        self._text = text
        self._mark = mark
        self._lock = threading.Lock()  # points lie on several threads

    def __call__(self, point: Point, texts: Sequence[str] = (), /) -> None:
        if point != self._point or (self._text and not any(self._text in text for text in texts)):
            return
        with self._lock:
            self._left -= 1
            if self._left:
                return
            if self._mark:
                with Path(self._mark).open("a", encoding="utf-8") as file:
                    file.write(f"{point} {os.getpid()}\n")
            os.kill(os.getpid(), self._sign)


def switch(environment: Mapping[str, str]) -> Reached:
    """What `reached` is in a process of this environment; ValueError for a point that does not exist."""
    for name, sign in (("SENTISTREAM_TEST_CRASH_AT", signal.SIGKILL), ("SENTISTREAM_TEST_PAUSE_AT", signal.SIGSTOP)):
        if wanted := environment.get(name):
            text = environment.get("SENTISTREAM_TEST_CRASH_TEXT", "")
            return _Switch(wanted, sign, text, environment.get("SENTISTREAM_TEST_CRASH_MARK", ""))
    return _passed


reached = switch(os.environ)
