"""Frames, matching and the bounded queue of one client, without any socket."""

from __future__ import annotations

import itertools
import json
from typing import Any

import msgspec
import pytest
from house import at
from hypothesis import given
from hypothesis import strategies as st

from sentistream.api.live.client import Client
from sentistream.api.live.frames import MAX_SHOWN, Frame, Matcher, built, empty, merged
from sentistream.api.parameters.filters import dimension_filters
from sentistream.domain.alert import Alert
from sentistream.domain.errors import InvalidParameter
from sentistream.domain.event import AlertEvent, DeletedEvent, Event, Position, PostEvent, PostView
from sentistream.domain.query import DIMENSIONS, Filters
from sentistream.settings import LiveSettings
from sentistream.telemetry.metrics import Metrics


def view(number: int, **fields: Any) -> PostView:
    values: dict[str, Any] = dict.fromkeys(PostView.__struct_fields__)
    values |= {
        "id": f"id{number}", "post_id": f"p{number}", "source": "twitter", "connector": "http",
        "content": f"text {number}",
        "created_at": at("11:00:00"), "edited_at": at("11:00:00"), "ingested_at": at("11:00:01"), "simulated": False,
        "extra": {}, "sentiment_label": "positive", "tier": "fast",
    }  # fmt: skip
    return PostView(**(values | fields))


def created(number: int, **fields: Any) -> PostEvent:
    return PostEvent(id=f"c{number}", change="created", post=view(number, **fields))


def updated(number: int, **fields: Any) -> PostEvent:
    return PostEvent(id=f"u{number}", change="updated", post=view(number, **fields))


def deleted(number: int, source: str = "twitter") -> DeletedEvent:
    return DeletedEvent(id=f"d{number}", post_key=f"id{number}", source=source, post_id=f"p{number}")


def alert(number: int, resolved: bool = False) -> AlertEvent:
    return AlertEvent(
        id=f"a{number}{resolved}",
        alert=Alert(
            id=number, alert_type="high_negative_ratio", threshold_value=3, actual_value=4, window_start=at("11:00:00"),
            window_end=at("11:05:00"), post_count=20, triggered_at=at("11:05:00"),
            resolved_at=at("11:06:00") if resolved else None,
        ),
    )  # fmt: skip


def place(offset: int) -> Position:
    return Position("e", offset)


EVERYTHING = Matcher(Filters())


def frames_of(events: list[Event], matcher: Matcher = EVERYTHING, first: int = 0) -> list[Frame]:
    return built(matcher, "batch", events, place(first), place(first + len(events)))


def said(frame: Frame) -> list[dict[str, Any]]:
    return [json.loads(text) for text in frame.messages()]


def test_one_frame_a_kind_and_only_the_last_moves_the_position() -> None:
    frames = frames_of([created(1), deleted(2), updated(3), alert(4), created(5), alert(4, resolved=True)])
    assert [(frame.kind, str(frame.start), str(frame.end)) for frame in frames] == [
        ("posts", "e-0", "e-0"),
        ("updated", "e-0", "e-0"),
        ("deleted", "e-0", "e-0"),
        ("alert", "e-0", "e-6"),
    ]
    [posts] = said(frames[0])
    assert posts["type"] == "posts"
    assert [row["post_id"] for row in posts["data"]] == ["p1", "p5"]
    assert (posts["skipped"], posts["count"], posts["from"], posts["to"]) == (0, 2, "e-0", "e-0")
    assert set(posts["data"][0]) == set(PostView.__struct_fields__)
    assert said(frames[2])[0]["data"] == [{"id": "id2", "source": "twitter", "post_id": "p2"}]
    assert [row["resolved_at"] for row in said(frames[3])[0]["data"]] == ["2026-11-22T11:06:00Z"]


def test_of_many_posts_the_newest_are_shown_and_the_rest_counted() -> None:
    [frame] = frames_of([created(number) for number in range(130)])
    [message] = said(frame)
    assert [row["post_id"] for row in message["data"]] == [f"p{number}" for number in range(80, 130)]
    assert (message["skipped"], message["count"]) == (80, 130)


def test_the_single_protocol_sends_plain_posts_one_by_one() -> None:
    [frame] = built(EVERYTHING, "single", [created(1, confidence_score=0.5), created(2)], place(0), place(2))
    assert said(frame)[0] == {
        "type": "post",
        "from": "e-0",
        "to": "e-2",
        "data": {
            "post_id": "p1", "content": "text 1", "source": "twitter", "sentiment_label": "positive",
            "confidence_score": 0.5, "emotion": None, "timestamp": "2026-11-22T11:00:00Z",
        },
    }  # fmt: skip
    assert len(said(frame)) == 2


def test_a_frame_is_encoded_once() -> None:
    [frame] = frames_of([created(1)])
    assert frame.messages() is frame.messages()


@pytest.mark.parametrize(
    ("filters", "fields", "answer"),
    [
        ({"source": "twitter,reddit"}, {}, True),
        ({"source": "reddit"}, {}, False),
        ({"sentiment": "negative"}, {"sentiment_label": "negative"}, True),
        ({"emotion": "joy"}, {}, False),
        ({"city": "Chicago"}, {"city": "Chicago", "country": "US"}, True),
        ({"city": "US/Chicago"}, {"city": "Chicago", "country": "US"}, True),
        ({"city": "CA/Chicago"}, {"city": "Chicago", "country": "US"}, False),
        ({"country": "US", "product": "App"}, {"country": "US"}, False),
        ({"country": "US", "product": "App"}, {"country": "US", "product": "App"}, True),
        ({"language": "en", "tier": "fast", "channel": "web"}, {"language": "en", "channel": "web"}, True),
    ],
)
def test_filters_match(filters: dict[str, str], fields: dict[str, Any], answer: bool) -> None:
    assert Matcher(dimension_filters(filters)).matches(view(1, **fields)) is answer


def test_who_may_show_a_post_hears_of_its_change_and_end() -> None:
    negative = Matcher(dimension_filters({"sentiment": "negative", "source": "twitter"}))
    events: list[Event] = [updated(1, sentiment_label="positive"), deleted(2), deleted(3, source="reddit")]
    frames = frames_of(events, negative)
    assert [(frame.kind, frame.count) for frame in frames] == [("updated", 1), ("deleted", 1)]
    assert frames_of([updated(1, source="reddit"), deleted(3, source="reddit")], negative) == []
    assert [frame.kind for frame in frames_of([alert(1)], negative)] == ["alert"]


def test_the_feed_filters_by_dimensions_only() -> None:
    assert dimension_filters({"source": ["b", "a,c"]}).source == ("a,c", "b")
    for name in ("q", "author", "start_date", "min_confidence", "min_toxicity", "min_churn_risk", "nonsense"):
        with pytest.raises(InvalidParameter) as caught:
            dimension_filters({name: "x"})
        assert caught.value.details["allowed"] == list(DIMENSIONS)
    with pytest.raises(InvalidParameter):
        dimension_filters({"sentiment": "angry"})


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.integers(0, 200).map(created),
                st.integers(0, 200).map(updated),
                st.integers(0, 200).map(deleted),
                st.integers(0, 3).map(alert),
            ),
            max_size=80,
        ),
        min_size=1,
        max_size=8,
    )
)
def test_coalescing_loses_nothing_but_what_it_counts(windows: list[list[Any]]) -> None:
    frames: list[Frame] = []
    offset = 0
    for window in windows:
        end = place(offset + len(window))
        frames += built(EVERYTHING, "batch", window, place(offset), end) or [empty("batch", place(offset), end)]
        offset = end.offset
    result = merged([Frame.control("pong"), *frames, Frame.control("pong")])
    assert result[0].kind == "pong"
    ranged = result[1:]
    assert (str(ranged[0].start), str(ranged[-1].end)) == ("e-0", f"e-{offset}")
    for before, after in itertools.pairwise(ranged):
        assert before.end == after.start == place(0)
    by_kind = {frame.kind: frame for frame in ranged}
    events = [event for window in windows for event in window]
    news = [event.post for event in events if isinstance(event, PostEvent) and event.change == "created"]
    gone = [event for event in events if isinstance(event, DeletedEvent)]
    if news:
        assert by_kind["posts"].count == len(news)
        assert len(by_kind["posts"].items) <= MAX_SHOWN
        assert by_kind["posts"].items[-1] == news[-1]
    assert len(by_kind["deleted"].items if gone else []) == len(gone)


class Wall:
    """Seconds that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


def client(wall: Wall, **settings: Any) -> tuple[Client, Metrics]:
    metrics = Metrics()
    return Client("batch", Filters(), LiveSettings(**settings), metrics, wall), metrics


def read(metrics: Metrics, name: str) -> float | None:
    return metrics.registry.get_sample_value(f"sentistream_{name}_total")


async def test_a_full_queue_is_coalesced_and_stays_contiguous(wall: Wall) -> None:
    one, metrics = client(wall, queue_frames=8)
    for number in range(9):
        one.offer(frames_of([created(number)], first=number))
    assert one.waiting == 1
    frame = await one.take()
    assert (str(frame.start), str(frame.end), frame.count, len(frame.items)) == ("e-0", "e-9", 9, 9)
    assert read(metrics, "frames_dropped") == 8
    assert not one.closing.is_set()


async def test_one_who_takes_nothing_is_asked_to_go(wall: Wall) -> None:
    one, metrics = client(wall, queue_frames=4, slow_seconds=20)
    for number in range(5):
        one.offer(frames_of([created(number)], first=number))
    wall.now = 19.9
    one.check_slow()
    assert not one.closing.is_set()
    wall.now = 20.0
    one.check_slow()
    assert one.closing.is_set()
    assert one.code == 1013
    assert "slow" in one.reason
    assert read(metrics, "slow_disconnects") == 1
    one.offer(frames_of([created(9)]))
    assert one.waiting == 0


async def test_one_who_reads_slowly_but_reads_may_stay(wall: Wall) -> None:
    one, metrics = client(wall, queue_frames=4, slow_seconds=2)
    number = 0
    for _ in range(40):
        for _ in range(5):
            one.offer(frames_of([created(number)], first=number))
            number += 1
        wall.now += 1
        one.taken(await one.take())
        one.check_slow()
    assert not one.closing.is_set()
    assert read(metrics, "slow_disconnects") == 0
    assert (read(metrics, "frames_dropped") or 0) > 100


async def test_replies_come_first_and_once(wall: Wall) -> None:
    one, _ = client(wall)
    one.offer(frames_of([created(1)]))
    for _ in range(1000):
        one.reply(Frame.control("pong"))
    assert one.waiting == 2
    assert (await one.take()).kind == "pong"


def test_positions_survive_the_wire() -> None:
    assert Position.parse(str(place(7))) == place(7)
    assert msgspec.json.decode(frames_of([created(1)])[0].messages()[0])["to"] == "e-1"
