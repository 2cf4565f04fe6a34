"""Posts as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from sentistream.api.dependencies import ServicesDep
from sentistream.api.errors import documented
from sentistream.api.parameters.filters import ExportParameters
from sentistream.pipeline.export import MEDIA_TYPES, writer

router = APIRouter(tags=["export"])


@router.get(
    "/export",
    summary="Download posts",
    response_class=StreamingResponse,
    responses=documented(501)
    | {
        200: {
            "description": "The file, oldest post first.",
            "content": {media_type: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES.values()},
        }
    },
)
async def export(request: Request, parameters: Annotated[ExportParameters, Query()], services: ServicesDep) -> Response:
    """All posts that match, streamed. In CSV a cell that a spreadsheet would run as a formula begins with `'`."""
    write = writer(parameters.format)
    filters = parameters.filters(ranged=True)
    name = f"sentistream-{services.clock():%Y%m%dT%H%M%SZ}.{parameters.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    media_type = MEDIA_TYPES[parameters.format]
    if request.scope.get("sentistream.head"):
        return Response(headers=headers, media_type=media_type)
    file = write(services.store.posts.export(filters))
    # What fails before the first byte is still answered in the envelope.
    first = await anext(file, b"")
    return StreamingResponse(_joined(first, file), headers=headers, media_type=media_type)


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part
