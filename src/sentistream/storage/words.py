"""Text as words, so that every store finds the same posts.

SQLite's FTS5 cuts and folds text by its own tokenizer (`unicode61 remove_diacritics 2`,
https://www.sqlite.org/fts5.html#unicode61_tokenizer). What comes with PostgreSQL does so differently
on every server, by its version, its locale and its extensions. So PostgreSQL is given words that were
cut here, after FTS5's rules: letters and numbers make words, case does not matter, nor do accents on
Latin letters. They differ in characters younger than FTS5's tables (Unicode 6.1): it takes those, new
emoji too, for letters.
"""

from __future__ import annotations

import re
import unicodedata
from operator import add

MAX_WORD = 250
"""Characters of a word that are compared; PostgreSQL holds no word of more than 2,046 bytes."""

_ASCII = re.compile(r"[a-z0-9]+")
_WORD = re.compile(r"[^\W_]+")
_PLACES = [f":{place}" for place in range(1, 1_001)]
_ACCENTS = re.compile(r"(?<=[a-z])[\u0300-\u0331]+")


def words(text: str) -> list[str]:
    """The words of `text` in order, folded."""
    if text.isascii():
        found = _ASCII.findall(text.lower())
    else:
        folded = _ACCENTS.sub("", unicodedata.normalize("NFD", text.lower().replace("ς", "σ")))
        found = _WORD.findall(unicodedata.normalize("NFC", folded))
    return [word[:MAX_WORD] for word in found] if len(text) > MAX_WORD else found


def terms(q: str) -> list[str]:
    """What a person searches for: words, and phrases between quotes."""
    found: list[str] = []
    for index, part in enumerate(q.replace("\x00", " ").split('"')):
        found += [part] if index % 2 else part.split()
    return [term for term in found if term.strip()]


def fts5_query(q: str) -> str:
    """`q` as an FTS5 expression: every term quoted, so that nothing in it is an operator."""
    return " ".join(f'"{term}"' for term in terms(q)) or '""'


def tsvector(text: str) -> str:
    """`text` as a tsvector literal: words hold letters and numbers only, so none needs quoting."""
    found = words(text)
    places = _PLACES if len(found) <= len(_PLACES) else [f":{place}" for place in range(1, len(found) + 1)]
    return " ".join(map(add, found, places))


def tsquery(q: str) -> str:
    """`q` as a tsquery literal; empty, which matches nothing, where no term holds a word."""
    phrases = [found for term in terms(q) if (found := words(term))]
    return " & ".join("(" + " <-> ".join(f"'{word}'" for word in phrase) + ")" for phrase in phrases)
