"""Words for PostgreSQL, against SQLite's own tokenizer."""

from __future__ import annotations

import sqlite3

import pytest

from sentistream.storage.words import MAX_WORD, fts5_query, tsquery, tsvector, words

TEXTS = [
    "My flight was delayed AGAIN, 3.5 hours!! #fail @user https://example.org/a_b?c=1",
    "Café olé, naïve façade; ÉCOLE Ångström Żółć İstanbul ñandú e\u0301a\u0308",
    "it's don't rock'n'roll well-known snake_case C++ <b>bold</b> 1e5 007 12abc",
    "дождь Ёлка мой МОЙ; ὁδός ΟΔΟΣ; 日本語のテキスト; 한국어; नमस्ते; مرحبا; ไทย",
    "😀😂👍 zero\u200bwidth\u00a0space ½ ² № € ® œuvre Straße",
    "", "   ", "...",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_texts_fall_into_the_words_that_fts5_finds(text: str) -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(x, tokenize='unicode61 remove_diacritics 2')")
        connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, 'instance')")
        connection.execute("INSERT INTO t VALUES (?)", (text,))
        found = [row[0] for row in connection.execute("SELECT term FROM v ORDER BY offset")]
    connection.close()
    assert words(text) == found


@pytest.mark.parametrize(
    ("q", "for_fts5", "for_postgres"),
    [
        ("late flight", '"late" "flight"', "('late') & ('flight')"),
        ('"late flight" app', '"late flight" "app"', "('late' <-> 'flight') & ('app')"),
        ('say "hi', '"say" "hi"', "('say') & ('hi')"),
        ("a OR b*", '"a" "OR" "b*"', "('a') & ('or') & ('b')"),
        ("well-known", '"well-known"', "('well' <-> 'known')"),
        ("'; DROP TABLE x", "\"';\" \"DROP\" \"TABLE\" \"x\"", "('drop') & ('table') & ('x')"),
        ('" "', '""', ""),
    ],
)  # fmt: skip
def test_words_are_never_operators(q: str, for_fts5: str, for_postgres: str) -> None:
    assert (fts5_query(q), tsquery(q)) == (for_fts5, for_postgres)


def test_every_word_has_its_place() -> None:
    assert tsvector("to be, or not to be") == "to:1 be:2 or:3 not:4 to:5 be:6"


def test_endless_words_are_cut() -> None:
    assert words("ä" * 5_000) == ["a" * MAX_WORD]
