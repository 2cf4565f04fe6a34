"""Layers: another model beside what counts, or beside another; begun, compared, promoted and demoted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from sentistream.api.answers import answer, envelope, listed
from sentistream.api.bodies import json_body
from sentistream.api.dependencies import Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.parameters.filters import moment
from sentistream.api.parameters.lists import ComparisonParameters, DisagreementsParameters
from sentistream.api.schemas import ComparisonResponse, DisagreementPage, LayerResponse, LayersResponse
from sentistream.api.security import who
from sentistream.domain.errors import Conflict, InvalidParameter, MalformedBody, NotFound
from sentistream.domain.layer import MODELS, Layer, LayerState
from sentistream.domain.query import Filters
from sentistream.pipeline.compare import compared

router = APIRouter(tags=["layers"])

LayerName = Annotated[str, Path(min_length=1, max_length=100, description="Name of the layer.")]


class Begun(msgspec.Struct, forbid_unknown_fields=True):
    """The body that begins a layer: documented as LayerIn."""

    model: str
    since: str
    until: str | None = None
    name: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9._-]{1,100}$")] | None = None
    source: list[Annotated[str, msgspec.Meta(max_length=256)]] = []
    language: list[Annotated[str, msgspec.Meta(max_length=16)]] = []
    product: list[Annotated[str, msgspec.Meta(max_length=256)]] = []


@router.get("/layers", response_model=LayersResponse, summary="Layers", responses=documented())
async def layers(services: ServicesDep) -> Response:
    """Newest first, each with how far its work is."""
    found = await services.store.layers.all()
    return answer(listed([_row(one) for one in found], services.clock(), limit=len(found), total=len(found)))


@router.post(
    "/layers",
    status_code=201,
    response_model=LayerResponse,
    summary="Read posts again, with another model",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LayerIn"}}},
        }
    },
    responses=documented(409, 413, 415, 422),
)
async def begin(request: Request, services: ServicesDep) -> Response:
    """A worker reads the posts, as the live path leaves it time; nothing of it counts until it is promoted."""
    raw = await json_body(request, services.api_settings.max_body_bytes)
    try:
        body = msgspec.json.decode(raw, type=Begun)
        since, until = moment(body.since), None if body.until is None else moment(body.until)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise MalformedBody(f"the body must be a layer to begin: {error}") from None
    if body.model not in MODELS:
        raise MalformedBody(f"model must be one of {', '.join(MODELS)}", field="model")
    if any("\x00" in value for values in (body.source, body.language, body.product) for value in values):
        raise MalformedBody("a filter contains a NUL character")
    now = services.clock()
    begun = Layer(
        name=body.name or f"{body.model}-{now:%Y-%m-%d-%H%M%S}",
        model=body.model,
        filters=Filters(
            source=tuple(body.source),
            language=tuple(body.language),
            product=tuple(body.product),
            start=since,
            end=until,
        ),
        created_by=who(request.scope),
        created_at=now,
        updated_at=now,
    )
    return answer(envelope(_row(await services.store.layers.create(begun)), now), 201)


@router.get("/layers/{name}", response_model=LayerResponse, summary="One layer", responses=documented(404))
async def layer(name: LayerName, services: ServicesDep) -> Response:
    """How far its work is, and what keeps it, if anything."""
    return answer(envelope(_row(await _known(services, name)), services.clock()))


@router.post(
    "/layers/{name}/promote",
    status_code=202,
    response_model=LayerResponse,
    summary="Let a layer count",
    responses=documented(404, 409),
)
async def promote(name: LayerName, services: ServicesDep) -> Response:
    """A worker moves what counts, in steps; `state` becomes promoted. People's word comes before it all the same."""
    return await _flip(services, name, "promoting", ("read", "promoting", "promoted"))


@router.post(
    "/layers/{name}/demote",
    status_code=202,
    response_model=LayerResponse,
    summary="Let a layer count no more",
    responses=documented(404, 409),
)
async def demote(name: LayerName, services: ServicesDep) -> Response:
    """The way back, in the same steps; `state` becomes read."""
    return await _flip(services, name, "demoting", ("promoted", "promoting", "demoting", "read"))


@router.get(
    "/reports/compare/{name}",
    response_model=ComparisonResponse,
    summary="A layer beside what counts, or beside another layer",
    responses=documented(404),
)
async def comparison(
    name: LayerName, parameters: Annotated[ComparisonParameters, Query()], services: ServicesDep
) -> Response:
    """Agreement, shift of shares, confusion, by language and platform.

    Of a promoted layer beside what counts: as it was before.
    """
    layer, against = await _pair(services, name, parameters.against)
    kept = layer.report if against is None else None
    report = kept or compared(await services.store.layers.tallies(name, parameters.against))
    data = {"layer": _row(layer), "against": against and _row(against), "report": report}
    return answer(envelope(data, services.clock()))


@router.get(
    "/reports/compare/{name}/disagreements",
    response_model=DisagreementPage,
    summary="Posts that a layer reads otherwise",
    responses=documented(404),
)
async def disagreements(
    name: LayerName, parameters: Annotated[DisagreementsParameters, Query()], services: ServicesDep
) -> Response:
    """The furthest apart first; `current` and `label` keep one cell of the confusion."""
    await _pair(services, name, parameters.against)
    limit, offset = parameters.limit, parameters.offset
    found = await services.store.layers.disagreements(
        name, limit + 1, offset, parameters.current, parameters.label, parameters.against
    )
    return answer(listed(found[:limit], services.clock(), limit=limit, offset=offset, has_more=len(found) > limit))


async def _flip(services: Services, name: str, state: LayerState, allowed: tuple[LayerState, ...]) -> Response:
    layer = await _known(services, name)
    done = {"promoting": "promoted", "demoting": "read"}[state]
    if layer.state not in allowed and not (layer.shadow and state == "promoting"):
        raise Conflict(
            f"the layer is {layer.state}: only one that is {' or '.join(allowed)} can go that way", name=name
        )
    if layer.state != done:
        layer = await services.store.layers.update(name, services.clock(), state=state, error=None)
    return answer(envelope(_row(layer), services.clock()), 202)


async def _pair(services: Services, name: str, against: str | None) -> tuple[Layer, Layer | None]:
    layer = await _known(services, name)
    if against is None:
        return layer, None
    if against == name:
        raise InvalidParameter(
            "a layer says the same as itself: name another one",
            parameter="against",
            provided=against,
            allowed="another layer",
        )
    return layer, await _known(services, against)


async def _known(services: Services, name: str) -> Layer:
    layer = None if "\x00" in name else await services.store.layers.get(name)
    if layer is None:
        raise NotFound("there is no layer of this name", name=name)
    return layer


def _row(layer: Layer) -> dict[str, Any]:
    filters = layer.filters
    row = msgspec.structs.asdict(layer)
    for hidden in ("report", "filters", "position"):
        del row[hidden]
    lists: dict[str, Any] = {name: list(getattr(filters, name)) for name in ("source", "language", "product")}
    bounds: dict[str, datetime | None] = {"since": filters.start, "until": filters.end}
    return row | lists | bounds
