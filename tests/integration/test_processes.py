"""The same parts as processes of their own, on one data folder."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from posts_file import posts_file
from websockets.sync.client import connect

import redis_server
from running import Running, run, running


def test_an_api_hears_through_redis_what_a_worker_says(tmp_path: Path) -> None:
    data, url = tmp_path / "data", redis_server.shared_url()
    environment = {
        "SENTISTREAM_STREAM_URL": url,
        "SENTISTREAM_STREAM_NAME": redis_server.unique("posts"),
        "SENTISTREAM_LIVE_URL": url,
        "SENTISTREAM_LIVE_NAME": redis_server.unique("live"),
        "SENTISTREAM_LIVE_CHANNEL": redis_server.unique("channel"),
    }
    with (
        running(tmp_path, "api", "--data-dir", data, **environment) as api,
        running(tmp_path, "worker", "--data-dir", data, **environment) as worker,
    ):
        worker.healthy()
        assert "live_feed" not in api.healthy()["services"]
        with connect(f"ws://127.0.0.1:{api.port}/ws/sentiment") as socket:
            assert json.loads(socket.recv(timeout=10))["type"] == "connected"
            post = {"post_id": "1", "source": "twitter", "content": "What a lovely day"}
            sent = api.http.post("/api/v1/posts", json=post | {"created_at": datetime.now(UTC).isoformat()})
            assert sent.status_code == 202, sent.text
            frames = iter(lambda: json.loads(socket.recv(timeout=30)), None)
            frame = next(frame for frame in frames if frame["type"] == "posts")
        assert [found["content"] for found in frame["data"]] == ["What a lovely day"]
        for process in (api, worker):
            assert process.terminate() == 0, process.said()[-2000:]


def metric(server: Running, name: str) -> float:
    """The sum of a metric over its labels."""
    answer = server.http.get("/metrics")
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if line.startswith((f"{name} ", f"{name}{{"))]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def test_importer_worker_watcher_and_api_work_together(tmp_path: Path) -> None:
    data = tmp_path / "data"
    file = posts_file(tmp_path / "sad.jsonl", 1_500, "This is terrible, I hate it")
    with (
        running(tmp_path, "api", "--data-dir", data) as api,
        running(tmp_path, "worker", "--data-dir", data) as worker,
        running(tmp_path, "watch", "--data-dir", data, SENTISTREAM_ALERTS_EVERY_SECONDS="0.2") as watch,
    ):
        # An API by itself hears nothing of what the worker says, and does not hide it.
        health = api.healthy()
        assert health["status"] == "degraded"
        assert "memory://" in health["services"]["live_feed"]["message"]
        worker.healthy()
        watch.healthy()

        done = run("ingest", "--source", f"file:{file}", "--original-time", "--data-dir", data, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "1,500 entries brought in (finished)" in done.stderr
        assert done.stdout.startswith("file:sad.jsonl: received 1,500 = ")

        api.until(lambda: api.data("ledger")["total"]["created"] == 1_500, 30, "everything stored")
        assert metric(worker, "sentistream_outcomes_total") == 1_500
        assert metric(worker, "sentistream_received_total") == 1_500
        [product] = api.data("metrics/products")["items"]
        assert (product["key"], product["posts"]) == ("Mobile App", 1_500)
        alerts = api.until(lambda: api.data("alerts"), 10, "an alert")
        assert {alert["alert_type"] for alert in alerts} >= {"high_negative_sentiment"}
        # Nothing but health and metrics on the port of a worker.
        assert worker.http.get("/api/v1/posts").status_code == 404
        assert worker.http.get("/").status_code == 404
        for process in (api, worker, watch):
            assert process.terminate() == 0, process.said()[-2000:]
    assert run("doctor", "--data-dir", data, cwd=tmp_path).returncode == 0


def test_two_workers_share_the_work_and_one_takes_over(tmp_path: Path) -> None:
    data = tmp_path / "data"
    file = posts_file(tmp_path / "posts.jsonl", 6_000)
    run("ingest", "--source", f"file:{file}", "--original-time", "--data-dir", data, cwd=tmp_path)
    settings = {"SENTISTREAM_STREAM_LEASE_SECONDS": "0.5", "SENTISTREAM_ANALYSIS_BATCH_SIZE": "20"}
    with (
        running(tmp_path, "worker", "--data-dir", data, **settings) as first,
        running(tmp_path, "worker", "--data-dir", data, **settings) as second,
    ):
        first.until(lambda: metric(first, "sentistream_outcomes_total") > 0, 20, "work of the first")
        second.until(lambda: metric(second, "sentistream_outcomes_total") > 0, 20, "work of the second")
        second.kill()
        first.until(lambda: first.healthy()["lag"]["entries"] == 0, 60, "the first has done the rest")
        assert first.terminate() == 0
    verdict = run("doctor", "--data-dir", data, cwd=tmp_path)
    assert verdict.returncode == 0, verdict.stdout
    assert "6,000 entries received, every one accounted for, 0 in flight" in verdict.stdout
    counted = run("export", "--format", "jsonl", "--data-dir", data, cwd=tmp_path)
    assert counted.stdout.count("\n") == 6_000


def test_an_import_goes_on_where_it_stopped(tmp_path: Path) -> None:
    data = tmp_path / "data"
    file = posts_file(tmp_path / "posts.jsonl", 3_000)
    arguments = ("ingest", "--source", f"file:{file}", "--original-time", "--data-dir", data)
    with running(tmp_path, *arguments, "--rate", "300") as importer:
        importer.until(lambda: metric(importer, "sentistream_source_published_total") > 200, 20, "some posts")
        importer.kill()
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert " earlier (finished)" in done.stderr
    again = run(*arguments, cwd=tmp_path)
    assert "0 entries brought in, 3,000 earlier (finished)" in again.stderr
    assert run("worker", "--until-idle", "--data-dir", data, cwd=tmp_path).returncode == 0
    assert run("export", "--format", "jsonl", "--data-dir", data, cwd=tmp_path).stdout.count("\n") == 3_000
    assert run("doctor", "--data-dir", data, cwd=tmp_path).returncode == 0


def test_the_doctor_examines_a_system_at_work(tmp_path: Path) -> None:
    data = tmp_path / "data"
    file = posts_file(tmp_path / "posts.jsonl", 20_000)
    with running(
        tmp_path, "up", "--source", f"file:{file}", "--rate", "400", "--original-time", "--data-dir", data
    ) as server:
        server.healthy()
        server.until(lambda: server.data("stats")["posts"] > 0, 20, "posts")
        for _ in range(2):
            verdict = run("doctor", "--data-dir", data, "--json", "--patience", "2", cwd=tmp_path)
            assert verdict.returncode == 0, verdict.stdout
        assert server.data("stats")["posts"] < 20_000  # it was at work all the time
        assert server.terminate() == 0


def test_the_doctor_names_what_is_wrong(tmp_path: Path) -> None:
    data = tmp_path / "data"
    file = posts_file(tmp_path / "posts.jsonl", 50)
    run("ingest", "--source", f"file:{file}", "--original-time", "--data-dir", data, cwd=tmp_path)
    run("worker", "--until-idle", "--data-dir", data, cwd=tmp_path)
    assert run("doctor", "--data-dir", data, cwd=tmp_path).returncode == 0
    with sqlite3.connect(data / "stream.db") as stream:
        stream.execute("UPDATE received SET count = count + 1")
    stream.close()
    with sqlite3.connect(data / "sentistream.db") as store:
        store.execute("UPDATE sentiment_rollups SET positive = positive + 1 WHERE positive > 0")
    store.close()
    verdict = run("doctor", "--data-dir", data, cwd=tmp_path)
    assert verdict.returncode == 1
    assert "1 lost" in verdict.stdout
    assert verdict.stdout.count("PROBLEM") >= 2, verdict.stdout


def test_a_worker_forgets_old_posts(tmp_path: Path) -> None:
    data = tmp_path / "data"
    rows = posts_file(tmp_path / "posts.jsonl", 500).read_text().splitlines()
    old = datetime.now(UTC) - timedelta(days=40)
    lines = [
        json.dumps(json.loads(row) | ({"created_at": old.isoformat()} if n < 300 else {})) for n, row in enumerate(rows)
    ]
    (tmp_path / "posts.jsonl").write_text("\n".join(lines))
    file = f"file:{tmp_path / 'posts.jsonl'}"
    run("ingest", "--source", file, "--original-time", "--data-dir", data, cwd=tmp_path)
    run("worker", "--until-idle", "--data-dir", data, cwd=tmp_path, SENTISTREAM_RETENTION_DAYS="30")
    with running(tmp_path, "api", "--data-dir", data) as api:
        api.healthy()
        assert (api.data("ledger")["rows"], api.data("ledger")["expired"]) == (500, 0)
        with running(tmp_path, "worker", "--data-dir", data, SENTISTREAM_RETENTION_DAYS="30") as worker:
            worker.healthy()
            worker.until(lambda: metric(worker, "sentistream_posts_expired_total") == 300, 30, "old posts deleted")
            assert worker.terminate() == 0
        assert (api.data("ledger")["rows"], api.data("ledger")["expired"]) == (200, 300)
        assert api.data("stats")["posts"] == 200
    assert run("doctor", "--data-dir", data, cwd=tmp_path).returncode == 0
