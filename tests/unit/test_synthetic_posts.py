"""Synthetic posts: many, different, believable, and always the same."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise

import msgspec
import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from sentistream.domain.post import Post, checked
from sentistream.sources.gazetteer import Gazetteer
from sentistream.sources.synthetic_posts import BACKFILL_FROM, author, generate
from sentistream.sources.synthetic_rhythm import Schedule, incident_at, incidents
from sentistream.sources.synthetic_world import CATEGORIES, MOODS, load_world

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = (START - datetime(1970, 1, 1, tzinfo=UTC)).days


@lru_cache
def first_posts(count: int = 25_000, per_minute: float = 25_000 / 1_440) -> tuple[Post, ...]:
    schedule = Schedule(1, START, 0, per_minute)
    return tuple(generate(1, n, schedule.time_of(n)) for n in range(count))


def test_post_n_of_a_seed_is_always_the_same() -> None:
    when = [START + timedelta(minutes=7 * n) for n in range(200)]
    straight = [generate(3, n, moment) for n, moment in enumerate(when)]
    backwards = [generate(3, n, when[n]) for n in reversed(range(200))]
    assert straight == backwards[::-1]
    assert straight != [generate(4, n, moment) for n, moment in enumerate(when)]
    assert generate(3, 5, when[5], "backfill").content == straight[5].content


def test_another_process_writes_the_same() -> None:
    """Nothing hangs on hash seeds or on what was written before."""
    script = (
        "from datetime import UTC, datetime\n"
        "from sentistream.sources.synthetic_posts import generate\n"
        "import msgspec, sys\n"
        "post = generate(9, 1234, datetime(2026, 3, 2, 15, 0, 30, tzinfo=UTC))\n"
        "sys.stdout.write(msgspec.json.encode(post).decode())\n"
    )
    there = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout
    here = msgspec.json.encode(generate(9, 1234, datetime(2026, 3, 2, 15, 0, 30, tzinfo=UTC)))
    assert there == here


def test_at_least_20_000_of_the_first_25_000_differ() -> None:
    assert len({post.content for post in first_posts(per_minute=60)}) >= 20_000
    posts = first_posts()
    assert len({post.content for post in posts}) >= 20_000
    assert Counter(post.content for post in posts).most_common(1)[0][1] < 25
    assert len({post.post_id for post in posts}) == len(posts)
    assert len({post.author for post in posts}) > 1_000


def test_every_post_is_one_that_the_stream_accepts() -> None:
    for post in first_posts():
        assert checked(post, post.created_at).connector == "synthetic"
        assert post.simulated
        assert msgspec.json.decode(msgspec.json.encode(post), type=Post) == post
        assert "{" not in post.content
        assert post.content == post.content.strip()
        assert post.content.isprintable() or "\n" in post.content or "\u200d" in post.content
    assert generate(1, BACKFILL_FROM + 7, START).post_id != generate(1, 7, START).post_id


def test_it_has_everything_that_real_posts_have() -> None:
    posts = first_posts()
    total = len(posts)
    world = load_world()
    assert len(world.cities) >= 60
    assert {post.source for post in posts} == {platform.name for platform in world.platforms}
    assert {post.product for post in posts} == {product.name for product in world.products}
    assert len({post.channel for post in posts}) >= 12
    moods = Counter(post.extra["written_as"] for post in posts)
    assert set(moods) == set(MOODS)
    assert min(moods.values()) > 0.03 * total
    lengths = sorted(len(post.content) for post in posts)
    assert lengths[total // 20] < 60
    assert lengths[-total // 20] > 200
    assert all(len(post.content) <= 280 for post in posts if post.source == "twitter")
    located = Counter(
        "none" if post.location is None else "placed" if post.city is not None else "typed" for post in posts
    )
    assert min(located.values()) > 0.1 * total

    def share(found: int) -> float:
        return found / total

    def said(*words: str) -> float:
        return share(sum(any(word in post.content.lower() for word in words) for post in posts))

    assert 0.1 < share(sum("#" in post.content for post in posts)) < 0.4
    assert 0.1 < share(sum("@" in post.content for post in posts)) < 0.4
    assert 0.1 < share(sum(any(ord(letter) > 0x2600 for letter in post.content) for post in posts)) < 0.5
    assert (
        0.002 < said("switching to", "cancelling today", "leaving for", "moving everything to", "signed up with") < 0.05
    )
    assert 0.002 < said("idiot", "moron", "clowns", "losers", "useless lot", "trash people", "go to hell") < 0.03
    foreign = [post.content for post in posts if post.channel is None]
    assert 0.02 < share(len(foreign)) < 0.08
    for words in (
        (" ist ", " bei ", "von "),
        ("gracias", "servicio", " me "),
        ("merci", "très"),
        ("obrigado", "adoro"),
    ):
        assert sum(any(word in text.lower() for word in words) for text in foreign) > 5


def test_texts_fit_their_product() -> None:
    telling = {
        "airline": ("flight", "boarding", "airport"), "bank": ("account", "branch", "cash machine"),
        "phone": ("bluetooth", "fingerprint", "trade-in", "my photos"), "streaming": ("binge", "season", "subtitles"),
        "food": ("hungry", "rider", "delivered"), "telecom": ("router", "roaming", "fibre"),
    }  # fmt: skip
    hits: dict[str, Counter[str]] = {category: Counter() for category in CATEGORIES}
    for post in first_posts():
        for category, words in telling.items():
            if any(word in post.content.lower() for word in words):
                hits[category][post.extra["category"]] += 1
    for category, found in hits.items():
        assert found.most_common(1)[0][0] == category
        assert found[category] / found.total() > 0.75, (category, found)


def test_moods_are_visible_to_a_plain_lexicon() -> None:
    vader = SentimentIntensityAnalyzer()
    labels: dict[str, Counter[str]] = {mood: Counter() for mood in MOODS}
    for post in first_posts()[:4_000]:
        score = vader.polarity_scores(post.content)["compound"]
        label = "positive" if score >= 0.05 else "negative" if score <= -0.05 else "neutral"
        labels[post.extra["written_as"]][label] += 1
    assert labels["positive"]["positive"] / labels["positive"].total() > 0.75
    assert labels["negative"]["negative"] / labels["negative"].total() > 0.55
    assert labels["negative"]["positive"] / labels["negative"].total() < 0.2
    assert labels["neutral"]["negative"] / labels["neutral"].total() < 0.2
    # Irony says the opposite of what it means, and that is what a lexicon reads.
    assert labels["sarcastic"]["positive"] > labels["sarcastic"]["negative"]


@pytest.mark.parametrize("kind", ["outage", "launch"])
def test_incidents_turn_one_product(kind: str) -> None:
    found = [incident for day in range(DAY, DAY + 5) for incident in incidents(1, day) if incident.kind == kind]
    assert found
    for incident in found[:3]:
        middle = incident.start + (incident.end - incident.start) / 2
        posts = [generate(1, n, middle) for n in range(1_500)]
        about = [post for post in posts if post.product == incident.product.name]
        assert len(about) > 0.45 * len(posts)
        mood = "negative" if kind == "outage" else "positive"
        assert sum(post.extra["written_as"] == mood for post in about) > 0.75 * len(about)
        calm = [generate(1, n, incident.start - timedelta(minutes=5)) for n in range(1_500)]
        assert sum(post.product == incident.product.name for post in calm) < 0.2 * len(calm)
        if incident.city is not None:
            assert sum(incident.city.name in post.content for post in about) > 0.4 * len(about)
            gazetteer = Gazetteer()
            places = [gazetteer.resolve(post.location) for post in about if post.location]
            assert sum(place is not None and place.city == incident.city.name for place in places) > 0.5 * len(about)


def test_incidents_are_a_few_a_day_apart_and_short() -> None:
    for day in range(DAY, DAY + 20):
        found = incidents(1, day)
        assert 2 <= len(found) <= 6
        for one, next_one in pairwise(found):
            assert one.end < next_one.start
        for incident in found:
            assert incident.start.date() == incident.end.date()
            length = incident.end - incident.start
            assert length == timedelta(minutes=10) if incident.kind == "outage" else length < timedelta(minutes=36)
            assert incident_at(1, incident.start) == incident
            assert incident_at(1, incident.end) != incident
            assert incident.intensity(incident.end) == 0
            assert incident.intensity(incident.start + length / 2) == 1
    assert incidents(1, DAY) != incidents(2, DAY)


def test_writing_is_fast() -> None:
    writer = author(1)
    for n in range(200):
        writer.write(n, START)
    best = 0.0
    for attempt in range(5):  # other processes may be using this machine
        started = time.process_time()
        for n in range(1_000):
            writer.write(n, START + timedelta(seconds=n + 1_000 * attempt))
        best = max(best, 1_000 / (time.process_time() - started))
    assert best > 15_000
