"""Texts as word numbers, for the fast tier: one regular expression and one dictionary."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

BUCKETS = 8_192
"""Numbers that words outside the vocabulary share, by how they begin and end."""

REMEMBERED = 100_000
"""Unknown words whose number is kept (about 10 MB); then it starts anew."""

# Words with their apostrophes and hashes, runs of ! and ?, dots, emoticons, single symbols. Skin tones, joiners and
# variation selectors carry no mood.
_TOKEN = re.compile(
    r"@user|#?\w+(?:['’]\w+)*|[!?]+|\.{2,}|<3|[:;=]['-]?[()\[\]dp/\\|*]+|[^\w\s.,\u200d\ufe0f\U0001f3fb-\U0001f3ff]"
)
_STRETCHED = re.compile(r"(.)\1{2,}")


class Words:
    """Numbers of words: the vocabulary's first, then BUCKETS for all others. Safe to share between threads."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._known = {word: number for number, word in enumerate(vocabulary)}
        self._unknown: dict[str, int] = {}
        self.size = len(vocabulary) + BUCKETS

    def numbers(self, text: str, limit: int) -> list[int]:
        """At most `limit` numbers in [0, size), of the beginning of `text`."""
        known, number = self._known, self._number
        found = _TOKEN.findall(text.lower())
        return [known[token] if token in known else number(token) for token in found[:limit]]

    def _number(self, token: str) -> int:
        number = self._unknown.get(token)
        if number is None:
            if len(self._unknown) >= REMEMBERED:
                self._unknown.clear()
            number = self._unknown[token] = self._fallback(token)
        return number

    def _fallback(self, token: str) -> int:
        """Of `soooo` that of `soo` or `so`, of `#word` that of `word`, of anything else its bucket."""
        for candidate in (token.replace("’", "'"), _STRETCHED.sub(r"\1\1", token), _STRETCHED.sub(r"\1", token)):
            for form in (candidate, candidate.lstrip("#"), candidate[:1]):
                # Runs of marks are known by their first one; words are not.
                if form in self._known and (len(form) > 1 or not candidate[:1].isalnum()):
                    return self._known[form]
        ends = f"{token[:5]}~{token[-3:]}"
        return len(self._known) + zlib.crc32(ends.encode("utf-8", "surrogatepass")) % BUCKETS


def tokens(text: str) -> list[str]:
    """The words of `text` as the vocabulary is made of them."""
    return _TOKEN.findall(text.lower())
