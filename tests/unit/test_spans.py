"""Words with their places: what is highlighted is what was read."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sentistream.analysis.spans import joined, words
from sentistream.analysis.text import normalise

SHOP = st.sampled_from(
    [
        "love",
        "this",
        "@ada's",
        "https://t.co/x",
        "😍😍",
        "👨\u200d👩\u200d👧",
        "🇩🇪",
        "1️⃣",
        "AT&amp;T",
        "&nbsp;",
        "\u200b",
        "שלום",
        "e\u0301te",
        "今日",
        "!!!",
        " ",
        "\n",
    ]
)


def taken_apart(content: str) -> list[tuple[str, str]]:
    return [(content[word.start : word.end], word.read) for word in words(content)]


@given(st.one_of(st.text(), st.lists(SHOP).map("".join), st.lists(SHOP).map(" ".join)))
@example("&amp;amp;amp;amp;amp;amp;lt; x")
@example("&#32;&nbsp;")
@example("a\u200d😍\u200d")
def test_the_words_put_together_are_what_the_model_reads(content: str) -> None:
    found = words(content)
    assert joined(found) == normalise(content)
    places = [(word.start, word.end) for word in found]
    assert all(0 <= start < end <= len(content) for start, end in places)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(places))
    assert all(word.read and not word.read.isspace() for word in found)
    chunks = [word.chunk for word in found]
    assert chunks == sorted(chunks)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Not good, AT ALL!!!", [("Not", "Not"), ("good,", "good,"), ("AT", "AT"), ("ALL!!!", "ALL!!!")]),
        ("love😍😍 it", [("love", "love"), ("😍😍", "😍😍"), ("it", "it")]),
        ("😍😡", [("😍", "😍"), ("😡", "😡")]),
        ("👩🏽\u200d🚀🇩🇪🇫🇷1️⃣❤️", [(x, x) for x in ("👩🏽\u200d🚀", "🇩🇪", "🇫🇷", "1️⃣", "❤️")]),
        ("see https://t.co/a?b=1 @bob", [("see", "see"), ("https://t.co/a?b=1", "http"), ("@bob", "@user")]),
        ("Q&amp;A&nbsp;now", [("Q&amp;A&nbsp;now", "Q&A now")]),
        (
            "  e\u0301te\u0301\u00a0\u0939\u093f\u0928\u094d\u0926\u0940 ",
            [
                ("e\u0301te\u0301", "e\u0301te\u0301"),
                ("\u0939\u093f\u0928\u094d\u0926\u0940", "\u0939\u093f\u0928\u094d\u0926\u0940"),
            ],
        ),
        ("שלום עולם!", [("שלום", "שלום"), ("עולם!", "עולם!")]),
        ("好き。", [("好", "好"), ("き", "き"), ("。", "。")]),
        ("\u200bhi\u200b \ufeff", [("\u200bhi\u200b", "hi")]),
        ("© 2026", [("©", "©"), ("2026", "2026")]),
        ("", []),
        (" \u200b\n", []),
    ],
    ids=[
        "punctuation",
        "glued emoji",
        "two moods",
        "long emoji",
        "links",
        "entities",
        "combining marks",
        "right to left",
        "no spaces",
        "invisible",
        "sign",
        "empty",
        "blank",
    ],
)
def test_words_stand_where_they_stood(content: str, expected: list[tuple[str, str]]) -> None:
    assert taken_apart(content) == expected


def test_what_only_the_whole_decides_is_one_word() -> None:
    """Encoded for ever, one word changes how all others are read: nothing can be left out by itself."""
    content = "fish &" + "amp;" * 6 + "lt; AT&T"
    [only] = words(content)
    assert (only.start, only.end, only.read) == (0, len(content), normalise(content))
