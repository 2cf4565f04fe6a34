"""The account of every entry, and the entries that could not be accepted."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from sentistream.api.answers import answer, envelope, listed
from sentistream.api.bodies import body_of
from sentistream.api.dependencies import ServicesDep
from sentistream.api.errors import documented
from sentistream.api.parameters.lists import DeadLettersParameters
from sentistream.api.replays import Replay, replayed
from sentistream.api.schemas import (
    DeadLetterPage,
    LedgerResponse,
    ReplayIn,
    ReplayResponse,
    ReplaysIn,
    ReplaysResponse,
)
from sentistream.domain.ledger import OUTCOMES, Account
from sentistream.pipeline.reconcile import reconcile

router = APIRouter(tags=["ledger"])

PATIENCE = 0.5
"""Seconds to wait for stream and store to hold still."""


def _body(model: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}
    return {"requestBody": {"required": True, "content": content}}


COUNTED = ("received", "in_flight", *OUTCOMES)


@router.get("/ledger", response_model=LedgerResponse, summary="Where every entry ended", responses=documented())
async def ledger(services: ServicesDep) -> Response:
    """Received = the sum of the outcomes + in flight, per connector and in total."""
    found, rows, expired = await asyncio.gather(
        reconcile(services.stream, services.store.ledger, services.group, seconds=PATIENCE),
        services.store.posts.count(),
        services.store.ledger.expired(),
    )
    total = Account(connector="", **{name: sum(getattr(one, name) for one in found.accounts) for name in COUNTED})
    data = {
        "accounts": [{"connector": one.connector, **_row(one)} for one in found.accounts],
        "total": _row(total),
        "rows": rows,
        "expired": expired,
        "balanced": found.balanced,
        "stable": found.stable,
        "contradictions": found.contradictions,
    }
    return answer(envelope(data, services.clock()))


def _row(account: Account) -> dict[str, Any]:
    return {name: getattr(account, name) for name in COUNTED} | {"balanced": account.balanced}


@router.get(
    "/ledger/dead-letters",
    response_model=DeadLetterPage,
    summary="Entries that could not be accepted",
    responses=documented(),
)
async def dead_letters(parameters: Annotated[DeadLettersParameters, Query()], services: ServicesDep) -> Response:
    """Newest first, each with its reason; continue with `before=next_cursor`."""
    limit = parameters.limit
    found = await services.store.ledger.dead_letters(limit + 1, parameters.before)
    more = len(found) > limit
    return answer(
        listed(
            [msgspec.structs.asdict(letter) for letter in found[:limit]],
            services.clock(),
            limit=limit,
            has_more=more,
            next_cursor=str(found[limit - 1].id) if more else None,
        )
    )


@router.post(
    "/ledger/dead-letters/{id}/replay",
    status_code=202,
    response_model=ReplayResponse,
    summary="Send a dead letter again",
    openapi_extra=_body("ReplayIn"),
    responses=documented(404, 409, 413, 415, 422),
)
async def replay(request: Request, id: Annotated[int, Path(ge=1, le=2**62)], services: ServicesDep) -> Response:
    """As it arrived, or mended. It goes the way of every post and is counted as received once more.

    202 means durable. The same request again changes nothing: a letter is sent once. 422: it could still not be
    accepted, and stays as it is.
    """
    wanted = await body_of(ReplayIn, request, services.api_settings.max_body_bytes)
    found = (await replayed(services, {id: wanted.body}))[id]
    if found.error is not None:
        raise found.error
    return answer(envelope(_replay(id, found), services.clock()), 202)


@router.post(
    "/ledger/dead-letters/replay",
    status_code=202,
    response_model=ReplaysResponse,
    summary="Send dead letters again",
    openapi_extra=_body("ReplaysIn"),
    responses=documented(413, 415, 422),
)
async def replay_many(request: Request, services: ServicesDep) -> Response:
    """1 to 1,000, as they arrived, each with a result of its own; one that cannot be accepted stops no other."""
    wanted = await body_of(ReplaysIn, request, services.api_settings.max_body_bytes)
    found = await replayed(services, dict.fromkeys(wanted.ids))
    return answer(envelope([_replay(id, found[id]) for id in found], services.clock()), 202)


def _replay(id: int, found: Replay) -> dict[str, Any]:
    error = found.error and {"code": found.error.code, "message": found.error.message}
    at = found.letter and found.letter.replayed_at
    return {"id": id, "outcome": found.outcome, "replayed_at": at, "error": error}
