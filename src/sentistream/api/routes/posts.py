"""Posts: taking them in, reading them back, erasing them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from sentistream.api.answers import answer, envelope, listed
from sentistream.api.bodies import json_body
from sentistream.api.caching import AnswerCache
from sentistream.api.dependencies import CacheDep, Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.intake import taken_in
from sentistream.api.parameters.filters import FilterParameters, PostsParameters, RecentParameters
from sentistream.api.posts import PostId, found_post
from sentistream.api.schemas import (
    EXAMPLE_POST_IN,
    DeletionResponse,
    IngestResponse,
    PostPage,
    PostResponse,
)
from sentistream.domain.post import Tombstone
from sentistream.domain.query import PageRequest

router = APIRouter(tags=["posts"])

INTAKE_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "anyOf": [
                    {"$ref": "#/components/schemas/PostsIn"},
                    {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 1000,
                        "items": {
                            "anyOf": [
                                {"$ref": "#/components/schemas/PostIn"},
                                {"$ref": "#/components/schemas/TombstoneIn"},
                            ]
                        },
                    },
                    {"$ref": "#/components/schemas/PostIn"},
                ]
            },
            "examples": {
                "batch": {"summary": "A batch", "value": {"posts": [EXAMPLE_POST_IN]}},
                "deletion": {
                    "summary": "A deletion on the platform",
                    "value": [{"post_id": "1799", "source": "twitter", "deleted_at": "2026-11-22T10:00:00Z"}],
                },
            },
        }
    },
}


@router.post(
    "/posts",
    status_code=202,
    response_model=IngestResponse,
    summary="Take posts in",
    openapi_extra={"requestBody": INTAKE_BODY},
    responses=documented(413, 415, 422),
)
async def take_in(request: Request, services: ServicesDep) -> Response:
    """1 to 1,000 posts or deletions: `{"posts": […]}`, a bare array, or one object.

    202 means durable: the accepted items survive a crash, and the same request again changes nothing.
    Items that cannot be accepted do not stop the others; they are kept among the dead letters.
    """
    body = await json_body(request, services.api_settings.max_body_bytes)
    accepted, rejected = await taken_in(services, body)
    return answer(envelope({"accepted": accepted, "rejected": rejected}, services.clock()), 202)


@router.get("/posts", response_model=PostPage, summary="Find posts", responses=documented())
async def find(parameters: Annotated[PostsParameters, Query()], services: ServicesDep, cache: CacheDep) -> Response:
    """Newest first. Continue with `cursor=next_cursor`, which no arriving post disturbs."""
    return await _page(services, cache, parameters, parameters.page())


@router.get("/posts/recent", response_model=PostPage, summary="The newest posts", responses=documented())
async def recent(parameters: Annotated[RecentParameters, Query()], services: ServicesDep, cache: CacheDep) -> Response:
    """The newest posts that match."""
    return await _page(services, cache, parameters, PageRequest(limit=parameters.limit))


@router.get("/posts/{id:path}", response_model=PostResponse, summary="One post", responses=documented(404))
async def one(id: PostId, services: ServicesDep) -> Response:
    """By key, or by its id on the platform (the newest, where several platforms share it)."""
    return answer(envelope(await found_post(services, id), services.clock()))


@router.delete(
    "/posts/{id:path}",
    status_code=202,
    response_model=DeletionResponse,
    summary="Erase a post",
    responses=documented(404),
)
async def erase(id: PostId, services: ServicesDep) -> Response:
    """202 means durable: the deletion travels the stream like a post, and is final."""
    post = await found_post(services, id)
    now = services.clock()
    await services.stream.publish([Tombstone(post_id=post.post_id, source=post.source, deleted_at=now)])
    return answer(envelope({"id": post.id, "source": post.source, "post_id": post.post_id}, now), 202)


async def _page(services: Services, cache: AnswerCache, parameters: FilterParameters, request: PageRequest) -> Response:
    filters = parameters.filters(ranged=True)

    async def compute() -> bytes:
        page = await services.store.posts.page(filters, request)
        return await asyncio.to_thread(  # a thousand long posts take more time than the event loop has
            listed,
            page.posts,
            services.clock(),
            limit=request.limit,
            has_more=page.has_more,
            total=page.total,
            offset=None if request.cursor else request.offset,
            next_cursor=page.next_cursor,
        )

    return answer(await cache.body(await cache.posts_key("posts:page", filters, request), filters.end, compute))
