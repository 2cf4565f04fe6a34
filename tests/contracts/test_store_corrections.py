"""What people say of posts, in every store: it wins, it can be taken back, and all of it is history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace
from store_steps import NOW, Feed, a_post, a_reading, total

from sentistream.domain.correction import Judgement
from sentistream.domain.event import PostEvent
from sentistream.domain.post import Correction, Tombstone, Withdrawal, content_hash
from sentistream.storage.base import Store

POST = a_post()


def relabel(id: str = "c1", by: str = "bo", post: Any = POST, **said: Any) -> Correction:
    return Correction(
        post_id=post.post_id,
        source=post.source,
        content_hash=content_hash(post.content),
        correction_id=id,
        corrected_by=by,
        corrected_at=NOW,
        **said,
    )


def undo(id: str, by: str = "bo", **changes: Any) -> Withdrawal:
    values: dict[str, Any] = {
        "post_id": POST.post_id,
        "source": POST.source,
        "content_hash": content_hash(POST.content),
        "correction_id": id,
        "withdrawn_by": by,
        "withdrawn_at": NOW,
    }
    return Withdrawal(**(values | changes))


async def label(store: Store) -> tuple[str, str]:
    [standing] = (await store.corrections.standing(["1"])).values()
    return standing.post.sentiment_label, standing.post.tier


async def test_the_last_word_wins_within_one_batch_too(store: Store, feed: Feed) -> None:
    await feed.write(POST)
    words = [relabel("c9", "zoe", sentiment_label="positive"), relabel("c1", "ann", sentiment_label="neutral")]
    assert await feed.write(*words) == ["corrected", "corrected"]
    assert await label(store) == ("neutral", "human")
    [standing] = (await store.corrections.standing(["1"])).values()
    assert standing.last is not None
    assert (standing.last.correction_id, standing.last.corrected_by) == ("c1", "ann")


async def test_what_is_not_said_stays_as_it_was_said_before(store: Store, feed: Feed) -> None:
    await feed.write(POST, reading=a_reading(toxicity=0.25, churn_risk=0.75))
    await feed.write(relabel("c1", sentiment_label="positive", emotion="joy"))
    await feed.write(relabel("c2", toxicity=1.0, note="an insult"))
    [standing] = (await store.corrections.standing(["1"])).values()
    post = standing.post
    assert (post.sentiment_label, post.emotion, post.toxicity, post.churn_risk) == ("positive", "joy", 1.0, 0.75)
    assert post.emotions == {
        name: float(name == "joy") for name in ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
    }
    assert standing.said == Judgement(sentiment_label="positive", emotion="joy", toxicity=1.0)
    numbers = await total(store)
    assert (numbers.positive, numbers.average_toxicity, numbers.emotions and numbers.emotions["joy"]) == (1, 1.0, 1.0)


async def test_a_withdrawal_gives_the_word_back_to_the_model(store: Store, feed: Feed) -> None:
    await feed.write(POST)
    await feed.write(relabel("c1", sentiment_label="positive"), relabel("c2", sentiment_label="neutral"))
    assert await feed.write(undo("c1")) == ["stale"]
    assert await label(store) == ("neutral", "human")
    later = NOW + timedelta(seconds=1)
    taken_back = await feed.settle(feed.items([undo("c2", "eve")]), later)
    assert list(taken_back.outcomes.values()) == ["corrected"]
    assert await label(store) == ("negative", "fast")
    assert (await total(store)).negative == 1
    assert await feed.write(undo("c2"), undo("c1")) == ["duplicate", "duplicate"]
    assert await feed.write(relabel("c2", sentiment_label="neutral")) == ["duplicate"]
    [standing] = (await store.corrections.standing(["1"])).values()
    assert (standing.last, standing.said) == (None, Judgement())
    assert await feed.write(relabel("c3", sentiment_label="positive")) == ["corrected"]
    assert await label(store) == ("positive", "human")


async def test_each_change_of_mind_is_an_event_of_its_own(store: Store, feed: Feed) -> None:
    events = []
    steps = [POST, relabel("c1", sentiment_label="positive"), undo("c1"), relabel("c2", sentiment_label="positive")]
    for second, entry in enumerate(steps):
        items = feed.items([entry])
        settled = await feed.settle(items, NOW + timedelta(seconds=second))
        repeated = await feed.settle(items, NOW + timedelta(minutes=1))
        assert [event.id for event in settled.events] == [event.id for event in repeated.events]
        events += settled.events
    assert len({event.id for event in events}) == 4
    assert [event.change for event in events if isinstance(event, PostEvent)] == ["created", *["updated"] * 3]


async def test_the_history_says_who_changed_what(store: Store, feed: Feed) -> None:
    await feed.write(POST, reading=a_reading(confidence_score=0.6, toxicity=0.1))
    await feed.write(relabel("c1", sentiment_label="positive", note="irony"))
    await feed.write(undo("c1", "eve"))
    post = (await store.corrections.standing(["1"]))["1"].post
    taken_back, said = await store.corrections.of(post.id)
    assert [taken_back, said] == await store.corrections.page()
    assert (said.kind, said.corrected_by, said.corrected_at, said.note) == ("correction", "bo", NOW, "irony")
    assert (said.was.model_name, said.was.model_version, said.was.sentiment_label) == ("m", "1", "negative")
    assert (said.was.confidence_score, said.was.toxicity, said.became) == (
        0.6,
        0.1,
        Judgement(sentiment_label="positive"),
    )
    assert (taken_back.kind, taken_back.corrected_by, taken_back.became.empty) == ("withdrawal", "eve", True)
    assert (taken_back.was.model_name, taken_back.was.tier) == ("human:bo", "human")
    assert await store.corrections.settled(["c1", "c2"]) == {"c1"}
    assert await store.corrections.page(limit=1, before=taken_back.number) == [said]


async def test_an_edit_leaves_the_history_but_not_the_label(store: Store, feed: Feed) -> None:
    await feed.write(POST)
    await feed.write(relabel("c1", sentiment_label="positive"))
    await feed.write(replace(POST, content="all new", edited_at=NOW))
    [standing] = (await store.corrections.standing(["1"])).values()
    assert standing.last is None
    [line] = await store.corrections.of(standing.post.id)
    assert line.stale
    assert [chunk async for chunk in store.corrections.labelled()] == []


async def test_what_was_said_goes_with_the_post(store: Store, feed: Feed) -> None:
    await feed.write(POST)
    grave = Tombstone(post_id="1", source="twitter", deleted_at=NOW)
    said = relabel("c1", sentiment_label="positive")
    assert await feed.write(said, grave) == ["corrected", "deleted"]
    assert await store.corrections.page() == []
    assert await store.corrections.standing(["1", "nobody"]) == {}
    assert await feed.write(said, undo("c1")) == ["stale", "stale"]
    other = a_post("2", created_at=NOW - timedelta(days=3))
    await feed.write(other)
    await feed.write(relabel("c2", post=other, sentiment_label="neutral"))
    assert await store.expire(NOW, 10) == 1
    assert await store.corrections.page() == []


async def test_labels_that_stand_come_with_every_models_reading(store: Store, feed: Feed) -> None:
    written = [a_post(str(n)) for n in range(5)]
    await feed.write(*written, reading=a_reading("negative", -0.5))
    for n, post in enumerate(written[:4]):
        await feed.write(relabel(f"c{n}", post=post, sentiment_label="positive"))
    standing = await store.corrections.standing([post.post_id for post in written])
    assert standing["4"].last is None
    better = a_reading("positive", 0.5, "full", "big")
    views = [one.post for one in standing.values()]
    await store.add_layer("trial", [(view.id, content_hash(view.content), better) for view in views], NOW)
    await feed.write(undo("c0", post_id="0", content_hash=content_hash(written[0].content)))
    chunks = [chunk async for chunk in store.corrections.labelled(chunk=2)]
    found = [one for chunk in chunks for one in chunk]
    assert {one.post_id for one in found} == {"1", "2", "3"}
    assert {one.said.sentiment_label for one in found} == {"positive"}
    assert [(one.model_name, one.sentiment_label) for one in found[0].readings] == [
        ("big", "positive"),
        ("m", "negative"),
    ]


async def test_a_post_is_found_by_its_key_and_by_its_platforms_id(store: Store, feed: Feed) -> None:
    await feed.write(POST, a_post(source="reddit", created_at=NOW))
    found = await store.corrections.standing(["1"])
    key = found["1"].post.id
    assert found["1"].post.source == "reddit"
    assert (await store.corrections.standing([key, "1"])).keys() == {key, "1"}


async def test_a_live_reading_of_an_inactive_layer_counts_at_once(store: Store, feed: Feed) -> None:
    await feed.write(POST, reading=a_reading("negative", -0.5, "fast", "small"))
    view = (await store.corrections.standing(["1"]))["1"].post
    better = a_reading("positive", 0.5, "full", "big")
    await store.add_layer("trial", [(view.id, content_hash(view.content), better)], NOW)
    await feed.write(replace(POST, product="B"), reading=better)
    assert await label(store) == ("positive", "full")
    assert await store.promote("trial", 9, NOW) == 0
    assert await store.ledger.findings() == []


async def test_a_promoted_layer_outranks_the_live_one_and_can_go_back(store: Store, feed: Feed) -> None:
    await feed.write(POST, a_post("2"), reading=a_reading("negative", -0.5, "full", "live"))
    await feed.write(relabel("c1", post=a_post("2"), sentiment_label="neutral"))
    standing = await store.corrections.standing(["1", "2"])
    for layer in ("one", "two"):
        reading = a_reading("positive", 0.5, "fast", layer)
        views = [one.post for one in standing.values()]
        await store.add_layer(layer, [(view.id, content_hash(view.content), reading) for view in views], NOW)
        assert await store.promote(layer, 9, NOW) == 0
        found = await store.corrections.standing(["1", "2"])
        assert [(found[id].post.sentiment_label, found[id].post.tier) for id in ("1", "2")] == [
            ("positive", "fast"),
            ("neutral", "human"),
        ]
        assert found["1"].post.model_name == layer
    assert [await store.demote("two", 1, NOW) for _ in range(3)] == [1, 0, 0]
    assert await label(store) == ("negative", "full")
    assert await store.demote("one", 9, NOW) == 0
    assert await store.promote("one", 9, NOW) == 0
    assert await label(store) == ("positive", "fast")
