"""Why a post is read as it is."""

from __future__ import annotations

import asyncio

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from sentistream.analysis.explain import Explanation, Unexplained
from sentistream.api.answers import answer, encoded, envelope
from sentistream.api.dependencies import CacheDep, Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.explanations import Plan, answered, explained, plan
from sentistream.api.posts import PostId, found_post
from sentistream.api.schemas import ExplanationResponse
from sentistream.domain.errors import Unavailable
from sentistream.domain.event import PostView
from sentistream.domain.post import EPOCH, content_hash

router = APIRouter(tags=["posts"])

SECONDS = 60.0
"""After which an explanation is given up: a large checkpoint without a GPU may need some."""

_decode = msgspec.json.Decoder(Explanation | Unexplained).decode


@router.get(
    "/posts/{id:path}/explanation",
    response_model=ExplanationResponse,
    summary="Why a post is read as it is",
    responses=documented(404),
)
async def explain(id: PostId, services: ServicesDep, cache: CacheDep) -> Response:
    """What each word adds to sentiment, toxicity and churn risk, of the model whose reading is current.

    The base values and the contributions add up to the scores. Where a large language model read the post, its own
    reasoning is told instead. A person's correction and a post that nobody could read are said to be such.
    """
    post = await found_post(services, id)
    readings = await services.store.posts.readings(post.id)
    reading = explained(readings)
    known = reading is not None and services.explainer.knows(reading.model_name, reading.model_version)
    planned = plan(post, readings, services.explainer.default, known)
    found: Explanation | Unexplained | None = None
    if planned.method == "shapley":
        text = f"{post.id}:{content_hash(post.content).hex()}"
        key = f"explanation:{text}:{planned.name}:{planned.version}:{services.version}"
        # Of one text by one model version it never changes: kept as long as an answer about the past.
        found = _decode(await cache.body(key, EPOCH, lambda: _explained(services, post, planned)))
    return answer(envelope(answered(post, readings, planned, found), services.clock()))


async def _explained(services: Services, post: PostView, planned: Plan) -> bytes:
    """As it is kept: places and numbers, no text."""
    try:
        async with asyncio.timeout(SECONDS):
            return encoded(await services.explainer.explain(post.content, planned.name, planned.version))
    except TimeoutError:
        message = f"{planned.name} did not explain this post within {SECONDS:g} seconds"
        raise Unavailable(message, retry_after=SECONDS) from None
