"""Writing synthetic posts: post n of a seed is always the same."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from random import Random
from typing import TypeVar

from sentistream.domain.post import Post
from sentistream.sources.synthetic_people import People
from sentistream.sources.synthetic_rhythm import Incident, day, incident_at, mood_wave, slot_of
from sentistream.sources.synthetic_style import Style
from sentistream.sources.synthetic_world import (
    COUNTRY_NAMES,
    CURRENCIES,
    LANGUAGES,
    City,
    Line,
    Platform,
    Product,
    World,
    load_world,
)

MOOD_WEIGHTS = {"positive": 0.31, "negative": 0.3, "neutral": 0.26, "mixed": 0.08, "sarcastic": 0.05}
ABOUT_INCIDENT = 0.55
"""Share of all posts that speak of an incident at its height."""

FOREIGN = 0.16
"""Share of the posts from a Spanish, German, French or Portuguese speaking city in that language."""

BACKFILL_FROM = 2**40
"""Posts of the simulated past are numbered from here, live ones from 0."""

_T = TypeVar("_T")
_Draw = Callable[[], float]
_I_WORD = re.compile(r"I\b")


class Author:
    """Writes the posts of one seed; making one takes about 0.2 s, a post about 40 µs. Safe to use from any thread."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._world = load_world()
        self._people = People(seed)
        self._day = day()

    def write(self, n: int, created_at: datetime, connector: str = "synthetic") -> Post:
        """Post n, as written at `created_at` (aware, UTC): a pure function of seed, n and created_at."""
        random = Random((self.seed << 64) + n)
        r = random.random
        world = self._world
        slot = slot_of(created_at)
        city = world.cities[bisect_right(self._day.city_shares[slot], r())]
        product = world.products[bisect_right(world.product_shares, r())]
        platform = world.platforms[bisect_right(world.platform_shares, r())]
        mood = _mood(product, created_at, r())
        topic = mood
        incident = incident_at(self.seed, created_at)
        if incident is not None and r() < ABOUT_INCIDENT * incident.intensity(created_at):
            product = incident.product
            if incident.city is not None and r() < 0.8:
                city = incident.city
            topic, mood = _in_incident(incident, mood, r())
        language = LANGUAGES.get(city.country)
        foreign = language is not None and topic in ("positive", "negative", "neutral") and r() < FOREIGN
        words = _Words(world, product, platform, city, created_at, random)
        if foreign and language is not None:
            line = Line(_pick(world.foreign[language, topic], r()), "")
            words["city"] = city.typed[0].split(",")[0]
            text = words.fill(line.text)
            person = self._people.speaking(language, r())
        else:
            line = _pick(world.lines[product.category, topic], r())
            text = self._compose(words, line, topic, mood, platform, r)
            person = self._people.any(r())
        text = Style(world, platform, product, mood, random).dress(text, plain=foreign)
        location, placed = _location(world, city, topic == "outage", r)
        return Post(
            post_id=f"{connector}-{self.seed}-{n}",
            source=platform.name,
            connector=connector,
            content=text if len(text) <= platform.limit else text[: platform.limit].rsplit(None, 1)[0],
            author=person,
            created_at=created_at,
            url=f"https://{platform.name}.example/{person}/{n}" if r() < 0.6 else None,
            reply_to=f"{connector}-{self.seed}-{n - 1 - int(r() * 40)}" if n > 40 and r() < 0.06 else None,
            product=product.name,
            channel=line.channel or None,
            location=location,
            city=city.name if placed else None,
            country=city.country if placed else None,
            latitude=city.latitude if placed else None,
            longitude=city.longitude if placed else None,
            engagement=int(2 ** (r() * r() * 12)) - 1,
            simulated=True,
            extra={"brand": product.brand, "category": product.category, "written_as": mood},
        )

    def _compose(self, words: _Words, line: Line, topic: str, mood: str, platform: Platform, r: _Draw) -> str:
        """Opener, the point, more of it on platforms where people write at length, and a last word."""
        phrases = self._world.phrases
        parts = []
        if r() < 0.26 and (opener := words.fill(_pick(phrases["openers"][mood], r()))):
            parts.append(opener)
        parts.append(words.fill(line.text))
        if r() < platform.long:
            choices = self._world.lines[words.product.category, topic]
            said = {line.text}
            for _ in range(1 + (r() < 0.35)):
                more = _pick(choices, r()).text
                if more not in said:
                    said.add(more)
                    if r() < 0.5:
                        parts.append(_pick(phrases["links"][mood], r()))
                    parts.append(words.fill(more))
        last = r()
        if mood == "negative" and last < 0.06:
            parts.append(words.fill(_pick(phrases["churn"]["negative"], r())))
        elif mood == "negative" and last < 0.09:
            parts.append(words.fill(_pick(phrases["toxic"]["negative"], r())))
        elif last < (0.5 if mood != "neutral" else 0.25):
            parts.append(words.fill(_pick(phrases["closers"][mood], r())))
        return _join(parts)


@lru_cache(maxsize=8)
def author(seed: int) -> Author:
    """The author of a seed, made once."""
    return Author(seed)


def generate(seed: int, n: int, created_at: datetime, connector: str = "synthetic") -> Post:
    """Post n of a seed as written at `created_at`: always the same."""
    return author(seed).write(n, created_at, connector)


class _Words(dict[str, str]):
    """Fills the slots of a line; a slot keeps its word within one post."""

    def __init__(
        self, world: World, product: Product, platform: Platform, city: City, created_at: datetime, random: Random
    ) -> None:
        super().__init__()
        self.product = product
        self._world, self._platform, self._city = world, platform, city
        self._created_at, self._random = created_at, random.random

    def fill(self, text: str) -> str:
        return text.format_map(self) if "{" in text else text

    def __missing__(self, slot: str) -> str:
        r = self._random()
        product = self.product
        if slot == "p":
            word = product.called[int(r * r * len(product.called))]  # the first one mostly
        elif slot == "h":
            word = f"@{product.handle}" if r < self._platform.handle else product.brand
        elif slot == "city":
            word = self._city.name
        elif slot == "city2":
            cities = self._world.cities
            place = int(r * len(cities))
            other = cities[place]
            word = (other if other is not self._city else cities[place - 1]).name
        elif slot == "money":
            amount = _pick(self._world.slots[product.category]["amount"], r)
            form, factor = CURRENCIES.get(self._city.country, ("{}€", 1))
            return form.format(amount if factor == 1 else round(float(amount)) * factor)  # another sum each time
        elif slot == "country":
            word = COUNTRY_NAMES[self._city.country]
        elif slot == "rival":
            word = _pick(self._world.rivals[product.name], r)
        elif slot == "month":
            word = _MONTHS[self._created_at.month - 1]
        else:
            word = _pick(self._world.slots[product.category][slot], r)
        self[slot] = word
        return word


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _pick(choices: Sequence[_T], r: float) -> _T:
    return choices[int(r * len(choices))]


def _mood(product: Product, moment: datetime, r: float) -> str:
    wave = mood_wave(product, moment)
    weights = MOOD_WEIGHTS | {
        "negative": MOOD_WEIGHTS["negative"] * (1 + wave),
        "positive": MOOD_WEIGHTS["positive"] * (1 - wave),
    }
    r *= sum(weights.values())
    for mood, weight in weights.items():
        r -= weight
        if r < 0:
            return mood
    return "neutral"  # r was a rounding error away from 1


def _in_incident(incident: Incident, mood: str, r: float) -> tuple[str, str]:
    """Topic and mood of a post about an incident: nearly everybody says the same, some joke, a few ask."""
    if incident.kind == "outage":
        if r < 0.9:
            return "outage", "negative"
        return ("sarcastic", "sarcastic") if r < 0.96 else ("neutral", "neutral")
    return ("launch", "positive") if r < 0.86 else (mood, mood)


def _location(world: World, city: City, certain: bool, r: _Draw) -> tuple[str | None, bool]:
    """What the profile says, and whether the platform told where the post was written."""
    kind = r()
    if certain:
        kind *= 0.6
    if kind < 0.2:
        return city.typed[int(r() * len(city.typed))], True
    if kind < 0.64:
        return city.typed[int(r() * len(city.typed))], False
    if kind < 0.7:
        return _pick(world.nowhere, r()), False
    if kind < 0.75 and (vague := world.vague.get(city.country)):
        return _pick(vague, r()), False
    return None, False


def _join(parts: list[str]) -> str:
    """Sentences in a row: a stop where one is missing, a small letter after a comma."""
    text = parts[0]
    for part in parts[1:]:
        last = text[-1]
        if last not in ".!?:,)" and text.rsplit(" ", 1)[-1].lower() not in _RUNS_ON:
            text += "."
        elif part[1:2].islower() and not _I_WORD.match(part) and last not in ".!?:)":
            part = part[0].lower() + part[1:] if part.split(" ", 1)[0] in _SMALL else part
        text = f"{text} {part}"
    return text


_RUNS_ON = frozenset(("but", "or", "and", "so", "omg", "smh", "bruh"))

_SMALL_WORDS = """
    A After All An Another Any Anyone App Asked At Been Big Bought Called Cancelled Card Checked Cold Comparing
    Delayed Does Everybody Every Everyone Finally First Food Found Free Friendly Gate Good Got Great Had Has Have How
    Is It Just Landed Last Love Lovely Missed My Nice No New Nothing On Only Ordered Paid Paying Picked Question Refund
    Riders Season Sent Smoothest Sound Speaker Standing Still Stuck Support Switched Technician Thanks That The There
    They This Took Tried Upgraded Used Waited Watched What Where Which Whoever Why Working Worst Your
"""
_SMALL = frozenset(_SMALL_WORDS.split())
"""First words that lose their capital in the middle of a sentence; names keep theirs."""
