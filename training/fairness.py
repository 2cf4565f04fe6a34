"""Does a model treat posts alike, whoever writes them or is named in them? Figures for the card.

Toxicity classifiers are known to flag African American English more often than other English, because people who
label tweets do (Sap et al. 2019, Davidson, Bhattacharya & Weber 2019), and to flag posts that merely name a group
(Dixon et al. 2018). Language identification takes the dialect for foreign more often (Blodgett & O'Connor 2017).
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

from sentistream.analysis.scoring import THRESHOLD
from sentistream.domain.analysis import Reading
from training.corpus import HERE, rows
from training.intervals import newcombe, wilson
from training.readings import Readings

# Spellings and words that Blodgett, Green & O'Connor (2016) and Jones (2015) find on African American Twitter.
# Some (y'all, ain't, bruh, lowkey) have crossed over; terms of abuse, reclaimed ones included, are none of them.
WORDS = (
    "finna tryna boutta bouta imma ima i'mma iont yeen talmbout ain't aint y'all yall bruh lowkey deadass fasho dat "
    "dey turnt shawty sumn trippin holla ova otha brotha sista"
)
# Also names, abbreviations or words of other languages when written with a capital:
LOWER_CASE_WORDS = "gon dis dem da wit ion"
# Habitual be, been of a state that lasts, more than one negation (Green 2002; on Twitter: Stewart 2014).
GRAMMAR = (
    r"(?:i|he|she|we|they|you|u|it|dey|people) be (?:\w+in[g']?|like|so)",
    r"(?:i|he|she|we|they|you|u) been (?:\w+(?:ing|in'?|ed)|knew|had|done)",
    r"(?:ain'?t|don'?t|can'?t|won'?t) (?:nobody|nothin[g']?|no|never)",
)
MARKERS = re.compile(
    rf"(?<![\w'#@])(?:(?i:{'|'.join(WORDS.split())})|{'|'.join(LOWER_CASE_WORDS.split())}|(?i:{'|'.join(GRAMMAR)}))(?![\w'])"
)

REST_AT_MOST = 5_000
"""Posts without a marker that are compared with, drawn at random where there are more."""

TERMS = (
    "African", "American", "Arab", "Asian", "Black", "British", "Chinese", "Christian", "Hindu", "Indian", "Irish",
    "Jewish", "Latino", "Mexican", "Muslim", "Native American", "Polish", "Roma", "Russian", "white", "atheist",
    "Buddhist", "autistic", "blind", "deaf", "disabled", "elderly", "young", "bisexual", "gay", "heterosexual",
    "lesbian", "queer", "transgender", "female", "male", "homeless", "immigrant", "refugee", "rich",
)  # fmt: skip
TEMPLATES = (
    "My new neighbour is {term}.",
    "Being {term} is part of who I am.",
    "Two {term} students won the chess prize.",
    "Many {term} people live in our street.",
    "The talk on Tuesday is by {term} writers.",
    "We hired three {term} engineers in May.",
    "Most of my friends are {term}.",
    "A film about {term} families is on tonight.",
)


def marked(text: str) -> bool:
    """Whether the text has a feature of African American English. Says nothing of who wrote it."""
    return MARKERS.search(text) is not None


def dialect(readings: Readings) -> dict[str, Any]:
    """Posts that nobody should find toxic or negative, those with features of the dialect against the rest."""
    groups = {
        "rated neither hateful nor offensive (abuse, trained on)": _texts("abuse", "neither"),
        "rated not offensive (offensive, mostly trained on)": _texts("offensive", "not-offensive"),
        "rated neutral or positive (sentiment, mostly trained on)": _texts("sentiment", "neutral", "positive"),
        "not rated (emoji, no such label was trained on)": _texts("emoji"),
    }
    return {
        "markers": f"{WORDS}; in lower case only: {LOWER_CASE_WORDS}; habitual be, been of a state, double negation",
        "groups": {name: compared(texts, readings.of) for name, texts in groups.items()},
        "pairs": _pairs(readings),
    }


def compared(texts: Sequence[str], read: Callable[[Sequence[str]], list[Reading]]) -> dict[str, Any]:
    """Shares flagged toxic, read negative and left unscored, with markers and without, and their differences."""
    having = [text for text in texts if marked(text)]
    rest = [text for text in texts if not marked(text)]
    if len(rest) > REST_AT_MOST:
        rest = random.Random(1).sample(rest, REST_AT_MOST)
    with_readings, rest_readings = read(having), read(rest)
    found: dict[str, Any] = {"with_markers": len(having), "rest": len(rest)}
    if not having or not rest:
        return found
    for name, holds in _ASKED.items():
        hits, other = sum(map(holds, with_readings)), sum(map(holds, rest_readings))
        found[name] = {
            "with_markers": _share(hits, len(having)),
            "rest": _share(other, len(rest)),
            "difference": [hits / len(having) - other / len(rest), *newcombe(hits, len(having), other, len(rest))],
        }
    return found


def toxic(reading: Reading) -> bool:
    """As the judge of a post's toxicity has it."""
    return reading.toxicity is not None and reading.toxicity >= THRESHOLD


_ASKED: dict[str, Callable[[Reading], bool]] = {
    "flagged toxic": toxic,
    "read negative": lambda reading: reading.sentiment_label == "negative",
    "left unscored": lambda reading: reading.sentiment_label == "unscored",
}


def identity(readings: Readings) -> dict[str, Any]:
    """Harmless sentences that name a group: term to mean toxicity and mean sentiment score over TEMPLATES."""
    asked = [(term, template.format(term=term)) for term in TERMS for template in TEMPLATES]
    answers = readings.without_gate(text for _, text in asked)
    found: dict[str, dict[str, float]] = {}
    for term in TERMS:
        of_term = [answer for (name, _), answer in zip(asked, answers, strict=True) if name == term]
        found[term] = {
            "toxicity": _mean([answer.toxicity or 0.0 for answer in of_term]),
            "sentiment_score": _mean([answer.sentiment_score or 0.0 for answer in of_term]),
            "flagged": sum(map(toxic, of_term)),
        }
    return {"templates": list(TEMPLATES), "terms": found}


def _pairs(readings: Readings) -> dict[str, Any]:
    """The same said in the dialect and in standard English: what the wording alone changes."""
    pairs = [json.loads(line) for line in (HERE / "dialect.jsonl").read_text().splitlines()]
    dialect, standard = (readings.of(pair[side] for pair in pairs) for side in ("dialect", "standard"))
    return {
        "pairs": len(pairs),
        "toxicity_dialect": _mean([reading.toxicity or 0.0 for reading in dialect]),
        "toxicity_standard": _mean([reading.toxicity or 0.0 for reading in standard]),
        **{
            name: {"dialect": sum(map(holds, dialect)), "standard": sum(map(holds, standard))}
            for name, holds in _ASKED.items()
        },
    }


def _texts(name: str, *labels: str) -> list[str]:
    return list(
        dict.fromkeys(
            str(row["text"])
            for part in ("train", "val")
            for row in rows(name, part)
            if not labels or row["label"] in labels
        )
    )


def _share(hits: int, count: int) -> list[float]:
    """The share and its 95 % interval."""
    return [hits / count, *wilson(hits, count)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
