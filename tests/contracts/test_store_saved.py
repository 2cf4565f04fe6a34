"""Saved views and lists of products in every store."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from store_steps import NOW

from sentistream.domain.errors import Conflict, NotFound
from sentistream.domain.saved import MAX_SAVED, Saved
from sentistream.storage.base import Store


def an_item(name: str = "Größe ✓", **changes: Any) -> Saved:
    values: dict[str, Any] = {
        "id": 0,
        "kind": "view",
        "name": name,
        "content": {"page": "/", "query": "q=%22a%22"},
        "created_by": "ann",
        "created_at": NOW,
        "updated_by": "ann",
        "updated_at": NOW,
    }
    return Saved(**(values | changes))


async def test_it_is_kept_changed_and_deleted(store: Store) -> None:
    made = await store.saved.add(an_item())
    assert made == an_item(id=made.id)
    assert await store.saved.get("view", made.id) == made
    later = NOW + timedelta(hours=1)
    changed = await store.saved.change(
        an_item("other", id=made.id, content={"page": "/posts", "query": ""}, created_by="bob", created_at=later,
                updated_by="bob", updated_at=later)
    )  # fmt: skip
    assert changed == replace(
        made, name="other", content={"page": "/posts", "query": ""}, updated_by="bob", updated_at=later
    )
    assert await store.saved.all("view") == [changed]
    assert await store.saved.remove("view", made.id) == changed
    assert await store.saved.all("view") == []
    assert (await store.saved.add(an_item())).id > made.id  # the old link leads nowhere, not to another


async def test_a_name_is_taken_once_within_its_kind(store: Store) -> None:
    first, second = await store.saved.add(an_item("a")), await store.saved.add(an_item("b"))
    products = await store.saved.add(an_item("a", kind="products", content={"products": ["x"]}))
    with pytest.raises(Conflict):
        await store.saved.add(an_item("a"))
    with pytest.raises(Conflict):
        await store.saved.change(replace(second, name="a"))
    assert await store.saved.all("view") == [first, second]
    assert await store.saved.all("products") == [products]


async def test_what_is_not_there_is_said(store: Store) -> None:
    made = await store.saved.add(an_item())
    for missing in (
        store.saved.get("products", made.id),
        store.saved.remove("products", made.id),
        store.saved.change(replace(made, kind="products")),
        store.saved.get("view", made.id + 1),
    ):
        with pytest.raises(NotFound):
            await missing
    assert await store.saved.all("view") == [made]


async def test_there_is_a_most_of_each_kind(store: Store) -> None:
    for number in range(MAX_SAVED):
        await store.saved.add(an_item(f"view {number}"))
    with pytest.raises(Conflict):
        await store.saved.add(an_item("one more"))
    await store.saved.add(an_item("one more", kind="products"))
