"""The rules that raise alerts: kept, tried over what is stored, and put in the place of those of the settings."""

from __future__ import annotations

import secrets
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from sentistream.api.answers import answer, envelope, listed
from sentistream.api.bodies import body_of
from sentistream.api.dependencies import Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.schemas import (
    AlertRuleIn,
    AlertRulePreviewIn,
    AlertRulePreviewResponse,
    AlertRuleResponse,
    AlertRulesResponse,
    described,
)
from sentistream.api.security import who
from sentistream.domain.errors import Conflict, NotFound
from sentistream.domain.rule import Rule, Scope
from sentistream.pipeline.preview import preview
from sentistream.pipeline.rules import defaults, standing

router = APIRouter(tags=["alerts"])

RuleId = Annotated[str, Path(min_length=1, max_length=100, description="The rule's id.")]


@router.get("/alert-rules", response_model=AlertRulesResponse, summary="Rules", responses=documented())
async def rules(services: ServicesDep) -> Response:
    """Every rule as it counts now, disabled ones included."""
    found = await standing(services.store, services.alerts_settings)
    return answer(listed(found, services.clock(), limit=len(found), total=len(found)))


@router.post(
    "/alert-rules",
    status_code=201,
    response_model=AlertRuleResponse,
    summary="Add a rule",
    openapi_extra=described("AlertRuleIn"),
    responses=documented(409, 413, 415, 422),
)
async def add(request: Request, services: ServicesDep) -> Response:
    """The watcher, wherever it runs, looks at it from its next look on. 409: there are 50 already."""
    body = await body_of(AlertRuleIn, request, services.api_settings.max_body_bytes)
    made = _rule(body, f"rule-{secrets.token_hex(6)}")
    made = msgspec.structs.replace(made, updated_by=who(request.scope), updated_at=services.clock())
    return answer(envelope(await services.store.alert_rules.put(made), services.clock()), 201)


@router.post(
    "/alert-rules/preview",
    response_model=AlertRulePreviewResponse,
    summary="When a rule would have raised an alert",
    openapi_extra=described("AlertRulePreviewIn"),
    responses=documented(413, 415, 422),
)
async def tried(request: Request, services: ServicesDep) -> Response:
    """By the watcher's own judgement, minute by minute, over the stored numbers of up to 30 days. Nothing is kept."""
    body = await body_of(AlertRulePreviewIn, request, services.api_settings.max_body_bytes)
    now, lateness = services.clock(), services.alerts_settings.lateness_seconds
    return answer(envelope(await preview(services.store, _rule(body, "preview"), now, body.days, lateness), now))


@router.put(
    "/alert-rules/{id}",
    response_model=AlertRuleResponse,
    summary="Change a rule",
    openapi_extra=described("AlertRuleIn"),
    responses=documented(404, 409, 413, 415, 422),
)
async def change(request: Request, id: RuleId, services: ServicesDep) -> Response:
    """A rule of the settings keeps its type and looks at all posts; what is said here counts in its place."""
    body = await body_of(AlertRuleIn, request, services.api_settings.max_body_bytes)
    of_settings = {rule.id: rule for rule in defaults(services.alerts_settings)}.get(id)
    if of_settings is not None and (body.alert_type != of_settings.alert_type or body.scope is not None):
        raise Conflict("a rule of the settings keeps its type and looks at all posts: add another rule", id=id)
    changed = msgspec.structs.replace(
        _rule(body, id),
        origin="custom" if of_settings is None else "override",
        updated_by=who(request.scope),
        updated_at=services.clock(),
    )
    rules = services.store.alert_rules
    if of_settings is not None:
        await rules.put(changed)
    elif "\x00" in id:
        raise _unknown(id)
    else:
        await rules.change(changed)
    return answer(envelope(await _standing(services, id), services.clock()))


@router.delete(
    "/alert-rules/{id}",
    response_model=AlertRuleResponse,
    summary="Delete a rule",
    responses=documented(404, 409),
)
async def remove(id: RuleId, services: ServicesDep) -> Response:
    """Answers what it was. One that stood in the place of the settings' own: that one counts again."""
    if "\x00" in id:
        raise _unknown(id)
    try:
        removed = await services.store.alert_rules.remove(id)
    except NotFound:
        if id in {rule.id for rule in defaults(services.alerts_settings)}:
            raise Conflict("this rule comes from the settings: disable it instead", id=id) from None
        raise
    return answer(envelope(removed, services.clock()))


def _rule(body: AlertRuleIn, id: str) -> Rule:
    return Rule(
        id=id,
        name=body.name.strip(),
        alert_type=body.alert_type,
        threshold=body.threshold,
        window_seconds=body.window_seconds,
        min_posts=body.min_posts,
        hysteresis=body.hysteresis,
        scope=None if body.scope is None else Scope(body.scope.dimension, body.scope.value),
        enabled=body.enabled,
    )


async def _standing(services: Services, id: str) -> Rule:
    for rule in await standing(services.store, services.alerts_settings):
        if rule.id == id:
            return rule
    raise _unknown(id)


def _unknown(id: str) -> NotFound:
    return NotFound("there is no rule of this id", id=id)
