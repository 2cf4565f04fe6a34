"""Every question that the API answers: what the document lists, and the parameters that matter."""

from __future__ import annotations

from itertools import product as combinations
from typing import Any
from urllib.parse import urlencode

from sentistream.api.openapi import openapi_document

DAY = {"start": "2026-11-21T12:00:00Z", "end": "2026-11-22T12:05:00Z"}
FILTERS: list[dict[str, Any]] = [
    {},
    {"source": "twitter"},
    {"sentiment": "negative", "product": "Brisk"},
    {"channel": "support", "country": "DE"},
    {"language": "de"},
    {"emotion": "joy"},
    {"author": "person3"},
    {"q": "phone camera"},
    {"min_confidence": 0.6},
    {"min_churn_risk": 0.3, "min_toxicity": 0.01},
    {"start_date": "2026-11-22T00:00:00Z", "end_date": "2026-11-22T11:55:00Z"},
]
MORE: dict[str, list[dict[str, Any]]] = {
    "posts": [
        {"limit": 7, "offset": 7},
        {"sort": "created_at"},
        {"include_total": "true", "limit": 3},
        {"ingested_after": "2026-11-22T12:00:00Z"},
        {"city": "Berlin"},
        {"tier": "fast"},
    ],
    "posts/recent": [{"limit": 50}],
    "sentiment/aggregate": [
        {"period": period, **DAY, **more}
        for period, more in combinations(
            ("minute", "hour", "day"), ({}, {"group_by": "source"}, {"group_by": "city"}, {"tz": "Asia/Kathmandu"})
        )
    ],
    "sentiment/distribution": [{"hours": 1}, {"hours": 48}],
    "metrics/overall": [{"hours": 1}],
    "metrics/geo": [{"level": "country"}, {"level": "city"}, {"limit": 1}],
    "metrics/products": [{"limit": 1}],
    "alerts": [{"active": "true"}, {"type": "high_negative_ratio"}],
    "ledger/dead-letters": [{"limit": 2}],
    "export": [{"format": "csv"}, {"format": "jsonl"}],
}
PLACES = {"id": "9", "name": "other"}
"""What stands in the path of a route, by the parameter's name: a post that was corrected, a layer that was begun."""


def questions() -> list[str]:
    """Path and query of each: every GET of the document, bare, with every filter it takes, and as `MORE` says."""
    asked: list[str] = []
    for path, operations in openapi_document()["paths"].items():
        if "get" not in operations:
            continue
        parameters = operations["get"].get("parameters", [])
        inside = {one["name"]: PLACES.get(one["name"], "nobody") for one in parameters if one["in"] == "path"}
        known = {one["name"] for one in parameters}
        name = path.removeprefix("/api/v1/")
        queries = [query for query in FILTERS if query.keys() <= known] + MORE.get(name, [])
        asked += [f"{path.format(**inside)}?{urlencode(query)}" for query in queries]
    return asked
