"""The model as a service: read texts, store nothing."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from sentistream.analysis.explain import Unexplained
from sentistream.api.answers import answer, listed
from sentistream.api.bodies import json_body
from sentistream.api.dependencies import Services, ServicesDep
from sentistream.api.errors import documented
from sentistream.api.explanations import worded
from sentistream.api.schemas import AnalyzeResponse
from sentistream.domain.analysis import EMOTIONS, Reading
from sentistream.domain.errors import MalformedBody
from sentistream.domain.post import MAX_CONTENT

router = APIRouter(tags=["analysis"])

MAX_TEXTS = 100

MAX_EXPLAINED = 10
"""Texts of one request at most whose readings are explained: each costs as much as reading a hundred."""


class Texts(msgspec.Struct, forbid_unknown_fields=True):
    """The body: documented as AnalyzeRequest."""

    texts: list[str]
    explain: bool = False


@router.post(
    "/analyze",
    response_model=AnalyzeResponse,
    summary="Read texts",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnalyzeRequest"}}},
        }
    },
    responses=documented(413, 415, 422),
)
async def analyze(request: Request, services: ServicesDep) -> Response:
    """Up to 100 texts, read by the model that reads posts; nothing is stored. With `explain`, up to 10 texts."""
    asked = _asked(await json_body(request, services.api_settings.max_body_bytes))
    readings = await services.analyser.analyse(asked.texts)
    rows = [_row(index, reading) for index, reading in enumerate(readings)]
    if asked.explain:
        for text, reading, row in zip(asked.texts, readings, rows, strict=True):
            row["explanation"] = await _explained(services, text, reading)
    return answer(listed(rows, services.clock(), limit=MAX_TEXTS, total=len(rows), offset=0))


async def _explained(services: Services, text: str, reading: Reading) -> dict[str, Any] | None:
    """None where there is nothing to take apart: an unscored text, or a model that is paid for."""
    name, version = reading.model_name, reading.model_version
    if reading.sentiment_label == "unscored" or not services.explainer.knows(name, version):
        return None
    found = await services.explainer.explain(text, name, version)
    return (
        None
        if isinstance(found, Unexplained)
        else {"model_name": name, "model_version": version, **worded(text, found)}
    )


def _asked(body: bytes) -> Texts:
    try:
        asked = msgspec.json.decode(body, type=Texts)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedBody(f'the body must be {{"texts": ["…"]}}: {error}') from None
    most = MAX_EXPLAINED if asked.explain else MAX_TEXTS
    if not 1 <= len(asked.texts) <= most:
        where = " with explain" if asked.explain else ""
        raise MalformedBody(f"texts must hold 1 to {most} texts{where}, not {len(asked.texts)}", field="texts")
    for index, text in enumerate(asked.texts):
        if len(text) > MAX_CONTENT:
            raise MalformedBody(f"text {index} is longer than {MAX_CONTENT:,} characters", field=f"texts.{index}")
    return asked


def _row(index: int, reading: Reading) -> dict[str, Any]:
    return {
        "text_index": index,
        "sentiment_label": reading.sentiment_label,
        "sentiment_score": reading.sentiment_score,
        "confidence_score": reading.confidence_score,
        "emotion": reading.emotion,
        "emotions": dict(zip(EMOTIONS, reading.emotions, strict=True)) if reading.emotions else None,
        "toxicity": reading.toxicity,
        "churn_risk": reading.churn_risk,
        "model_name": reading.model_name,
        "model_version": reading.model_version,
        "tier": reading.tier,
        "language": reading.language,
        "reason": reading.reason,
        "explanation": None,
    }
