"""Terms: what people talk about."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from sentistream.api.schemas.base import Count, Metadata, Model, Probability, Score


class TermItem(Model):
    """A term and the people who used it; of each the newest post with it. Shares by label are of the scored."""

    term: str
    kind: Literal["word", "phrase", "hashtag"]
    people: Count = Field(description="Authors who used it; a post without author counts as one person.")
    before: Count = Field(description="People who used it in the sample of the baseline.")
    share: Probability = Field(description="Of all people of the sample.")
    positive: Count
    negative: Count
    neutral: Count
    unscored: Count
    scored: Count
    positive_share: Probability | None
    negative_share: Probability | None
    neutral_share: Probability | None
    average_sentiment: Score | None
    z_score: Annotated[
        float | None,
        Field(description="How much more frequent than before, in standard deviations; null without a baseline."),
    ]
    rising: bool = Field(description="Whether it is more frequent than before by more than chance explains (z > 2.58).")


class TermSample(Model):
    """What was counted of a range: the newest posts that match."""

    start: datetime
    end: datetime
    posts: Count = Field(description="All that match.")
    sampled_posts: Count = Field(description="Of them the newest, whose terms were counted.")
    people: Count = Field(description="Authors of these.")


class Terms(TermSample):
    """The terms that most people use, or that rise most."""

    baseline: TermSample = Field(description="The range of the same length before.")
    items: list[TermItem]


class TermsResponse(Model):
    """Of GET terms."""

    data: Terms
    metadata: Metadata
