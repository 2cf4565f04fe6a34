"""Annotations: what people write at a moment of the charts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from sentistream.api.answers import answer, envelope, listed
from sentistream.api.bodies import body_of
from sentistream.api.dependencies import ServicesDep
from sentistream.api.errors import documented
from sentistream.api.parameters.lists import AnnotationsParameters
from sentistream.api.schemas import AnnotationIn, AnnotationPage, AnnotationResponse, described
from sentistream.api.security import who
from sentistream.domain.annotation import Annotation

router = APIRouter(tags=["annotations"])

Number = Annotated[int, Path(ge=1, le=2**62, description="Its number.")]


@router.get("/annotations", response_model=AnnotationPage, summary="Annotations", responses=documented())
async def listing(parameters: Annotated[AnnotationsParameters, Query()], services: ServicesDep) -> Response:
    """Latest first; with `start_date` and `end_date` those that touch the range, wherever they began."""
    limit, offset = parameters.limit, parameters.offset
    found = await services.store.annotations.page(parameters.start_date, parameters.end_date, limit + 1, offset)
    return answer(listed(found[:limit], services.clock(), limit=limit, offset=offset, has_more=len(found) > limit))


@router.post(
    "/annotations",
    status_code=201,
    response_model=AnnotationResponse,
    summary="Annotate the charts",
    openapi_extra=described("AnnotationIn"),
    responses=documented(413, 415, 422),
)
async def annotate(request: Request, services: ServicesDep) -> Response:
    """Everyone who looks at the dashboard sees it."""
    body = await body_of(AnnotationIn, request, services.api_settings.max_body_bytes)
    now = services.clock()
    made = Annotation(
        id=0,
        at=body.at,
        until=body.until,
        text=body.text.strip(),
        url=body.url,
        created_by=who(request.scope),
        created_at=now,
    )
    return answer(envelope(await services.store.annotations.add(made), now), 201)


@router.delete(
    "/annotations/{id}",
    response_model=AnnotationResponse,
    summary="Take an annotation away",
    responses=documented(404),
)
async def take_away(id: Number, services: ServicesDep) -> Response:
    """Answers what it was."""
    return answer(envelope(await services.store.annotations.remove(id), services.clock()))
