"""Texts as terms, and terms as trends: properties over any posts, and what the words of a few known ones are."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentistream.analysis.stop_words import STOP_WORDS
from sentistream.analysis.terms import Vocabulary, kind_of
from sentistream.analysis.trending import LEAST_PEOPLE, RISING, trending, z_score
from sentistream.domain.term import Voice


def voice(content: str, author: str | None = None, label: str = "negative", score: float | None = -0.5) -> Voice:
    return Voice("twitter", author, "en", content, label, score)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The late flight was LATE.", {"late", "flight", "late flight"}),
        ("Late. Flight!", {"late", "flight"}),
        ("@united #fail at https://t.co/x the gate www.x.org", {"#fail", "gate"}),
        ("Bose&rsquo;s noise &amp; hiss", {"bose", "noise", "hiss"}),
        ("I've don’t you’re 24 7 a1 __x__", {"a1"}),
        ("Ryan's Ärger über 日本語", {"ryan", "ärger", "über", "ärger über", "日本語", "über 日本語"}),
        ("bag #lost bag lost", {"bag", "#lost", "lost", "bag lost"}),
        ("x" * 41 + " y" * 2, set()),
        ("", set()),
    ],
)
def test_a_text_holds_these_terms(text: str, terms: set[str]) -> None:
    assert Vocabulary("en").terms(text) == terms


def test_each_language_leaves_out_words_of_its_own() -> None:
    assert Vocabulary("de").terms("die Verspätung") == {"verspätung"}
    assert Vocabulary("en-GB").terms("die late") == {"die", "late", "die late"}
    assert Vocabulary("fi").terms("ja myöhässä") == {"ja", "myöhässä", "ja myöhässä"}
    for words in STOP_WORDS.values():
        assert all(word == word.lower() for word in words)


def test_a_term_has_a_kind() -> None:
    assert [kind_of(term) for term in ("bag", "lost bag", "#bag")] == ["word", "phrase", "hashtag"]


WORDS = ["bag", "gate", "crew", "seat", "the", "#fail", "refund"]
VOICES = st.lists(
    st.builds(
        voice,
        st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join),
        st.sampled_from([None, "ann", "bo", "cy", "di", "ed"]),
        st.sampled_from(["positive", "negative", "neutral"]),
        st.floats(-1, 1),
    ),
    max_size=60,
)


@given(VOICES, VOICES)
def test_what_is_counted_of_any_posts_adds_up(voices: list[Voice], before: list[Voice]) -> None:
    found = trending(voices, before, limit=1_000)
    people = {one.author for one in voices if one.author} | {
        index for index, one in enumerate(voices) if not one.author
    }
    assert (found.posts, found.posts_before, found.people) == (len(voices), len(before), len(people))
    for term in found.terms:
        users = [one for one in voices if term.term in Vocabulary("en").terms(one.content)]
        distinct = {one.author for one in users if one.author}
        assert term.people == len(distinct) + sum(one.author is None for one in users) >= LEAST_PEOPLE
        assert term.positive + term.negative + term.neutral + term.unscored == term.people
        assert term.share == pytest.approx(term.people / len(people), abs=1e-4)
        assert -1 <= (term.average_sentiment or 0) <= 1
        assert term.term != "the"
        assert term.rising == (term.z_score is not None and term.z_score >= round(RISING, 2))
    counts = [term.people for term in found.terms]
    assert counts == sorted(counts, reverse=True)
    if not before:
        assert all(term.z_score is None for term in found.terms)


@given(VOICES, st.randoms())
def test_one_author_alone_makes_no_trend(voices: list[Voice], chance: random.Random) -> None:
    spam = [voice("buy spamword now", "spammer") for _ in range(50)]
    mixed = [*voices, *spam]
    chance.shuffle(mixed)
    assert "spamword" not in {term.term for term in trending(mixed, [], limit=1_000).terms}


@given(st.integers(0, 500), st.integers(0, 500), st.integers(500, 10_000), st.integers(500, 10_000))
def test_the_score_is_a_comparison(count: int, before: int, size: int, size_before: int) -> None:
    score = z_score(count, size, before, size_before)
    if count + before == 0:
        assert score is None
        return
    assert score is not None
    assert score == pytest.approx(-(z_score(before, size_before, count, size) or 0.0), abs=1e-9)
    difference = count / size - before / size_before
    assert abs(score) < 1e-6 or (score > 0) == (difference > 0)


def test_the_score_tells_much_from_little_and_needs_a_baseline() -> None:
    assert z_score(10, 1_000, 0, 0) is None
    often, rare = z_score(200, 10_000, 100, 10_000), z_score(4, 10_000, 2, 10_000)
    assert often is not None
    assert rare is not None
    assert often > RISING > rare > 0
    assert z_score(100, 10_000, 100, 10_000) == 0


def test_rising_terms_come_surest_first_and_a_phrase_tells_for_its_words() -> None:
    now = [voice(f"check-in desk {n % 3 and 'queue'} refund", str(n)) for n in range(60)]
    now += [voice("lovely seat", f"s{n}", "positive", 0.5) for n in range(40)]
    before = [voice("lovely seat refund", f"b{n}") for n in range(100)]
    rising = trending(now, before, limit=10, order="rising").terms
    assert [(one.term, one.people) for one in rising] == [
        ("check", 60),
        ("desk", 60),
        ("desk queue", 40),
        ("queue refund", 40),
    ]
    most = {one.term: one for one in trending(now, before, limit=50).terms}
    assert "queue" not in most, "it is told by its phrase"
    assert "lovely" not in most
    seat = most["lovely seat"]
    assert (seat.kind, seat.people, seat.before, seat.positive, seat.average_sentiment) == ("phrase", 40, 100, 40, 0.5)
    assert seat.z_score is not None
    assert seat.z_score < 0
    assert not seat.rising
    left = trending(now, before, limit=50, leave_out={"lovely seat", "lovely", "seat"}).terms
    assert not {one.term for one in left} & {"lovely", "seat", "lovely seat"}


def test_the_newest_post_of_an_author_says_how_they_feel() -> None:
    voices = [voice(f"refund {n}x", "ann", "positive", 0.8) for n in range(3)]
    voices += [voice("refund", name, "unscored", None) for name in ("bo", "cy")]
    voices.insert(0, voice("refund", "ann", "negative", -0.5))
    [refund] = trending(voices, [], limit=5).terms
    assert (refund.people, refund.negative, refund.positive, refund.unscored) == (3, 1, 0, 2)
    assert refund.average_sentiment == -0.5
