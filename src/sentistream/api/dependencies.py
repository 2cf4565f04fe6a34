"""What the routes are given: the wired services, and checks that every route shares."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Protocol

from fastapi import Depends, Request

from sentistream.analysis.base import Analyser
from sentistream.analysis.explain import Explainer
from sentistream.api.caching import AnswerCache
from sentistream.api.live.hub import Hub
from sentistream.cache.base import Caches
from sentistream.domain.errors import InvalidParameter
from sentistream.domain.post import Entry
from sentistream.live.base import Live
from sentistream.pipeline import ingest
from sentistream.pipeline.ingest import Prepared, SourceState
from sentistream.settings import AlertsSettings, ApiSettings, LiveSettings
from sentistream.storage.base import Store
from sentistream.stream.base import Stream
from sentistream.telemetry.metrics import Metrics

DASHBOARD = Path(__file__).resolve().parent.parent / "dashboard"
"""Where the frontend build leaves its files."""

Prepare = Callable[[Sequence[Entry], datetime], Prepared]
"""Checks entries at a moment and resolves places: pipeline.ingest.prepare with its gazetteer. Off the event loop."""


def unplaced(entries: Sequence[Entry], now: datetime) -> Prepared:
    """A Prepare without a gazetteer: locations stay as typed."""
    return ingest.prepare(entries, now, None)


Locate = Callable[[str, str | None], tuple[float, float] | None]
"""(latitude, longitude) of a city by its name and country, or None where it is not known. Off the event loop."""


def nowhere(city: str, country: str | None) -> tuple[float, float] | None:
    """A Locate without a gazetteer."""
    return None


class SourceSwitch(Protocol):
    """Turns sources of this process on and off while it runs. NotFound for a name it knows nothing of."""

    async def start(self, name: str) -> SourceState:
        """How it is doing now that it was begun; one that runs goes on as it is."""
        ...

    async def stop(self, name: str) -> SourceState:
        """How it ended: what it had published is safe, and starting it again continues after that."""
        ...


@dataclass(frozen=True, kw_only=True)
class Services:
    """Everything the HTTP and WebSocket face needs, wired by bootstrap.

    source_states: the sources of this process, as pipeline.ingest.SourceState says. source_switch: None
    in a process that brings nothing in.
    process_health: further parts of the health report by name, each with its `status`.
    """

    api_settings: ApiSettings
    live_settings: LiveSettings
    store: Store
    stream: Stream
    live: Live
    caches: Caches
    analyser: Analyser
    metrics: Metrics
    source_states: Callable[[], Sequence[Any]]
    clock: Callable[[], datetime]
    group: str
    version: str
    started_at: datetime
    alerts_settings: AlertsSettings = field(default_factory=AlertsSettings)
    explainer: Explainer = field(default_factory=Explainer)
    prepare: Prepare = unplaced
    locate: Locate = nowhere
    dashboard: Path = field(default=DASHBOARD)
    process_health: Callable[[], Mapping[str, dict[str, Any]]] = dict
    source_switch: SourceSwitch | None = None


def services(request: Request) -> Services:
    """Of the running application."""
    found: Services = request.app.state.services
    return found


def cache(request: Request) -> AnswerCache:
    """Of the running application."""
    found: AnswerCache = request.app.state.cache
    return found


def hub(request: Request) -> Hub:
    """Of the running application."""
    found: Hub = request.app.state.hub
    return found


ServicesDep = Annotated[Services, Depends(services)]
CacheDep = Annotated[AnswerCache, Depends(cache)]
HubDep = Annotated[Hub, Depends(hub)]


def nearest(name: str, names: Sequence[str]) -> str | None:
    """The valid name that `name` was probably meant to be."""
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return close[0] if close else None


def check_names(given: Sequence[str], allowed: Sequence[str]) -> None:
    """InvalidParameter for a query parameter that is unknown or given twice."""
    for name, times in Counter(given).items():
        if name not in allowed:
            hint = nearest(name, allowed)
            raise InvalidParameter(
                f"unknown parameter {name[:64]!r}" + (f": did you mean {hint}?" if hint else ""),
                parameter=name[:64],
                provided=name[:64],
                allowed=sorted(allowed),
                **({"nearest": hint} if hint else {}),
            )
        if times > 1:
            raise InvalidParameter(
                f"{name} is given {times} times: join alternatives by commas",
                parameter=name,
                provided=times,
                allowed="once",
            )


def known_parameters(request: Request) -> None:
    """Refuses unknown and repeated query parameters of the matched route, and names it for the metrics."""
    request.scope["sentistream.route"] = f"/api/v1{request.scope['route'].path_format}"
    given = [name for name, _ in request.query_params.multi_items()]
    if given:
        check_names(given, query_names(request.scope["route"]))


def query_names(route: Any) -> list[str]:
    """The query parameters that a route documents."""
    names: list[str] = []
    for param in route.dependant.query_params:
        fields = getattr(param.field_info.annotation, "model_fields", None)
        names += [param.alias] if fields is None else list(fields)
    return names
