"""The test's own ledger: what is sent, and what must be there in the end whatever happened on the way."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
SOURCES = ("twitter", "reddit", "bluesky")
RARE = "mastodon"
"""The platform of every 250th post: few enough for a client to see each of them."""

PRODUCTS = ("Aero", "Brisk", "Cobalt", "Delta", "Ember", "Flint", "Grove")
SAYINGS = (
    "What a lovely day, I am happy with it",
    "This is terrible, the worst I ever had",
    "It arrived on Tuesday at noon",
    "Nobody answers the phone, I hate waiting",
    "Great service, thank you so much",
)
DELIVERIES, SHARES = (2, 3, 4, 5), (88, 7, 3, 2)


class Book:
    """`count` posts, each to be delivered two to five times, out of order, with edits and deletions.

    first: one version of each post, in order. further: all other deliveries, shuffled. contents: of each post that
    must be there in the end, by id, its latest text. deleted: ids of those that must be gone.
    """

    def __init__(self, count: int, seed: int) -> None:
        random_ = random.Random(seed)
        self.first: list[dict[str, Any]] = []
        self.further: list[dict[str, Any]] = []
        self.contents: dict[str, str] = {}
        self.deleted: set[str] = set()
        for number in range(count):
            self.first.append(version(number, 0))
            times = random_.choices(DELIVERIES, SHARES)[0]
            edits = min(times - 1, random_.choice((1, 1, 2))) if number % 10 == 1 else 0
            items = [version(number, edit) for edit in range(1, edits + 1)]
            if number % 20 == 3:
                items.append(deletion(number))
                self.deleted.add(str(number))
            else:
                self.contents[str(number)] = version(number, edits)["content"]
            items += [version(number, random_.randint(0, edits)) for _ in range(times - 1 - len(items))]
            self.further += items
        random_.shuffle(self.further)

    @property
    def deliveries(self) -> int:
        """How many items are sent at least."""
        return len(self.first) + len(self.further)

    def products(self) -> Counter[str]:
        """Posts that must be there, by product."""
        return Counter(product(int(number)) for number in self.contents)


def version(number: int, edit: int) -> dict[str, Any]:
    """A post after so many edits."""
    created = START + timedelta(seconds=number)
    said = SAYINGS[(number + edit) % len(SAYINGS)]
    return {
        "post_id": str(number),
        "source": source(number),
        "content": f"{said}, number {number}" + (f", edited {edit}" if edit else ""),
        "created_at": created.isoformat(),
        "edited_at": (created + timedelta(hours=edit)).isoformat(),
        "product": product(number),
    }


def deletion(number: int) -> dict[str, Any]:
    """The end of a post."""
    deleted = START + timedelta(seconds=number, days=1)
    return {"post_id": str(number), "source": source(number), "deleted_at": deleted.isoformat()}


def source(number: int) -> str:
    """The platform of a post."""
    return RARE if number % 250 == 0 else SOURCES[number % len(SOURCES)]


def product(number: int) -> str:
    """What a post is about."""
    return PRODUCTS[number % len(PRODUCTS)]
