"""Where is that? Locations as people type them, resolved to city and country.

The packaged places come from GeoNames (CC BY 4.0, see NOTICE): cities of 15,000 people and more,
regions and countries. What is ambiguous or made up stays unresolved: an empty field is honest,
a wrong city is not.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import resources

import msgspec

from sentistream.sources.place_index import City, PlaceIndex, Scope

CLEARLY = 1.5
"""How many times more people the first of several places of one name needs, to be the one that is meant."""

OWN_REGION = 0.3
"""A name of both a region and a city means the city where this share of the region lives in it."""

CACHED = 16_384
LONGEST = 256


class Place(msgspec.Struct, frozen=True):
    """A resolved location. `country` is ISO 3166-1 alpha-2; the rest is None where only the country is known."""

    city: str | None
    country: str | None
    latitude: float | None = None
    longitude: float | None = None


_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "ß": "ss", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŧ": "t", "ħ": "h"}
    | dict.fromkeys(".'’‘`´ʻʼ", "")
)
_SHORT = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}
_NOT_WORDS = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """The form in which names are compared: lower case, no accents, no punctuation, `St` as `saint`."""
    text = text.casefold()
    if not text.isascii():
        # 𝕊 and Ⅻ become letters, é an e. Only Latin, Greek and Cyrillic marks go: in Indic scripts and
        # in kana they are letters of their own.
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        text = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if not "\u0300" <= mark <= "\u036f"))
    text = text.translate(_LETTERS)
    words = _NOT_WORDS.sub(" ", text).split()
    if len(words) > 1 and words[0] in _SHORT:
        words[0] = _SHORT[words[0]]
    return " ".join(words)


_FLAG = re.compile("([\U0001f1e6-\U0001f1ff])([\U0001f1e6-\U0001f1ff])")
_COORDINATES = re.compile(r"(-?\d{1,2}\.\d{2,})\s*,\s*(-?\d{1,3}\.\d{2,})")
_SEGMENTS = re.compile(r"[/|•·;\n\r✈→➡⇒↔~&+]|::|\s[-–—]\s?|\s?[–—]\s|\s(?:via|by way of|and|or|then|but)\s")
_PARTS = re.compile(r"[,()\[\]{}:、，]")
_BEFORE = re.compile(
    r"^(?:(?:somewhere|some where|living|lives?|based|born|raised|made|currently|now|home|from|near|outside|just"
    r"|greater|downtown|central|northern|southern|eastern|western|north|south|east|west|southeastern|southwestern"
    r"|northeastern|northwestern|upper|lower|metro|the|in|of|at|around|trapped in|stuck in|beautiful|sunny|rainy|lovely"
    r"|originally|proudly|a|an|suburbs?|city|state|mostly|usually|deep|rural|dusty|cloudy|windy|little|el|la|le|en|de|aus|bei)\s)+"
)
_AFTER = re.compile(
    r"(?:\s(?:area|metro|metroplex|region|suburbs?|proper|baby|bound|county|city|native|born|raised|based|ish|sort|kind|of|town))+$"
)
_TAIL = re.compile(r"\b(?:in|from|near)\s(?:the\s)?(\D+)$")
_NOT_PLACES = """
    earth world global worldwide everywhere anywhere nowhere somewhere here there home moon mars heaven hell
    paradise universe internet online space of same best male normal union enterprise planet sleep bed work hope love
    wonderland narnia limbo van may come along much most man march lower upper center central north south east
    west asia europe africa antarctica local mobile town city country island beach mountain lake river
    nature sky ocean sea house school college office gym street road way web twitter instagram facebook youtube reddit
    music life dreams dream peace freedom reality unknown private none null na nan other everywhere all any me you us
    them god jesus hogwarts westeros gotham atlantis neverland oz rainbow cloud clouds stars galaxy milky boo que you
    yes no why who what when where how this that is it in on at by my your his her our their and or but if so to for
    from with as be do go see get am pm
"""
NOT_PLACES = frozenset(_NOT_PLACES.split())
"""Names of real places that mean something else when typed alone, and words that never name one."""

_WORD_CODES = frozenset(
    ("in", "me", "or", "hi", "ok", "is", "it", "at", "be", "by", "my", "no", "so", "to", "am", "us")
)
_SMALL_CODES = frozenset(re.findall(r"\w+", "usa uk uae ksa ny nj tx fl nc ct wi mn ky tn vt nh bc qc nsw qld pnw dmv"))
_CITY_STATES = frozenset(("SG", "HK", "MC", "MO", "GI", "VA"))


class Gazetteer:
    """Resolves locations; loads its places on the first question (about 0.3 s, 30 MB), and remembers answers."""

    def __init__(self) -> None:
        self._index: PlaceIndex | None = None
        self._cached: Callable[[str], Place | None] = lru_cache(maxsize=CACHED)(self._resolve)
        self._cached_country: Callable[[str], str | None] = lru_cache(maxsize=1024)(self._country)
        self._cached_city: Callable[[str, str | None], Place | None] = lru_cache(maxsize=CACHED)(self._city)

    def resolve(self, location: str) -> Place | None:
        """The place that `location` names, or None: never a guess between places of similar size."""
        return self._cached(location)

    def country(self, name: str) -> str | None:
        """The ISO alpha-2 code of a country's name or code, or None."""
        return self._cached_country(name[:LONGEST])

    def locate(self, city: str, country: str | None) -> Place | None:
        """Where the largest city of that name lies, in `country` if one is given; None if there is none."""
        return self._cached_city(city[:LONGEST], country)

    def load(self) -> None:
        """Load now rather than on the first question."""
        self._places()

    def _places(self) -> PlaceIndex:
        if self._index is None:
            file = resources.files("sentistream.sources") / "data" / "gazetteer.tsv.gz"
            self._index = PlaceIndex(gzip.decompress(file.read_bytes()).decode())
        return self._index

    def _country(self, name: str) -> str | None:
        index = self._places()
        if (code := name.strip().upper()) in index.country_codes:
            return code
        country = index.country(fold(name))
        return country.country if country else None

    def _city(self, name: str, country: str | None) -> Place | None:
        found = [city for city in self._places().cities(fold(name)) if country in (None, city.country)]
        return _of_city(max(found, key=lambda city: (city.name == name, city.population))) if found else None

    def _resolve(self, location: str) -> Place | None:
        text = location[:LONGEST].strip()
        if not text:
            return None
        index = self._places()
        if found := _COORDINATES.search(text):
            near = index.nearest(float(found[1]), float(found[2]))
            return _of_city(near) if near else None
        flags = {_flag_code(flag[0]) for flag in _FLAG.finditer(text)} & index.country_codes
        text = _FLAG.sub(" ", text)
        return _Reader(index, flags).read(text)


class _Reader:
    """Reads one location. `hints`: countries that the rest of it names."""

    def __init__(self, index: PlaceIndex, flags: set[str]) -> None:
        self.index = index
        self.flags = flags
        self.hints: set[str] = set(flags)

    def read(self, text: str) -> Place | None:
        whole = fold(text)
        if not whole:
            return _of_country(next(iter(self.flags))) if len(self.flags) == 1 else None
        if whole in NOT_PLACES and not _is_code(text):
            return None
        if (place := self.exact(whole, text)) is not None:
            return place
        segments = [segment for segment in _SEGMENTS.split(text) if segment.strip()]
        names: list[tuple[list[str], list[str]]] = []
        for segment in segments:
            typed = [part.strip() for part in _PARTS.split(segment)]
            typed = [part for part in typed if fold(part)]
            if len(typed) == 1 and (country := self.only_country(fold(typed[0]), typed[0])):
                self.hints.add(country)
            elif typed:
                names.append((typed, [fold(part) for part in typed]))
        country_only: Place | None = None
        for typed, parts in names:
            place = self.segment(parts, typed)
            if place is not None and place.city is not None:
                return place
            country_only = country_only or place
        if country_only is not None:
            return country_only
        return _of_country(next(iter(self.hints))) if len(self.hints) == 1 else None

    def segment(self, parts: list[str], typed: list[str]) -> Place | None:
        """One place with its qualifiers: `Portland, OR`, `Barrie, Ontario, Canada`, `Austin TX`."""
        qualifiers = [scopes for part in parts[1:] if (scopes := self.index.scopes(part))]
        if not qualifiers:
            found = (self.single(part, shown) for part, shown in zip(parts, typed, strict=True))
            return next((place for place in found if place is not None), None)
        for name in _shorter(parts[0]):
            named = self.index.cities(name)
            for wanted in (qualifiers, qualifiers[:1]):  # "Naples, FL, Boston, MA": the first of two places
                if cities := [city for city in named if all(_inside(city, scopes) for scopes in wanted)]:
                    return _of_city(cities[0])
        countries = {scope.country for scope in qualifiers[-1]}
        first = {scope.country for scope in qualifiers[0]}
        if common := (countries & first) or first:
            # "Paris, Ontario" with no such city on file: the country is known all the same.
            likeliest = next(scope.country for scope in qualifiers[0] if scope.country in common)
            return _of_country(likeliest)
        return None

    def single(self, name: str, typed: str) -> Place | None:
        """A place without commas: a name, or a name followed by its region or country."""
        if name in NOT_PLACES and not _is_code(typed):
            return None
        if (place := self.exact(name, typed)) is not None:
            return place
        shortened = list(_shorter(name))
        for short in shortened:
            if short != name and short not in NOT_PLACES and (place := self.exact(short, short)) is not None:
                return place
            if (place := self.with_suffix(short)) is not None:
                return place
        if (place := self.scope_last(name, typed)) is not None:
            return place
        if (tail := _TAIL.search(name)) and tail[1] not in NOT_PLACES:
            return self.with_suffix(tail[1]) or self.exact(tail[1], tail[1])
        return None

    def with_suffix(self, name: str) -> Place | None:
        """`austin tx`, `aylesbury united kingdom`."""
        words = name.split()
        for count in range(1, min(4, len(words))):
            scopes = self.index.scopes(" ".join(words[-count:]))
            if scopes:
                inside = [c for c in self.index.cities(" ".join(words[:-count])) if _inside(c, scopes)]
                if inside:
                    return _of_city(inside[0])
                # "miami beach florida usa": the rest may carry a region of its own.
                rest = " ".join(words[:-count])
                countries = {scope.country for scope in scopes}
                place = self.with_suffix(rest) if count < len(words) - 1 else None
                if place is not None and place.country in countries:
                    return place
        return None

    def scope_last(self, name: str, typed: str) -> Place | None:
        """`belle MO`, `southern new jersey`: an unknown town, a known region."""
        words = name.split()
        if len(words) > 4:
            return None
        for count in range(min(3, len(words) - 1), 0, -1):
            last = " ".join(words[-count:])
            scopes = self.index.scopes(last)
            if not scopes:
                continue
            shown = typed.split()[-1].strip(".")
            if len(last) <= 3 and last not in _SMALL_CODES and (not shown.isupper() or last in _WORD_CODES):
                return None
            return _of_country(scopes[0].country)
        return None

    def only_country(self, name: str, typed: str) -> str | None:
        """The country of a segment that names a region or country and nothing else."""
        place = self.exact(name, typed)
        return place.country if place is not None and place.city is None else None

    def exact(self, name: str, typed: str) -> Place | None:
        """The place of exactly this name."""
        if len(name) <= 3 and (best := self.clear(self.index.nicknamed(name))):
            return _of_city(best)
        if len(name) <= 3 and name.isascii() and not _is_code(typed):
            # Typed small, three letters are a nickname ("nyc"), a code that is no word ("nj"), or nothing.
            known = self.index.country(name) or self.index.region(name) if name in _SMALL_CODES else None
            return _of_country(known.country) if known else None
        cities = self.index.cities(name)
        region = self.index.region(name)
        country = self.index.country(name)
        if self.hints and not country:
            cities = [city for city in cities if city.country in self.hints] or cities
        if country is not None:
            if country.country in _CITY_STATES and (own := [c for c in cities if c.country == country.country]):
                return _of_city(own[0])
            if region is None:
                return _of_country(country.country)
            meant = {scope.country for scope in (country, region)}  # Georgia
            return _of_country((meant & self.hints).pop()) if len(meant & self.hints) == 1 else None
        if region is not None:
            own = [city for city in cities if city.weight >= city.population and _inside(city, [region])]
            if own and own[0].population >= OWN_REGION * region.population:
                return _of_city(own[0])
            return _of_country(region.country)
        if best := self.clear(cities):
            return _of_city(best)
        if cities:
            likely = {city.country for city in cities if city.weight * 3 >= cities[0].weight}
            return _of_country(likely.pop()) if len(likely) == 1 else None
        if _is_code(typed) and (coded := self.index.coded(name)) is not None:
            return _of_city(coded)
        return None

    def clear(self, cities: list[City]) -> City | None:
        """The one that is meant when several share a name, or None."""
        if not cities or (len(cities) > 1 and cities[0].weight < cities[1].weight * CLEARLY):
            return None
        return cities[0]


def _shorter(name: str) -> Iterator[str]:
    """`name`, then without what people write around a place: `downtown`, `somewhere in`, `area`."""
    yield name
    before = _BEFORE.sub("", name)
    after = _AFTER.sub("", name)
    both = _AFTER.sub("", before)
    yield from dict.fromkeys(short for short in (before, after, both) if short and short != name)


def _inside(city: City, scopes: list[Scope]) -> bool:
    return any(
        city.country == scope.country and (not scope.admin1 or city.admin1 == scope.admin1 or not city.admin1)
        for scope in scopes
    )


def _is_code(typed: str) -> bool:
    """Whether a short name was typed the way codes are: `NJ`, `D.C.`, `LAX`, and not `me`, `in`, `or`."""
    letters = typed.replace(".", "").strip(" !#@,-_*")
    return letters.isupper() and (len(letters) > 3 or letters.lower() not in _WORD_CODES | {"us"} or letters == "US")


def _flag_code(flag: str) -> str:
    return "".join(chr(ord(letter) - 0x1F1E6 + ord("A")) for letter in flag)


def _of_city(city: City) -> Place:
    return Place(city.name, city.country, city.latitude, city.longitude)


def _of_country(country: str) -> Place:
    return Place(None, country)
