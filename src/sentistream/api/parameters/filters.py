"""Query parameters of posts, and the filters that everything shares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from sentistream.domain.analysis import EMOTIONS, SENTIMENT_LABELS, TIER_RANK
from sentistream.domain.errors import InvalidParameter
from sentistream.domain.query import DIMENSIONS, LOOK_BACK, Filters, PageRequest, Sort

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

ALLOWED_VALUES: dict[str, Sequence[str]] = {
    "sentiment": SENTIMENT_LABELS,
    "emotion": EMOTIONS,
    "tier": tuple(TIER_RANK),
}
MAX_ALTERNATIVES = 100
LIST_FILTERS = (*DIMENSIONS, "author")


def moment(value: object) -> datetime:
    """An ISO 8601 date or time, in UTC; without a zone it is UTC. Raises ValueError."""
    if isinstance(value, datetime):
        return value
    text = str(value).strip()
    # A plus sign that was not percent-encoded arrives as a space.
    text = re.sub(r"(T[0-9:.]+) (\d{2}:?\d{2})$", r"\1+\2", text)
    try:
        parsed = datetime.fromisoformat(text)
        parsed = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("an ISO 8601 date or time, for example 2026-11-22T09:30:00Z") from None
    if not EARLIEST <= parsed < LATEST:
        raise ValueError("a time between 1970 and 2200")
    return parsed


Moment = Annotated[
    datetime,
    BeforeValidator(moment),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}),
]


def alternatives(text: str) -> tuple[str, ...]:
    """The comma-separated values of `text`, each once; `\\,` is a comma that belongs to a value."""
    values = (part.replace("\\,", ",").strip() for part in re.split(r"(?<!\\),", text))
    return tuple(dict.fromkeys(value for value in values if value))


def checked_alternatives(name: str, text: str) -> tuple[str, ...]:
    """`alternatives(text)`, or InvalidParameter where parameter `name` does not allow one of them."""
    values = alternatives(text)
    if len(values) > MAX_ALTERNATIVES:
        raise InvalidParameter(
            f"{name} holds {len(values)} alternatives, at most {MAX_ALTERNATIVES} are allowed",
            parameter=name,
            provided=len(values),
            allowed=f"up to {MAX_ALTERNATIVES} comma-separated values",
        )
    for value in values:
        if "\x00" in value:
            raise InvalidParameter(
                f"{name} contains a NUL character", parameter=name, provided=value, allowed="text without NUL"
            )
        allowed = ALLOWED_VALUES.get(name)
        if allowed is not None and value not in allowed:
            raise InvalidParameter(
                f"{name} must be one of {', '.join(allowed)}", parameter=name, provided=value, allowed=list(allowed)
            )
    return values


def _listed(what: str, allowed: Sequence[str] | None = None) -> Any:
    says = f" One or more of {', '.join(allowed)}." if allowed else ""
    return Field(None, max_length=2048, description=f"{what}{says} Alternatives are joined by commas.")


def _least(what: str) -> Any:
    return Field(None, ge=0, le=1, allow_inf_nan=False, description=what)


class DimensionParameters(BaseModel):
    """Which posts, by dimension."""

    source: str | None = _listed("Platform.")
    sentiment: str | None = _listed("Label.", SENTIMENT_LABELS)
    emotion: str | None = _listed("Emotion.", EMOTIONS)
    product: str | None = _listed("Product.")
    channel: str | None = _listed("Channel.")
    city: str | None = _listed("City, as `Chicago` or `US/Chicago`.")
    country: str | None = _listed("Country, ISO 3166 code.")
    language: str | None = _listed("Language, ISO 639-1 code.")
    tier: str | None = _listed("Tier of the current analysis.", tuple(TIER_RANK))


class FilterParameters(DimensionParameters):
    """Which posts."""

    author: str | None = _listed("Author.")
    q: str | None = Field(
        None, max_length=500, description="Words that must all occur in the text; quotes make a phrase."
    )
    start_date: Moment | None = Field(None, description="Created at or after.")
    end_date: Moment | None = Field(None, description="Created before.")
    min_confidence: float | None = _least("Confidence of the label, at least.")
    min_toxicity: float | None = _least("Toxicity, at least; posts that were not read for it are left out.")
    min_churn_risk: float | None = _least("Churn risk, at least; posts that were not read for it are left out.")

    def filters(self, *, ranged: bool) -> Filters:
        """As the store understands them; `ranged` includes start_date and end_date."""
        lists = {
            name: checked_alternatives(name, text) for name in LIST_FILTERS if (text := getattr(self, name)) is not None
        }
        q = None if self.q is None else self.q.strip()
        if q and "\x00" in q:
            raise InvalidParameter("q contains a NUL character", parameter="q", provided=q, allowed="text without NUL")
        if ranged and self.start_date and self.end_date and self.end_date <= self.start_date:
            raise backwards("end_date", self.end_date)
        return Filters(
            **lists,
            q=q or None,
            min_confidence=self.min_confidence,
            min_toxicity=self.min_toxicity,
            min_churn_risk=self.min_churn_risk,
            start=self.start_date if ranged else None,
            end=self.end_date if ranged else None,
        )


def dimension_filters(given: Mapping[str, str | list[str]]) -> Filters:
    """Filters of the live feed: dimensions only. InvalidParameter for anything else."""
    lists: dict[str, tuple[str, ...]] = {}
    for name, value in given.items():
        if name not in DIMENSIONS:
            raise InvalidParameter(
                f"the live feed cannot filter by {name}", parameter=name, provided=name, allowed=list(DIMENSIONS)
            )
        text = value if isinstance(value, str) else ",".join(item.replace(",", "\\,") for item in value)
        if values := checked_alternatives(name, text):
            lists[name] = tuple(sorted(values))
    return Filters(**lists)  # type: ignore[arg-type]


def backwards(name: str, value: datetime) -> InvalidParameter:
    """What is said of an end that does not lie after its start."""
    return InvalidParameter(
        f"{name} must lie after the start of the range",
        parameter=name,
        provided=value.isoformat(),
        allowed="a time after the start",
    )


class Limited(BaseModel):
    """How many."""

    limit: int = Field(50, ge=1, le=1000, description="At most this many.")


class PostsParameters(FilterParameters, Limited):
    """Of GET posts."""

    offset: int = Field(0, ge=0, le=10_000, description="Skip this many; `cursor` goes further, is faster and wins.")
    cursor: str | None = Field(None, max_length=1024, description="`next_cursor` of the page before.")
    sort: Sort = Field(
        "newest",
        description="newest or oldest by created_at; ingested: by arrival, oldest first. The others go by what was"
        " read, leave out posts in which it was not, and look at every post that matches: give them a start_date where"
        " there are many.",
    )
    ingested_after: Moment | None = Field(
        None,
        description="Arrived, or changed, at or after. To go on from the newest `ingested_at` you know, ask from"
        f" {LOOK_BACK.seconds} seconds before it and drop what you know: several writers may finish out of order.",
    )
    include_total: bool = Field(False, description="Count all that match, which may cost more than the page.")

    def page(self) -> PageRequest:
        """As the store understands it."""
        return PageRequest(
            limit=self.limit,
            offset=self.offset,
            cursor=self.cursor,
            sort=self.sort,
            ingested_after=self.ingested_after,
            with_total=self.include_total,
        )


class RecentParameters(FilterParameters):
    """Of GET posts/recent."""

    limit: int = Field(10, ge=1, le=1000, description="At most this many.")


class ExportParameters(FilterParameters):
    """Of GET export."""

    format: Literal["csv", "jsonl", "parquet"] = Field("csv", description="parquet needs the extra of that name.")
