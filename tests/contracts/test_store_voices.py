"""The sample that terms are counted over: the newest posts that match, whatever the store."""

from __future__ import annotations

from datetime import timedelta

from store_steps import NOW, Feed, a_post, a_reading

from sentistream.domain.analysis import ModelInfo, unscored
from sentistream.domain.query import Filters
from sentistream.domain.term import Voice
from sentistream.storage.base import Store


async def test_voices_are_the_newest_posts_that_match(store: Store, feed: Feed) -> None:
    for number in range(10):
        post = a_post(
            str(number),
            content=f"late flight {number}",
            created_at=NOW - timedelta(minutes=number),
            product="Aero" if number % 2 else "Boat",
        )
        await feed.write(post, reading=a_reading("positive", 0.25))
    await feed.write(
        a_post("10", author=None, content="early", created_at=NOW - timedelta(hours=3), product="Aero"),
        reading=unscored(ModelInfo(name="m", version="1", tier="fast"), "why"),
    )
    newest = await store.posts.voices(Filters(), 3)
    assert newest == [Voice("twitter", "ann", "en", f"late flight {n}", "positive", 0.25) for n in range(3)]
    boats = await store.posts.voices(Filters(product=("Boat",), q='"late flight"'), 100)
    assert [voice.content for voice in boats] == [f"late flight {n}" for n in range(0, 10, 2)]
    spoken = await store.posts.voices(Filters(start=NOW - timedelta(hours=4), end=NOW - timedelta(minutes=8)), 100)
    assert [(voice.content, voice.author, voice.score) for voice in spoken] == [
        ("late flight 9", "ann", 0.25),
        ("early", None, None),
    ]
    assert spoken[-1].label == "unscored"
