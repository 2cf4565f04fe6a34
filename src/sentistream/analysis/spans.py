"""The words of a text with their places in it, so that what a model says of them can be shown where they stand.

A model reads normalised text; people see the original. Every word here knows both: where it stands in the original
and as what it is read. Put together again, the words of a text are exactly its normalised form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from sentistream.analysis.text import normalise

# Signs that are emoji by themselves, with what they may carry: variation selectors, skin tones, tags, and further
# ones that joiners tie to them. A run of the same one is one word: three hearts are one thing to say.
_SIGN = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21ff\u231a-\u27bf\u2934\u2935\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff]"
)
_CARRIED = "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
_FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
_EMOJI = f"(?:[0-9#*]\ufe0f?\u20e3|{_FLAG}|{_SIGN}{_CARRIED}(?:\u200d{_SIGN}{_CARRIED})*)"

# Scripts that write words without spaces between them: a letter with its marks is the smallest thing to show.
_LETTER = (
    "[\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ec0-\u0ec6\u1000-\u102a\u1780-\u17b3"
    "\u3041-\u3096\u30a1-\u30fa\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_MARKS = (
    "[\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3"
    "\u3099\u309a\u30fc\ufe00-\ufe0f]*"
)
_PIECE = re.compile(f"(?P<emoji>{_EMOJI})(?P=emoji)*|{_LETTER}{_MARKS}|(?:(?!{_EMOJI}|{_LETTER}).)+", re.DOTALL)
_CHUNK = re.compile(r"\S+")


class Word(msgspec.Struct, frozen=True):
    """content[start:end] (in code points) is read as `read`. Words of one `chunk` have no space between them."""

    start: int
    end: int
    read: str
    chunk: int


def words(content: str) -> list[Word]:
    """Of `content` in order, each with the marks that touch it; emoji stand alone. Invisible characters are in none.

    `joined` of all of them is `normalise(content)`. Where an encoded text cannot be taken apart, it is one word.
    """
    found: list[Word] = []
    for number, chunk in enumerate(_CHUNK.finditer(content)):
        found += _pieces(chunk.group(), chunk.start(), number)
    whole = normalise(content)
    if joined(found) == whole:
        return found
    return [Word(0, len(content), whole, 0)] if whole else []


def joined(kept: Iterable[Word]) -> str:
    """`kept` as the text that a model reads."""
    parts: list[str] = []
    before = None
    for word in kept:
        if before is not None and word.chunk != before:
            parts.append(" ")
        parts.append(word.read)
        before = word.chunk
    return "".join(parts)


def merged(group: Sequence[Word]) -> tuple[int, int]:
    """Where a group of neighbours begins and ends."""
    return group[0].start, group[-1].end


def _pieces(chunk: str, offset: int, number: int) -> list[Word]:
    """A chunk between spaces in pieces, where each reads by itself as it does among the others; else in one."""
    whole = normalise(chunk)
    if not whole:
        return []
    found = [
        Word(offset + piece.start(), offset + piece.end(), read, number)
        for piece in _PIECE.finditer(chunk)
        if (read := normalise(piece.group()))
    ]
    if "".join(word.read for word in found) == whole:
        return found
    return [Word(offset, offset + len(chunk), whole, number)]
