"""Annotations in every store."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest
from store_steps import NOW

from sentistream.domain.annotation import Annotation
from sentistream.domain.errors import NotFound
from sentistream.storage.base import Store


def remark(text: str, at: datetime = NOW, minutes: float | None = None) -> Annotation:
    until = None if minutes is None else at + timedelta(minutes=minutes)
    return Annotation(id=0, at=at, until=until, text=text, url=None, created_by="ann", created_at=NOW)


async def test_an_annotation_comes_back_as_it_was_until_it_is_taken_away(store: Store) -> None:
    given = msgspec.structs.replace(remark("Größe ✓ 🚀", minutes=30), url="https://example.com/a?b=c")
    made = await store.annotations.add(given)
    assert made == msgspec.structs.replace(given, id=made.id)
    assert made.id > 0
    assert await store.annotations.page() == [made]
    assert await store.annotations.remove(made.id) == made
    assert await store.annotations.page() == []
    with pytest.raises(NotFound):
        await store.annotations.remove(made.id)


async def test_a_page_holds_what_touches_the_range_latest_first(store: Store) -> None:
    for text, minute, lasting in [("early", -60, None), ("over", -60, 90), ("start", 0, None), ("end", 60, None)]:
        await store.annotations.add(remark(text, NOW + timedelta(minutes=minute), lasting))
    hour = NOW + timedelta(hours=1)

    async def texts(start: datetime | None, end: datetime | None) -> list[str]:
        return [one.text for one in await store.annotations.page(start, end)]

    assert await texts(NOW, hour) == ["start", "over"]
    assert await texts(NOW + timedelta(minutes=30), hour) == []
    assert await texts(None, NOW) == ["over", "early"]
    assert await texts(hour, None) == ["end"]
    first = await store.annotations.page(limit=3)
    assert [one.text for one in [*first, *await store.annotations.page(limit=3, offset=3)]] == await texts(None, None)
