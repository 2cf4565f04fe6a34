"""Alert episodes, and what people do about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from sentistream.api.answers import answer, envelope, listed
from sentistream.api.bodies import body_of
from sentistream.api.dependencies import Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.parameters.lists import AlertPostsParameters, AlertsParameters
from sentistream.api.schemas import (
    AcknowledgementIn,
    AlertPage,
    AlertPosts,
    AlertResponse,
    SnoozeIn,
    described,
)
from sentistream.api.security import who
from sentistream.domain.alert import Alert
from sentistream.domain.errors import MalformedBody, NotFound
from sentistream.domain.event import AlertEvent
from sentistream.domain.query import AlertsQuery, Filters, PageRequest

router = APIRouter(tags=["alerts"])

Number = Annotated[int, Path(ge=1, le=2**62, description="Its number.")]

LONGEST_SNOOZE = timedelta(days=90)


@router.get("/alerts", response_model=AlertPage, summary="Alerts", responses=documented())
async def alerts(parameters: Annotated[AlertsParameters, Query()], services: ServicesDep) -> Response:
    """Newest first; continue with `before=next_cursor`."""
    limit = parameters.limit
    query = AlertsQuery(
        limit=limit + 1,
        before=parameters.before,
        active=parameters.active,
        alert_type=parameters.type,
        rule_id=parameters.rule,
        start=parameters.start_date,
        end=parameters.end_date,
    )
    found = await services.store.alerts.page(query)
    more = len(found) > limit
    return answer(
        listed(
            found[:limit],
            services.clock(),
            limit=limit,
            has_more=more,
            next_cursor=str(found[limit - 1].id) if more else None,
        )
    )


@router.get("/alerts/{id}", response_model=AlertResponse, summary="One alert", responses=documented(404))
async def alert(id: Number, services: ServicesDep) -> Response:
    """One episode."""
    return answer(envelope(await _known(services, id), services.clock()))


@router.get(
    "/alerts/{id}/posts", response_model=AlertPosts, summary="What an alert is about", responses=documented(404)
)
async def alert_posts(
    id: Number, parameters: Annotated[AlertPostsParameters, Query()], services: ServicesDep
) -> Response:
    """The strongest posts of the window that raised it, within its scope."""
    found = await _known(services, id)
    filters = Filters() if found.scope is None else found.scope.filters()
    window = msgspec.structs.replace(filters, start=found.window_start, end=found.window_end)
    limit = parameters.limit
    if found.alert_type == "high_churn_risk":
        request = PageRequest(limit=limit, sort="highest_churn_risk")
    else:
        window = msgspec.structs.replace(window, sentiment=("negative",))
        request = PageRequest(limit=limit, sort="most_negative")
    page = await services.store.posts.page(window, request)
    return answer(listed(page.posts, services.clock(), limit=limit, has_more=page.has_more))


@router.post(
    "/alerts/{id}/acknowledge",
    response_model=AlertResponse,
    summary="Look after an alert",
    openapi_extra=described("AcknowledgementIn"),
    responses=documented(404, 413, 415, 422),
)
async def acknowledge(request: Request, id: Number, services: ServicesDep) -> Response:
    """Says who, when and why. Again: in place of what was said."""
    body = await body_of(AcknowledgementIn, request, services.api_settings.max_body_bytes)
    now = services.clock()
    note = (body.note or "").strip() or None
    found = await services.store.alerts.acknowledge(id, who(request.scope), note, now)
    await _publish(services, found, "acknowledged", now)
    return answer(envelope(found, now))


@router.post(
    "/alerts/{id}/snooze",
    response_model=AlertResponse,
    summary="Let the rule of an alert call nobody for a while",
    openapi_extra=described("SnoozeIn"),
    responses=documented(404, 413, 415, 422),
)
async def snooze(request: Request, id: Number, services: ServicesDep) -> Response:
    """Its episodes are kept all the same; the dashboard's banner shows none until then."""
    body = await body_of(SnoozeIn, request, services.api_settings.max_body_bytes)
    now = services.clock()
    if body.until is not None and not now < body.until <= now + LONGEST_SNOOZE:
        raise MalformedBody(f"until must lie after now and at most {LONGEST_SNOOZE.days} days ahead", field="until")
    found = await _known(services, id)
    await services.store.alert_rules.snooze(found.rule_id, body.until, who(request.scope))
    found = await _known(services, id)
    await _publish(services, found, "snoozed", now)
    return answer(envelope(found, now))


async def _known(services: Services, id: int) -> Alert:
    found = await services.store.alerts.get(id)
    if found is None:
        raise NotFound(f"there is no alert {id}", id=id)
    return found


async def _publish(services: Services, alert: Alert, what: str, now: datetime) -> None:
    """Tell every screen; it is stored already, so that one that is not told finds it when it reads again."""
    await services.live.publish([AlertEvent(id=f"alert:{alert.id}:{what}:{now.isoformat()}", alert=alert)])
