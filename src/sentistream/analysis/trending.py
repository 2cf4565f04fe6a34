"""Which terms people use, how they feel about them, and which of them are rising."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from math import log, sqrt
from typing import Literal, NamedTuple

from sentistream.analysis.terms import Vocabulary, kind_of
from sentistream.domain.term import Term, Trend, Voice

TermOrder = Literal["people", "rising"]

LEAST_PEOPLE = 3
"""What fewer people say is no trend."""

RISING = 2.576
"""The z-score from which a term is rising: chance alone reaches it, up or down, once in a hundred terms."""

PRIOR_SHARE = 0.25
"""The weight of the prior, as a share of what both samples hold."""

WITHIN = 0.75
"""A word that occurs this often within one phrase is told by the phrase."""


class _Sample(NamedTuple):
    """Terms that each voice adds: those that its author has not said in a newer one."""

    voices: Sequence[Voice]
    said: list[set[str]]
    people: int


def trending(
    voices: Sequence[Voice],
    before: Sequence[Voice],
    *,
    limit: int,
    order: TermOrder = "people",
    leave_out: Collection[str] = (),
) -> Trend:
    """The `limit` terms that most people use, or that rise most, over `voices` (newest first).

    `before` is the baseline, `leave_out` are terms that say nothing here, such as those that were searched for.
    Pure, and a matter of some 20 microseconds a voice: run it off the event loop.
    """
    now, then = _sample(voices), _sample(before)
    counts, baseline = _counts(now.said), _counts(then.said)
    size, size_before = counts.total(), baseline.total()
    told = {term: count for term, count in counts.items() if count >= LEAST_PEOPLE and term not in leave_out}
    for word in _told_by_phrases(told):
        del told[word]
    scores = {term: z_score(count, size, baseline[term], size_before) for term, count in told.items()}
    if order == "people":
        chosen = sorted(told, key=lambda term: (-told[term], term))[:limit]
    else:
        rising = [term for term, score in scores.items() if score is not None and score >= RISING]
        chosen = sorted(rising, key=lambda term: (-(scores[term] or 0.0), term))[:limit]
    feelings = _feelings(now, chosen)
    return Trend(
        posts=len(voices),
        people=now.people,
        posts_before=len(before),
        people_before=then.people,
        terms=[_term(term, told[term], baseline[term], now.people, scores[term], feelings[term]) for term in chosen],
    )


def z_score(count: int, size: int, before: int, size_before: int) -> float | None:
    """How much more frequent a term is in the first sample than in the second, in standard deviations.

    The log-odds ratio of two samples of `size` and `size_before` counts with an informative Dirichlet prior, over the
    square root of its variance: Monroe, Colaresi and Quinn (2008), "Fightin' Words: Lexical Feature Selection and
    Evaluation for Identifying the Content of Political Conflict", Political Analysis 16(4), equations 15, 19 to 22.
    The prior is how frequent the term is in both samples together, so that rare terms stay near 0. None without a
    second sample.
    """
    if size_before == 0 or count + before == 0:
        return None
    whole = size + size_before
    prior = PRIOR_SHARE * whole
    expected = prior * (count + before) / whole

    def log_odds(hits: int, sample: int) -> float:
        return log((hits + expected) / max(sample + prior - hits - expected, 0.5))

    variance = 1 / (count + expected) + 1 / (before + expected)
    return (log_odds(count, size) - log_odds(before, size_before)) / sqrt(variance)


def _sample(voices: Sequence[Voice]) -> _Sample:
    posts = Counter((voice.source, voice.author) for voice in voices if voice.author is not None)
    vocabularies: dict[str | None, Vocabulary] = {}
    heard: dict[tuple[str, str | None], set[str]] = {}
    said: list[set[str]] = []
    for voice in voices:
        vocabulary = vocabularies.get(voice.language)
        if vocabulary is None:
            vocabulary = vocabularies[voice.language] = Vocabulary(voice.language)
        terms = vocabulary.terms(voice.content)
        if voice.author is not None and posts[author := (voice.source, voice.author)] > 1:
            known = heard.setdefault(author, set())
            terms -= known
            known |= terms
        said.append(terms)
    anonymous = sum(voice.author is None for voice in voices)
    return _Sample(voices, said, len(posts) + anonymous)


def _counts(said: Iterable[set[str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for terms in said:
        counts.update(terms)
    return counts


def _told_by_phrases(counts: dict[str, int]) -> set[str]:
    told: set[str] = set()
    for phrase, count in counts.items():
        first, space, second = phrase.partition(" ")
        if space:
            told.update(word for word in (first, second) if count >= WITHIN * counts.get(word, count / WITHIN + 1))
    return told


class _Feeling:
    """How people who used a term felt."""

    def __init__(self) -> None:
        self.labels: Counter[str] = Counter()
        self.score_sum = 0.0
        self.scored = 0

    def add(self, voice: Voice) -> None:
        self.labels[voice.label] += 1
        if voice.score is not None:
            self.score_sum += voice.score
            self.scored += 1


def _feelings(sample: _Sample, chosen: Collection[str]) -> dict[str, _Feeling]:
    feelings = {term: _Feeling() for term in chosen}
    wanted = set(chosen)
    for voice, terms in zip(sample.voices, sample.said, strict=True):
        for term in terms & wanted:
            feelings[term].add(voice)
    return feelings


def _term(term: str, people: int, before: int, all_people: int, score: float | None, feeling: _Feeling) -> Term:
    return Term(
        term=term,
        kind=kind_of(term),
        people=people,
        before=before,
        share=round(people / all_people, 4),
        positive=feeling.labels["positive"],
        negative=feeling.labels["negative"],
        neutral=feeling.labels["neutral"],
        unscored=feeling.labels["unscored"],
        average_sentiment=round(feeling.score_sum / feeling.scored, 4) if feeling.scored else None,
        z_score=None if score is None else round(score, 2),
        rising=score is not None and score >= RISING,
    )
