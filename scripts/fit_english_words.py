"""Count which words speak for English and which for another language, for the language gate.

    python scripts/fit_english_words.py DATA

DATA is a folder of labelled posts, `SET/train.jsonl` for each of ENGLISH and
`multilingual/LANGUAGE.train.jsonl` for each of FOREIGN (`{"text"}`); validation parts are not looked at.
A word's weight is log P(word | English) / P(word | the language that uses it most), smoothed by what
languages borrow from each other, in whole nats. Only words of Latin letters that many posts share are
kept, names of users and links never were words: no post can be read back from the list.
The same data give the same file.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

from sentistream.analysis.languages import EnglishWords, LanguageDetector, _words, without_place
from sentistream.analysis.text import normalise

LIST = Path(__file__).parents[1] / "src/sentistream/analysis/models/language/english_words.json"

ENGLISH = ("abuse", "emoji", "emotion_ekman", "emotion_tweets", "hate", "irony", "offensive", "sentiment", "sst5")
FOREIGN = ("arabic", "french", "german", "hindi", "italian", "portuguese", "spanish")

LEAST_ENGLISH_POSTS = 12
LEAST_ENGLISH_SETS = 2
"""With two posts or more in each: a set's own topics and tags are not English."""
LEAST_FOREIGN_POSTS = 5
"""In one language; its set has 1,800 posts."""

BORROWED_BY_OTHERS = 0.03
"""Share of a word's English frequency that is expected in posts of other languages."""
BORROWED_BY_ENGLISH = 0.003
FLOOR_FOREIGN, FLOOR_ENGLISH = 2e-6, 1e-7
"""Frequencies that a count of nothing may still hide: languages have 20,000 words each here, English 2.7 million."""
LARGEST = 4

_LATIN = re.compile("[a-zß-öø-ɏ]+")


class Counts(NamedTuple):
    """Of one language: occurrences and posts of each word, and all occurrences."""

    words: Counter[str]
    posts: Counter[str]

    def frequency(self, word: str) -> float:
        return self.words[word] / self.words.total()


def read(path: Path) -> list[str]:
    """Each text once, normalised; rows without one are left out."""
    rows = [json.loads(line).get("text") for line in path.read_text(encoding="utf-8").splitlines()]
    return list(dict.fromkeys(normalise(text) for text in rows if text))


def count(texts: list[str]) -> Counts:
    counts = Counts(Counter(), Counter())
    for text in texts:
        words = [word for word in (word.replace("'", "") for word in _words(without_place(text))) if word.isalpha()]
        counts.words.update(words)
        counts.posts.update(set(words))
    return counts


def count_english(data: Path) -> tuple[Counts, Counter[str]]:
    """All English sets as one, and in how many of them each word is at home."""
    total, sets = Counts(Counter(), Counter()), Counter[str]()
    paths = [data / name / "train.jsonl" for name in ENGLISH]
    for path in (*paths, data / "multilingual/english.train.jsonl"):
        counts = count(read(path))
        total.words.update(counts.words)
        total.posts.update(counts.posts)
        sets.update(word for word, posts in counts.posts.items() if posts >= 2)
    return total, sets


def count_foreign(data: Path) -> list[Counts]:
    """One per language, without the posts that are plainly English (a third of the Hindi set)."""
    detector = LanguageDetector(EnglishWords({}))
    languages = []
    for name in FOREIGN:
        texts = read(data / f"multilingual/{name}.train.jsonl")
        found = [(text, detector.detect(text)) for text in texts]
        languages.append(count([text for text, guess in found if not guess or guess.candidates.get("en", 0.0) <= 0.5]))
    return languages


def weigh(english: Counts, sets: Counter[str], foreign: list[Counts]) -> dict[str, int]:
    listed = {
        word for word, n in english.posts.items() if n >= LEAST_ENGLISH_POSTS and sets[word] >= LEAST_ENGLISH_SETS
    }
    for counts in foreign:
        listed |= {word for word, n in counts.posts.items() if n >= LEAST_FOREIGN_POSTS}
    weights = {}
    for word in sorted(listed):
        if _LATIN.fullmatch(word):
            here, there = english.frequency(word), max(counts.frequency(word) for counts in foreign)
            odds = (here + BORROWED_BY_ENGLISH * there + FLOOR_ENGLISH) / (
                there + BORROWED_BY_OTHERS * here + FLOOR_FOREIGN
            )
            weights[word] = max(-LARGEST, min(LARGEST, round(math.log(odds))))
    # What an unlisted word weighs need not be listed.
    return {word: weight for word, weight in weights.items() if weight != EnglishWords.UNKNOWN}


def main(data: Path) -> None:
    english, sets = count_english(data)
    by_weight = defaultdict(list)
    for word, weight in weigh(english, sets, count_foreign(data)).items():
        by_weight[weight].append(word)
    content = {
        "about": "log-odds in nats of English against seven other languages, by words; all others weigh"
        f" {EnglishWords.UNKNOWN}",
        "counted_on": f"training parts of the English sets {', '.join(ENGLISH)} and of UMSAB (Barbieri et al. 2022):"
        f" english, {', '.join(FOREIGN)}",
        "script": "scripts/fit_english_words.py",
        "weights": {str(weight): " ".join(by_weight[weight]) for weight in sorted(by_weight)},
    }
    LIST.parent.mkdir(exist_ok=True)
    LIST.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{sum(map(len, by_weight.values())):,} words, {LIST.stat().st_size:,} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
