"""What people talk about."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from msgspec.structs import asdict, replace
from starlette.responses import Response

from sentistream.analysis.terms import Vocabulary
from sentistream.analysis.trending import trending
from sentistream.api.answers import envelope
from sentistream.api.dependencies import CacheDep, Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.numbers import answer_key, total
from sentistream.api.parameters.ranges import Range, TermsParameters
from sentistream.api.schemas import TermsResponse
from sentistream.domain.query import Filters
from sentistream.domain.term import Term, Voice

router = APIRouter(tags=["terms"])

SAMPLE = 5_000
"""Posts of a range whose terms are counted: enough for every term that matters, read in a fraction of a second."""


@router.get("/terms", response_model=TermsResponse, summary="What people talk about", responses=documented())
async def terms(
    request: Request, parameters: Annotated[TermsParameters, Query()], services: ServicesDep, cache: CacheDep
) -> Response:
    """Words, phrases of two words and hashtags of the newest posts that match, beside the range before it.

    Links, mentions and words that say nothing are left out, and so is what `q` asks for. Each person counts once a
    term. Terms that fewer than three people use are not listed.
    """
    span = parameters.range(services.clock())
    filters = parameters.filters(ranged=False)
    key = await answer_key(cache, "terms", span, filters, parameters.sort, parameters.limit)

    async def compute() -> bytes:
        now = services.clock()
        before = span.before()
        voices, voices_before, posts, posts_before = await asyncio.gather(
            _voices(services, span, filters),
            _voices(services, before, filters),
            total(services, span, filters),
            total(services, before, filters),
        )
        asked = Vocabulary(None).terms(filters.q or "")
        found = await asyncio.to_thread(
            trending, voices, voices_before, limit=parameters.limit, order=parameters.sort, leave_out=asked
        )
        data = {
            **_sample(span, posts.posts, found.posts, found.people),
            "baseline": _sample(before, posts_before.posts, found.posts_before, found.people_before),
            "items": [_item(term) for term in found.terms],
        }
        return envelope(data, now)

    return await cache.answer(request, key, span.end, compute)


async def _voices(services: Services, span: Range, filters: Filters) -> list[Voice]:
    return await services.store.posts.voices(replace(filters, start=span.start, end=span.end), SAMPLE)


def _sample(span: Range, posts: int, sampled: int, people: int) -> dict[str, Any]:
    # Posts that arrive between the two questions are in one of the answers only.
    return {
        "start": span.start,
        "end": span.end,
        "posts": max(posts, sampled),
        "sampled_posts": sampled,
        "people": people,
    }


def _item(term: Term) -> dict[str, Any]:
    scored = term.people - term.unscored

    def share(count: int) -> float | None:
        return round(count / scored, 4) if scored else None

    return {
        **asdict(term),
        "scored": scored,
        "positive_share": share(term.positive),
        "negative_share": share(term.negative),
        "neutral_share": share(term.neutral),
    }
