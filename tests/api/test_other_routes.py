"""Health, analyze, alerts, sources, ledger, export, metrics, pages, and errors of every kind."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet
import pytest
import structlog
from house import BAD, GOOD, House, at, post

from sentistream.domain.alert import Alert
from sentistream.domain.errors import StorageUnavailable
from sentistream.domain.event import PostView
from sentistream.pipeline import export
from sentistream.pipeline.ingest import SourceState
from sentistream.settings import ApiSettings


async def test_health_is_told_at_the_top_and_in_the_envelope(house: House) -> None:
    await house.fill([post(1)])
    answer = await house.get("health")
    body = answer.json()
    assert answer.status_code == 200
    # The hub runs with the server's lifespan, which this test has not started.
    assert body["status"] == "degraded"
    assert body["services"]["live"] == {"status": "degraded", "clients": 0}
    assert body["services"]["database"] == {"status": "ok"}
    assert body["services"]["stream"] == {"status": "ok", "lag_entries": 0, "lag_seconds": 0.0}
    assert body["services"]["model"]["tier"] == "fast"
    assert (body["post_count"], body["version"], body["uptime_seconds"]) == (1, "1.2.3", 60)
    assert body["data"] == {key: value for key, value in body.items() if key not in ("data", "metadata")}
    assert body["metadata"] == {"as_of": "2026-11-22T12:00:30Z"}


async def test_health_degrades_with_lag_and_failed_sources(house: House) -> None:
    await house.send([post(1)])
    house.clock.advance(120)
    house.sources.append(SourceState(name="file", kind="file", state="failed", error="gone"))
    body = (await house.get("health")).json()
    assert body["services"]["stream"]["status"] == "degraded"
    assert body["lag"]["entries"] == 1
    assert body["services"]["sources"]["failed"] == ["file"]


async def test_health_without_a_database_is_503(house: House, monkeypatch: Any) -> None:
    async def ping() -> None:
        raise StorageUnavailable("the disk is on fire")

    monkeypatch.setattr(house.store, "ping", ping)
    answer = await house.get("health")
    assert answer.status_code == 503
    assert answer.json()["services"]["database"] == {"status": "unavailable", "message": "the disk is on fire"}

    async def never() -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(house.store, "ping", never)
    monkeypatch.setattr("sentistream.api.routes.health.PATIENCE", 0.01)
    assert (await house.get("health")).status_code == 503


async def test_analyze_reads_and_stores_nothing(house: House) -> None:
    answer = await house.client.post("/api/v1/analyze", json={"texts": [GOOD, BAD, ""]})
    rows = answer.json()["data"]
    assert answer.status_code == 200
    assert [row["text_index"] for row in rows] == [0, 1, 2]
    assert [row["sentiment_label"] for row in rows[:2]] == ["positive", "negative"]
    assert rows[0]["emotions"] is None
    assert set(rows[0]) >= {"confidence_score", "model_name", "model_version", "tier", "language", "reason"}
    assert (await house.get("posts")).json()["data"] == []


@pytest.mark.parametrize(
    "body", [{}, {"texts": []}, {"texts": ["x"] * 101}, {"texts": [1]}, {"texts": ["a"], "more": 1}, [], "x"]
)
async def test_analyze_refuses_other_shapes(house: House, body: Any) -> None:
    answer = await house.client.post("/api/v1/analyze", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "MALFORMED_BODY")


def episode(minute: int, **fields: Any) -> Alert:
    moment = at("11:00:00") + timedelta(minutes=minute)
    return Alert(
        id=0,
        alert_type=fields.pop("alert_type", "high_negative_sentiment"),
        threshold_value=0.5,
        actual_value=0.8,
        window_start=moment - timedelta(minutes=5),
        window_end=moment,
        post_count=40,
        triggered_at=moment,
        details={"negative": 32},
        **fields,
    )


async def test_alerts_page_by_page(house: House) -> None:
    for minute in range(3):
        opened = await house.store.alerts.open(episode(minute))
        assert opened is not None
        await house.store.alerts.update(msgspec.structs.replace(opened, resolved_at=opened.triggered_at))
    current = await house.store.alerts.open(episode(9, alert_type="high_negative_ratio"))
    assert current is not None
    first = (await house.get("alerts?limit=2")).json()
    assert len(first["data"]) == 2
    assert first["data"][0]["alert_type"] == "high_negative_ratio"
    assert first["metadata"]["has_more"] is True
    rest = (await house.get(f"alerts?limit=2&before={first['metadata']['next_cursor']}")).json()
    assert len(rest["data"]) == 2
    assert rest["metadata"] | {"as_of": 0} == {
        "total": None, "has_more": False, "limit": 2, "offset": None, "next_cursor": None, "as_of": 0,
    }  # fmt: skip
    assert [one["id"] for one in (await house.get("alerts?active=true")).json()["data"]] == [current.id]
    assert len((await house.get("alerts?active=false")).json()["data"]) == 3
    assert len((await house.get("alerts?type=high_negative_ratio")).json()["data"]) == 1
    assert (await house.get("alerts?type=other")).json()["error"]["details"]["allowed"] == [
        "high_negative_sentiment",
        "high_negative_ratio",
        "high_churn_risk",
        "high_volume",
    ]


async def test_sources_of_other_processes(house: House) -> None:
    house.sources.append(SourceState(name="mine", kind="file", state="standby"))
    theirs = {"name": "theirs", "kind": "synthetic", "state": "running", "published": 9, "rate_per_minute": 3.0}
    now = house.clock()
    assert await house.store.leases.hold("source:theirs", "host:12:abc", 60, now, theirs | {"started_at": str(now)})
    assert await house.store.leases.hold("source:mine", "host:13:def", 60, now, {"name": "mine", "kind": "file"})
    assert await house.store.leases.hold("watch", "host:12:fed", 60, now)
    found = (await house.get("sources")).json()["data"]
    assert [(one["name"], one["state"], one["published"], one["holder"]) for one in found] == [
        ("mine", "standby", 0, "host:13"),
        ("theirs", "running", 9, "host:12"),
    ]
    health = (await house.get("health")).json()
    assert health["services"]["sources"]["standby"] == 1


async def test_sources(house: House) -> None:
    house.sources.append(SourceState(name="synthetic", kind="synthetic", state="running", published=7))
    answer = (await house.get("sources")).json()
    assert answer["data"][0]["state"] == "running"
    assert answer["metadata"]["total"] == 1


async def test_the_ledger_counts_what_is_in_flight(house: House) -> None:
    await house.fill([post(1), post(2)])
    await house.send([post(3)])
    data = (await house.get("ledger")).json()["data"]
    assert data["stable"]
    assert data["balanced"]
    assert data["contradictions"] == []
    assert data["rows"] == 2
    assert data["total"]["in_flight"] == 1
    assert data["accounts"][0] == {"connector": "http", **data["total"]}


async def test_dead_letters_page_by_page(house: House) -> None:
    await house.send([post(number, content="") for number in range(3)])
    await house.settle()
    first = (await house.get("ledger/dead-letters?limit=2")).json()
    assert first["metadata"]["has_more"] is True
    rest = (await house.get(f"ledger/dead-letters?before={first['metadata']['next_cursor']}")).json()
    assert [one["position"] for one in first["data"] + rest["data"]] == ["item 2", "item 1", "item 0"]


async def test_export_as_csv_runs_no_formula(house: House) -> None:
    evil = ["=1+1", "+cmd", "-2", "@SUM(A1)", "\tx", "\rx"]
    await house.fill(
        [post(0), *(post(number + 1, content=text + " great", author=text) for number, text in enumerate(evil))]
    )
    answer = await house.get("export")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="sentistream-20261122T120030Z.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert len(rows) == 7
    assert {row["author"] for row in rows if row["author"]} == {f"'{text}" for text in evil}
    assert all(row["content"].startswith("'") for row in rows if row["author"])
    by_id = {row["post_id"]: row for row in rows}
    assert by_id["p0"]["created_at"] == "2026-11-22T11:30:00Z"
    assert float(by_id["p0"]["sentiment_score"]) > 0
    assert by_id["p0"]["toxicity"] == ""


def test_negative_numbers_stay_numbers() -> None:
    assert export.guarded(-0.5) == -0.5
    assert export.guarded("plain") == "plain"


async def test_export_as_json_lines_and_parquet(house: House) -> None:
    await house.fill([post(number, content=GOOD if number % 2 else BAD, extra={"k": "v"}) for number in range(30)])
    lines = (await house.get("export?format=jsonl&sentiment=negative")).text.splitlines()
    assert len(lines) == 15
    assert msgspec.json.decode(lines[0], type=PostView).sentiment_label == "negative"
    answer = await house.get("export?format=parquet")
    table = pyarrow.parquet.read_table(io.BytesIO(answer.content))
    assert table.num_rows == 30
    assert set(table.column_names) == set(export.COLUMNS)
    assert table["extra"][0].as_py() == '{"k":"v"}'
    assert table["created_at"][0].as_py() == at("11:30:00")
    empty = await house.get("export?format=parquet&source=nobody")
    assert pyarrow.parquet.read_table(io.BytesIO(empty.content)).num_rows == 0
    assert (await house.get("export?format=jsonl&source=nobody")).content == b""


async def test_export_without_pyarrow_says_what_to_install(house: House, monkeypatch: Any) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    answer = await house.get("export?format=parquet")
    assert answer.status_code == 501
    assert answer.json()["error"]["code"] == "MISSING_EXTRA"
    assert 'pip install "sentistream[parquet]"' in answer.json()["error"]["message"]
    assert (await house.get("export?format=xlsx")).status_code == 400


async def test_an_export_that_cannot_begin_is_an_error_and_not_an_empty_file(house: House, monkeypatch: Any) -> None:
    async def failing(filters: object) -> Any:
        raise StorageUnavailable("gone")
        yield []

    monkeypatch.setattr(house.store.posts, "export", failing)
    answer = await house.get("export?format=jsonl")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "STORAGE_UNAVAILABLE")


async def test_the_alias_head_and_unknown_paths(house: House) -> None:
    await house.fill([post(1)])
    assert (await house.client.get("/api/posts/p1")).json()["data"]["post_id"] == "p1"
    for path in ("/api/v1/stats", "/api/v1/export", "/api/v1/health", "/metrics", "/openapi.json", "/docs", "/"):
        got, head = await house.client.get(path), await house.client.head(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head.headers["content-type"] == got.headers["content-type"]
    for method in ("GET", "POST", "DELETE", "PUT"):
        for path in ("/api/v1/nothing", "/api/nothing", "/api", "/api/v1"):
            answer = await house.client.request(method, path)
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND"), (method, path)
    answer = await house.client.put("/api/v1/posts", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, HEAD, POST"
    assert (await house.client.post("/", json={})).status_code == 405
    assert (await house.client.get("/api/v1/posts/")).status_code == 404


async def test_an_unexpected_failure_tells_nothing_but_its_id(house: House, monkeypatch: Any) -> None:
    async def broken() -> int:
        raise ZeroDivisionError("secret inside")

    monkeypatch.setattr(house.store.posts, "count", broken)
    with structlog.testing.capture_logs() as logged:
        answer = await house.get("stats", headers={"X-Request-ID": "abc-1"})
    assert [(line["event"], line["log_level"]) for line in logged] == [("request_failed", "error")]
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "INTERNAL_ERROR"
    assert answer.json()["error"]["details"] == {"request_id": "abc-1"}
    assert "secret" not in answer.text
    assert answer.headers["x-request-id"] == "abc-1"
    assert house.counted("errors_total", code="INTERNAL_ERROR") == 1
    forged = await house.get("health", headers={"X-Request-ID": "a b\tc"})
    assert len(forged.headers["x-request-id"]) == 32


async def test_metrics_count_requests_by_template(house: House) -> None:
    await house.get("posts/p1")
    await house.get("posts/p2")
    await house.client.get("/some/page")
    text = (await house.client.get("/metrics")).text
    assert 'sentistream_requests_total{method="GET",route="/api/v1/posts/{id}",status="404"} 2.0' in text
    assert 'route="dashboard"' in text
    assert "p1" not in text


async def test_pages_without_a_built_dashboard(build: Any, tmp_path: Path) -> None:
    house = build(dashboard=tmp_path / "none")
    page = await house.client.get("/")
    assert page.status_code == 200
    assert "make dashboard" in page.text
    docs = await house.client.get("/docs")
    assert "/openapi.json" in docs.text
    assert "make dashboard" in docs.text
    assert (await house.client.get("/openapi.json")).json()["info"]["version"] == "1.2.3"


async def test_pages_of_a_built_dashboard(build: Any, tmp_path: Path) -> None:
    folder = tmp_path / "dashboard"
    (folder / "assets").mkdir(parents=True)
    (folder / "swagger").mkdir()
    (folder / "index.html").write_text("<p>the dashboard</p>")
    (folder / "assets" / "index-abc123.js").write_text("1")
    (folder / "swagger" / "swagger-ui-bundle.js").write_text("swagger")
    (folder / "swagger" / "swagger-ui.css").write_text("css")
    (tmp_path / "secret.txt").write_text("secret")
    house = build(dashboard=folder)
    for path in ("/", "/alerts", "/posts/some/where"):
        page = await house.client.get(path)
        assert (page.status_code, page.text) == (200, "<p>the dashboard</p>")
        assert page.headers["cache-control"] == "no-cache"
        again = await house.client.get(path, headers={"If-None-Match": page.headers["etag"]})
        assert again.status_code == 304
    asset = await house.client.get("/assets/index-abc123.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await house.client.get("/assets/gone.js")).status_code == 404
    assert (await house.client.get("/favicon.ico")).status_code == 404
    assert "secret" not in (await house.client.get("/..%2fsecret.txt")).text
    docs = await house.client.get("/docs")
    assert "<script>" not in docs.text
    for path in ("/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/docs/init.js"):
        assert path in docs.text
        assert (await house.client.get(path)).status_code == 200
    assert (await house.client.get("/docs/other.js")).status_code == 404


async def test_files_are_sent_as_the_build_compressed_them(build: Any, tmp_path: Path) -> None:
    folder = tmp_path / "dashboard"
    (folder / "swagger").mkdir(parents=True)
    (folder / "assets").mkdir()
    names = {
        "index.html": "/",
        "assets/a-1.js": "/assets/a-1.js",
        "swagger/swagger-ui-bundle.js": "/docs/swagger-ui-bundle.js",
    }
    for name in names:
        (folder / name).write_text(name)
        (folder / f"{name}.gz").write_bytes(gzip.compress(name.encode()))
    house = build(dashboard=folder)
    for name, path in names.items():
        packed = await house.client.get(path, headers={"Accept-Encoding": "br, gzip;q=0.8"})
        assert (packed.text, packed.headers["content-encoding"]) == (name, "gzip")
        assert packed.headers["vary"] == "Accept-Encoding"
        plain = await house.client.get(path, headers={"Accept-Encoding": "identity"})
        assert (plain.text, plain.headers.get("content-encoding")) == (name, None)
        assert packed.headers["content-type"] == plain.headers["content-type"]
        (folder / f"{name}.br").write_bytes(b"smaller")
        for accepted, encoding in (("gzip, br", "br"), ("gzip, br;q=0", "gzip"), ("zstd", None)):
            found = await house.client.head(path, headers={"Accept-Encoding": accepted})
            assert found.headers.get("content-encoding") == encoding
        size = (await house.client.head(path, headers={"Accept-Encoding": "br"})).headers["content-length"]
        assert int(size) == len(b"smaller")


async def test_a_source_is_started_only_by_who_may_write(build: Callable[..., House]) -> None:
    house = build(api=ApiSettings(host="0.0.0.0", allowed_hosts=["127.0.0.1"]))
    assert (await house.client.post("/api/v1/sources/synthetic/start")).status_code == 401
    local = build()
    foreign = await local.client.post("/api/v1/sources/synthetic/start", headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    nobody = await local.client.post("/api/v1/sources/synthetic/start")
    assert nobody.status_code == 409, "nothing is brought in here"
