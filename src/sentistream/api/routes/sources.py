"""What brings posts in, and how it is doing."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sentistream.api.answers import answer, listed
from sentistream.api.dependencies import ServicesDep
from sentistream.api.errors import documented
from sentistream.api.schemas import SourcesResponse

router = APIRouter(tags=["sources"])


@router.get("/sources", response_model=SourcesResponse, summary="Sources", responses=documented())
async def sources(services: ServicesDep) -> Response:
    """Every configured source: state, speed, and what went wrong."""
    states = list(services.source_states())
    return answer(listed(states, services.clock(), limit=len(states), total=len(states), offset=0))
