"""What every store must answer, whatever it is made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from store_steps import NOW, RANGE, Feed, a_post, a_reading, total

from sentistream.domain.analysis import ModelInfo, unscored
from sentistream.domain.errors import InvalidParameter
from sentistream.domain.post import Correction, Withdrawal, content_hash
from sentistream.domain.query import Filters, NumbersQuery, PageRequest
from sentistream.storage.base import Store


async def test_numbers_by_bucket_group_and_filter(store: Store, feed: Feed) -> None:
    midnight = datetime(2026, 3, 2, tzinfo=UTC)
    for n, (minutes, product, source, label, score) in enumerate(
        [
            (-61, "Aero", "twitter", "negative", -0.5),
            (-1, "Aero", "reddit", "positive", 0.5),
            (0, "Boat", "twitter", "negative", -1.0),
            (1, "Boat", "twitter", "neutral", 0.0),
            (59, "Aero", "twitter", "positive", 1.0),
        ]
    ):
        post = a_post(str(n), created_at=midnight + timedelta(minutes=minutes), product=product, source=source)
        await feed.write(post, reading=a_reading(label, score))
    span = {"start": midnight - timedelta(hours=2), "end": midnight + timedelta(hours=2)}

    async def counts(**query: Any) -> list[tuple[Any, ...]]:
        cells = await store.numbers.cells(NumbersQuery(**(span | query)))
        return [(cell.bucket, cell.key, cell.numbers.posts, cell.numbers.average_sentiment) for cell in cells]

    hour = timedelta(hours=1)
    assert await counts() == [(None, None, 5, 0.0)]
    assert await counts(period="hour") == [
        (midnight - 2 * hour, None, 1, -0.5),
        (midnight - hour, None, 1, 0.5),
        (midnight, None, 3, 0.0),
    ]
    assert await counts(period="day") == [(midnight - 24 * hour, None, 2, 0.0), (midnight, None, 3, 0.0)]
    assert await counts(period="day", tz="Asia/Kolkata") == [
        (datetime(2026, 3, 1, 18, 30, tzinfo=UTC), None, 5, 0.0),
    ]
    assert len(await counts(period="minute")) == 5
    assert await counts(group_by="product") == [(None, "Aero", 3, 0.3333), (None, "Boat", 2, -0.5)]
    assert await counts(group_by="product", limit=1) == [(None, "Aero", 3, 0.3333)]
    assert await counts(filters=Filters(product=("Boat",))) == [(None, None, 2, -0.5)]
    assert await counts(filters=Filters(sentiment=("positive", "neutral"))) == [(None, None, 3, 0.5)]
    both = Filters(product=("Aero",), source=("twitter",))
    assert await counts(filters=both) == [(None, None, 2, 0.25)]
    assert await counts(filters=both, period="hour") == [
        (midnight - 2 * hour, None, 1, -0.5),
        (midnight, None, 1, 1.0),
    ]
    assert await counts(filters=Filters(product=("Aero",)), group_by="source") == [
        (None, "twitter", 2, 0.25),
        (None, "reddit", 1, 0.5),
    ]
    assert await counts(start=midnight - timedelta(minutes=1), end=midnight + timedelta(minutes=1)) == [
        (None, None, 2, -0.25)
    ]
    assert await counts(filters=Filters(product=("nothing",))) == []


@pytest.mark.parametrize(("tz", "hours"), [("Europe/Berlin", [23, 24]), ("America/New_York", [24, 24])])
async def test_days_follow_the_clock_change(store: Store, feed: Feed, tz: str, hours: list[int]) -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    await feed.write(
        *(a_post(str(n), created_at=start + timedelta(hours=n)) for n in range(72)), now=start + timedelta(days=4)
    )
    query = NumbersQuery(start=start, end=start + timedelta(days=3), period="day", tz=tz)
    cells = await store.numbers.cells(query)
    whole = [cell.numbers.posts for cell in cells[1:3]]
    assert whole == hours
    assert sum(cell.numbers.posts for cell in cells) == 72


async def test_cities_are_found_by_name_or_with_their_country(store: Store, feed: Feed) -> None:
    await feed.write(
        a_post("1", city="Paris", country="FR"),
        a_post("2", city="Paris", country="US"),
        a_post("3", city="Lyon", country="FR"),
    )
    assert (await total(store, filters=Filters(city=("Paris",)))).posts == 2
    assert (await total(store, filters=Filters(city=("FR/Paris",)))).posts == 1
    assert (await total(store, filters=Filters(country=("FR",)))).posts == 2
    assert (await total(store, filters=Filters(city=("Paris",), country=("FR",)))).posts == 1
    assert len((await store.posts.page(Filters(city=("FR/Paris", "Lyon")), PageRequest())).posts) == 2


async def test_pages_are_complete_and_in_order(store: Store, feed: Feed) -> None:
    for n in range(25):
        await feed.write(
            a_post(str(n), created_at=NOW - timedelta(minutes=n // 4)), now=NOW + timedelta(seconds=n // 3)
        )
    for sort in ("newest", "oldest", "ingested"):
        seen: list[str] = []
        request = PageRequest(limit=4, sort=sort)  # type: ignore[arg-type]
        while True:
            page = await store.posts.page(Filters(), request)
            seen += [view.post_id for view in page.posts]
            assert page.has_more == (page.next_cursor is not None)
            assert page.total == 25
            if page.next_cursor is None:
                break
            request = replace(request, cursor=page.next_cursor)
        whole = await store.posts.page(Filters(), PageRequest(limit=100, sort=sort))  # type: ignore[arg-type]
        assert seen == [view.post_id for view in whole.posts]
        assert sorted(seen, key=int) == [str(n) for n in range(25)]
        moments = [view.ingested_at if sort == "ingested" else view.created_at for view in whole.posts]
        assert moments == sorted(moments, reverse=sort == "newest")
        page = await store.posts.page(Filters(), PageRequest(limit=3, offset=7, sort=sort))  # type: ignore[arg-type]
        assert [view.post_id for view in page.posts] == seen[7:10]


async def test_pages_in_the_order_of_what_was_read(store: Store, feed: Feed) -> None:
    for number in range(12):
        score = (number % 5) / 4 - 0.5
        reading = a_reading(
            "positive" if score > 0 else "negative",
            score,
            confidence_score=0.5 + number % 4 / 10,
            churn_risk=number / 12,
            toxicity=None if number % 3 else 1 - number / 12,
        )
        await feed.write(a_post(str(number)), reading=reading)
    orders = {
        "least_sure": ("confidence_score", False, 12),
        "most_negative": ("sentiment_score", False, 12),
        "most_positive": ("sentiment_score", True, 12),
        "highest_churn_risk": ("churn_risk", True, 12),
        "highest_toxicity": ("toxicity", True, 4),
    }
    for sort, (name, descending, count) in orders.items():
        seen = []
        request = PageRequest(limit=5, sort=sort, with_total=True)  # type: ignore[arg-type]
        while True:
            page = await store.posts.page(Filters(source=("twitter",)), request)
            assert page.total == count, sort
            seen += page.posts
            if page.next_cursor is None:
                break
            request = replace(request, cursor=page.next_cursor)
        assert len({view.id for view in seen}) == len(seen) == count, sort
        values = [getattr(view, name) for view in seen]
        assert values == sorted(values, reverse=descending), sort
    cursor = (await store.posts.page(Filters(), PageRequest(limit=5, sort="least_sure"))).next_cursor
    with pytest.raises(InvalidParameter):
        await store.posts.page(Filters(), PageRequest(sort="most_negative", cursor=cursor))


async def test_catching_up_sees_what_arrived_or_changed(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1"), a_post("2"), now=NOW)
    later = NOW + timedelta(minutes=5)
    await feed.write(a_post("3"), a_post("1", content="changed", edited_at=NOW), now=later)
    page = await store.posts.page(Filters(), PageRequest(sort="ingested", ingested_after=later))
    assert {view.post_id for view in page.posts} == {"1", "3"}
    assert await store.numbers.arrivals(later) == 1
    assert await store.numbers.arrivals(NOW) == 3


@pytest.mark.parametrize("cursor", ["!", "AAAA", "k6ZuZXdlc3TP", "x" * 500, "", "ünïcode"])
async def test_a_foreign_cursor_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(InvalidParameter):
        await store.posts.page(Filters(), PageRequest(cursor=cursor))


async def test_text_search(store: Store, feed: Feed) -> None:
    await feed.write(
        a_post("1", content="My flight was delayed AGAIN"),
        a_post("2", content="the delayed flight is here"),
        a_post("3", content="Café olé"),
    )

    async def found(q: str) -> set[str]:
        return {view.post_id for view in (await store.posts.page(Filters(q=q), PageRequest())).posts}

    assert await found("flight delayed") == {"1", "2"}
    assert await found('"delayed flight"') == {"2"}
    assert await found("cafe") == {"3"}
    assert await found('delayed AND "') == set()
    for hostile in ('"', '""', "*", "a OR b", "NEAR(", "content:flight", "'; DROP TABLE x", "-", "(", "\x00"):
        assert await found(hostile) <= {"1", "2", "3"}
    assert (await total(store, filters=Filters(q="delayed"))).posts == 2


async def test_filters_of_rows(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1", author="ann"), reading=a_reading(confidence_score=0.9))
    await feed.write(a_post("2", author="bo"), reading=a_reading("positive", 0.5, confidence_score=0.4))
    model = ModelInfo(name="m", version="1", tier="fast")
    await feed.write(a_post("3", author="bo"), reading=unscored(model, "why"))

    async def found(**filters: Any) -> set[str]:
        page = await store.posts.page(Filters(**filters), PageRequest(with_total=True))
        assert page.total == len(page.posts)
        return {view.post_id for view in page.posts}

    assert await found(author=("bo",)) == {"2", "3"}
    assert await found(min_confidence=0.5) == {"1"}
    assert await found(sentiment=("unscored", "positive")) == {"2", "3"}
    assert await found(tier=("unscored",)) == {"3"}
    assert await found(start=NOW) == set()
    assert await found(end=NOW, language=("en",)) == {"1", "2"}


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"min_churn_risk": 0.0}, {"1", "2"}),
        ({"min_churn_risk": 0.3}, {"1", "2"}),
        ({"min_churn_risk": 0.31}, {"1"}),
        ({"min_churn_risk": 1.0}, set()),
        ({"min_toxicity": 0.0}, {"1", "3"}),
        ({"min_toxicity": 0.5}, {"3"}),
        ({"min_toxicity": 0.1, "min_churn_risk": 0.5}, {"1"}),
        ({"min_toxicity": 0.1, "min_confidence": 0.6}, {"1"}),
    ],
)
async def test_minimums_leave_out_what_was_not_read(
    store: Store, feed: Feed, filters: dict[str, float], wanted: set[str]
) -> None:
    for number, toxicity, churn_risk, confidence in (
        ("1", 0.2, 0.7, 0.9),
        ("2", None, 0.3, 0.9),
        ("3", 0.5, None, 0.5),
        ("4", None, None, 0.9),
    ):
        reading = a_reading(toxicity=toxicity, churn_risk=churn_risk, confidence_score=confidence)
        await feed.write(a_post(number), reading=reading)
    asked = Filters(**filters)  # type: ignore[arg-type]
    page = await store.posts.page(asked, PageRequest(with_total=True))
    assert {view.post_id for view in page.posts} == wanted
    assert page.total == len(wanted)
    assert {view.post_id async for chunk in store.posts.export(asked) for view in chunk} == wanted
    assert (await total(store, filters=asked)).posts == len(wanted)
    [by_source] = await store.numbers.cells(NumbersQuery(**RANGE, filters=asked, group_by="source")) or [None]
    assert (by_source.numbers.posts if by_source else 0) == len(wanted)


async def test_risks_are_counted_among_the_posts_read_for_them(store: Store, feed: Feed) -> None:
    for number, (toxicity, churn_risk) in enumerate([(0.2, 0.5), (0.4, 0.49), (None, 0.9), (0.6, None), (None, None)]):
        await feed.write(a_post(str(number)), reading=a_reading(toxicity=toxicity, churn_risk=churn_risk))
    assert await store.numbers.churn_threshold() == 0.5
    # From the rollups, then from the rows.
    for filters in (Filters(), Filters(author=("ann",))):
        numbers = await total(store, filters=filters)
        assert (numbers.scored, numbers.toxicity_posts, numbers.churn_posts, numbers.high_churn_risk) == (5, 3, 3, 2)
        assert (numbers.average_toxicity, numbers.average_churn_risk) == (0.4, 0.63)


async def test_emotions_are_averaged_over_the_posts_read_for_them(store: Store, feed: Feed) -> None:
    for number, anger in enumerate([0.2, 0.6, None]):
        emotions = None if anger is None else (0.1, 0.0, anger, 0.0, 0.0, 0.0, 0.3)
        written = NOW - timedelta(minutes=number % 2)
        reading = a_reading(emotion=None if emotions is None else "anger", emotions=emotions)
        await feed.write(a_post(str(number), created_at=written), reading=reading)
    # From the rollups, then from the rows.
    for filters in (Filters(), Filters(author=("ann",))):
        cells = await store.numbers.cells(NumbersQuery(**RANGE, filters=filters, period="minute"))
        read = [(cell.numbers.posts, cell.numbers.emotion_posts) for cell in cells]
        assert read == [(1, 1), (2, 1)]
        assert [(cell.numbers.emotions or {})["anger"] for cell in cells] == [0.6, 0.2]


async def test_export_is_complete_and_oldest_first(store: Store, feed: Feed) -> None:
    await feed.write(*(a_post(str(n), created_at=NOW - timedelta(seconds=n)) for n in range(2_345)))
    chunks = [chunk async for chunk in store.posts.export(Filters(source=("twitter",)))]
    assert max(map(len, chunks)) <= 1_000
    assert [view.post_id for chunk in chunks for view in chunk] == [str(n) for n in reversed(range(2_345))]


async def test_the_readings_of_a_post_are_the_active_ones_of_its_text_the_current_one_first(
    store: Store, feed: Feed
) -> None:
    first = a_reading(model="a", emotion="anger", emotions=(0.1, 0.2, 0.9, 0, 0, 0, 0.1), toxicity=0.4, churn_risk=0.2)
    await feed.write(a_post("1"), reading=first)
    found = await store.posts.get("1")
    assert found is not None
    assert await store.posts.readings(found.id) == [first]

    better = a_reading("positive", 0.5, tier="full", model="b", reason="because")
    hash_ = content_hash("text of 1")
    await store.add_layer("again", [(found.id, hash_, better)], NOW)
    assert await store.posts.readings(found.id) == [first], "a layer that is not promoted counts for nothing"
    await store.promote("again", 10, NOW)
    assert await store.posts.readings(found.id) == [better, first]

    edited = a_post("1", content="another text", edited_at=NOW)
    await feed.write(edited, reading=unscored(ModelInfo(name="c", version="2", tier="full"), "nobody knows"))
    [last] = await store.posts.readings(found.id)
    assert (last.sentiment_label, last.tier, last.reason) == ("unscored", "unscored", "nobody knows")
    assert await store.posts.readings("6f1c2a52-6a0e-5d7b-9b1e-1f5d5a3c0e77") == []


async def test_every_reading_of_a_post_is_kept_with_what_it_is_to_the_post(store: Store, feed: Feed) -> None:
    minute = timedelta(minutes=1)
    quick = a_reading(model="quick", emotion="anger", emotions=(0.1, 0.2, 0.9, 0, 0, 0, 0.1), provisional=True)
    await feed.write(a_post("1"), reading=quick)
    found = await store.posts.get("1")
    assert found is not None

    async def kept() -> list[tuple[str, str, str]]:
        return [
            (one.reading.model_name, one.layer, one.standing)
            for one in await store.posts.analyses(found.id)  # type: ignore[union-attr]
        ]

    assert await kept() == [("quick", "live", "current")]
    claim = await store.refine.claim(9, "lease", NOW, 30, "full")
    await store.refine.settle(claim, [a_reading("positive", 0.5, "full", "thorough")], NOW + minute)
    assert await kept() == [("thorough", "live", "current"), ("quick", "live", "outranked")]

    said = {"post_id": "1", "source": "twitter", "content_hash": content_hash("text of 1")}
    word = Correction(
        **said, correction_id="c", corrected_by="ada", corrected_at=NOW, sentiment_label="neutral"
    )  # fmt: skip
    await feed.write(word, now=NOW + 2 * minute)
    again = a_reading("neutral", 0.0, "fast", "again")
    await store.add_layer("trial", [(found.id, content_hash("text of 1"), again)], NOW + 3 * minute)
    live = [("thorough", "live", "outranked"), ("quick", "live", "outranked")]
    assert await kept() == [("human:ada", "human", "current"), *live, ("again", "trial", "beside")]

    await feed.write(Withdrawal(**said, correction_id="c", withdrawn_by="ada", withdrawn_at=NOW), now=NOW + 4 * minute)
    await store.promote("trial", 9, NOW)
    assert await kept() == [("again", "trial", "current"), *live, ("human:ada", "human", "withdrawn")]

    await feed.write(a_post("1", content="another text", edited_at=NOW), reading=replace(quick, provisional=False))
    [now, *earlier] = await store.posts.analyses(found.id)
    assert (now.reading, now.standing) == (replace(quick, provisional=False), "current")
    assert {one.standing for one in earlier} == {"earlier"}
    assert len(earlier) == 4
    assert [one.analyzed_at for one in earlier] == sorted((one.analyzed_at for one in earlier), reverse=True)
    assert await store.posts.analyses("6f1c2a52-6a0e-5d7b-9b1e-1f5d5a3c0e77") == []


async def test_how_sure_models_were_is_counted_by_tier_and_by_tenths(store: Store, feed: Feed) -> None:
    for n, (tier, confidence) in enumerate(
        [("fast", 0.0), ("fast", 0.08), ("fast", 0.1), ("fast", 0.3), ("full", 0.7), ("full", 0.88), ("full", 1.0)]
    ):
        reading = a_reading(tier=tier, confidence_score=confidence)  # type: ignore[arg-type]
        await feed.write(a_post(str(n), source="reddit" if n % 2 else "twitter"), reading=reading)
    await feed.write(a_post("unread"), reading=unscored(ModelInfo(name="c", version="2", tier="full"), "nobody knows"))
    await feed.write(a_post("old", created_at=RANGE["start"] - timedelta(minutes=1)))
    await feed.write(
        Correction(
            post_id="4", source="twitter", content_hash=content_hash("text of 4"), correction_id="d",
            corrected_by="ada", corrected_at=NOW, sentiment_label="neutral",
        ),
    )  # fmt: skip

    async def spread(**filters: Any) -> list[tuple[str, int, float, dict[int, int]]]:
        found = await store.numbers.confidence(NumbersQuery(**RANGE, filters=Filters(**filters)))
        assert all(len(one.counts) == 10 for one in found)
        return [
            (one.tier, one.posts, one.average, {place: count for place, count in enumerate(one.counts) if count})
            for one in found
        ]

    assert await spread() == [
        ("fast", 4, 0.12, {0: 2, 1: 1, 3: 1}),
        ("full", 2, 0.94, {8: 1, 9: 1}),
    ], "a person is not more or less sure"
    assert await spread(source=("reddit",)) == [
        ("fast", 2, 0.19, {0: 1, 3: 1}),
        ("full", 1, 0.88, {8: 1}),
    ]
    assert await spread(product=("nothing",)) == []
