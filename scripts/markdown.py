"""Pieces of generated pages: tables, wrapped paragraphs, numbers as people read them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

EMPTY = "–"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers unless the head ends in a full stop."""
    rule = ["---" if i == 0 or name.endswith(".") else "---:" for i, name in enumerate(head)]
    lines = [[name.removesuffix(".") for name in head], rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def paragraph(text: str) -> str:
    """Wrapped at 120 columns, as pages written by hand are."""
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False) + "\n"


def bullets(texts: Iterable[str]) -> str:
    """A list, wrapped."""
    return (
        "\n".join(
            textwrap.fill(
                text, 120, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
            )
            for text in texts
        )
        + "\n"
    )


def points(share: float | None, digits: int = 1) -> str:
    """A share of 1 as points of 100."""
    return EMPTY if share is None else f"{100 * share:.{digits}f}"


def between(values: Sequence[float]) -> str:
    """A share and its interval: 12.3 (10.1 to 14.9)."""
    share, low, high = values
    return f"{points(share)} ({points(low)} to {points(high)})"


def error(value: float | None) -> str:
    """A calibration error."""
    return EMPTY if value is None else f"{value:.3f}"
