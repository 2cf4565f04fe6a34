"""Aggregates, distributions, totals and metrics: exact numbers over known posts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from house import BAD, FLAT, GOOD, House, at, post
from msgspec.structs import replace

from sentistream.domain.analysis import Reading


@pytest.fixture
async def filled(house: House) -> House:
    """10 good, 6 bad, 2 flat ones and 2 nobody can read, in two hours; one bad from the day before."""
    texts = [GOOD] * 10 + [BAD] * 6 + [FLAT] * 2
    posts = [
        post(
            number,
            content=f"{text} {number}",
            created_at=f"2026-11-22T{10 + number % 2}:{number:02}:00Z",
            source="twitter" if number < 15 else "reddit",
            product="App" if number % 3 else "Web",
            channel="store",
            city="Chicago" if number < 9 else None,
            country="US" if number < 12 else None,
        )
        for number, text in enumerate(texts)
    ]
    await house.fill([*posts, post(99, content=BAD, created_at="2026-11-21T09:00:00Z")])
    return house


async def test_aggregate_counts_shares_and_summary(filled: House) -> None:
    data = (await filled.get("sentiment/aggregate")).json()["data"]
    assert (data["period"], data["tz"], data["group_by"]) == ("hour", "UTC", None)
    assert (data["start"], data["end"]) == ("2026-11-21T12:01:00Z", "2026-11-22T12:01:00Z")
    assert [bucket["bucket"] for bucket in data["buckets"]] == ["2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z"]
    summary = data["summary"]
    assert (summary["posts"], summary["positive"], summary["negative"], summary["neutral"]) == (18, 10, 6, 2)
    assert summary["scored"] == 18
    assert summary["positive_share"] == round(10 / 18, 4)
    assert summary["average_toxicity"] is None
    assert sum(bucket["posts"] for bucket in data["buckets"]) == 18


async def test_aggregate_by_group_period_zone_and_alias(filled: House) -> None:
    answer = await filled.get(
        "sentiment/aggregate?period=day&tz=Pacific/Auckland&start=2026-11-20&end=2026-11-23&group_by=source"
    )
    data = answer.json()["data"]
    # 09:00Z is 22:00 of the same day in Auckland, 11:00Z and later already the next midnight.
    assert {(bucket["bucket"], bucket["key"], bucket["posts"]) for bucket in data["buckets"]} == {
        ("2026-11-20T11:00:00Z", "twitter", 1),
        ("2026-11-21T11:00:00Z", "twitter", 8),
        ("2026-11-22T11:00:00Z", "twitter", 7),
        ("2026-11-21T11:00:00Z", "reddit", 1),
        ("2026-11-22T11:00:00Z", "reddit", 2),
    }
    minute = await filled.get("sentiment/aggregate?period=minute&start=2026-11-22T10:00:00Z&end=2026-11-22T10:05:00Z")
    assert [bucket["bucket"] for bucket in minute.json()["data"]["buckets"]] == [
        "2026-11-22T10:00:00Z",
        "2026-11-22T10:02:00Z",
        "2026-11-22T10:04:00Z",
    ]
    alias = await filled.get("sentiment/aggregate?start_date=2026-11-22T10:00:00Z&end_date=2026-11-22T11:00:00Z")
    assert alias.json()["data"]["summary"]["posts"] == 9


async def test_aggregate_of_several_filters_recounts(filled: House) -> None:
    data = (await filled.get("sentiment/aggregate?source=twitter&product=Web&sentiment=positive,negative")).json()
    assert data["data"]["summary"]["posts"] == 5
    assert data["data"]["summary"]["negative"] == 1


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("period=week", "period"),
        ("period=minute&start=2026-11-01&end=2026-11-05", "period"),
        ("tz=Mars/Olympus", "tz"),
        ("tz=../../etc/passwd", "tz"),
        ("group_by=author", "group_by"),
        ("start=2026-11-05&end=2026-11-01", "end_date"),
        ("start=2026-11-05&start_date=2026-11-04", "start"),
        ("start=soon", "start"),
        ("start=0001-01-01", "start"),
        ("sentiment=angry", "sentiment"),
        ("emotion=bored", "emotion"),
        ("tier=best", "tier"),
        ("limit=0", "limit"),
        ("min_confidence=nan", "min_confidence"),
        ("min_confidence=2", "min_confidence"),
        ("min_toxicity=-0.1", "min_toxicity"),
        ("min_churn_risk=inf", "min_churn_risk"),
    ],
)
async def test_a_bad_parameter_is_400_and_says_what_is_allowed(house: House, query: str, parameter: str) -> None:
    answer = await house.get(f"sentiment/aggregate?{query}")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "INVALID_PARAMETER"
    assert error["details"]["parameter"] == parameter
    assert error["details"]["provided"]
    assert error["details"]["allowed"]


async def test_an_unknown_parameter_names_the_nearest(house: House) -> None:
    error = (await house.get("posts?sentimnt=positive")).json()["error"]
    assert error["details"]["nearest"] == "sentiment"
    assert "did you mean sentiment" in error["message"]
    assert (await house.get("stats?x=1")).status_code == 400
    twice = await house.get("posts?source=a&source=b")
    assert twice.status_code == 400
    assert "commas" in twice.json()["error"]["message"]


async def test_distribution(filled: House) -> None:
    data = (await filled.get("sentiment/distribution?hours=24")).json()["data"]
    assert data["counts"] == {"positive": 10, "negative": 6, "neutral": 2, "unscored": 0}
    assert (data["hours"], data["total"], data["scored"]) == (24, 18, 18)
    assert data["shares"]["negative"] == round(6 / 18, 4)
    empty = (await filled.get("sentiment/distribution?hours=1&source=nobody")).json()["data"]
    assert empty["shares"] == {"positive": None, "negative": None, "neutral": None}
    assert (await filled.get("sentiment/distribution?hours=0")).status_code == 400


async def test_stats(filled: House) -> None:
    data = (await filled.get("stats")).json()["data"]
    assert (data["posts"], data["last_minute"]) == (19, 19)
    assert data["last_24_hours"]["posts"] == 18
    assert data["previous_24_hours"]["posts"] == 1
    assert data["last_hour"]["posts"] == 9
    assert data["model"]["name"] == "vader"
    filled.clock.now = at("12:10:00")
    assert (await filled.get("stats")).json()["data"]["last_minute"] == 0


async def test_overall_beside_the_range_before(filled: House) -> None:
    data = (await filled.get("metrics/overall?hours=24")).json()["data"]
    assert (data["current"]["posts"], data["previous"]["posts"]) == (18, 1)


@pytest.mark.parametrize(
    ("route", "keys"),
    [
        ("platforms", {"twitter": 15, "reddit": 3}),
        ("products", {"App": 12, "Web": 6}),
        ("channels", {"store": 18}),
        ("emotions", {}),
        ("geo", {"US/Chicago": 9}),
        ("geo?level=country", {"US": 12}),
    ],
)
async def test_groups(filled: House, route: str, keys: dict[str, int]) -> None:
    answer = (await filled.get(f"metrics/{route}")).json()
    items = answer["data"]["items"]
    assert {item["key"]: item["posts"] for item in items} == keys
    assert [item["posts"] for item in items] == sorted((item["posts"] for item in items), reverse=True)
    assert answer["metadata"]["has_more"] is False
    if route == "geo":
        assert (items[0]["city"], items[0]["country"]) == ("Chicago", "US")


async def test_cities_say_where_they_lie(build: Any) -> None:
    house: House = build(locate={("Chicago", "US"): (41.85, -87.65)}.get)
    places = {1: ("Chicago", "US"), 2: ("Atlantis", None), 3: ("Chicago", "US")}
    await house.fill([post(n, city=city, country=country) for n, (city, country) in places.items()])
    items = (await house.get("metrics/geo")).json()["data"]["items"]
    assert [(item["city"], item["latitude"], item["longitude"]) for item in items] == [
        ("Chicago", 41.85, -87.65),
        ("Atlantis", None, None),
    ]
    [country] = (await house.get("metrics/geo?level=country")).json()["data"]["items"]
    assert (country["key"], country["latitude"]) == ("US", None)


async def test_groups_say_that_there_are_more(filled: House) -> None:
    answer = (await filled.get("metrics/platforms?limit=1")).json()
    assert [item["key"] for item in answer["data"]["items"]] == ["twitter"]
    assert answer["metadata"]["has_more"] is True


async def test_unscored_posts_are_counted_as_such(house: House, monkeypatch: Any) -> None:
    from sentistream.domain.analysis import unscored

    async def analyse(texts: list[str]) -> list[Any]:
        return [unscored(house.analyser.model, "broken") for _ in texts]

    monkeypatch.setattr(house.analyser, "analyse", analyse)
    await house.fill([post(1)])
    data = (await house.get("sentiment/distribution")).json()["data"]
    assert data["counts"] == {"positive": 0, "negative": 0, "neutral": 0, "unscored": 1}
    assert (data["total"], data["scored"], data["shares"]["positive"]) == (1, 0, None)


async def test_tiers_by_share_and_what_waits_for_a_better_reading(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = (await house.get("metrics/tiers?hours=1")).json()["data"]
    assert (empty["posts"], empty["items"], empty["waiting"], empty["waiting_since"]) == (0, [], 0, None)
    await house.fill([post(1), post(2)])
    analyse = house.analyser.analyse

    async def later(texts: Sequence[str]) -> list[Reading]:
        return [replace(reading, provisional=True) for reading in await analyse(texts)]

    monkeypatch.setattr(house.analyser, "analyse", later)
    await house.fill([post(3)])

    async def full(texts: Sequence[str]) -> list[Reading]:
        return [replace(reading, tier="full", model_name="big") for reading in await analyse(texts)]

    monkeypatch.setattr(house.analyser, "analyse", full)
    await house.fill([post(4)])
    data = (await house.get("metrics/tiers?hours=24")).json()["data"]
    assert data["items"] == [
        {"tier": "full", "posts": 1, "share": 0.25},
        {"tier": "fast", "posts": 3, "share": 0.75},
    ]
    assert (data["posts"], data["waiting"], data["waiting_since"]) == (4, 1, "2026-11-22T12:00:30Z")
    assert (await house.get("metrics/tiers?source=nobody")).json()["data"]["items"] == []
    assert (await house.get("metrics/tiers?hours=0")).status_code == 400


async def test_week_by_hour_in_a_zone(filled: House) -> None:
    data = (await filled.get("metrics/week?start=2026-11-21T00:00:00Z&tz=Asia/Kolkata")).json()["data"]
    assert (data["start"], data["end"], data["tz"]) == ("2026-11-21T00:00:00Z", "2026-11-22T12:01:00Z", "Asia/Kolkata")
    assert len(data["items"]) == 168
    # 10:00Z to 10:16Z is 15:30 to 15:46 in Kolkata, 11:01Z to 11:17Z is 16:31 to 16:47; 09:00Z the day before is 14:30.
    posts = {(one["weekday"], one["hour"]): one["posts"] for one in data["items"] if one["posts"]}
    assert posts == {(6, 14): 1, (7, 15): 9, (7, 16): 9}
    assert sum(one["hours"] for one in data["items"]) == pytest.approx(36 + 1 / 60, abs=0.001)
    month = (await filled.get("metrics/week?source=reddit")).json()["data"]
    assert month["start"] == "2026-10-25T12:01:00Z"
    assert sum(one["posts"] for one in month["items"]) == 3


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("tz=Mars/Olympus", "tz"), ("start=2025-01-01", "start"), ("start=2026-11-05&end=2026-11-01", "end_date")],
)
async def test_week_refuses_what_it_cannot_answer(house: House, query: str, parameter: str) -> None:
    answer = await house.get(f"metrics/week?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"]["details"]["parameter"] == parameter
