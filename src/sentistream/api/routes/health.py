"""How the platform is doing, for people and for load balancers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import msgspec
import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from sentistream.api.answers import answer, encoded
from sentistream.api.dependencies import HubDep, Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.live.hub import Hub
from sentistream.api.schemas import HealthResponse
from sentistream.domain.errors import SentiStreamError
from sentistream.stream.base import Lag

router = APIRouter(tags=["health"])
log = structlog.get_logger(__name__)

PATIENCE = 2.0
"""Seconds a part may take to answer before it counts as gone."""

LAGGING = 60.0
"""Seconds of lag from which the platform counts as degraded."""

Answer = TypeVar("Answer")


@router.get(
    "/health",
    response_model=HealthResponse,
    summary="How the platform is doing",
    responses=documented() | {503: {"model": HealthResponse, "description": "It cannot serve."}},
)
async def health(request: Request, services: ServicesDep, hub: HubDep) -> Response:
    """ok and degraded answer 200, unavailable 503. Without the API key, where one is needed, only the status."""
    report = await _report(services, hub)
    if not request.scope.get("sentistream.authorised", True):
        report = {name: report[name] for name in ("status", "timestamp")}
    body = encoded({**report, "data": report, "metadata": {"as_of": report["timestamp"]}})
    return answer(body, 503 if report["status"] == "unavailable" else 200, {"Cache-Control": "no-store"})


async def _report(services: Services, hub: Hub) -> dict[str, Any]:
    now = services.clock()
    (posts, database), (lag, stream) = await asyncio.gather(
        _asked("database", _count(services)), _asked("stream", services.stream.lag(services.group))
    )
    if isinstance(lag, Lag):
        stream |= {"lag_entries": lag.entries, "lag_seconds": round(lag.seconds, 3)}
        if lag.seconds > LAGGING:
            stream |= {"status": "degraded", "message": f"the oldest entry has waited {lag.seconds:,.0f} s"}
    model = services.analyser.model
    parts: dict[str, dict[str, Any]] = {
        "database": database,
        "stream": stream,
        "model": {"status": "ok", "name": model.name, "version": model.version, "tier": model.tier},
        "live": {"status": "ok" if hub.running else "degraded", "clients": hub.clients},
        "cache": {"status": "ok" if services.caches.shared.available else "degraded"},
        "sources": _sources(services),
        **services.process_health(),
    }
    return {
        "status": _overall(parts),
        "version": services.version,
        "services": parts,
        "lag": lag if isinstance(lag, Lag) else None,
        "post_count": posts,
        "timestamp": now,
        "uptime_seconds": round((now - services.started_at).total_seconds(), 3),
    }


def _overall(parts: dict[str, dict[str, Any]]) -> str:
    if "unavailable" in (parts["database"]["status"], parts["stream"]["status"]):
        return "unavailable"
    return "ok" if all(part["status"] == "ok" for part in parts.values()) else "degraded"


async def _count(services: Services) -> int:
    await services.store.ping()
    return await services.store.posts.count()


async def _asked(name: str, question: Awaitable[Answer]) -> tuple[Answer | None, dict[str, Any]]:
    try:
        return await asyncio.wait_for(question, PATIENCE), {"status": "ok"}
    except TimeoutError:
        return None, {"status": "unavailable", "message": f"no answer within {PATIENCE:g} s"}
    except SentiStreamError as error:
        return None, {"status": "unavailable", "message": error.message}
    except Exception:
        log.exception("health_check_failed", part=name)
        return None, {"status": "unavailable", "message": "failed; the log has the cause"}


def _sources(services: Services) -> dict[str, Any]:
    states = msgspec.to_builtins(list(services.source_states()))
    failed = [state["name"] for state in states if state["state"] == "failed"]
    report: dict[str, Any] = {
        "status": "degraded" if failed else "ok",
        "running": sum(state["state"] == "running" for state in states),
        "standby": sum(state["state"] == "standby" for state in states),
        "failed": failed,
    }
    if failed:
        report["message"] = f"failed: {', '.join(failed)}; GET /api/v1/sources says why"
    return report
