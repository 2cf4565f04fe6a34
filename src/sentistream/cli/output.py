"""What commands show people: one clear line for an error, a progress bar on a terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn, Protocol

import typer

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Advance(Protocol):
    """Tells a progress bar how far the work is."""

    def __call__(self, completed: int, total: int | None = None) -> None: ...


def shown(text: str) -> str:
    """`text` with control characters escaped, so that nothing printed can steer a terminal."""
    return _CONTROL.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def say(text: str = "") -> None:
    """A line on standard output."""
    print(shown(text), flush=True)


def note(text: str) -> None:
    """A line on standard error."""
    print(shown(text), file=sys.stderr, flush=True)


def fail(text: str, code: int = 1) -> NoReturn:
    """One line on standard error, then the end."""
    note(f"error: {text}")
    raise typer.Exit(code)


@contextmanager
def progress(description: str, total: int | None = None, unit: str = "") -> Iterator[Advance]:
    """A bar on standard error while a person watches; nothing otherwise.

    `unit` is shown after the numbers; empty shows the share alone.
    """
    if not sys.stderr.isatty():
        yield lambda completed, total=None: None
        return
    # Only here: its spinners alone would slow the start of every command.
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

    numbers: list[ProgressColumn] = [TextColumn("{task.completed:,.0f} " + unit)] if unit else []
    columns = [TextColumn("{task.description}"), BarColumn(), *numbers, TaskProgressColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(shown(description), total=total)

        def advance(completed: int, total: int | None = None) -> None:
            bar.update(task, completed=completed, total=total)

        yield advance
