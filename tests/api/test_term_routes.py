"""Terms of known posts: who counts, what is left out, what is rising."""

from __future__ import annotations

import pytest
from house import BAD, GOOD, House, post


@pytest.fixture
async def talked(house: House) -> House:
    """Eight people on a late flight today, four on a lovely seat today and yesterday; one of them all day long."""
    late = [post(n, content=f"{BAD}! late flight #fail", author=f"a{n}", product="App") for n in range(8)]
    late += [post(20 + n, content=f"late flight late flight {n}", author="a1", product="App") for n in range(5)]
    seat = [post(40 + n, content=f"lovely seat. {GOOD}", author=f"s{n}", product="Web") for n in range(4)]
    old = [
        post(60 + n, content="lovely seat", author=f"s{n}", created_at="2026-11-21T09:00:00Z", product="Web")
        for n in range(12)
    ]
    await house.fill([*late, *seat, *old])
    return house


async def test_terms_of_a_range_beside_the_one_before(talked: House) -> None:
    data = (await talked.get("terms?hours=24")).json()["data"]
    assert (data["posts"], data["sampled_posts"], data["people"]) == (17, 17, 12)
    assert (data["baseline"]["posts"], data["baseline"]["people"]) == (12, 12)
    items = {item["term"]: item for item in data["items"]}
    late = items["late flight"]
    assert (late["kind"], late["people"], late["before"], late["share"]) == ("phrase", 8, 0, round(8 / 12, 4))
    assert (late["negative"], late["scored"], late["negative_share"]) == (7, 8, 0.875)
    assert late["average_sentiment"] < 0
    assert items["#fail"]["kind"] == "hashtag"
    assert items["lovely seat"]["before"] == 12
    assert not {"flight", "seat", "i", "the", "this"} & set(items)


async def test_filters_hold_and_what_is_searched_for_is_left_out(talked: House) -> None:
    data = (await talked.get('terms?product=Web&q="lovely seat"')).json()["data"]
    assert data["posts"] == 4
    assert not {"lovely", "seat", "lovely seat"} & {item["term"] for item in data["items"]}
    nobody = (await talked.get("terms?product=Nothing")).json()["data"]
    assert (nobody["posts"], nobody["items"]) == (0, [])


async def test_rising_terms_alone(talked: House) -> None:
    items = (await talked.get("terms?sort=rising&limit=2")).json()["data"]["items"]
    assert len(items) <= 2
    assert all(item["rising"] and item["z_score"] >= 2.58 for item in items)
    alone = (await talked.get("terms?start_date=2026-11-21T08:00:00Z&end_date=2026-11-21T10:00:00Z")).json()["data"]
    assert alone["baseline"]["posts"] == 0
    assert [(item["term"], item["z_score"], item["rising"]) for item in alone["items"]] == [
        ("lovely seat", None, False)
    ]


@pytest.mark.parametrize(("query", "parameter"), [("sort=best", "sort"), ("limit=0", "limit"), ("limit=201", "limit")])
async def test_a_bad_parameter_is_refused(house: House, query: str, parameter: str) -> None:
    answer = await house.get(f"terms?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["parameter"] == parameter


async def test_answers_are_kept_and_carry_an_etag(talked: House) -> None:
    path = "terms?start_date=2026-11-21T00:00:00Z&end_date=2026-11-22T00:00:00Z"
    first = await talked.get(path)
    assert first.headers["cache-control"] == "private, max-age=30"
    again = await talked.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
