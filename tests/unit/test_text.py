"""Normalisation: what models read."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sentistream.analysis.lexicon import LexiconAnalyser
from sentistream.analysis.text import Normalised, normalise

FAMILY = "👨\u200d👩\u200d👧"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"

PIECES = [
    "&", "amp;", "&lt;", "&#97;", "&#38;", "&#x200d;", "#", "lt", ";", "&#64;", "&#58;//", "38", "&copy;", "&notit;",
    "http", "https", "://", "www.", "WWW.", "x.co", "/a", "?q=1", ":", ".", "@", "bob", "@bob", "@user", "a.b.c", "-",
    "_", " ", "\n", "\t", "\xa0", "\u2028", "\x00", "\x1b", "\u200b", "\u200d", "\u200c", "\ufeff", "\u202e", "\ud800",
    "\ufe0f", "👩", "🏽", "❤", "🏴", "\U000e0067", "\U000e007f", "é", "ع", "क", "中", "!", "(", ")", "'", "s", "ſ", "İ",
]  # fmt: skip
REPEATED = [
    "a", " ", "&", "&amp;", "&amp", "amp;", "&#38;", "&#", "@", "@a", "@a.", "@a.b@", "@-", "a@", "http://", "http://a.",
    "https://a/!", "://", "www.", "www.a", "!", ".", "-", "é", "😀", "👩\u200d", "\u200d👩", "\u200d", "\u200b", "\x00",
    "\U000e0067",
]  # fmt: skip

hostile = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("I &lt;3 you &amp; me", "I <3 you & me"),
        ("5 &amp;gt; 4", "5 > 4"),
        ("AT&T and R&D", "AT&T and R&D"),
        ("see https://t.co/abc123 now", "see http now"),
        ("see https://t.co/abc123.", "see http."),
        ("(http://x.com/a_(b)?c=d)", "(http)"),
        ("wow!https://t.co/abc😀", "wow!http😀"),
        ("HTTPS://T.CO/A www.example.com/x Www.example.com", "http http http"),
        ("http://user:pw@host:80/x", "http"),
        ("http://例え.jp/は", "httpは"),
        ("https://t.co/abcこれ", "httpこれ"),
        ("@United thanks @you!", "@user thanks @user!"),
        (".@united hey", ".@user hey"),
        ("RT @a: -@b", "RT @user: -@user"),
        ("@alice.bsky.social @bob@mastodon.social", "@user @user"),
        ("@united.", "@user."),
        ("mail bob@example.com or b.o.b+x@example.co.uk", "mail bob@example.com or b.o.b+x@example.co.uk"),
        ("meet @ noon", "meet @ noon"),
        ("  a\n\n b\t\u00a0c \r\n", "a b c"),
        ("zero\u200bwidth\ufeff \u202eright", "zerowidth right"),
        ("bell\x07 esc\x1b[31m nul\x00", "bell esc[31m nul"),
        ("lone \ud800 surrogate", "lone surrogate"),
        (f"{FAMILY} ❤️ 👍🏽 {ENGLAND} 🇫🇷", f"{FAMILY} ❤️ 👍🏽 {ENGLAND} 🇫🇷"),
        ("word\u200djoined\u200c", "wordjoined"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d\u200d👩", "👩\u200d👩"),
        ("tag\U000e0067", "tag"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_examples(raw: str, expected: str) -> None:
    assert normalise(raw) == expected
    assert normalise(expected) == expected


@given(hostile)
@example("&amp;amp;amp;amp;amp;amp;amp;lt;")
@example("&#38;#97;mp;")
@example("http://a://b")
@example("@a@b.c@d.e")
@settings(max_examples=1_500)
def test_idempotent_on_hostile_text(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text())
def test_idempotent_and_clean_on_any_text(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once == " ".join(once.split())
    once.encode()


@given(st.text(alphabet=st.characters(categories=["L", "N", "So"])))
def test_words_and_symbols_are_untouched(text: str) -> None:
    assert normalise(text) == " ".join(text.split())


@pytest.mark.parametrize("piece", REPEATED)
def test_a_megabyte_of_anything_takes_no_time(piece: str) -> None:
    text = "&" + piece * (2**20 // len(piece))
    started = time.process_time()
    once = normalise(text)
    assert time.process_time() - started < 10
    assert normalise(once) == once


def test_ten_thousand_emoji_are_kept() -> None:
    text = FAMILY * 10_000
    assert normalise(text) == text


async def test_nothing_to_read_is_unscored_and_never_reaches_the_model() -> None:
    lexicon = LexiconAnalyser()
    normalised = Normalised(lexicon)
    empty, good, invisible = await normalised.analyse([" \n", "I &lt;3 it, great!", "\u200b\u2060"])
    assert (empty.sentiment_label, invisible.sentiment_label) == ("unscored", "unscored")
    assert empty.reason == "there is no text to read"
    assert [good] == await lexicon.analyse(["I <3 it, great!"])
