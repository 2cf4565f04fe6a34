"""The model as a service: read texts, store nothing."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from sentistream.api.answers import answer, listed
from sentistream.api.bodies import json_body
from sentistream.api.dependencies import ServicesDep
from sentistream.api.errors import documented
from sentistream.api.schemas import AnalyzeResponse
from sentistream.domain.analysis import EMOTIONS, Reading
from sentistream.domain.errors import MalformedBody
from sentistream.domain.post import MAX_CONTENT

router = APIRouter(tags=["analysis"])

MAX_TEXTS = 100


class Texts(msgspec.Struct, forbid_unknown_fields=True):
    """The body: documented as AnalyzeRequest."""

    texts: list[str]


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
    """Up to 100 texts, read by the model that reads posts; nothing is stored."""
    texts = _texts(await json_body(request, services.api_settings.max_body_bytes))
    readings = await services.analyser.analyse(texts)
    rows = [_row(index, reading) for index, reading in enumerate(readings)]
    return answer(listed(rows, services.clock(), limit=MAX_TEXTS, total=len(rows), offset=0))


def _texts(body: bytes) -> list[str]:
    try:
        texts = msgspec.json.decode(body, type=Texts).texts
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedBody(f'the body must be {{"texts": ["…"]}}: {error}') from None
    if not 1 <= len(texts) <= MAX_TEXTS:
        raise MalformedBody(f"texts must hold 1 to {MAX_TEXTS} texts, not {len(texts)}", field="texts")
    for index, text in enumerate(texts):
        if len(text) > MAX_CONTENT:
            raise MalformedBody(f"text {index} is longer than {MAX_CONTENT:,} characters", field=f"texts.{index}")
    return texts


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
    }
