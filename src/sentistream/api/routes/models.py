"""How well models read: what they promise, how sure they are, and what people say of it."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from sentistream.analysis.gold import Task
from sentistream.analysis.shipped import shipped
from sentistream.api.answers import answer, envelope, listed
from sentistream.api.dependencies import CacheDep, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.numbers import answer_key
from sentistream.api.parameters.lists import TaskParameters
from sentistream.api.parameters.ranges import HoursParameters
from sentistream.api.schemas import ConfidenceResponse, CorrectionReportResponse, ShippedModelsResponse
from sentistream.domain.post import EPOCH
from sentistream.domain.query import NumbersQuery
from sentistream.pipeline.evaluate import by_corrections

router = APIRouter(tags=["models"])


@router.get("/models", response_model=ShippedModelsResponse, summary="The bundled models", responses=documented())
async def models(services: ServicesDep) -> Response:
    """What was measured of each before it was shipped: how right it is, and whether its confidence can be believed."""
    found = await asyncio.to_thread(shipped)
    return answer(listed(found, services.clock(), limit=len(found), total=len(found), offset=0))


@router.get("/metrics/confidence", response_model=ConfidenceResponse, summary="How sure", responses=documented())
async def confidence(
    request: Request, parameters: Annotated[HoursParameters, Query()], services: ServicesDep, cache: CacheDep
) -> Response:
    """Posts of the range by the tier that read them and by tenths of their confidence."""
    span = parameters.range(services.clock())
    filters = parameters.filters(ranged=False)
    key = await answer_key(cache, "metrics:confidence", span, filters)

    async def compute() -> bytes:
        query = NumbersQuery(start=span.start, end=span.end, filters=filters)
        items = await services.store.numbers.confidence(query)
        return envelope({"start": span.start, "end": span.end, "items": items}, services.clock())

    return await cache.answer(request, key, span.end, compute)


@router.get(
    "/reports/corrections",
    response_model=CorrectionReportResponse,
    summary="Models by what people said",
    responses=documented(),
)
async def by_people(
    request: Request, parameters: Annotated[TaskParameters, Query()], services: ServicesDep, cache: CacheDep
) -> Response:
    """Every model that has read a corrected text, layers included, by language; empty while nobody has corrected any.

    What was corrected is what people stumbled over: it says where models fail, not how often. The answer is kept for a
    moment: a layer that is being read shows a little later.
    """
    task = Task(parameters.task)
    key = await cache.key("reports:corrections", task)

    async def compute() -> bytes:
        threshold = await services.store.numbers.churn_threshold()
        scores = await by_corrections(services.store.corrections, task, threshold)
        return envelope({"task": task, "scores": scores}, services.clock())

    return await cache.answer(request, key, EPOCH, compute)
