"""Alert episodes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from sentistream.api.answers import answer, listed
from sentistream.api.dependencies import ServicesDep
from sentistream.api.errors import documented
from sentistream.api.parameters import AlertsParameters
from sentistream.api.schemas import AlertPage

router = APIRouter(tags=["alerts"])


@router.get("/alerts", response_model=AlertPage, summary="Alerts", responses=documented())
async def alerts(parameters: Annotated[AlertsParameters, Query()], services: ServicesDep) -> Response:
    """Newest first; continue with `before=next_cursor`."""
    limit = parameters.limit
    found = await services.store.alerts.page(limit + 1, parameters.before, parameters.active, parameters.type)
    more = len(found) > limit
    return answer(
        listed(
            found[:limit],
            services.clock(),
            limit=limit,
            has_more=more,
            next_cursor=str(found[limit - 1].id) if more else None,
        )
    )
