"""Corrections: people say what a post says, take it back, and get it all as a labelled set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from sentistream.api.answers import answer, envelope, listed
from sentistream.api.bodies import json_body
from sentistream.api.dependencies import Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.parameters.lists import CorrectionsParameters, LabelledParameters, WaitParameters
from sentistream.api.posts import PostId
from sentistream.api.schemas import (
    CorrectionHistoryResponse,
    CorrectionPage,
    CorrectionResponse,
    CorrectionsResponse,
)
from sentistream.api.security import who
from sentistream.domain.analysis import Emotion
from sentistream.domain.correction import Corrected, Judgement
from sentistream.domain.errors import Conflict, InvalidEntry, MalformedBody, NotFound
from sentistream.domain.post import MAX_BATCH, Note
from sentistream.pipeline.correct import Answer, Corrector, Refusal, Undo, Wish
from sentistream.pipeline.labelled import written

router = APIRouter(tags=["corrections"])

MEDIA_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


class Said(msgspec.Struct, forbid_unknown_fields=True):
    """The body of one correction: documented as CorrectionIn."""

    sentiment_label: Literal["positive", "negative", "neutral"] | None = None
    emotion: Emotion | None = None
    toxic: bool | None = None
    churn: bool | None = None
    note: Note | None = None
    edited_at: datetime | None = None


class Many(msgspec.Struct, forbid_unknown_fields=True):
    """The body of many: documented as CorrectionsIn."""

    corrections: list[msgspec.Raw]


def _body(model: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}
    return {"requestBody": {"required": True, "content": content}}


@router.post(
    "/posts/{id:path}/correction",
    response_model=CorrectionResponse,
    summary="Correct a post",
    openapi_extra=_body("CorrectionIn"),
    responses=documented(404, 409, 413, 415, 422) | {202: {"model": CorrectionResponse, "description": "Durable."}},
)
async def correct(
    request: Request, id: PostId, parameters: Annotated[WaitParameters, Query()], services: ServicesDep
) -> Response:
    """What a person says wins over every model until it is taken back or the text changes.

    200 says that it counts now (or did already); 202 that it is durable, and that a worker has yet to settle it.
    The same request again changes nothing. 409: the text was edited, or deleted, since it was looked at.
    """
    raw = await json_body(request, services.api_settings.max_body_bytes)
    try:
        said = msgspec.json.decode(raw, type=Said)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedBody(f"the body must be a correction: {error}") from None
    wish = Wish(id=id, **msgspec.structs.asdict(said))
    return await _one(request, services, wish, parameters.wait)


@router.delete(
    "/posts/{id:path}/correction",
    response_model=CorrectionResponse,
    summary="Take a correction back",
    responses=documented(404, 409) | {202: {"model": CorrectionResponse, "description": "Durable."}},
)
async def take_back(
    request: Request, id: PostId, parameters: Annotated[WaitParameters, Query()], services: ServicesDep
) -> Response:
    """The model's word counts again; the history keeps both. A post that nobody corrected stays as it is."""
    return await _one(request, services, Undo(id=id), parameters.wait)


@router.get(
    "/posts/{id:path}/correction",
    response_model=CorrectionHistoryResponse,
    summary="What people said of a post",
    responses=documented(404),
)
async def history(id: PostId, services: ServicesDep) -> Response:
    """Newest first: who, when, what it read before, and what it became."""
    standing = (await services.store.corrections.standing([id])).get(id)
    if standing is None:
        raise NotFound("there is no post of this id", id=id)
    lines = await services.store.corrections.of(standing.post.id)
    data = {
        "post": standing.post,
        "corrected_by": standing.last and standing.last.corrected_by,
        "said": _said(standing.said),
        "history": [_line(line) for line in lines],
    }
    return answer(envelope(data, services.clock()))


@router.post(
    "/corrections",
    response_model=CorrectionsResponse,
    summary="Correct many posts",
    openapi_extra=_body("CorrectionsIn"),
    responses=documented(413, 415, 422) | {202: {"model": CorrectionsResponse, "description": "Durable."}},
)
async def correct_many(
    request: Request, parameters: Annotated[WaitParameters, Query()], services: ServicesDep
) -> Response:
    """1 to 1,000 corrections, each with a result of its own; one that cannot be accepted stops no other.

    200 where every one is settled, 202 where some are durable and wait for a worker.
    """
    raw = await json_body(request, services.api_settings.max_body_bytes)
    try:
        items = msgspec.json.decode(raw, type=Many).corrections
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedBody(f'the body must be {{"corrections": [...]}}: {error}') from None
    if not 1 <= len(items) <= MAX_BATCH:
        raise MalformedBody(f"1 to {MAX_BATCH:,} corrections are accepted at once", field="corrections")
    wishes: dict[int, Wish] = {}
    results: dict[int, Answer | Refusal] = {}
    for index, item in enumerate(items):
        try:
            wishes[index] = msgspec.json.decode(item, type=Wish)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            results[index] = Refusal(code=InvalidEntry.code, message=str(error))
    answers = await _corrector(services).correct(list(wishes.values()), who(request.scope), parameters.wait)
    results |= dict(zip(wishes, answers, strict=True))
    rows = [_row(index, wishes.get(index), results[index]) for index in range(len(items))]
    waiting = any(row["outcome"] == "waiting" for row in rows)
    return answer(envelope(rows, services.clock()), 202 if waiting else 200)


@router.get("/corrections", response_model=CorrectionPage, summary="Corrections", responses=documented())
async def corrections(parameters: Annotated[CorrectionsParameters, Query()], services: ServicesDep) -> Response:
    """What people said and took back, newest first; continue with `before=next_cursor`."""
    limit = parameters.limit
    found = await services.store.corrections.page(limit + 1, parameters.before)
    more = len(found) > limit
    return answer(
        listed(
            [_line(line) for line in found[:limit]],
            services.clock(),
            limit=limit,
            has_more=more,
            next_cursor=str(found[limit - 1].number) if more else None,
        )
    )


@router.get(
    "/corrections/export",
    summary="Download the labelled set",
    response_class=StreamingResponse,
    responses=documented()
    | {
        200: {
            "description": "One text a line, with its gold labels.",
            "content": {media_type: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES.values()},
        }
    },
)
async def labelled(
    request: Request, parameters: Annotated[LabelledParameters, Query()], services: ServicesDep
) -> Response:
    """Every text that people labelled and that still stands: what `sentistream evaluate` and training read."""
    name = f"sentistream-corrections-{services.clock():%Y%m%dT%H%M%SZ}.{parameters.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    media_type = MEDIA_TYPES[parameters.format]
    if request.scope.get("sentistream.head"):
        return Response(headers=headers, media_type=media_type)
    file = written(services.store.corrections.labelled(), parameters.format)
    first = await anext(file, b"")  # what fails before the first byte is still answered in the envelope
    return StreamingResponse(_joined(first, file), headers=headers, media_type=media_type)


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part


def _corrector(services: Services) -> Corrector:
    return Corrector(services.store, services.stream, services.clock)


async def _one(request: Request, services: Services, wish: Wish | Undo, wait: float) -> Response:
    [found] = await _corrector(services).correct([wish], who(request.scope), wait)
    if isinstance(found, Refusal):
        refusals = {NotFound.code: NotFound, Conflict.code: Conflict}
        raise refusals.get(found.code, MalformedBody)(found.message, id=wish.id)
    if found.outcome == "stale":
        raise Conflict("the post, or its correction, changed meanwhile: look at it again", id=wish.id)
    data = {"outcome": found.outcome, "correction_id": found.correction_id, "post": found.post}
    return answer(envelope(data, services.clock()), 202 if found.outcome == "waiting" else 200)


def _row(index: int, wish: Wish | None, found: Answer | Refusal) -> dict[str, Any]:
    row: dict[str, Any] = {
        "index": index,
        "id": wish and wish.id,
        "outcome": None,
        "correction_id": None,
        "error": None,
    }
    if isinstance(found, Refusal):
        return row | {"error": {"code": found.code, "message": found.message}}
    return row | {"outcome": found.outcome, "correction_id": found.correction_id}


def _line(line: Corrected) -> dict[str, Any]:
    return msgspec.structs.asdict(line) | {"became": _said(line.became)}


def _said(said: Judgement) -> dict[str, Any]:
    """As people say it: yes and no where the store has 1 and 0."""
    return {
        "sentiment_label": said.sentiment_label,
        "emotion": said.emotion,
        "toxic": None if said.toxicity is None else said.toxicity >= 0.5,
        "churn": None if said.churn_risk is None else said.churn_risk >= 0.5,
    }
