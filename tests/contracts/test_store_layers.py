"""Layers in every store: what is left to read, progress with the readings, and how they compare."""

from __future__ import annotations

from typing import Any

import pytest
from store_steps import NOW, Feed, a_post, a_reading

from sentistream.domain.errors import Conflict, NotFound
from sentistream.domain.layer import Layer
from sentistream.domain.post import Correction, content_hash
from sentistream.domain.query import Filters
from sentistream.pipeline.compare import compared
from sentistream.storage.base import Store


def a_layer(name: str = "trial", **changes: Any) -> Layer:
    values: dict[str, Any] = {"name": name, "model": "fast", "created_at": NOW, "updated_at": NOW}
    return Layer(**(values | changes))


async def begin(store: Store, **changes: Any) -> Layer:
    await store.layers.create(a_layer(**changes))
    return await store.layers.update("trial", NOW, model_name="second", model_version="1", tier="fast")


async def read_all(store: Store, layer: Layer, label: str = "positive", limit: int = 2, model: str = "second") -> Layer:
    while (found := await store.layers.unread(layer, limit)).seen:
        score = {"positive": 1.0, "negative": -1.0, "neutral": 0.0}[label]
        reading = a_reading(label, score, "fast", model)
        layer = await store.layers.record(layer, found, [(key, hash_, reading) for key, hash_, _ in found.texts], NOW)
    return layer


async def test_a_layer_comes_back_as_it_was(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1"), a_post("2", source="reddit"))
    made = await store.layers.create(a_layer(filters=Filters(source=("reddit",), start=NOW.replace(year=2020))))
    assert made.total == 1
    assert await store.layers.get("trial") == made
    assert await store.layers.all() == [made]
    with pytest.raises(Conflict):
        await store.layers.create(a_layer())
    with pytest.raises(NotFound):
        await store.layers.update("other", NOW, error="x")
    assert await store.layers.get("other") is None
    changed = await store.layers.update("trial", NOW, error="no model", report={"posts": 1})
    assert (changed.error, changed.report) == ("no model", {"posts": 1})


async def test_it_reads_every_post_once_and_goes_on_where_it_stopped(store: Store, feed: Feed) -> None:
    await feed.write(*(a_post(str(n)) for n in range(5)), a_post("9", source="reddit"))
    layer = await begin(store, filters=Filters(source=("twitter",)))
    assert layer.total == 5
    found = await store.layers.unread(layer, 3)
    first = {text for _, _, text in found.texts}
    assert len(first) == 3
    reading = a_reading("positive", 1.0, "fast", "second")
    kept = [(key, hash_, reading) for key, hash_, _ in found.texts]
    further = await store.layers.record(layer, found, kept, NOW)
    assert (further.seen, further.read, further.position) == (3, 3, found.position)
    with pytest.raises(Conflict):
        await store.layers.record(layer, found, kept, NOW)
    rest = await store.layers.unread(further, 9)
    assert first | {text for _, _, text in rest.texts} == {f"text of {n}" for n in range(5)}
    assert len(rest.texts) == 2
    done = await read_all(store, further)
    assert (done.seen, done.read) == (5, 5)
    assert (await store.layers.unread(await begin_again(store), 9)).texts == []


async def begin_again(store: Store) -> Layer:
    """A second layer by the same model: it has read all of them."""
    await store.layers.create(a_layer("again", filters=Filters(source=("twitter",))))
    return await store.layers.update("again", NOW, model_name="second", model_version="1")


async def test_what_it_has_passed_by_is_read_at_the_end(store: Store, feed: Feed) -> None:
    await feed.write(*(a_post(str(n)) for n in range(4)))
    layer = await begin(store)
    await feed.write(a_post("9"))  # as if its transaction had ended after this one looked
    found = await store.layers.unread(layer, 9)
    reading = a_reading("positive", 1.0, "fast", "second")
    kept = [(key, hash_, reading) for key, hash_, text in found.texts if text != "text of 9"]
    layer = await store.layers.record(layer, found, kept, NOW)
    await feed.write(a_post("0", content="edited", edited_at=NOW))
    found = await store.layers.unread(layer, 9)
    assert (found.seen, found.position, sorted(text for _, _, text in found.texts)) == (
        0,
        layer.position,
        ["edited", "text of 9"],
    )
    layer = await store.layers.record(layer, found, [(key, hash_, reading) for key, hash_, _ in found.texts], NOW)
    assert (layer.seen, layer.read) == (5, 6)
    assert (await store.layers.unread(layer, 9)).texts == []


async def test_a_share_is_the_same_fair_draw_every_time(store: Store, feed: Feed) -> None:
    await feed.write(*(a_post(str(n)) for n in range(400)))
    half = await store.layers.create(a_layer("half", share=0.5))
    tenth = await store.layers.create(a_layer("tenth", share=0.1))
    assert 160 < half.total < 240
    assert 20 < tenth.total < 65
    drawn = {key for key, _, _ in (await store.layers.unread(half, 400)).texts}
    assert {key for key, _, _ in (await store.layers.unread(tenth, 400)).texts} < drawn


async def test_a_shadow_begins_with_the_next_post(store: Store, feed: Feed) -> None:
    await feed.write(a_post("1"))
    layer = await begin(store, shadow=True)
    assert (await store.layers.unread(layer, 9)).seen == 0
    await feed.write(a_post("2"))
    assert [text for _, _, text in (await store.layers.unread(layer, 9)).texts] == ["text of 2"]


async def test_it_is_compared_with_what_counts_apart_from_what_people_said(store: Store, feed: Feed) -> None:
    written = [a_post(str(n)) for n in range(4)]
    await feed.write(*written[:3], reading=a_reading("negative", -0.5, language="de"))
    await feed.write(written[3], a_post("4", source="reddit"), reading=a_reading("positive", 0.5))
    await feed.write(
        Correction(
            post_id="0", source="twitter", content_hash=content_hash(written[0].content), correction_id="c",
            corrected_by="bo", corrected_at=NOW, sentiment_label="positive",
        )
    )  # fmt: skip
    await read_all(store, await begin(store))
    report = compared(await store.layers.tallies("trial"))
    assert (report.posts, report.agreed, report.agreement) == (4, 2, 0.5)
    assert report.confusion["negative"]["positive"] == report.confusion["positive"]["positive"] == 2
    assert [(one.key, one.posts, one.agreed) for one in report.languages] == [("de", 2, 0), ("en", 2, 2)]
    assert [(one.key, one.share) for one in report.sources] == [("twitter", 0.3333), ("reddit", 1.0)]
    assert (report.corrected.posts, report.corrected.share) == (1, 1.0)
    shift = {one.label: (one.current_share, one.layer_share) for one in report.shifts}
    assert shift["negative"] == (0.5, 0.0)
    apart = await store.layers.disagreements("trial", 9)
    assert [(one.post.sentiment_label, one.sentiment_label) for one in apart] == [("negative", "positive")] * 2
    assert await store.layers.disagreements("trial", 9, 0, "neutral") == []
    assert len(await store.layers.disagreements("trial", 9, 1, "negative", "positive")) == 1
    assert compared([]).agreement is None


async def test_two_layers_are_compared_over_what_both_have_read(store: Store, feed: Feed) -> None:
    written = [a_post(str(n)) for n in range(3)]
    await feed.write(*written, a_post("9", source="reddit"), reading=a_reading("negative", -0.5))
    await feed.write(
        Correction(
            post_id="0", source="twitter", content_hash=content_hash(written[0].content), correction_id="c",
            corrected_by="bo", corrected_at=NOW, sentiment_label="positive",
        )
    )  # fmt: skip
    await read_all(store, await begin(store))
    await store.layers.create(a_layer("third", filters=Filters(source=("twitter",))))
    third = await store.layers.update("third", NOW, model_name="third", model_version="1", tier="fast")
    await read_all(store, third, "neutral", model="third")

    report = compared(await store.layers.tallies("trial", "third"))
    assert (report.posts, report.agreed, report.corrected.posts) == (3, 0, 0), "what people said is not looked at"
    assert report.confusion["neutral"]["positive"] == 3
    assert compared(await store.layers.tallies("third", "trial")).confusion["positive"]["neutral"] == 3
    apart = await store.layers.disagreements("trial", 9, against="third")
    assert {(one.against.sentiment_label, one.against.sentiment_score, one.sentiment_label) for one in apart} == {
        ("neutral", 0.0, "positive")
    }
    assert {one.post.post_id for one in apart} == {"0", "1", "2"}
    assert await store.layers.disagreements("trial", 9, current="negative", against="third") == []
    assert await store.layers.tallies("trial", "nobody") == []
