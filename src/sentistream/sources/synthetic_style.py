"""How people write: handles and hashtags, emoji, slang, typos, and no patience for capitals."""

from __future__ import annotations

import re
from random import Random

from sentistream.sources.synthetic_world import Platform, Product, World

_LONGER = {
    "so": "sooo", "love": "looove", "no": "nooo", "wow": "wowww", "please": "pleaseee", "yes": "yesss",
    "never": "neverrr", "great": "greaaat", "bad": "baaad", "hate": "haaate", "thanks": "thankss", "why": "whyyy",
}  # fmt: skip
_LOUD_WORDS = """
    again amazing never nothing nobody worst best love hate awful terrible incredible useless finally every again
    twice still really so not
"""
_LOUD = frozenset(_LOUD_WORDS.split())
_WORD = re.compile(r"(?<![@#\w])[a-z']+(?!\w)", re.IGNORECASE)


class Style:
    """Dresses one text for one platform."""

    def __init__(self, world: World, platform: Platform, product: Product, mood: str, random: Random) -> None:
        self._phrases = world.phrases
        self._platform, self._product, self._mood = platform, product, mood
        self._random = random.random

    def dress(self, text: str, *, plain: bool = False) -> str:
        """`text` as it would stand there; `plain` leaves out what is English."""
        r = self._random
        platform = self._platform
        if not plain:
            text = self._loosen(text)
            if platform.name in ("trustpilot", "appstore") and r() < 0.4:
                text = f"{self._pick('titles', self._mood)}\n{text}"
            elif platform.handle and "@" not in text and r() < platform.handle * 0.3:
                handle = f"@{self._product.handle}"
                named = text.lower().startswith(self._product.brand.lower())
                text = f"{text} {handle}" if named or r() < 0.3 else f"{handle} {text}"
        if r() < platform.emoji:
            emoji = self._pick("emoji", self._mood)
            more = r()
            text += f" {emoji * (3 if more < 0.12 else 2 if more < 0.25 else 1)}"
            if more > 0.8:
                text += self._pick("emoji", self._mood)
        if r() < platform.hashtags:
            tags = [self._product.brand]
            if r() < 0.5:
                tags.append(self._pick("hashtags", self._product.category))
            if r() < 0.4 and not plain:
                tags.append(self._pick("hashtags", self._mood))
            if r() < 0.2:
                tags.reverse()
            text += "".join(f" #{tag}" for tag in tags)
        return text

    def _loosen(self, text: str) -> str:
        """Slang, small letters, stretched or shouted words, a slip of the finger."""
        r = self._random
        careful = 0.4 if self._platform.name in ("trustpilot", "appstore") else 1.0
        if r() < 0.07 * careful:
            slang = self._pick("slang", self._mood)
            text = f"{slang} {text}" if r() < 0.35 else f"{text.rstrip('.')} {slang}"
        kind = r() / careful
        if kind < 0.1:
            text = text.lower()
        elif kind < 0.15:
            text = _replace_first(text, _LONGER)
        elif kind < 0.2:
            text = _WORD.sub(_shout, text)
        elif kind < 0.27:
            text = _slip(text, r(), r())
        elif kind < 0.32:
            text = text.replace("'", "")
        elif kind < 0.36 and text[-1] == "!":
            text += "!!"
        elif kind < 0.5 and text[-1] == ".":
            text = text[:-1]
        return text

    def _pick(self, phrase: str, kind: str) -> str:
        choices = self._phrases[phrase][kind]
        return choices[int(self._random() * len(choices))]


def _replace_first(text: str, words: dict[str, str]) -> str:
    for found in _WORD.finditer(text):
        longer = words.get(found[0].lower())
        if longer is not None:
            return text[: found.start()] + longer + text[found.end() :]
    return text


def _shout(found: re.Match[str]) -> str:
    return found[0].upper() if found[0].lower() in _LOUD else found[0]


def _slip(text: str, where: float, how: float) -> str:
    """One typo inside a longer word: two letters swapped, one left out, or one doubled."""
    words = [found for found in _WORD.finditer(text) if len(found[0]) >= 5]
    if not words:
        return text
    word = words[int(where * len(words))]
    at = word.start() + 1 + int(how * 1000) % (len(word[0]) - 3)
    if how < 0.5:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if how < 0.8:
        return text[:at] + text[at + 1 :]
    return text[: at + 1] + text[at] + text[at + 1 :]
