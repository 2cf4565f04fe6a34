"""`sentistream up`: quick, small, and gentle when it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from running import DEFAULT_ANALYSER, free_port, run, running

BACKFILL_SECONDS = 20.0
IDLE_BYTES = 400 * 2**20


def post(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "post_id": str(number),
        "source": "twitter",
        "created_at": datetime.now(UTC).isoformat(),
        "content": f"What a lovely day, number {number}",
        **fields,
    }


def test_it_is_soon_healthy_and_small(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--source", "none", "--data-dir", tmp_path / "data", **DEFAULT_ANALYSER) as server:
        health = server.healthy(20)
        assert health["status"] == "ok"
        assert set(health["services"]["process"]["parts"]) == {"worker", "refine", "layers", "watch", "http"}
        # Everything loaded: the gazetteer, the language detector, the model.
        assert server.http.post("/api/v1/posts", json=post(1, location="Chicago, IL")).status_code == 202
        server.until(lambda: server.data("stats")["posts"] == 1, 10, "the post stored")
        resident = server.memory()
        assert server.terminate() == 0
    assert resident < IDLE_BYTES, f"{resident / 2**20:.0f} MiB"
    assert "is ready" in server.said()
    assert f"http://127.0.0.1:{server.port}" in server.said()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_a_new_installation_has_a_day_of_history_within_seconds(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--data-dir", tmp_path / "data", **DEFAULT_ANALYSER) as server:
        server.healthy()

        def hours() -> bool:
            found = server.data("sentiment/aggregate", period="hour")["buckets"]
            return len([bucket for bucket in found if bucket["posts"]]) >= 24

        server.until(hours, BACKFILL_SECONDS, "posts in every hour of the last day")
        for route in ("metrics/products", "metrics/channels", "metrics/geo", "metrics/platforms"):
            assert len(server.data(route)["items"]) > 1, route
        shown = server.data("posts/recent", limit=5)
        assert all(one["simulated"] for one in shown)
        server.until(
            lambda: next((one for one in server.data("sources") if one["kind"] == "synthetic"), {}).get("published"),
            10,
            "live synthetic posts beside the history",
        )
        assert server.terminate() == 0


def test_a_broken_off_history_is_finished_and_never_made_twice(tmp_path: Path) -> None:
    arguments = ("up", "--data-dir", tmp_path / "data", "--backfill-hours", "1", "--posts-per-minute", "30")
    with running(tmp_path, *arguments, SENTISTREAM_ANALYSIS_BATCH_SIZE="50") as server:
        server.healthy()
        server.until(lambda: server.data("stats")["posts"] > 0, 10, "the first posts")
        server.kill()
    with running(tmp_path, *arguments) as server:
        server.healthy()

        def finished() -> bool:
            accounts = {one["connector"]: one for one in server.data("ledger")["accounts"]}
            return accounts["backfill"]["created"] == 60 * 30 and accounts["backfill"]["in_flight"] == 0

        server.until(finished, 30, "the whole history")
        assert server.terminate() == 0
    with running(tmp_path, *arguments) as server:
        server.healthy()
        assert {one["connector"]: one["created"] for one in server.data("ledger")["accounts"]}["backfill"] == 60 * 30
        assert server.terminate() == 0
    assert run("doctor", "--data-dir", tmp_path / "data", cwd=tmp_path).returncode == 0


def test_sigterm_in_full_swing_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    accepted: list[int] = []
    stop = threading.Event()

    with running(tmp_path, "up", "--source", "none", "--data-dir", data) as server:
        server.healthy()

        def send() -> None:
            number = 0
            with httpx2.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False, timeout=30) as http:
                while not stop.is_set():
                    batch = [post(number + offset) for offset in range(100)]
                    try:
                        answer = http.post("/api/v1/posts", json=batch)
                    except httpx2.TransportError:
                        return  # the server has closed its door
                    if answer.status_code == 202:
                        accepted.extend(range(number, number + 100))
                        number += 100

        client = threading.Thread(target=send)
        client.start()
        try:
            server.until(lambda: len(accepted) >= 1_000, 20, "posts accepted")
            assert server.terminate() == 0
        finally:
            stop.set()
            client.join(30)

    assert run("worker", "--until-idle", "--data-dir", data, cwd=tmp_path).returncode == 0
    verdict = run("doctor", "--data-dir", data, "--json", cwd=tmp_path)
    assert verdict.returncode == 0, verdict.stdout
    exported = run("export", "--format", "jsonl", "--data-dir", data, cwd=tmp_path)
    stored = {int(json.loads(line)["post_id"]) for line in exported.stdout.splitlines()}
    assert stored >= set(accepted)


def test_sigterm_leaves_no_lease_behind(tmp_path: Path) -> None:
    """What is handed out is finished or given back, so that the next start need not wait for a lease to end."""
    data = tmp_path / "data"
    with running(
        tmp_path, "up", "--source", "none", "--data-dir", data, SENTISTREAM_STREAM_LEASE_SECONDS="600"
    ) as server:
        server.healthy()
        for start in range(0, 2_000, 500):
            answer = server.http.post("/api/v1/posts", json=[post(start + offset) for offset in range(500)])
            assert answer.status_code == 202
        assert server.terminate() == 0
    drained = run("worker", "--until-idle", "--data-dir", data, cwd=tmp_path)
    assert drained.returncode == 0
    verdict = run("doctor", "--data-dir", data, cwd=tmp_path)
    assert "2,000 entries received, every one accounted for, 0 in flight" in verdict.stdout


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--source", "none", "--data-dir", tmp_path / "data") as server:
        server.healthy()

        def refused() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", server.port)) != 0

        with socket.create_connection(("127.0.0.1", server.port)) as busy:
            # A request that never ends: the first signal waits for it.
            busy.sendall(b"POST /api/v1/posts HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n")
            busy.sendall(b"Content-Type: application/json\r\n\r\n[")
            server.alive.send_signal(signal.SIGTERM)
            server.until(refused, 3, "no new connections")
            assert server.alive.poll() is None
            server.alive.send_signal(signal.SIGTERM)
            assert server.alive.wait(3) == 128 + signal.SIGTERM


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--source", "none", "--data-dir", tmp_path / "data") as server:
        server.healthy()
        second = run("up", "--data-dir", tmp_path / "other", "--port", server.port, cwd=tmp_path)
        assert second.returncode == 2
        assert second.stderr.count("\n") == 1
        assert f"port {server.port} of 127.0.0.1 is in use" in second.stderr
        assert not (tmp_path / "other").exists()


def test_strangers_need_a_key(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    refused = run("up", "--host", "0.0.0.0", "--port", port, "--data-dir", data, cwd=tmp_path)
    assert refused.returncode == 2
    assert "sentistream keys create NAME" in refused.stderr
    key = run("keys", "create", "me", "--data-dir", data, cwd=tmp_path).stdout.strip()
    arguments = ("up", "--host", "0.0.0.0", "--source", "none", "--data-dir", data)
    with running(tmp_path, *arguments, port=port) as server:
        server.until(lambda: server.http.get("/api/v1/health").status_code == 200, 15, "health without a key")
        assert server.http.get("/api/v1/posts").status_code == 401
        assert server.http.get("/api/v1/posts", headers={"Authorization": f"Bearer {key}"}).status_code == 200
        assert server.terminate() == 0


def test_it_starts_with_a_closed_standard_output(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--source", "none", "--data-dir", tmp_path / "data") as server:
        server.healthy()
        assert server.terminate() == 0
    with subprocess.Popen(
        [*server._arguments], cwd=tmp_path, env=server._environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        server.process = process  # type: ignore[assignment]
        server.http = httpx2.Client(base_url=f"http://127.0.0.1:{server.port}", trust_env=False)
        try:
            server.healthy()
            assert server.terminate() == 0
        finally:
            server.close()
