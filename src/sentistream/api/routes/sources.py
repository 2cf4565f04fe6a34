"""What brings posts in, and how it is doing."""

from __future__ import annotations

from typing import Annotated

import msgspec
import structlog
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from sentistream.api.answers import answer, envelope, listed
from sentistream.api.dependencies import Services, ServicesDep, SourceSwitch
from sentistream.api.errors import documented
from sentistream.api.schemas import SourceResponse, SourcesResponse
from sentistream.api.security import who
from sentistream.domain.errors import Conflict, Unavailable
from sentistream.pipeline.ingest import SourceState
from sentistream.storage.ownership import SOURCE_LEASE

router = APIRouter(tags=["sources"])
log = structlog.get_logger(__name__)

SourceName = Annotated[str, Path(min_length=1, max_length=256, description="Name of the source.")]


@router.get("/sources", response_model=SourcesResponse, summary="Sources", responses=documented())
async def sources(services: ServicesDep) -> Response:
    """Every source of this process, and those that another brings in: state, speed, and what went wrong."""
    states = await _states(services)
    return answer(listed(states, services.clock(), limit=len(states), total=len(states), offset=0))


@router.post(
    "/sources/{name}/start",
    status_code=202,
    response_model=SourceResponse,
    summary="Start a source",
    responses=documented(404, 409),
)
async def start(request: Request, name: SourceName, services: ServicesDep) -> Response:
    """`synthetic`, `example`, `bluesky`, or one of this process that was stopped, has failed or finished.

    One that runs goes on, until it is stopped or the process ends; the next start of the process does not bring it
    back. 409: this process only serves the API. An empty store gets its simulated history with the first start of
    `synthetic`.
    """
    state = await _switch(services, name).start(name)
    log.info("source_started", source=name, by=who(request.scope))
    return answer(envelope(state, services.clock()), 202)


@router.post(
    "/sources/{name}/stop", response_model=SourceResponse, summary="Stop a source", responses=documented(404, 409)
)
async def stop(request: Request, name: SourceName, services: ServicesDep) -> Response:
    """What it had published is safe, and starting it again continues after that. 409: this process only serves the API.

    The simulated history ends with `synthetic`. Where several processes have the source, another one takes over.
    """
    state = await _switch(services, name).stop(name)
    log.info("source_stopped", source=name, by=who(request.scope))
    return answer(envelope(state, services.clock()))


def _switch(services: Services, name: str) -> SourceSwitch:
    if services.source_switch is None:
        source = name if name in ("bluesky", "example") else "synthetic"
        raise Conflict(
            f"this process serves the API and brings nothing in: run `sentistream ingest --source {source}` beside it,"
            " and end that command to stop it"
        )
    return services.source_switch


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
