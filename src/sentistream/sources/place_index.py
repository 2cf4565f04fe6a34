"""The gazetteer's places by name: cities, regions and countries, kept small in memory."""

from __future__ import annotations

from math import cos, radians, sqrt
from typing import NamedTuple

OTHER_NAME = 0.1
"""What a city's name in another language weighs against a city that really is called so."""

NICKNAME = 4.0
"""What a hand-picked name (`New York`, `Frankfurt`, `St. Louis`) weighs."""

NEAR_KM = 60.0


class City(NamedTuple):
    """A city under one of its names; `weight` orders the cities of one name."""

    name: str
    country: str
    admin1: str
    latitude: float
    longitude: float
    population: int
    weight: float


class Scope(NamedTuple):
    """A region or (`admin1` empty) a whole country or a vague part of one."""

    country: str
    admin1: str
    population: int


class PlaceIndex:
    """Reads the lines that scripts/build_gazetteer.py writes; rows stay text until somebody asks for them."""

    def __init__(self, text: str) -> None:
        self._rows: list[str] = []
        self._names: dict[str, int | tuple[int, ...]] = {}
        self._nicknames: dict[str, int | tuple[int, ...]] = {}
        self._others: dict[str, int | tuple[int, ...]] = {}
        self._codes: dict[str, int] = {}
        self._regions: dict[str, Scope] = {}
        self._countries: dict[str, Scope] = {}
        self._grid: dict[tuple[int, int], list[int]] | None = None
        self.country_codes: set[str] = set()
        for line in text.split("\n"):
            if line.startswith("P"):
                self._add_city(line)
            elif line.startswith("R"):
                _, country, admin1, population, keys = line.split("\t")
                for key in keys.split("|"):
                    self._regions.setdefault(key, Scope(country, admin1, int(population)))
            elif line:
                _, country, population, keys = line.split("\t")
                self.country_codes.add(country)
                for key in keys.split("|"):
                    self._countries.setdefault(key, Scope(country, "", int(population)))

    def _add_city(self, line: str) -> None:
        _, country, admin1, latitude, longitude, population, name, keys, others, codes = line.split("\t")
        row = len(self._rows)
        self._rows.append(f"{name}\t{country}\t{admin1}\t{latitude}\t{longitude}\t{population}")
        folded = name.lower()
        if folded.isascii() and "." not in folded and "'" not in folded and "-" not in folded:
            _add(self._names, folded, row)
        if keys:
            for key in keys.split("|"):
                if key.startswith("!"):
                    _add(self._nicknames, key[1:], row)
                _add(self._names, key.removeprefix("!"), row)
        if others:
            for key in others.split("|"):
                _add(self._others, key, row)
        if codes:
            for key in codes.split("|"):
                self._codes.setdefault(key, row)  # rows come by population: the biggest city keeps the code

    def cities(self, name: str) -> list[City]:
        """All cities of that folded name, the weightiest first."""
        rows = _rows(self._names, name)
        nicknamed = _rows(self._nicknames, name)
        found = [self._city(row, NICKNAME if row in nicknamed else 1.0) for row in rows]
        found += [self._city(row, OTHER_NAME) for row in _rows(self._others, name) if row not in rows]
        return sorted(found, key=lambda city: -city.weight)

    def nicknamed(self, name: str) -> list[City]:
        """Cities that have this hand-picked name."""
        return [self._city(row, NICKNAME) for row in _rows(self._nicknames, name)]

    def coded(self, code: str) -> City | None:
        """The city of an airport code (lower case)."""
        row = self._codes.get(code)
        return None if row is None else self._city(row, 1.0)

    def region(self, name: str) -> Scope | None:
        """The region of that folded name or code."""
        return self._regions.get(name)

    def country(self, name: str) -> Scope | None:
        """The country of that folded name (ISO alpha-3 too, alpha-2 only where people use it as a name)."""
        return self._countries.get(name)

    def scopes(self, name: str) -> list[Scope]:
        """All that `name` can mean after a city: `ca` is California and Canada; `missouri usa` is Missouri."""
        if found := self._scopes(name):
            return found
        before, space, last = name.rpartition(" ")
        countries = {scope.country for scope in self._scopes(last)} if space else set()
        return [scope for scope in self._scopes(before) if scope.country in countries]

    def _scopes(self, name: str) -> list[Scope]:
        found = [scope for scope in (self._regions.get(name), self._countries.get(name)) if scope is not None]
        if len(name) == 2 and name.upper() in self.country_codes:
            found.append(Scope(name.upper(), "", 0))
        return found

    def nearest(self, latitude: float, longitude: float) -> City | None:
        """The city around that point (rather than its district), else the nearest within 60 km, else None."""
        if self._grid is None:
            self._grid = {}
            for row, text in enumerate(self._rows):
                fields = text.split("\t")
                self._grid.setdefault((round(float(fields[3])), round(float(fields[4]))), []).append(row)
        best: City | None = None
        best_km = NEAR_KM
        around: City | None = None
        for north in range(round(latitude) - 1, round(latitude) + 2):
            for east in range(round(longitude) - 1, round(longitude) + 2):
                for row in self._grid.get((north, east), ()):
                    city = self._city(row, 1.0)
                    km = _distance(latitude, longitude, city)
                    if km < best_km:
                        best, best_km = city, km
                    if km < _radius(city) and (around is None or city.population > around.population):
                        around = city
        return around or best

    def _city(self, row: int, factor: float) -> City:
        name, country, admin1, latitude, longitude, population = self._rows[row].split("\t")
        people = int(population)
        return City(name, country, admin1, float(latitude), float(longitude), people, people * factor)


def _add(names: dict[str, int | tuple[int, ...]], key: str, row: int) -> None:
    known = names.get(key)
    if known is None:
        names[key] = row
    elif isinstance(known, int):
        if known != row:
            names[key] = (known, row)
    elif row not in known:
        names[key] = (*known, row)


def _rows(names: dict[str, int | tuple[int, ...]], key: str) -> tuple[int, ...]:
    rows = names.get(key)
    if rows is None:
        return ()
    return (rows,) if isinstance(rows, int) else rows


def _radius(city: City) -> float:
    """Kilometres from the middle to where a city of that size usually ends: 14 for New York."""
    return 1.0 + 1.4 * sqrt(city.population / 100_000)


def _distance(latitude: float, longitude: float, city: City) -> float:
    """Kilometres, on a plane: exact enough for tens of them."""
    north = city.latitude - latitude
    east = (city.longitude - longitude) * cos(radians(latitude))
    return sqrt(north * north + east * east) * 111.2
