"""Texts as word numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sentistream.analysis.words import BUCKETS, Words, tokens

VOCABULARY = ["so", "!", "?!", "happy", "winning", "don't", "😂", "@user", "http", "good"]


def test_a_text_falls_into_words_marks_and_symbols() -> None:
    assert tokens("@user I'm SO happy!!! :-( #winning 😂😂👍🏽 can’t... <3 C'mon ?!") == [
        "@user", "i'm", "so", "happy", "!!!", ":-(", "#winning", "😂", "😂", "👍", "can’t", "...", "<3", "c'mon", "?!",
    ]  # fmt: skip


def test_known_words_have_their_own_numbers_and_others_share_buckets() -> None:
    words = Words(VOCABULARY)
    assert words.numbers("So happy 😂 http", 9) == [0, 3, 6, 8]
    (unknown,) = words.numbers("xyzzy", 9)
    assert len(VOCABULARY) <= unknown < words.size == len(VOCABULARY) + BUCKETS
    assert words.numbers("xyzzy XYZZY", 9) == [unknown, unknown]


def test_spellings_of_a_known_word_are_that_word() -> None:
    words = Words(VOCABULARY)
    spelled = {"soooo": "so", "gooood": "good", "#winning": "winning", "don’t": "don't", "!!!!": "!"}
    for spelling, word in spelled.items():
        assert words.numbers(spelling, 9) == [VOCABULARY.index(word)], spelling
    # One known letter does not stand for a longer word that begins with it.
    assert Words(["a"]).numbers("apple", 9) != [0]


def test_no_more_than_the_limit_is_read() -> None:
    assert len(Words(VOCABULARY).numbers("so " * 500, 40)) == 40
    assert Words(VOCABULARY).numbers(" \n", 40) == []


@given(st.text(max_size=200))
def test_any_text_has_numbers_in_range_and_the_same_ones_again(text: str) -> None:
    words = Words(VOCABULARY)
    found = words.numbers(text, 50)
    assert all(0 <= number < words.size for number in found)
    assert words.numbers(text, 50) == found == Words(VOCABULARY).numbers(text, 50)
