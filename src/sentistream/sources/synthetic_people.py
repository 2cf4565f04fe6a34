"""Who writes synthetic posts: names drawn once per seed."""

from __future__ import annotations

import re
import unicodedata
from random import Random

from faker import Faker

POOL = 1_200
FOREIGN_POOL = 150
LOCALES = {"es": "es_ES", "de": "de_DE", "fr": "fr_FR", "pt": "pt_BR"}

_WORDS = (
    "coffee", "pixel", "runner", "mum", "dad", "nomad", "kite", "moss", "luna", "vinyl", "tofu", "otter", "storm",
    "paper", "rocket", "lemon", "echo", "cactus", "bike", "gamer", "reads", "bakes", "hikes", "codes",
)  # fmt: skip
_NOT_HANDLE = re.compile(r"[^a-z]+")


class People:
    """Handles as people choose them; the same for a seed on every run."""

    def __init__(self, seed: int) -> None:
        self._english = _handles("en_US", seed, POOL // 2) + _handles("en_GB", seed + 1, POOL // 2)
        self._foreign = {
            language: _handles(locale, seed + 2 + place, FOREIGN_POOL)
            for place, (language, locale) in enumerate(LOCALES.items())
        }

    def any(self, r: float) -> str:
        """One of the English-writing people, for r in [0, 1). Some write far more than others."""
        return self._english[int(r**1.5 * len(self._english))]

    def speaking(self, language: str, r: float) -> str:
        """One of those who write in that language."""
        people = self._foreign[language]
        return people[int(r**1.5 * len(people))]


def _handles(locale: str, seed: int, count: int) -> list[str]:
    faker = Faker(locale, use_weighting=False)
    faker.seed_instance(seed)
    random = Random(f"handles:{locale}:{seed}")
    found: dict[str, None] = {}
    while len(found) < count:
        first, last = _plain(faker.first_name()), _plain(faker.last_name())
        number = random.choice((random.randrange(100), random.randrange(1950, 2012), random.randrange(10)))
        handle = random.choice(
            (
                f"{first}{last}",
                f"{first}_{last}",
                f"{first}.{last}",
                f"{first}{last}{number}",
                f"{first}_{number}",
                f"{first[0]}{last}{number:02d}",
                f"{last}{first[0]}",
                f"{random.choice(_WORDS)}{first}",
                f"{first}_{random.choice(_WORDS)}",
                f"the{random.choice(_WORDS)}{last}",
                f"{first.title()}{last.title()}",
                f"{random.choice(_WORDS)}_{random.choice(_WORDS)}{number}",
                f"real{first}{last[:1]}",
                f"x{first}x{number}",
            )
        )
        found[handle[:24]] = None
    return list(found)


def _plain(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    return _NOT_HANDLE.sub("", plain) or "anon"
