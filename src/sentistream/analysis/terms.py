"""A text as the terms it holds: words, phrases of two words, and hashtags."""

from __future__ import annotations

import html
import re
from itertools import pairwise

from sentistream.analysis.stop_words import STOP_WORDS
from sentistream.domain.term import TermKind

LONGEST = 40
"""Characters of a word; what is longer is no word that people share."""

_TOKEN = re.compile(r"(?:https?://|www\.)\S+|[@＠][\w.]+|([#＃]?\w+(?:['’](?!s\b)\w+)*)|['’]s\b|[^\w\s'’#＃@＠-]+|\n")
"""Groups what may be a word. Links, mentions, `'s` and what parts sentences match without one, and so end a phrase."""

_LETTER = re.compile(r"[^\W\d_]")


class Vocabulary(dict[str, str]):
    """Tokens of one language to the word that is counted for them: "" for what is no term. Remembers what it met."""

    def __init__(self, language: str | None) -> None:
        super().__init__({"": ""})
        self._stop_words = STOP_WORDS.get((language or "en")[:2], frozenset())

    def __missing__(self, token: str) -> str:
        word = self[token] = self._word(token)
        return word

    def _word(self, token: str) -> str:
        word = token.replace("’", "'").replace("＃", "#").strip("_")
        if word in self._stop_words or not 2 <= len(word) <= LONGEST or not _LETTER.search(word):
            return ""
        return word

    def terms(self, text: str) -> set[str]:
        """Every term of `text`, lower case. A phrase is two neighbouring words with nothing left out between them."""
        if "&" in text:
            text = html.unescape(text)
        words = [self[token] for token in _TOKEN.findall(text.lower())]
        found = {
            f"{first} {second}"
            for first, second in pairwise(words)
            if first and second and first[0] != "#" and second[0] != "#"
        }
        found.update(words)
        found.discard("")
        return found


def kind_of(term: str) -> TermKind:
    """What `term` is."""
    if term.startswith("#"):
        return "hashtag"
    return "phrase" if " " in term else "word"
