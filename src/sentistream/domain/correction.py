"""What people said of posts: the record of each correction, and the labels that stand."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from sentistream.domain.analysis import Emotion, Reading, SentimentLabel, Tier
from sentistream.domain.event import PostView


class Judgement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person says of a text; None is not said. toxicity and churn_risk are 1 for yes, 0 for no."""

    sentiment_label: Literal["positive", "negative", "neutral"] | None = None
    emotion: Emotion | None = None
    toxicity: float | None = None
    churn_risk: float | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is said."""
        return self == Judgement()

    def over(self, earlier: Judgement) -> Judgement:
        """This on top of what was said before."""
        given = {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not None}
        return msgspec.structs.replace(earlier, **given)


class Reread(msgspec.Struct, frozen=True, kw_only=True):
    """The reading that a correction or a withdrawal replaced."""

    model_name: str | None
    model_version: str | None
    tier: Tier
    sentiment_label: SentimentLabel
    confidence_score: float | None
    emotion: Emotion | None
    toxicity: float | None
    churn_risk: float | None


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the history: who said what of which text when, and what it read before.

    `number` grows with every line. `post_key` is the id that PostView carries. A withdrawal says nothing:
    its `became` is empty. stale: the post has another text now.
    """

    number: int
    correction_id: str
    kind: Literal["correction", "withdrawal"]
    post_key: str
    source: str
    post_id: str
    corrected_by: str
    corrected_at: datetime
    note: str | None
    language: str | None
    was: Reread
    became: Judgement
    stale: bool


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A post as it stands, and the last word on its text: None where nobody said anything, or took it back.

    lines: how long its history is.
    """

    post: PostView
    last: Corrected | None
    said: Judgement
    lines: int


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """A text with what people say of it, all that still stands taken together, and what each model says of it."""

    post_key: str
    source: str
    post_id: str
    content: str
    language: str | None
    said: Judgement
    corrected_by: str
    corrected_at: datetime
    readings: tuple[Reading, ...]
