"""Sentiment over time, by label, and in total."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from sentistream.api.answers import envelope, listed, measures
from sentistream.api.dependencies import CacheDep, Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.numbers import answer_key, total
from sentistream.api.parameters.ranges import AggregateParameters, HoursParameters, Range, minute_up, snapped
from sentistream.api.schemas import AggregateResponse, DistributionResponse, StatsResponse
from sentistream.domain.query import Filters, NumbersQuery

router = APIRouter(tags=["sentiment"])


@router.get(
    "/sentiment/aggregate",
    response_model=AggregateResponse,
    summary="Sentiment over time",
    responses=documented(),
)
async def aggregate(
    request: Request, parameters: Annotated[AggregateParameters, Query()], services: ServicesDep, cache: CacheDep
) -> Response:
    """Counts, shares and averages per bucket; shares are of the scored posts, `posts` includes the unscored."""
    span = parameters.range(services.clock())
    zone = parameters.zone()
    filters = parameters.filters(ranged=False)
    key = await answer_key(
        cache,
        f"sentiment:aggregate:{parameters.period}",
        span,
        filters,
        zone,
        parameters.group_by,
        parameters.limit if parameters.group_by else None,
    )

    async def compute() -> bytes:
        query = NumbersQuery(
            start=span.start,
            end=span.end,
            filters=filters,
            period=parameters.period,
            tz=zone,
            group_by=parameters.group_by,
            limit=parameters.limit if parameters.group_by else None,
        )
        now = services.clock()
        numbers = services.store.numbers
        cells, summary, threshold = await asyncio.gather(
            numbers.cells(query), total(services, span, filters), numbers.churn_threshold()
        )
        buckets = [{"bucket": cell.bucket, "key": cell.key, **measures(cell.numbers)} for cell in cells]
        data = {
            "period": parameters.period,
            "tz": zone,
            "start": span.start,
            "end": span.end,
            "group_by": parameters.group_by,
            "high_churn_threshold": threshold,
            "buckets": buckets,
            "summary": measures(summary),
        }
        return listed(data, now, limit=parameters.limit, total=len(buckets), offset=0)

    return await cache.answer(request, key, span.end, compute)


@router.get(
    "/sentiment/distribution",
    response_model=DistributionResponse,
    summary="Posts by label",
    responses=documented(),
)
async def distribution(
    request: Request, parameters: Annotated[HoursParameters, Query()], services: ServicesDep, cache: CacheDep
) -> Response:
    """How many posts are positive, negative, neutral, and how many nobody could read."""
    span = parameters.range(services.clock())
    filters = parameters.filters(ranged=False)
    hours = (span.end - span.start).total_seconds() / 3600
    key = await answer_key(cache, f"sentiment:distribution:{hours:g}", span, filters)

    async def compute() -> bytes:
        now = services.clock()
        numbers = measures(await total(services, span, filters))
        labels = ("positive", "negative", "neutral")
        data = {
            "hours": round(hours, 4),
            "start": span.start,
            "end": span.end,
            "total": numbers["posts"],
            "scored": numbers["scored"],
            "counts": {label: numbers[label] for label in (*labels, "unscored")},
            "shares": {label: numbers[f"{label}_share"] for label in labels},
        }
        return envelope(data, now)

    return await cache.answer(request, key, span.end, compute)


@router.get("/stats", response_model=StatsResponse, summary="Totals", responses=documented())
async def stats(request: Request, services: ServicesDep, cache: CacheDep) -> Response:
    """All posts, the last minute by arrival, and the last hour and day by the time they were written."""
    everything = Filters()
    end = minute_up(services.clock())
    key = await answer_key(cache, "stats", snapped(None, end, 24, end), everything)

    async def compute() -> bytes:
        return envelope(await _stats(services), services.clock())

    return await cache.answer(request, key, end, compute)


async def _stats(services: Services) -> dict[str, Any]:
    now = services.clock()
    day: Range = snapped(None, now, 24, now)
    posts, arrivals, threshold, hour, today, yesterday = await asyncio.gather(
        services.store.posts.count(),
        services.store.numbers.arrivals(now - timedelta(minutes=1)),
        services.store.numbers.churn_threshold(),
        total(services, snapped(None, now, 1, now), Filters()),
        total(services, day, Filters()),
        total(services, day.before(), Filters()),
    )
    model = services.analyser.model
    return {
        "posts": posts,
        "last_minute": arrivals,
        "high_churn_threshold": threshold,
        "last_hour": measures(hour),
        "last_24_hours": measures(today),
        "previous_24_hours": measures(yesterday),
        "model": {"name": model.name, "version": model.version, "tier": model.tier},
    }
