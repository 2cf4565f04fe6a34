"""Annotations by HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from house import House

AT = "2026-11-22T11:00:00Z"


async def annotate(house: House, **body: Any) -> Any:
    return await house.client.post("/api/v1/annotations", json={"at": AT, "text": "Release", **body})


async def test_annotations_are_added_listed_and_taken_away(house: House) -> None:
    made = await annotate(house, text="  Release 4.2  ", until="2026-11-22T12:30+01:00", url="https://example.com/x")
    assert made.status_code == 201, made.text
    row = made.json()["data"]
    assert row == {
        "id": row["id"],
        "at": AT,
        "until": "2026-11-22T11:30:00Z",
        "text": "Release 4.2",
        "url": "https://example.com/x",
        "created_by": "local",
        "created_at": "2026-11-22T12:00:30Z",
    }
    later = (await annotate(house, at="2026-11-22T11:45:00Z")).json()["data"]
    everything = (await house.get("annotations")).json()
    assert [one["id"] for one in everything["data"]] == [later["id"], row["id"]]
    page = (await house.get("annotations?limit=1&offset=1")).json()
    assert ([one["id"] for one in page["data"]], page["metadata"]["has_more"]) == ([row["id"]], False)
    inside = await house.get("annotations?start_date=2026-11-22T11:15:00Z&end_date=2026-11-22T11:45:00Z")
    assert [one["id"] for one in inside.json()["data"]] == [row["id"]]
    gone = await house.client.delete(f"/api/v1/annotations/{row['id']}")
    assert (gone.status_code, gone.json()["data"]) == (200, row)
    assert (await house.client.delete(f"/api/v1/annotations/{row['id']}")).status_code == 404
    assert (await house.client.delete("/api/v1/annotations/x")).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "  "}, ""),
        ({"text": "x" * 501}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"at": "soon"}, "at"),
        ({"at": "1969-12-31"}, "at"),
        ({"until": AT}, ""),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://a b"}, "url"),
        ({"mood": "good"}, "mood"),
    ],
)
async def test_what_cannot_be_an_annotation_is_refused(house: House, body: dict[str, Any], field: str) -> None:
    refused = await annotate(house, **body)
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["details"]["field"]) == (422, "MALFORMED_BODY", field)
    assert (await house.get("annotations")).json()["data"] == []


async def test_a_page_of_another_origin_annotates_nothing(house: House) -> None:
    foreign = {"Origin": "https://elsewhere.example"}
    made = await house.client.post("/api/v1/annotations", json={"at": AT, "text": "x"}, headers=foreign)
    assert made.status_code == 403
    kept = (await annotate(house)).json()["data"]
    assert (await house.client.delete(f"/api/v1/annotations/{kept['id']}", headers=foreign)).status_code == 403
