"""What people talk about: the words of posts, and how often they occur."""

from __future__ import annotations

from typing import Literal

import msgspec

TermKind = Literal["word", "phrase", "hashtag"]


class Voice(msgspec.Struct, frozen=True):
    """What counting terms needs of a post. `score` lies in [-1, 1], None where the post is unscored."""

    source: str
    author: str | None
    language: str | None
    content: str
    label: str
    score: float | None


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A term and the people who used it: an author counts once, with the newest of their posts that has it.

    A post without author counts as one person. `before` is of the baseline. `share` is of all people of the sample.
    `z_score` says how much more frequent the term is than before, in standard deviations; None where there is no
    baseline. `average_sentiment` lies in [-1, 1], None where nobody's post was scored.
    """

    term: str
    kind: TermKind
    people: int
    before: int
    share: float
    positive: int
    negative: int
    neutral: int
    unscored: int
    average_sentiment: float | None
    z_score: float | None
    rising: bool


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of a sample of posts, beside those of an earlier sample."""

    posts: int
    people: int
    posts_before: int
    people_before: int
    terms: list[Term]
