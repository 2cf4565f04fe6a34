"""The routes of /api/v1, one file per thing people ask about."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from sentistream.api.dependencies import known_parameters
from sentistream.api.routes import (
    alert_rules,
    alerts,
    analyses,
    analyze,
    annotation,
    corrections,
    explanations,
    export,
    health,
    layers,
    ledger,
    metrics,
    models,
    posts,
    saved,
    sentiment,
    sources,
    terms,
)

PREFIX = "/api/v1"


def router() -> APIRouter:
    """All of them, to be included under PREFIX."""
    # Posts after what is under them: their {id:path} takes everything that is left.
    everything = APIRouter(dependencies=[Depends(known_parameters)])
    for module in (
        health,
        corrections,
        explanations,
        analyses,
        posts,
        analyze,
        sentiment,
        metrics,
        models,
        terms,
        alerts,
        alert_rules,
        saved,
        annotation,
        sources,
        ledger,
        layers,
        export,
    ):
        everything.include_router(module.router)
    return everything
