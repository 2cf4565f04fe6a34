"""What every store's queue of provisional readings must do."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from store_steps import NOW, Feed, a_post, a_reading, total

from sentistream.domain.analysis import NOBODY, Reading, unscored
from sentistream.domain.event import PostEvent
from sentistream.domain.post import Correction, Tombstone, Withdrawal, content_hash
from sentistream.domain.query import NumbersQuery
from sentistream.storage.base import Store
from sentistream.storage.queue import MAX_ATTEMPTS, Backlog, Claim, Refined

LATER = NOW + timedelta(minutes=5)
QUICK = a_reading(provisional=True)
HUMAN = Correction(
    correction_id="c",
    source="twitter",
    post_id="1",
    content_hash=content_hash("text of 1"),
    corrected_by="ann",
    corrected_at=NOW,
    sentiment_label="neutral",
)


def full(label: str = "positive", score: float = 0.9, **changes: Any) -> Reading:
    return a_reading(label, score, tier="full", model="big", **changes)


async def claim(store: Store, lease: str = "mine", limit: int = 10, seconds: float = 30, **changes: Any) -> Claim:
    given = {"now": LATER, "below": "full"} | changes
    return await store.refine.claim(limit, lease, given["now"], seconds, given["below"])


async def finished(store: Store, given: Claim, readings: Sequence[Reading], now: datetime) -> Refined:
    result = await store.refine.settle(given, readings, now)
    await store.refine.finish(given)
    return result


async def waiting(store: Store) -> int:
    return (await store.refine.backlog()).posts


def names(given: Claim) -> list[str]:
    return [text.content.removeprefix("text of ") for text in given.texts]


async def test_only_provisional_readings_are_queued(store: Store, feed: Feed) -> None:
    assert await store.refine.backlog() == Backlog(0, None)
    await feed.write(a_post("1"), reading=QUICK)
    await feed.write(a_post("2"))
    await feed.write(a_post("3"), reading=full(provisional=True), now=LATER)
    assert await store.refine.backlog() == Backlog(1, NOW)
    given = await claim(store)
    found = await store.posts.get("1")
    assert found is not None
    assert [(text.id, text.content_hash, text.content, text.attempt) for text in given.texts] == [
        (found.id, content_hash("text of 1"), "text of 1", 1)
    ]


async def test_least_sure_first_and_each_to_one_refiner(store: Store, feed: Feed) -> None:
    for name, sure in (("a", 0.9), ("b", 0.4), ("c", 0.7), ("d", 0.5)):
        await feed.write(a_post(name), reading=replace(QUICK, confidence_score=sure))
    await feed.write(a_post("e"), reading=replace(unscored(NOBODY, "all models are down"), provisional=True))
    assert names(await claim(store, "one", 3)) == ["e", "b", "d"]
    assert names(await claim(store, "two")) == ["c", "a"]
    assert names(await claim(store, "three")) == []
    assert await waiting(store) == 5


async def test_refiners_at_once_share_the_work(store: Store, feed: Feed) -> None:
    await feed.settle(feed.items([a_post(str(n)) for n in range(200)], QUICK))
    claims = await asyncio.gather(*(claim(store, f"lease {n}", 40) for n in range(6)))
    taken = [name for one in claims for name in names(one)]
    assert len(taken) == len(set(taken)) >= 160
    settled = await asyncio.gather(
        *(finished(store, one, [full() for _ in one.texts], LATER) for one in claims),
        feed.write(a_post("7", product="Boat"), reading=QUICK, now=LATER),
    )
    assert settled[-1] == ["edited"]
    left = await claim(store, "last", 200)
    await finished(store, left, [full() for _ in left.texts], LATER)
    assert await waiting(store) == 0
    numbers = await total(store)
    assert (numbers.posts, numbers.positive, numbers.negative) == (200, 200, 0)


async def test_a_full_reading_becomes_current_and_moves_what_the_post_counts(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1"), a_post("2"), reading=QUICK)
    before = await store.numbers.epoch()
    given = await claim(store)
    result = await finished(store, given, [full(churn_risk=0.8), full("neutral", 0.1)], LATER)
    assert (result.refined, result.dropped, result.kept) == (2, 0, 0)
    assert await waiting(store) == 0
    numbers = await total(store)
    assert (numbers.posts, numbers.positive, numbers.neutral, numbers.negative) == (2, 1, 1, 0)
    assert (numbers.average_sentiment, numbers.high_churn_risk) == (0.5, 1)
    cells = await store.numbers.cells(NumbersQuery(start=NOW - timedelta(days=1), end=LATER, group_by="tier"))
    assert [(cell.key, cell.numbers.posts) for cell in cells] == [("full", 2)]
    assert await store.numbers.epoch() > before
    events = [event for event in result.events if isinstance(event, PostEvent)]
    assert len(events) == len(result.events) == 2
    for event in events:
        assert event.change == "updated"
        assert event.post == await store.posts.get(event.post.id)
        assert (event.post.tier, event.post.model_name, event.post.analyzed_at) == ("full", "big", LATER)


@pytest.mark.parametrize("change", ["edited", "deleted", "corrected", "expired", "read again"])
async def test_what_changed_meanwhile_is_left_alone(store: Store, feed: Feed, change: str) -> None:
    await feed.write(a_post("1", created_at=NOW - timedelta(minutes=11)), a_post("2"), reading=QUICK)
    given = await claim(store)
    if change == "edited":
        await feed.write(a_post("1", content="new", edited_at=NOW), reading=QUICK)
    elif change == "deleted":
        await feed.write(Tombstone(source="twitter", post_id="1", deleted_at=NOW))
    elif change == "corrected":
        await feed.write(HUMAN)
    elif change == "expired":
        assert await store.expire(NOW + timedelta(days=1), 1) == 1
    else:
        await feed.write(a_post("1", product="Boat"), reading=full("neutral", 0.0))
    stood = await store.posts.get("1")
    result = await finished(store, given, [full() for _ in given.texts], LATER)
    assert (result.refined, result.dropped, result.kept) == (1, 1, 0)
    assert await store.posts.get("1") == stood
    other = await store.posts.get("2")
    assert other is not None
    assert (other.tier, other.sentiment_label) == ("full", "positive")
    # Only the new text is still to be read.
    again = await claim(store, "again")
    assert [text.content for text in again.texts] == (["new"] if change == "edited" else [])
    assert [text.attempt for text in again.texts] == ([1] if change == "edited" else [])


@pytest.mark.parametrize("at_once", [True, False])
async def test_what_a_person_said_can_be_taken_back_and_the_better_reading_stands(
    store: Store, feed: Feed, at_once: bool
) -> None:
    if at_once:
        await feed.settle([*feed.items([a_post("1")], QUICK), *feed.items([HUMAN])])
    else:
        await feed.write(a_post("1"), reading=QUICK)
        await feed.write(HUMAN)
    given = await claim(store)
    assert names(given) == ["1"]
    result = await finished(store, given, [full()], LATER)
    assert (result.refined, result.dropped, result.kept, result.events) == (0, 1, 0, [])
    found = await store.posts.get("1")
    assert found is not None
    assert (found.tier, found.sentiment_label) == ("human", "neutral")
    await feed.write(
        Withdrawal(
            correction_id="c",
            source="twitter",
            post_id="1",
            content_hash=HUMAN.content_hash,
            withdrawn_by="ann",
            withdrawn_at=LATER,
        )
    )
    found = await store.posts.get("1")
    assert found is not None
    assert (found.tier, found.sentiment_label) == ("full", "positive")
    assert (await total(store)).positive == 1


async def test_a_layer_that_was_promoted_can_go_back_to_the_better_reading(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1"), reading=QUICK)
    given = await claim(store)
    [text] = given.texts
    other = a_reading("neutral", 0.0, tier="full", model="other")
    await store.add_layer("other", [(text.id, text.content_hash, other)], NOW)
    assert await store.promote("other", 10, NOW) == 0
    assert (await finished(store, given, [full()], LATER)).refined == 0
    found = await store.posts.get("1")
    assert found is not None
    assert found.model_name == "other"
    assert await store.demote("other", 10, LATER) == 0
    found = await store.posts.get("1")
    assert found is not None
    assert (found.model_name, found.tier) == ("big", "full")


async def test_a_provisional_text_waits_once_however_often_its_post_changes(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1"), reading=QUICK)
    await feed.write(a_post("1", product="Boat"), reading=QUICK)
    await feed.write(a_post("1", content="new", edited_at=NOW), reading=QUICK)
    await feed.write(a_post("1", content="newest", edited_at=LATER), a_post("2"), reading=full())
    assert await waiting(store) == 0


async def test_one_that_came_and_went_in_one_batch_was_never_queued(store: Store, feed: Feed) -> None:
    items = feed.items([a_post("1"), Tombstone(source="twitter", post_id="1", deleted_at=NOW)], QUICK)
    await feed.settle(items)
    assert await waiting(store) == 0


async def test_a_redelivery_queues_nothing(store: Store, feed: Feed) -> None:
    items = feed.items([a_post("1")], QUICK)
    await feed.settle(items)
    given = await claim(store)
    await finished(store, given, [full()], LATER)
    await feed.settle(items)
    assert await waiting(store) == 0


async def test_a_lost_lease_changes_nothing(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1"), reading=QUICK)
    lost = await claim(store, "slow", seconds=10)
    assert names(await claim(store, "early", now=LATER + timedelta(seconds=9))) == []
    taken = await claim(store, "quick", now=LATER + timedelta(seconds=10))
    assert [text.attempt for text in taken.texts] == [2]
    result = await finished(store, lost, [full()], LATER)
    assert (result.refined, result.dropped, result.kept, result.events) == (0, 1, 0, [])
    await store.refine.release(lost)
    assert await waiting(store) == 1
    assert (await finished(store, taken, [full()], LATER)).refined == 1
    # What is done can be told again without any effect.
    assert (await finished(store, taken, [full()], LATER)).refined == 0


async def test_who_dies_before_it_could_tell_leaves_the_same_events_to_the_next(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1"), a_post("2"), a_post("3"), reading=QUICK)
    lost = await claim(store, "lost")
    first = await store.refine.settle(lost, [full() for _ in lost.texts], LATER)
    assert (first.refined, len(first.events)) == (3, 3)
    await feed.write(a_post("3", content="new", edited_at=NOW), reading=QUICK)  # told by who wrote it
    events = []
    for number in range(3):
        later = LATER + timedelta(minutes=1)
        given = await claim(store, f"next {number}", now=later)
        [text] = given.texts
        result = await finished(store, given, [full()], later)
        events += result.events
        assert (result.refined, text.content) in ((0, "text of 1"), (0, "text of 2"), (1, "new"))
    assert {event.id for event in first.events} & {event.id for event in events} == {
        event.id for event in first.events if isinstance(event, PostEvent) and event.post.post_id != "3"
    }
    assert len(events) == 3
    assert await waiting(store) == 0
    assert (await total(store)).posts == 3


async def test_what_was_left_behind_comes_alone_and_three_times_at_most(store: Store, feed: Feed) -> None:
    for name, sure in (("killer", 0.2), ("innocent", 0.3), ("other", 0.4)):
        await feed.write(a_post(name), reading=replace(QUICK, confidence_score=sure))
    now = LATER
    assert names(await claim(store, "first", 2, now=now)) == ["killer", "innocent"]
    assert names(await claim(store, "beside it", now=now)) == ["other"]
    for attempt in range(2, MAX_ATTEMPTS + 1):
        now += timedelta(minutes=1)
        given = await claim(store, f"attempt {attempt}", now=now)
        assert (names(given), [text.attempt for text in given.texts]) == (["killer"], [attempt])
    now += timedelta(minutes=1)
    given = await claim(store, "after", now=now)
    assert (names(given), given.given_up) == (["innocent"], 1)
    found = await store.posts.get("killer")
    assert found is not None
    assert found.tier == "fast"


async def test_what_is_given_back_was_not_tried(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1"), a_post("2"), reading=QUICK)
    for number in range(2 * MAX_ATTEMPTS):
        given = await claim(store, f"lease {number}")
        assert [text.attempt for text in given.texts] == [1, 1]
        await store.refine.release(given)
    assert await waiting(store) == 2


async def test_a_reading_that_is_provisional_again_stays_queued(store: Store, feed: Feed) -> None:
    nothing = replace(unscored(NOBODY, "all models are down"), provisional=True)
    await feed.write(a_post("1"), a_post("2"), reading=nothing)
    given = await claim(store)
    better = a_reading("positive", 0.5, provisional=True)
    result = await finished(store, given, [nothing, better], LATER)
    assert (result.refined, result.dropped, result.kept) == (1, 0, 2)
    again = await claim(store, "again")
    assert [text.attempt for text in again.texts] == [1, 1]
    # The unscored one first: the other has been read by something.
    assert again.texts[0].id == given.texts[0].id
    assert [text.id for text in (await claim(store, "low", below="fast", now=LATER + timedelta(hours=1))).texts] == [
        given.texts[0].id
    ]


async def test_a_tier_reads_only_what_was_read_below_it(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1"), reading=QUICK)
    assert names(await claim(store, below="fast")) == []
    assert names(await claim(store, below="llm")) == ["1"]


async def test_a_reading_that_is_no_better_ends_the_wait(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1"), reading=QUICK)
    stood = await store.posts.get("1")
    result = await finished(store, await claim(store), [unscored(NOBODY, "no language it knows")], LATER)
    assert (result.refined, result.dropped, result.kept, result.events) == (0, 1, 0, [])
    assert await waiting(store) == 0
    assert await store.posts.get("1") == stood


async def test_a_reading_that_lies_in_an_inactive_layer_is_made_current(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1"), reading=QUICK)
    given = await claim(store)
    [text] = given.texts
    await store.add_layer("candidate", [(text.id, text.content_hash, full())], NOW)
    assert (await finished(store, given, [full()], LATER)).refined == 1
    found = await store.posts.get("1")
    assert found is not None
    assert found.tier == "full"
