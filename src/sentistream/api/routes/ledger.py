"""The account of every entry, and the entries that could not be accepted."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from sentistream.api.answers import answer, envelope, listed
from sentistream.api.dependencies import ServicesDep
from sentistream.api.errors import documented
from sentistream.api.parameters import DeadLettersParameters
from sentistream.api.schemas import DeadLetterPage, LedgerResponse
from sentistream.domain.ledger import OUTCOMES, Account
from sentistream.pipeline.reconcile import reconcile

router = APIRouter(tags=["ledger"])

PATIENCE = 0.5
"""Seconds to wait for stream and store to hold still."""

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
