"""Every reading that is kept of a post, beside each other."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from sentistream.api.answers import answer, listed
from sentistream.api.dependencies import ServicesDep
from sentistream.api.errors import documented
from sentistream.api.posts import PostId, found_post
from sentistream.api.readings import shown
from sentistream.api.schemas import AnalysesResponse

router = APIRouter(tags=["posts"])


@router.get(
    "/posts/{id:path}/analyses",
    response_model=AnalysesResponse,
    summary="All that was read in a post",
    responses=documented(404),
)
async def analyses(id: PostId, services: ServicesDep) -> Response:
    """By model, version and layer: the one that counts first, then what would count in its place, then the others.

    What a reading under load said stays beside the better one that came after it; so do corrections that were taken
    back, layers that do not count, and what was read in earlier texts of the post, which themselves are not kept.
    """
    post = await found_post(services, id)
    found = [shown(one) for one in await services.store.posts.analyses(post.id)]
    return answer(listed(found, services.clock(), limit=len(found), total=len(found), offset=0))
