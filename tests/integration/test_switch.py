"""Sources that are started and stopped while `sentistream up` runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from running import DEFAULT_ANALYSER, Running, running

HISTORY = {"SENTISTREAM_SOURCES_BACKFILL_HOURS": "1", "SENTISTREAM_SOURCES_POSTS_PER_MINUTE": "120"}


def source(server: Running, name: str) -> dict[str, Any]:
    """What GET sources says of one."""
    return next((one for one in server.data("sources") if one["name"] == name), {})


def switched(server: Running, name: str, way: str, status: int) -> Any:
    """The answer to starting or stopping a source."""
    answer = server.http.post(f"/api/v1/sources/{name}/{way}")
    assert answer.status_code == status, answer.text
    return answer.json()


def test_the_synthetic_source_is_started_stopped_and_started_again(tmp_path: Path) -> None:
    arguments = ("up", "--source", "none", "--data-dir", tmp_path / "data")
    with running(tmp_path, *arguments, **HISTORY, **DEFAULT_ANALYSER) as server:
        server.healthy()
        assert server.data("sources") == []
        unknown = switched(server, "nowhere", "start", 404)["error"]
        assert unknown["details"]["known"] == ["bluesky", "example", "synthetic"]
        assert switched(server, "synthetic", "stop", 404)["error"]["code"] == "NOT_FOUND"

        begun = switched(server, "synthetic", "start", 202)["data"]
        assert (begun["name"], begun["kind"]) == ("synthetic", "synthetic")
        switched(server, "synthetic", "start", 202)
        server.until(lambda: source(server, "synthetic").get("published"), 20, "live posts")
        server.until(lambda: source(server, "backfill").get("state") == "finished", 20, "the history whole")
        assert source(server, "backfill")["published"] == 60 * 120, "an empty store has its past, once"

        stopped = switched(server, "synthetic", "stop", 200)["data"]
        assert stopped["state"] == "stopped"
        assert source(server, "backfill")["state"] == "finished", "what is whole is not broken off"
        health = server.http.get("/api/v1/health").json()
        assert health["services"]["process"]["parts"]["synthetic"]["state"] == "stopped"
        assert health["services"]["process"]["status"] == "ok"
        brought = stopped["published"]
        assert switched(server, "synthetic", "stop", 200)["data"]["published"] == brought

        switched(server, "synthetic", "start", 202)
        server.until(lambda: source(server, "synthetic")["published"] > brought, 20, "it goes on")
        switched(server, "synthetic", "stop", 200)
        server.until(lambda: server.data("ledger")["total"]["in_flight"] == 0, 60, "everything settled")
        ledger = server.data("ledger")
        assert ledger["total"]["balanced"]
        # What may have been published without the cursor knowing comes once more: as duplicates, never as posts.
        accounts = {one["connector"]: one for one in ledger["accounts"]}
        assert accounts["synthetic"]["created"] + accounts["backfill"]["created"] == server.data("stats")["posts"]
        assert server.terminate() == 0

    with running(tmp_path, *arguments, **HISTORY, **DEFAULT_ANALYSER) as server:
        server.healthy()
        assert server.data("sources") == [], "it has the sources of its command line again"
        assert server.terminate() == 0


def test_a_source_of_the_command_line_is_stopped_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    line = (
        '{"post_id": "%d", "source": "twitter", "content": "A lovely day %d", "created_at": "2026-11-22T10:00:00Z"}\n'
    )
    path.write_text("".join(line % (number, number) for number in range(40)))
    arguments = ("up", "--source", f"file:{path}", "--rate", "20", "--data-dir", tmp_path / "data")
    with running(tmp_path, *arguments, **DEFAULT_ANALYSER) as server:
        server.healthy()
        name = "file:posts.jsonl"
        server.until(lambda: source(server, name).get("published"), 20, "the first posts")
        assert switched(server, name, "stop", 200)["data"]["state"] == "stopped"
        assert switched(server, name, "start", 202)["data"]["error"] is None
        server.until(lambda: source(server, name)["state"] == "finished", 20, "the whole file")
        server.until(lambda: server.data("stats")["posts"] == 40, 20, "every post, once")
        assert server.terminate() == 0


def test_a_process_that_brings_nothing_in_says_what_does(tmp_path: Path) -> None:
    with running(tmp_path, "api", "--data-dir", tmp_path / "data", **DEFAULT_ANALYSER) as server:
        server.healthy()
        for way in ("start", "stop"):
            error = switched(server, "synthetic", way, 409)["error"]
            assert error["code"] == "CONFLICT"
            assert "sentistream ingest --source synthetic" in error["message"]
        assert server.terminate() == 0
