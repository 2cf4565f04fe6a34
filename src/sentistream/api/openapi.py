"""The OpenAPI document, without a running service: `python -m sentistream.api.openapi > openapi.json`."""

from __future__ import annotations

import json
import sys
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from sentistream import __version__
from sentistream.api import schemas
from sentistream.api.live.messages import MESSAGES

DESCRIPTION = """\
Success is `{"data": …, "metadata": {"as_of", …}}`, failure `{"error": {"code", "message", "details"}}`.
Times are ISO 8601 in UTC. Unknown query parameters are refused with the nearest valid name.
The live feed is a WebSocket at `/ws/sentiment`; its messages are the `Live…` schemas below.
"""

SECURITY_SCHEMES: dict[str, Any] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "Needed where the server is bound wider than loopback.",
    },
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}


def document(app: FastAPI) -> dict[str, Any]:
    """The document of `app`, with the shapes that are no model of a route: errors, live messages, items of a batch."""
    found = get_openapi(
        title="SentiStream",
        version=app.version,
        summary="Real-time social sentiment: exact numbers, live.",
        description=DESCRIPTION,
        routes=app.routes,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    models: list[type[BaseModel]] = [schemas.PostsIn, schemas.PostIn, schemas.TombstoneIn, schemas.AnalyzeRequest]
    models += [schemas.CorrectionIn, schemas.CorrectionsIn, schemas.LayerIn, schemas.AnnotationIn]
    models += [schemas.ReplayIn, schemas.ReplaysIn]
    models += [schemas.AlertRuleIn, schemas.AlertRulePreviewIn, schemas.AcknowledgementIn, schemas.SnoozeIn]
    models += [schemas.ViewIn, schemas.ProductListIn]
    wanted: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = []
    wanted += [(model, "validation") for model in models]
    wanted += [(model, "serialization") for model in MESSAGES]
    wanted.append((schemas.ErrorResponse, "serialization"))
    _, extra = models_json_schema(
        wanted,
        ref_template="#/components/schemas/{model}",
    )
    components = found.setdefault("components", {})
    known = components.setdefault("schemas", {})
    for name, schema in extra.get("$defs", {}).items():
        known.setdefault(name, schema)
    _without_framework_errors(found, known)
    _without_null(found)
    components["schemas"] = dict(sorted(known.items()))
    components["securitySchemes"] = SECURITY_SCHEMES
    found["security"] = [{}, {"bearer": []}, {"key": []}]
    return found


def _without_framework_errors(found: dict[str, Any], known: dict[str, Any]) -> None:
    """The framework's own 422 is never sent: a bad parameter is answered by 400, in our envelope."""
    theirs = {"application/json": {"schema": {"$ref": "#/components/schemas/HTTPValidationError"}}}
    for path in found.get("paths", {}).values():
        for operation in path.values():
            if operation.get("responses", {}).get("422", {}).get("content") == theirs:
                del operation["responses"]["422"]
    for unused in ("HTTPValidationError", "ValidationError"):
        known.pop(unused, None)


def _without_null(found: dict[str, Any]) -> None:
    """A query parameter is absent or has a value: null cannot be said in a query string."""
    for path in found.get("paths", {}).values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                schema = parameter["schema"]
                choices = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
                if len(choices) == 1:
                    del schema["anyOf"]
                    schema.update(choices[0])
                elif choices:
                    schema["anyOf"] = choices


def openapi_document() -> dict[str, Any]:
    """The document of this version."""
    from sentistream.api.app import routed

    return document(routed(__version__))


def main() -> None:
    """Writes it to standard output."""
    json.dump(openapi_document(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
