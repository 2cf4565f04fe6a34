"""The invented world that synthetic posts speak of: products, cities, platforms, phrases."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from itertools import accumulate
from typing import Any

import msgspec

CATEGORIES = ("airline", "bank", "phone", "streaming", "food", "telecom")
MOODS = ("positive", "negative", "neutral", "mixed", "sarcastic")
LANGUAGES = {
    "DE": "de", "AT": "de", "CH": "de", "FR": "fr", "BE": "fr", "ES": "es", "MX": "es", "AR": "es", "CO": "es",
    "BR": "pt", "PT": "pt",
}  # fmt: skip
"""What people of a country write when they do not write English."""

CURRENCIES = {
    "US": ("${}", 1), "CA": ("${}", 1), "AU": ("${}", 1), "SG": ("${}", 1), "GB": ("£{}", 1), "IN": ("₹{}", 80),
    "BR": ("R${}", 5), "MX": ("{} pesos", 18), "AR": ("${}", 1400), "CO": ("${}", 4000), "ZA": ("R{}", 18),
    "CH": ("{} francs", 1), "SE": ("{} kr", 10), "DK": ("{} kr", 7), "PL": ("{} zł", 4),
}  # fmt: skip
"""How a sum is written, and what to multiply it with; elsewhere in euros."""

COUNTRY_NAMES = {
    "US": "the US", "CA": "Canada", "GB": "the UK", "IE": "Ireland", "DE": "Germany", "AT": "Austria",
    "CH": "Switzerland", "FR": "France", "NL": "the Netherlands", "BE": "Belgium", "ES": "Spain", "PT": "Portugal",
    "IT": "Italy", "SE": "Sweden", "DK": "Denmark", "PL": "Poland", "BR": "Brazil", "MX": "Mexico", "AR": "Argentina",
    "CO": "Colombia", "AU": "Australia", "IN": "India", "SG": "Singapore", "ZA": "South Africa",
}  # fmt: skip


class Product(msgspec.Struct, frozen=True):
    """`called` are the ways people write the name."""

    name: str
    called: tuple[str, ...]
    handle: str
    brand: str
    category: str
    weight: float


class Platform(msgspec.Struct, frozen=True):
    """How people write there: shares of posts with emoji, hashtags, a handle, and of long ones."""

    name: str
    weight: float
    emoji: float
    hashtags: float
    handle: float
    long: float
    limit: int


class City(msgspec.Struct, frozen=True, array_like=True):
    """`offset`: hours from UTC in standard time; `typed`: the ways its people write it."""

    name: str
    country: str
    latitude: float
    longitude: float
    offset: float
    weight: float
    typed: tuple[str, ...]


class Line(msgspec.Struct, frozen=True):
    """One thing that can be said, and the channel of the company it is about."""

    text: str
    channel: str


class World(msgspec.Struct, frozen=True):
    """Everything read from the package data. `lines` by (category, mood), `foreign` by (language, mood)."""

    products: tuple[Product, ...]
    platforms: tuple[Platform, ...]
    cities: tuple[City, ...]
    nowhere: tuple[str, ...]
    vague: dict[str, tuple[str, ...]]
    lines: dict[tuple[str, str], tuple[Line, ...]]
    foreign: dict[tuple[str, str], tuple[str, ...]]
    slots: dict[str, dict[str, tuple[str, ...]]]
    phrases: dict[str, dict[str, tuple[str, ...]]]
    rivals: dict[str, tuple[str, ...]]
    product_shares: tuple[float, ...]
    platform_shares: tuple[float, ...]


@cache
def load_world() -> World:
    """Read once per process (about 10 ms)."""
    world = _read("world")
    phrases = _read("phrases")
    languages = phrases.pop("languages")
    shared = phrases.pop("slots") | languages.pop("slots")
    lines: dict[tuple[str, str], tuple[Line, ...]] = {}
    slots: dict[str, dict[str, tuple[str, ...]]] = {}
    for category in CATEGORIES:
        moods = _read(category)
        slots[category] = _tuples(shared | moods.pop("slots"))
        for mood, channels in moods.items():
            lines[category, mood] = tuple(Line(text, channel) for channel, texts in channels.items() for text in texts)
    products = msgspec.convert(world["products"], tuple[Product, ...])
    platforms = msgspec.convert(world["platforms"], tuple[Platform, ...])
    return World(
        products=products,
        platforms=platforms,
        cities=msgspec.convert(world["cities"], tuple[City, ...], strict=False),
        nowhere=tuple(world["nowhere"]),
        vague=_tuples(world["vague"]),
        lines=lines,
        foreign={(code, mood): tuple(texts) for code, moods in languages.items() for mood, texts in moods.items()},
        slots=slots,
        phrases={name: _tuples(moods) for name, moods in phrases.items()},
        rivals={
            product.name: tuple(
                other.name for other in products if other.category == product.category and other is not product
            )
            for product in products
        },
        product_shares=shares([product.weight for product in products]),
        platform_shares=shares([platform.weight for platform in platforms]),
    )


def shares(weights: list[float]) -> tuple[float, ...]:
    """Running sums of `weights` as parts of 1, for bisect."""
    total = sum(weights)
    return tuple(part / total for part in accumulate(weights))


def _read(name: str) -> dict[str, Any]:
    file = resources.files("sentistream.sources") / "data" / "synthetic" / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _tuples(lists: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in lists.items()}
