"""Numbers of a range: overall, by place, product, channel, platform, emotion and tier."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from sentistream.api.answers import envelope, listed, measures
from sentistream.api.caching import AnswerCache
from sentistream.api.dependencies import CacheDep, Locate, Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.numbers import answer_key, total
from sentistream.api.parameters.ranges import GeoParameters, GroupsParameters, HoursParameters, WeekParameters
from sentistream.api.schemas import GroupsResponse, OverallResponse, PlacesResponse, TiersResponse, WeekResponse
from sentistream.domain.analysis import TIER_RANK
from sentistream.domain.query import Dimension, NumbersQuery
from sentistream.storage.base import Cell

router = APIRouter(prefix="/metrics", tags=["metrics"])

GroupsQuery = Annotated[GroupsParameters, Query()]


@router.get("/overall", response_model=OverallResponse, summary="A range beside the one before", responses=documented())
async def overall(
    request: Request, parameters: Annotated[HoursParameters, Query()], services: ServicesDep, cache: CacheDep
) -> Response:
    """Numbers of the range, and of the range of the same length before it."""
    span = parameters.range(services.clock())
    filters = parameters.filters(ranged=False)
    key = await answer_key(cache, "metrics:overall", span, filters)

    async def compute() -> bytes:
        now = services.clock()
        current, previous, threshold = await asyncio.gather(
            total(services, span, filters),
            total(services, span.before(), filters),
            services.store.numbers.churn_threshold(),
        )
        data = {
            "start": span.start,
            "end": span.end,
            "high_churn_threshold": threshold,
            "current": measures(current),
            "previous": measures(previous),
        }
        return envelope(data, now)

    return await cache.answer(request, key, span.end, compute)


@router.get("/geo", response_model=PlacesResponse, summary="By place", responses=documented())
async def geo(
    request: Request, parameters: Annotated[GeoParameters, Query()], services: ServicesDep, cache: CacheDep
) -> Response:
    """Numbers by city or country; posts whose place is unknown are left out."""
    return await _groups(request, parameters, services, cache, parameters.level)


@router.get("/products", response_model=GroupsResponse, summary="By product", responses=documented())
async def products(request: Request, parameters: GroupsQuery, services: ServicesDep, cache: CacheDep) -> Response:
    """Numbers by product."""
    return await _groups(request, parameters, services, cache, "product")


@router.get("/channels", response_model=GroupsResponse, summary="By channel", responses=documented())
async def channels(request: Request, parameters: GroupsQuery, services: ServicesDep, cache: CacheDep) -> Response:
    """Numbers by channel."""
    return await _groups(request, parameters, services, cache, "channel")


@router.get("/platforms", response_model=GroupsResponse, summary="By platform", responses=documented())
async def platforms(request: Request, parameters: GroupsQuery, services: ServicesDep, cache: CacheDep) -> Response:
    """Numbers by the platform the posts were written on."""
    return await _groups(request, parameters, services, cache, "source")


@router.get("/emotions", response_model=GroupsResponse, summary="By emotion", responses=documented())
async def emotions(request: Request, parameters: GroupsQuery, services: ServicesDep, cache: CacheDep) -> Response:
    """Numbers by the strongest emotion; posts without one are left out."""
    return await _groups(request, parameters, services, cache, "emotion")


@router.get("/tiers", response_model=TiersResponse, summary="By how well they were read", responses=documented())
async def tiers(
    request: Request, parameters: Annotated[HoursParameters, Query()], services: ServicesDep, cache: CacheDep
) -> Response:
    """Posts of the range by the tier of their reading, best first, and how many of all wait for a better one."""
    span = parameters.range(services.clock())
    filters = parameters.filters(ranged=False)
    key = await answer_key(cache, "metrics:tiers", span, filters)

    async def compute() -> bytes:
        now = services.clock()
        query = NumbersQuery(start=span.start, end=span.end, filters=filters, group_by="tier")
        cells, backlog = await asyncio.gather(services.store.numbers.cells(query), services.store.refine.backlog())
        found = {cell.key: cell.numbers.posts for cell in cells}
        posts = sum(found.values())
        data = {
            "start": span.start,
            "end": span.end,
            "posts": posts,
            "items": [
                {"tier": tier, "posts": found[tier], "share": round(found[tier] / posts, 4)}
                for tier in TIER_RANK
                if found.get(tier)
            ],
            "waiting": backlog.posts,
            "waiting_since": backlog.since,
        }
        return envelope(data, now)

    return await cache.answer(request, key, span.end, compute)


@router.get("/week", response_model=WeekResponse, summary="By hour of the week", responses=documented())
async def week(
    request: Request, parameters: Annotated[WeekParameters, Query()], services: ServicesDep, cache: CacheDep
) -> Response:
    """Numbers of each hour of each weekday in the zone `tz`, added up over all weeks of the range."""
    span = parameters.range(services.clock())
    zone = parameters.zone()
    filters = parameters.filters(ranged=False)
    key = await answer_key(cache, "metrics:week", span, filters, zone)

    async def compute() -> bytes:
        now = services.clock()
        numbers = services.store.numbers
        query = NumbersQuery(start=span.start, end=span.end, filters=filters, tz=zone)
        found, threshold = await asyncio.gather(numbers.week(query), numbers.churn_threshold())
        data = {
            "start": span.start,
            "end": span.end,
            "tz": zone,
            "high_churn_threshold": threshold,
            "items": [
                {"weekday": one.weekday, "hour": one.hour, "hours": one.hours, **measures(one.numbers)} for one in found
            ],
        }
        return envelope(data, now)

    return await cache.answer(request, key, span.end, compute)


async def _groups(
    request: Request, parameters: GroupsParameters, services: Services, cache: AnswerCache, dimension: Dimension
) -> Response:
    span = parameters.range(services.clock())
    filters = parameters.filters(ranged=False)
    limit = parameters.limit
    key = await answer_key(cache, f"metrics:{dimension}", span, filters, limit)

    async def compute() -> bytes:
        now = services.clock()
        # One more than asked for tells whether there are more, and posts without a key take a place too.
        query = NumbersQuery(start=span.start, end=span.end, filters=filters, group_by=dimension, limit=limit + 2)
        numbers = services.store.numbers
        found, threshold = await asyncio.gather(numbers.cells(query), numbers.churn_threshold())
        cells = [cell for cell in found if cell.key]
        data: dict[str, Any] = {
            "start": span.start,
            "end": span.end,
            "high_churn_threshold": threshold,
            "items": [_item(cell, dimension) for cell in cells[:limit]],
        }
        if dimension in ("city", "country"):
            data["level"] = dimension
            await asyncio.to_thread(_locate, data["items"], services.locate)
        return listed(data, now, limit=limit, has_more=len(cells) > limit, offset=0)

    return await cache.answer(request, key, span.end, compute)


def _item(cell: Cell, dimension: Dimension) -> dict[str, Any]:
    key = cell.key or ""
    item: dict[str, Any] = {"key": key}
    if dimension == "city":
        country, slash, city = key.partition("/")
        item |= {"city": city if slash else key, "country": country if slash and country else None}
    elif dimension == "country":
        item |= {"city": None, "country": key}
    return item | measures(cell.numbers)


def _locate(items: list[dict[str, Any]], locate: Locate) -> None:
    for item in items:
        found = locate(item["city"], item["country"]) if item["city"] else None
        item["latitude"], item["longitude"] = found or (None, None)
