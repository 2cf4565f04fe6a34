"""Saved views and lists of products by HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from house import House

VIEW: dict[str, Any] = {"name": "Berlin", "page": "/posts", "query": "city=DE%2FBerlin&range=7d"}
LIST: dict[str, Any] = {"name": "Ours", "products": ["Brisk Cola", "Größe"]}


@pytest.mark.parametrize(("path", "body"), [("views", VIEW), ("product-lists", LIST)], ids=["views", "lists"])
async def test_they_are_saved_listed_changed_and_deleted(house: House, path: str, body: dict[str, Any]) -> None:
    made = await house.client.post(f"/api/v1/{path}", json=body | {"name": f"  {body['name']} "})
    assert made.status_code == 201, made.text
    row = made.json()["data"]
    when = "2026-11-22T12:00:30Z"
    assert row == body | {
        "id": row["id"], "created_by": "local", "created_at": when, "updated_by": "local", "updated_at": when,
    }  # fmt: skip
    assert (await house.get(path)).json()["data"] == [row]
    assert (await house.client.post(f"/api/v1/{path}", json=body)).status_code == 409
    house.clock.advance(60)
    changed = await house.client.put(f"/api/v1/{path}/{row['id']}", json=body | {"name": "Other"})
    assert changed.json()["data"] == row | {"name": "Other", "updated_at": "2026-11-22T12:01:30Z"}
    foreign = {"Origin": "https://elsewhere.example"}
    assert (await house.client.delete(f"/api/v1/{path}/{row['id']}", headers=foreign)).status_code == 403
    assert (await house.client.delete(f"/api/v1/{path}/{row['id']}")).json()["data"]["name"] == "Other"
    assert (await house.client.put(f"/api/v1/{path}/{row['id']}", json=body)).status_code == 404
    assert (await house.client.delete(f"/api/v1/{path}/{row['id']}")).status_code == 404
    assert (await house.get(path)).json()["data"] == []


async def test_a_shared_link_leads_to_a_view(house: House) -> None:
    row = (await house.client.post("/api/v1/views", json=VIEW)).json()["data"]
    assert (await house.get(f"views/{row['id']}")).json()["data"] == row
    assert (await house.get("views/99")).status_code == 404
    listed = (await house.client.post("/api/v1/product-lists", json=LIST)).json()["data"]
    assert (await house.get(f"views/{listed['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("views", VIEW | {"name": " "}, "name"),
        ("views", VIEW | {"name": "x" * 81}, "name"),
        ("views", VIEW | {"page": "//elsewhere.example"}, "page"),
        ("views", VIEW | {"page": "https://elsewhere.example"}, "page"),
        ("views", VIEW | {"query": "a b"}, "query"),
        ("views", VIEW | {"query": "x" * 4_001}, "query"),
        ("views", VIEW | {"mood": "good"}, "mood"),
        ("product-lists", LIST | {"products": []}, "products"),
        ("product-lists", LIST | {"products": ["\x00"]}, "products.0"),
        ("product-lists", LIST | {"products": ["x"] * 101}, "products"),
    ],
)
async def test_what_cannot_be_saved_is_refused(house: House, path: str, body: dict[str, Any], field: str) -> None:
    refused = await house.client.post(f"/api/v1/{path}", json=body)
    assert (refused.status_code, refused.json()["error"]["details"]["field"]) == (422, field), refused.text
    assert (await house.get(path)).json()["data"] == []
