"""Saved views and lists of products: everyone's, by name."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from sentistream.api.answers import answer, envelope, listed
from sentistream.api.bodies import body_of
from sentistream.api.dependencies import Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.schemas import (
    ProductListIn,
    ProductListResponse,
    ProductListsResponse,
    ViewIn,
    ViewResponse,
    ViewsResponse,
    described,
)
from sentistream.api.security import who
from sentistream.domain.saved import Saved, SavedKind

router = APIRouter(tags=["workspace"])

Number = Annotated[int, Path(ge=1, le=2**62, description="Its number.")]

_WRITTEN = documented(404, 409, 413, 415, 422)


@router.get("/views", response_model=ViewsResponse, summary="Saved views", responses=documented())
async def views(services: ServicesDep) -> Response:
    """Oldest first."""
    return await _all(services, "view")


@router.post(
    "/views",
    status_code=201,
    response_model=ViewResponse,
    summary="Save a view",
    openapi_extra=described("ViewIn"),
    responses=documented(409, 413, 415, 422),
)
async def save_view(request: Request, services: ServicesDep) -> Response:
    """409: its name is taken, or there are 200 views already."""
    return await _add(request, services, "view", await body_of(ViewIn, request, _most(services)))


@router.get("/views/{id}", response_model=ViewResponse, summary="One saved view", responses=documented(404))
async def view(id: Number, services: ServicesDep) -> Response:
    """Where a shared link leads."""
    return answer(envelope(_row(await services.store.saved.get("view", id)), services.clock()))


@router.put(
    "/views/{id}",
    response_model=ViewResponse,
    summary="Change a saved view",
    openapi_extra=described("ViewIn"),
    responses=_WRITTEN,
)
async def change_view(request: Request, id: Number, services: ServicesDep) -> Response:
    """Its name, its page and its query."""
    return await _change(request, services, "view", id, await body_of(ViewIn, request, _most(services)))


@router.delete("/views/{id}", response_model=ViewResponse, summary="Delete a saved view", responses=documented(404))
async def delete_view(id: Number, services: ServicesDep) -> Response:
    """Answers what it was."""
    return answer(envelope(_row(await services.store.saved.remove("view", id)), services.clock()))


@router.get("/product-lists", response_model=ProductListsResponse, summary="Lists of products", responses=documented())
async def product_lists(services: ServicesDep) -> Response:
    """Oldest first."""
    return await _all(services, "products")


@router.post(
    "/product-lists",
    status_code=201,
    response_model=ProductListResponse,
    summary="Save a list of products",
    openapi_extra=described("ProductListIn"),
    responses=documented(409, 413, 415, 422),
)
async def save_product_list(request: Request, services: ServicesDep) -> Response:
    """409: its name is taken, or there are 200 lists already."""
    return await _add(request, services, "products", await body_of(ProductListIn, request, _most(services)))


@router.put(
    "/product-lists/{id}",
    response_model=ProductListResponse,
    summary="Change a list of products",
    openapi_extra=described("ProductListIn"),
    responses=_WRITTEN,
)
async def change_product_list(request: Request, id: Number, services: ServicesDep) -> Response:
    """Its name and its products."""
    return await _change(request, services, "products", id, await body_of(ProductListIn, request, _most(services)))


@router.delete(
    "/product-lists/{id}",
    response_model=ProductListResponse,
    summary="Delete a list of products",
    responses=documented(404),
)
async def delete_product_list(id: Number, services: ServicesDep) -> Response:
    """Answers what it was."""
    return answer(envelope(_row(await services.store.saved.remove("products", id)), services.clock()))


def _most(services: Services) -> int:
    return services.api_settings.max_body_bytes


async def _all(services: Services, kind: SavedKind) -> Response:
    found = [_row(one) for one in await services.store.saved.all(kind)]
    return answer(listed(found, services.clock(), limit=len(found), total=len(found)))


async def _add(request: Request, services: Services, kind: SavedKind, body: ViewIn | ProductListIn) -> Response:
    made = _saved(request, services, kind, 0, body)
    return answer(envelope(_row(await services.store.saved.add(made)), services.clock()), 201)


async def _change(
    request: Request, services: Services, kind: SavedKind, id: int, body: ViewIn | ProductListIn
) -> Response:
    changed = _saved(request, services, kind, id, body)
    return answer(envelope(_row(await services.store.saved.change(changed)), services.clock()))


def _saved(request: Request, services: Services, kind: SavedKind, id: int, body: ViewIn | ProductListIn) -> Saved:
    by, now = who(request.scope), services.clock()
    content = body.model_dump(exclude={"name"})
    return Saved(
        id=id, kind=kind, name=body.name, content=content, created_by=by, created_at=now, updated_by=by, updated_at=now
    )


def _row(item: Saved) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        **item.content,
        "created_by": item.created_by,
        "created_at": item.created_at,
        "updated_by": item.updated_by,
        "updated_at": item.updated_at,
    }
