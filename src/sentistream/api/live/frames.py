"""Frames: what a stretch of the feed looks like to those who chose the same filters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from sentistream.api.answers import encoded
from sentistream.domain.alert import Alert
from sentistream.domain.event import AlertEvent, DeletedEvent, Event, Position, PostEvent, PostView
from sentistream.domain.query import Dimension, Filters

Protocol = Literal["batch", "single"]
RangedKind = Literal["posts", "updated", "deleted", "alert"]
RANGED: tuple[RangedKind, ...] = ("posts", "updated", "deleted", "alert")

MAX_SHOWN = 50
"""Posts in one frame; of more, the newest are shown and the rest is counted."""

_READ: dict[Dimension, Callable[[PostView], str | None]] = {
    "source": lambda post: post.source,
    "product": lambda post: post.product,
    "channel": lambda post: post.channel,
    "country": lambda post: post.country,
    "language": lambda post: post.language,
    "tier": lambda post: post.tier,
    "sentiment": lambda post: post.sentiment_label,
    "emotion": lambda post: post.emotion,
}
_ANALYSED: frozenset[Dimension] = frozenset({"tier", "sentiment", "emotion"})


class Matcher:
    """Filters by dimension, ready to be asked of many posts."""

    def __init__(self, filters: Filters) -> None:
        self.filters = filters
        self._tests = [(name, frozenset(values)) for name, values in filters.dimensions().items()]
        # A new analysis may take a post out of the filters: those who show it must hear of it.
        self._lasting = [test for test in self._tests if test[0] not in _ANALYSED]
        self._sources = frozenset(filters.source)

    def matches(self, post: PostView) -> bool:
        """Whether `post` is wanted."""
        return all(_has(post, name, values) for name, values in self._tests)

    def may_show(self, post: PostView) -> bool:
        """Whether `post` may have been wanted before its analysis changed."""
        return all(_has(post, name, values) for name, values in self._lasting)

    def may_have_shown(self, event: DeletedEvent) -> bool:
        """Whether the post that is gone may have been wanted."""
        return not self._sources or event.source in self._sources


def _has(post: PostView, name: Dimension, values: frozenset[str]) -> bool:
    if name == "city":
        return post.city is not None and (post.city in values or f"{post.country or ''}/{post.city}" in values)
    return _READ[name](post) in values


class Frame:
    """One frame, shared by every client of the same filters and protocol; encoded at most once."""

    __slots__ = ("_messages", "count", "end", "items", "kind", "protocol", "start")

    def __init__(
        self,
        kind: str,
        items: Sequence[Any],
        *,
        count: int = 0,
        start: Position | None = None,
        end: Position | None = None,
        protocol: Protocol = "batch",
    ) -> None:
        self.kind = kind
        self.items = items
        self.count = count
        self.start = start
        self.end = end
        self.protocol = protocol
        self._messages: tuple[str, ...] | None = None

    @classmethod
    def control(cls, kind: str, **fields: Any) -> Frame:
        """A frame outside the feed's positions: `{"type": kind, …}`."""
        frame = cls(kind, ())
        frame._messages = (encoded({"type": kind, **fields}).decode(),)
        return frame

    @property
    def ranged(self) -> bool:
        """Whether it carries a stretch of the feed."""
        return self.start is not None

    def messages(self) -> tuple[str, ...]:
        """The texts to send."""
        if self._messages is None:
            self._messages = tuple(encoded(message).decode() for message in self._written())
        return self._messages

    def _written(self) -> Iterable[dict[str, Any]]:
        between = {"from": str(self.start), "to": str(self.end)}
        if self.kind in ("posts", "updated"):
            if self.protocol == "single" and self.kind == "posts":
                return [{"type": "post", **between, "data": _plain(post)} for post in self.items]
            skipped = self.count - len(self.items)
            return [{"type": self.kind, **between, "data": self.items, "skipped": skipped, "count": self.count}]
        return [{"type": self.kind, **between, "data": self.items}]


def _plain(post: PostView) -> dict[str, Any]:
    return {
        "post_id": post.post_id,
        "content": post.content,
        "source": post.source,
        "sentiment_label": post.sentiment_label,
        "confidence_score": post.confidence_score,
        "emotion": post.emotion,
        "timestamp": post.created_at,
    }


def built(matcher: Matcher, protocol: Protocol, events: Sequence[Event], start: Position, end: Position) -> list[Frame]:
    """The frames of `events`, one for each kind that occurs; none where nothing matches."""
    found: dict[RangedKind, list[Any]] = {kind: [] for kind in RANGED}
    for event in events:
        if isinstance(event, PostEvent):
            if event.change == "created":
                if matcher.matches(event.post):
                    found["posts"].append(event.post)
            elif matcher.may_show(event.post):
                found["updated"].append(event.post)
        elif isinstance(event, DeletedEvent):
            if matcher.may_have_shown(event):
                found["deleted"].append({"id": event.post_key, "source": event.source, "post_id": event.post_id})
        elif isinstance(event, AlertEvent):
            found["alert"].append(event.alert)
    counts = {"posts": len(found["posts"]), "updated": len(_latest(found["updated"]))}
    return _framed(found, counts, protocol, start, end)


def empty(protocol: Protocol, start: Position, end: Position) -> Frame:
    """Says that nothing matched between two positions, so that a client resumes from the later one."""
    return Frame("posts", (), start=start, end=end, protocol=protocol)


def merged(frames: Sequence[Frame]) -> list[Frame]:
    """The same news in at most one frame of each kind; the newest posts stay, the others are counted."""
    controls: dict[str, Frame] = {}
    found: dict[RangedKind, list[Any]] = {kind: [] for kind in RANGED}
    counts = {"posts": 0, "updated": 0}
    ranged = [frame for frame in frames if frame.ranged]
    for frame in frames:
        if not frame.ranged:
            controls[frame.kind] = frame
    for frame in ranged:
        found[frame.kind].extend(frame.items)  # type: ignore[index]
        if frame.kind in counts:
            counts[frame.kind] += frame.count
    result = list(controls.values())
    if ranged:
        start, end, protocol = ranged[0].start, ranged[-1].end, ranged[-1].protocol
        assert start is not None
        assert end is not None
        result += _framed(found, counts, protocol, start, end) or [empty(protocol, start, end)]
    return result


def _framed(
    found: dict[RangedKind, list[Any]], counts: dict[str, int], protocol: Protocol, start: Position, end: Position
) -> list[Frame]:
    shown: dict[RangedKind, Sequence[Any]] = {
        "posts": found["posts"][-MAX_SHOWN:],
        "updated": _latest(found["updated"])[-MAX_SHOWN:],
        "deleted": found["deleted"],
        "alert": _last_word(found["alert"]),
    }
    kinds = [kind for kind in RANGED if shown[kind]]
    # Only the last frame moves the position: who is cut off between two of them gets all of it again.
    return [
        Frame(
            kind,
            shown[kind],
            count=counts.get(kind, len(shown[kind])),
            start=start,
            end=end if kind == kinds[-1] else start,
            protocol=protocol,
        )
        for kind in kinds
    ]


def _latest(posts: Sequence[PostView]) -> list[PostView]:
    return list({post.id: post for post in posts}.values())


def _last_word(alerts: Sequence[Alert]) -> list[Alert]:
    return list({alert.id: alert for alert in alerts}.values())
