"""Text as every model reads it: normalised once, the same everywhere.

The forms `http` and `@user` are those of the public tweet corpora that sentiment models are
trained and evaluated on (Barbieri et al. 2020, TweetEval).
"""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Sequence

from sentistream.analysis.base import Analyser
from sentistream.domain.analysis import ModelInfo, Reading, unscored

ROUNDS = 4
"""Layers of encoding undone (`&amp;amp;lt;`) before what is left counts as text."""

# Controls that are not white space, zero-width and bidirectional marks, soft hyphens, surrogates, and
# joiners and tags outside the emoji they belong to. Variation selectors stay: they are part of emoji.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)

# Where U+200D and U+200C mean something: between emoji, and inside words of scripts that join letters.
_JOINED = (
    "\u00a9\u00ae\u203c-\u3299\ufe0e\ufe0f\U0001f000-\U0001faff"
    "\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc"
)
_STRAY_JOINER = re.compile(f"(?<![{_JOINED}])[\u200c\u200d]+|[\u200c\u200d]+(?![{_JOINED}\u200c\u200d])")
_REPEATED_JOINER = re.compile("([\u200c\u200d])[\u200c\u200d]+")
_STRAY_TAG = re.compile("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+")

# The host may be international; the rest of a URL is ASCII, so that an emoji or a word of a script
# written without spaces is not swallowed, and ends in a character that closes no sentence.
_URL = re.compile(
    r"(?:https?://|\bwww\.)[\w-]+(?:\.[\w-]+)*(?:[/?#:@][!-~]*(?<=[\w/=&%+~#@$*-]))?", re.IGNORECASE | re.UNICODE
)

# @name, @name.bsky.social, @name@mastodon.social; never the second half of an e-mail address.
_MENTION = re.compile(r"(?<!\w)@(?:[\w-]+(?:\.[\w-]+){2,}|\w+)(?:@[\w-]+(?:\.[\w-]+)+)*")


def normalise(text: str) -> str:
    """`text` with entities decoded, URLs as `http`, mentions as `@user`, single spaces, no invisible characters.

    Emoji, their joiners and variation selectors are kept. Applying it again changes nothing. Time is
    linear in the length of `text`, whatever it holds.
    """
    for _ in range(ROUNDS):
        result = _pass(text)
        # One pass settles plain ASCII; what it decoded or removed elsewhere may have joined new forms.
        if result == text or ("&" not in text and text.isascii()):
            return result
        text = result
    return _settled(text)


class Normalised:
    """An Analyser that gives the inner one normalised texts; the outermost of those that look at text."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser

    @property
    def model(self) -> ModelInfo:
        """The model behind it."""
        return self._analyser.model

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """One reading per text, in order; of nothing but spaces and invisible characters there is none to be had."""
        normal = await asyncio.to_thread(_all_normalised, texts)
        readings = iter(await self._analyser.analyse([text for text in normal if text]))
        return [next(readings) if text else unscored(self.model, "there is no text to read") for text in normal]


def _all_normalised(texts: Sequence[str]) -> list[str]:
    return [normalise(text) for text in texts]


def _pass(text: str) -> str:
    if "&" in text:
        text = html.unescape(text)
    if not text.isprintable():
        text = _visible(text)
    if "://" in text or "www." in text or "WWW." in text or "Www." in text:
        text = _URL.sub("http", text)
    if "@" in text:
        text = _MENTION.sub("@user", text)
    return " ".join(text.split())


def _visible(text: str) -> str:
    text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = _REPEATED_JOINER.sub(r"\1", text)
        text = _STRAY_JOINER.sub("", text)
        text = _STRAY_TAG.sub("", text)
    return text


def _settled(text: str) -> str:
    """Text made to be decoded for ever: what still reads like an entity or a joiner is broken up."""
    text = text.replace("&", "& ").replace("\u200c", "").replace("\u200d", "")
    return _pass(_pass(text))
