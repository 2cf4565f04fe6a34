"""What brings posts in, and how it is doing."""

from __future__ import annotations

import msgspec
import structlog
from fastapi import APIRouter
from starlette.responses import Response

from sentistream.api.answers import answer, listed
from sentistream.api.dependencies import Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.schemas import SourcesResponse
from sentistream.domain.errors import Unavailable
from sentistream.pipeline.ingest import SourceState
from sentistream.storage.ownership import SOURCE_LEASE

router = APIRouter(tags=["sources"])
log = structlog.get_logger(__name__)


@router.get("/sources", response_model=SourcesResponse, summary="Sources", responses=documented())
async def sources(services: ServicesDep) -> Response:
    """Every source of this process, and those that another brings in: state, speed, and what went wrong."""
    states = await _states(services)
    return answer(listed(states, services.clock(), limit=len(states), total=len(states), offset=0))


async def _states(services: Services) -> list[SourceState]:
    own = {state.name: state for state in services.source_states()}
    try:
        leases = await services.store.leases.all(services.clock())
    except Unavailable as error:
        log.warning("sources_of_others_unknown", reason=error.message)
        leases = []
    for lease in leases:
        if not lease.name.startswith(SOURCE_LEASE):
            continue
        name, holder = lease.name.removeprefix(SOURCE_LEASE), lease.holder.rpartition(":")[0]
        # What its holder said with the last renewal, some seconds ago.
        state = own.get(name) or msgspec.convert(lease.note, SourceState, strict=False)
        own[name] = msgspec.structs.replace(state, holder=holder)
    return list(own.values())
