"""What every store must do, whatever it is made of."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from store_steps import NOW, RANGE, Feed, a_post, a_reading, total
from stores import OpenStore

from sentistream.domain.alert import Alert
from sentistream.domain.analysis import ModelInfo, unscored
from sentistream.domain.errors import Conflict
from sentistream.domain.event import DeletedEvent, PostEvent
from sentistream.domain.ledger import Account
from sentistream.domain.post import Correction, Invalid, Post, Tombstone, content_hash
from sentistream.domain.query import AlertsQuery, Filters, NumbersQuery, PageRequest
from sentistream.storage.base import Store


async def test_a_post_comes_back_as_it_was(store: Store, feed: Feed) -> None:
    post = a_post(
        url="https://example.org/1", reply_to="0", channel="app", location="Berlin, Germany", city="Berlin",
        country="DE", latitude=52.5, longitude=13.4, engagement=7, extra={"a": "x"},
        edited_at=NOW - timedelta(minutes=9),
    )  # fmt: skip
    assert await feed.write(post) == ["created"]
    found = await store.posts.get("1")
    assert found is not None
    for name in Post.__struct_fields__:
        if name != "language":
            assert getattr(found, name) == getattr(post, name), name
    assert (found.language, found.sentiment_label, found.sentiment_score, found.tier) == (
        "en",
        "negative",
        -0.5,
        "fast",
    )
    assert found.ingested_at == found.analyzed_at == NOW
    assert found == await store.posts.get(found.id)
    assert await store.posts.get("nobody") is None


async def test_absent_values_stay_absent(store: Store, feed: Feed) -> None:
    model = ModelInfo(name="m", version="1", tier="fast")
    await feed.write(a_post(author=None, product=None), reading=unscored(model, "no words"))
    found = await store.posts.get("1")
    assert found is not None
    assert (found.author, found.product, found.city, found.emotion, found.emotions) == (None,) * 5
    assert (found.sentiment_label, found.sentiment_score, found.toxicity, found.churn_risk) == (
        "unscored",
        None,
        None,
        None,
    )
    numbers = await total(store)
    assert (numbers.posts, numbers.scored, numbers.average_sentiment, numbers.average_toxicity) == (1, 0, None, None)


async def test_versions(store: Store, feed: Feed) -> None:
    first = a_post(edited_at=NOW - timedelta(minutes=8))
    newer = replace(first, content="better text", edited_at=NOW - timedelta(minutes=5))
    older = replace(first, content="draft", edited_at=NOW - timedelta(minutes=9))
    assert await feed.write(first, first, older) == ["created", "duplicate", "stale"]
    assert await feed.write(newer, reading=a_reading("positive", 0.9)) == ["edited"]
    assert await feed.write(first, newer) == ["stale", "duplicate"]
    numbers = await total(store)
    assert (numbers.posts, numbers.positive, numbers.negative, numbers.average_sentiment) == (1, 1, 0, 0.9)
    assert (await store.posts.page(Filters(q="better"), PageRequest())).posts[0].content == "better text"
    assert (await store.posts.page(Filters(q="text of"), PageRequest())).posts == []


async def test_metadata_alone_moves_rollups_and_keeps_the_analysis(store: Store, feed: Feed) -> None:
    await feed.write(a_post(product="Aero"))
    assert await feed.write(a_post(product="Boat"), reading=a_reading("positive", 1.0, model="m")) == ["edited"]
    found = await store.posts.get("1")
    assert found is not None
    assert (found.product, found.sentiment_label) == ("Boat", "negative")
    cells = await store.numbers.cells(NumbersQuery(**RANGE, group_by="product"))
    assert [(cell.key, cell.numbers.posts) for cell in cells] == [("Boat", 1)]


async def test_tombstones_are_final(store: Store, feed: Feed) -> None:
    grave = Tombstone(post_id="1", source="twitter", deleted_at=NOW)
    assert await feed.write(a_post(), grave, grave) == ["created", "deleted", "duplicate"]
    assert await feed.write(a_post(edited_at=NOW)) == ["stale"]
    early = Tombstone(post_id="2", source="twitter", deleted_at=NOW)
    assert await feed.write(early, a_post("2")) == ["tombstoned", "stale"]
    assert await feed.write(a_post("3")) == ["created"]
    assert await feed.write(replace(early, post_id="3")) == ["deleted"]
    assert (await store.posts.count(), (await total(store)).posts) == (0, 0)
    assert (await store.posts.page(Filters(q="text"), PageRequest())).posts == []


async def test_a_redelivery_changes_nothing_and_raises_its_events_again(store: Store, feed: Feed) -> None:
    items = feed.items([a_post("1"), a_post("2"), Invalid(raw="{", reason="broken")])
    first = await feed.settle(items)
    accounts = await store.ledger.accounts()
    again = await feed.settle(items, NOW + timedelta(minutes=1))
    assert again.outcomes == first.outcomes
    assert again.events == first.events
    assert (first.repeated, again.repeated) == (0, 3)
    assert await store.ledger.accounts() == accounts
    assert len(await store.ledger.dead_letters()) == 1
    grave = feed.items([Tombstone(post_id="1", source="twitter", deleted_at=NOW)])
    [gone] = (await feed.settle(grave)).events
    assert (await feed.settle(grave)).events == [gone]
    assert isinstance(gone, DeletedEvent)


async def test_events_say_created_updated_deleted(store: Store, feed: Feed) -> None:
    settled = await feed.settle(feed.items([a_post("1"), a_post("2"), a_post("2", content="other", edited_at=NOW)]))
    assert [(event.change, event.post.post_id) for event in settled.events if isinstance(event, PostEvent)] == [
        ("created", "1"),
        ("created", "2"),
    ]
    settled = await feed.settle(feed.items([a_post("1", content="new", edited_at=NOW)]))
    assert [event.change for event in settled.events if isinstance(event, PostEvent)] == ["updated"]
    assert len({event.id for event in settled.events}) == 1


async def test_simulated_history_is_no_news(store: Store, feed: Feed) -> None:
    old = feed.items([a_post("1", simulated=True)])
    fresh = feed.items([a_post("2", simulated=True, created_at=NOW - timedelta(minutes=1)), a_post("3")])
    assert (await feed.settle(old)).events == []
    assert await store.numbers.arrivals(NOW) == 0
    assert len((await feed.settle(fresh)).events) == 2
    assert await store.numbers.arrivals(NOW) == 2


async def test_a_bad_entry_is_kept_with_its_reason(store: Store, feed: Feed) -> None:
    bad = Invalid(raw='{"post_id": 1', reason="not JSON", connector="file:x", position="line 7")
    assert await feed.write(a_post("1"), bad, a_post("2")) == ["created", "dead_lettered", "created"]
    [letter] = await store.ledger.dead_letters()
    assert (letter.raw, letter.reason, letter.connector, letter.position) == (bad.raw, bad.reason, "file:x", "line 7")
    assert await store.ledger.accounts() == {
        "http": Account(connector="http", created=2),
        "file:x": Account(connector="file:x", dead_lettered=1),
    }


async def test_dead_letters_page(store: Store, feed: Feed) -> None:
    await feed.write(*(Invalid(raw=str(n), reason="r") for n in range(5)))
    first = await store.ledger.dead_letters(limit=2)
    rest = await store.ledger.dead_letters(limit=9, before=first[-1].id)
    assert [letter.raw for letter in (*first, *rest)] == ["4", "3", "2", "1", "0"]


async def test_a_dead_letter_is_sent_again_once(store: Store, feed: Feed) -> None:
    await feed.write(*(Invalid(raw=str(n), reason="r") for n in range(3)))
    ids = [letter.id for letter in reversed(await store.ledger.dead_letters())]
    claimed = await store.replays.claim([*ids, 99_999], NOW)
    assert [letter.id for letter in claimed] == ids
    assert await store.replays.claim(ids, NOW) == [], "somebody is sending them"
    await store.replays.settle(ids[:1], NOW)
    await store.replays.settle(ids[1:2], None)
    assert [letter.id for letter in await store.replays.claim(ids, NOW)] == ids[1:2], "it was not sent after all"
    later = NOW + timedelta(minutes=2)
    assert [letter.id for letter in await store.replays.claim(ids, later)] == ids[1:], "who claimed them died"
    assert {id: letter.replayed_at for id, letter in (await store.replays.of([*ids, 99_999])).items()} == {
        ids[0]: NOW,
        ids[1]: None,
        ids[2]: None,
    }
    assert [letter.replayed_at for letter in await store.ledger.dead_letters()] == [None, None, NOW]
    assert await store.ledger.findings() == []


async def test_a_correction_wins_until_the_text_changes(store: Store, feed: Feed) -> None:
    post = a_post()
    await feed.write(post, reading=a_reading("negative", -0.8, emotion="anger", emotions=(0, 0, 0.9, 0, 0, 0, 0.1)))
    relabel = Correction(
        post_id="1", source="twitter", content_hash=content_hash(post.content), correction_id="c1", corrected_by="bo",
        corrected_at=NOW, sentiment_label="positive",
    )  # fmt: skip
    assert await feed.write(relabel, relabel) == ["corrected", "duplicate"]
    found = await store.posts.get("1")
    assert found is not None
    assert (found.sentiment_label, found.confidence_score, found.tier, found.emotion) == (
        "positive",
        1.0,
        "human",
        "anger",
    )
    assert found.emotions is not None
    assert (await total(store)).positive == 1
    assert await feed.write(replace(post, product="Boat")) == ["edited"]
    kept = await store.posts.get("1")
    assert kept is not None
    assert kept.tier == "human"
    assert await feed.write(replace(post, content="all new", edited_at=NOW)) == ["edited"]
    changed = await store.posts.get("1")
    assert changed is not None
    assert (changed.tier, changed.sentiment_label) == ("fast", "negative")
    assert await feed.write(replace(relabel, correction_id="c2")) == ["stale"]


async def test_layers_are_promoted_in_steps(store: Store, feed: Feed) -> None:
    for n in range(5):
        await feed.write(a_post(str(n)))
    views = {view.post_id: view for view in (await store.posts.page(Filters(), PageRequest())).posts}
    readings = [
        (view.id, content_hash(view.content), a_reading("positive", 0.5, "full", "big")) for view in views.values()
    ]
    await store.add_layer("trial", readings, NOW)
    await store.add_layer("trial", readings, NOW)
    epoch = await store.numbers.epoch()
    assert (await total(store)).negative == 5
    assert [await store.promote("trial", 2, NOW) for _ in range(4)] == [3, 1, 0, 0]
    assert (await total(store)).positive == 5
    assert await store.numbers.epoch() > epoch
    assert await store.ledger.findings() == []


async def test_a_lower_tier_never_replaces_a_higher_one(store: Store, feed: Feed) -> None:
    await feed.write(a_post(), reading=a_reading("positive", 0.9, "full", "big"))
    await feed.write(a_post(product="B"), reading=a_reading("negative", -0.9, "fast", "small"))
    found = await store.posts.get("1")
    assert found is not None
    assert (found.product, found.sentiment_label, found.model_name) == ("B", "positive", "big")


async def test_outcomes_are_forgotten_behind_the_trim_point(store: Store, feed: Feed) -> None:
    items = feed.items([a_post(str(n)) for n in range(4)])
    await feed.settle(items)
    ids = [item.entry_id for item in items]
    assert await store.ledger.prune([ids[2]]) == 2
    assert await store.ledger.settled(ids) == set(ids[2:])
    assert await store.ledger.prune(["another:0000000000000009"]) == 0
    accounts, settled = await store.ledger.snapshot(ids)
    assert (accounts["http"].created, settled) == (4, set(ids[2:]))


async def test_what_was_forgotten_was_settled_all_the_same(store: Store, feed: Feed) -> None:
    """A worker that was frozen may still have entries in hand which others have settled and forgotten long since."""
    entries = [a_post("1"), a_post("2"), Invalid(raw="{", reason="broken"), a_post("3")]
    items = feed.items(entries)
    await feed.settle(items)
    await feed.settle(feed.items([Tombstone(post_id="1", source="twitter", deleted_at=NOW)]))
    before = await store.ledger.accounts()
    assert await store.ledger.prune([items[3].entry_id]) == 3
    assert await store.ledger.prune([items[1].entry_id]) == 0  # somebody looks late
    again = await feed.settle(items)
    assert (again.repeated, again.outcomes) == (4, {items[3].entry_id: "created"})
    assert [event.post.post_id for event in again.events if isinstance(event, PostEvent)] == ["3"]
    assert await store.ledger.accounts() == before
    assert len(await store.ledger.dead_letters()) == 1


async def test_what_is_written_survives_reopening(open_store: OpenStore, tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    await Feed(store).write(a_post())
    await store.cursors.save("file", {"line": 3}, NOW)
    await store.close()
    store = await open_store(tmp_path)
    assert await store.posts.count() == 1
    assert await store.cursors.load("file") == {"line": 3}
    await store.close()


async def test_a_batch_is_written_whole_or_not_at_all(store: Store, feed: Feed) -> None:
    items = feed.items([a_post("1"), a_post("2", content="lone \ud800 surrogate")])
    with pytest.raises(UnicodeEncodeError):
        await feed.settle(items)
    assert await store.posts.count() == 0
    assert await store.ledger.accounts() == {}
    assert (await feed.settle(items[:1])).outcomes == {items[0].entry_id: "created"}


async def test_beyond_the_limit_keys_are_counted_together(
    store: Store, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentistream.storage.sql.MAX_KEYS", 3)
    for n in range(5):
        await feed.write(a_post(str(n), product=f"P{n}"))
    cells = await store.numbers.cells(NumbersQuery(**RANGE, group_by="product"))
    assert [(cell.key, cell.numbers.posts) for cell in cells] == [("(other)", 2), ("P0", 1), ("P1", 1), ("P2", 1)]
    assert (await total(store, filters=Filters(product=("P4",)))).posts == 1
    assert await feed.write(Tombstone(post_id="4", source="twitter", deleted_at=NOW)) == ["deleted"]
    assert await store.ledger.findings() == []


async def test_old_posts_expire_in_steps_and_stay_counted(store: Store, feed: Feed) -> None:
    await feed.write(*(a_post(str(n), created_at=NOW - timedelta(days=2, hours=n)) for n in range(7)), a_post("new"))
    epoch = await store.numbers.epoch()
    limit = NOW - timedelta(days=1, hours=3)
    assert [await store.expire(limit, 3) for _ in range(4)] == [3, 3, 1, 0]
    assert await store.numbers.epoch() > epoch
    assert await store.posts.count() == 1
    assert [view.post_id for view in (await store.posts.page(Filters(), PageRequest())).posts] == ["new"]
    span = {"start": NOW - timedelta(days=9), "end": NOW}
    assert (await total(store, **span)).posts == 8
    late = a_post("late", created_at=NOW - timedelta(days=2))
    assert await feed.write(late, a_post("0", created_at=NOW - timedelta(days=2))) == ["filtered", "filtered"]
    assert await feed.write(Tombstone(post_id="1", source="twitter", deleted_at=NOW)) == ["tombstoned"]
    assert await store.expire(NOW - timedelta(days=5), 3) == 0
    assert await store.ledger.expired() == 7
    assert (await total(store, **span)).posts == 8
    assert await store.ledger.findings() == []


async def test_alert_episodes(store: Store) -> None:
    alert = Alert(
        id=0, alert_type="high_negative_sentiment", threshold_value=0.5, actual_value=0.8, window_start=NOW,
        window_end=NOW, post_count=30, triggered_at=NOW, details={"products": {"Aero": 3}},
    )  # fmt: skip
    first = await store.alerts.open(alert)
    assert first is not None
    assert await store.alerts.open(alert) is None
    other = await store.alerts.open(replace(alert, alert_type="high_negative_ratio", rule_id="other"))
    assert other is not None
    assert {one.id for one in await store.alerts.current()} == {first.id, other.id}
    await store.alerts.update(replace(first, resolved_at=NOW, actual_value=0.9))
    assert [one.id for one in await store.alerts.current()] == [other.id]
    again = await store.alerts.open(alert)
    assert again is not None
    assert [one.id for one in await store.alerts.page(AlertsQuery(alert_type="high_negative_sentiment"))] == [
        again.id,
        first.id,
    ]
    [ended] = await store.alerts.page(AlertsQuery(active=False))
    assert (ended.actual_value, ended.resolved_at, ended.details) == (0.9, NOW, {"products": {"Aero": 3}})
    assert [one.id for one in await store.alerts.page(AlertsQuery(before=again.id))] == [other.id, first.id]


async def test_cursors_and_keys(store: Store) -> None:
    assert await store.cursors.load("a") is None
    await store.cursors.save("a", {"next": 1}, NOW)
    await store.cursors.save("a", {"next": 2}, NOW)
    assert await store.cursors.all() == {"a": ({"next": 2}, NOW)}
    key = await store.keys.add("ci", "ss_ab", b"hash", NOW)
    with pytest.raises(Conflict):
        await store.keys.add("ci", "ss_cd", b"other", NOW)
    assert await store.keys.revoke("ci", NOW)
    assert not await store.keys.revoke("ci", NOW)
    again = await store.keys.add("ci", "ss_cd", b"other", NOW)
    assert [one.id for one in await store.keys.all()] == [key.id, again.id]
    assert (await store.keys.all())[0].revoked_at == NOW


async def test_the_epoch_moves_with_the_past_only(store: Store, feed: Feed) -> None:
    start = await store.numbers.epoch()
    await feed.write(a_post("1"), a_post("2"))
    assert await store.numbers.epoch() == start
    await feed.write(a_post("1", content="x", edited_at=NOW))
    edited = await store.numbers.epoch()
    await feed.write(Tombstone(post_id="1", source="twitter", deleted_at=NOW))
    assert start < edited < await store.numbers.epoch()


async def test_no_version_of_the_posts_comes_twice(store: Store, feed: Feed) -> None:
    """Although their number does."""
    versions = [await store.posts.version()]
    tombstone = Tombstone(post_id="1", source="twitter", deleted_at=NOW)
    steps = (a_post("1"), a_post("1", content="x", edited_at=NOW), tombstone, a_post("2"), a_post("3"))
    for step in steps:
        await feed.write(step)
        versions.append(await store.posts.version())
    await store.expire(NOW + timedelta(days=2), 1)
    versions.append(await store.posts.version())
    assert len(set(versions)) == len(steps) + 2
    assert await store.posts.version() == versions[-1]
    await feed.write(a_post("2"))  # filtered, or a duplicate: nothing that a page would show
    assert await store.posts.version() == versions[-1]


async def test_ping_asks(store: Store) -> None:
    await store.ping()
