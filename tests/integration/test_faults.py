"""What goes wrong outside: a full stream, a full disk, a folder that cannot be written, poison."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from running import SENTISTREAM, Running, environment, run, running

NOW = datetime.now(UTC).isoformat()


def post(number: int | str, content: str = "What a lovely day", **fields: Any) -> dict[str, Any]:
    return {"post_id": str(number), "source": "twitter", "created_at": NOW, "content": content, **fields}


def doctored(data: Path) -> dict[str, Any]:
    verdict = run("doctor", "--data-dir", data, "--json", cwd=data.parent)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    found: dict[str, Any] = json.loads(verdict.stdout)
    return found


def test_a_full_stream_answers_503_until_there_is_room(tmp_path: Path) -> None:
    data = tmp_path / "data"
    small = {"SENTISTREAM_STREAM_MAX_LENGTH": "1000"}
    with running(tmp_path, "api", "--data-dir", data, **small) as api:
        api.healthy()
        accepted = 0
        while (answer := api.http.post("/api/v1/posts", json=[post(accepted + one) for one in range(300)])).is_success:
            accepted += 300
        assert accepted == 900
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "OVERLOADED"
        assert float(answer.headers["Retry-After"]) >= 1
        # Reading goes on, and what is refused left nothing behind.
        assert api.data("ledger")["total"]["received"] == 900
        assert run("worker", "--until-idle", "--data-dir", data, cwd=tmp_path, **small).returncode == 0
        assert api.http.post("/api/v1/posts", json=[post(2_000)]).status_code == 202
        assert api.terminate() == 0
    assert run("worker", "--until-idle", "--data-dir", data, cwd=tmp_path).returncode == 0
    doctored(data)


def test_an_importer_waits_for_room_and_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(json.dumps(post(number)) + "\n" for number in range(5_000)))
    small = {"SENTISTREAM_STREAM_MAX_LENGTH": "1000", "SENTISTREAM_SOURCES_DISK_RETRY_SECONDS": "0.05"}
    arguments = ("ingest", "--source", f"file:{file}", "--original-time", "--data-dir", data)
    with running(tmp_path, *arguments, **small) as importer:
        importer.until(lambda: "source_waits" in importer.said(), 20, "the importer waits")
        assert "1,000" in importer.said()
        with running(tmp_path, "worker", "--data-dir", data, **small) as worker:
            assert importer.alive.wait(60) == 0
            worker.until(lambda: worker.healthy()["lag"]["entries"] == 0, 30, "everything settled")
            assert worker.terminate() == 0
    assert run("export", "-f", "jsonl", "--data-dir", data, cwd=tmp_path).stdout.count("\n") == 5_000
    doctored(data)


def test_little_free_space_answers_503_and_says_so(tmp_path: Path) -> None:
    data = tmp_path / "data"
    free = shutil.disk_usage(tmp_path).free
    full = {"SENTISTREAM_STREAM_MIN_FREE_BYTES": str(2 * free)}
    with running(tmp_path, "up", "--source", "none", "--data-dir", data, **full) as server:
        server.healthy()
        answer = server.http.post("/api/v1/posts", json=[post(1)])
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "DISK_FULL"
        assert "Retry-After" in answer.headers
        assert server.terminate() == 0
    verdict = run("doctor", "--data-dir", data, cwd=tmp_path, **full)
    assert verdict.returncode == 1
    assert "PROBLEM  disk" in verdict.stdout


@contextmanager
def own_mounts() -> Iterator[list[str]]:
    """The beginning of a command that may mount what it likes without anyone else seeing it."""
    prefix = ["unshare", "--mount", "--propagation", "private"]
    if os.geteuid() != 0:
        prefix[1:1] = ["--map-root-user"]
    probe = subprocess.run([*prefix, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.fail(
            "this test needs a file system of its own: run it as root or allow user namespaces"
            f" ({probe.stderr.decode().strip()})"
        )
    yield prefix


def test_a_disk_that_fills_up_corrupts_nothing(tmp_path: Path) -> None:
    """A real file system without room: the importer waits, the server answers 503, and both go on afterwards."""
    disk = tmp_path / "disk"
    disk.mkdir()
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(json.dumps(post(number, f"A lovely day {number} " * 60)) + "\n" for number in range(6_000)))
    script = f"""
        set -eu
        mount -t tmpfs -o size=4m none {disk}
        {SENTISTREAM} ingest --source file:{file} --original-time --data-dir {disk}/data 2>{tmp_path}/ingest.log &
        importer=$!
        until grep -q DISK_FULL {tmp_path}/ingest.log; do kill -0 $importer; done
        df --output=avail {disk} | tail -1
        mount -o remount,size=200m {disk}
        wait $importer
        {SENTISTREAM} worker --until-idle --data-dir {disk}/data 2>{tmp_path}/worker.log
        {SENTISTREAM} doctor --data-dir {disk}/data
        {SENTISTREAM} export -f jsonl --data-dir {disk}/data | wc -l
    """
    with own_mounts() as prefix:
        done = subprocess.run(
            [*prefix, "bash", "-c", script],
            env=environment(SENTISTREAM_STREAM_MIN_FREE_BYTES="0", SENTISTREAM_SOURCES_DISK_RETRY_SECONDS="0.1"),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.split("\n")
    assert int(lines[0]) < 1_000, "the disk was full (KiB left)"
    assert "no room" in (tmp_path / "ingest.log").read_text()
    assert "6,000 entries received, every one accounted for" in done.stdout
    assert lines[-2].strip() == "6000"


def test_a_store_without_room_waits_and_goes_on(tmp_path: Path) -> None:
    """The worker's database is on the full disk, the stream is not: nothing is acknowledged until it is stored."""
    disk = tmp_path / "disk"
    disk.mkdir()
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(json.dumps(post(number, f"A lovely day {number} " * 60)) + "\n" for number in range(6_000)))
    script = f"""
        set -eu
        mount -t tmpfs -o size=4m none {disk}
        {SENTISTREAM} ingest --source file:{file} --original-time --data-dir {tmp_path}/data 2>{tmp_path}/ingest.log
        {SENTISTREAM} worker --until-idle --data-dir {tmp_path}/data 2>{tmp_path}/worker.log &
        worker=$!
        until grep -q store_unavailable {tmp_path}/worker.log; do kill -0 $worker; done
        mount -o remount,size=200m {disk}
        wait $worker
        {SENTISTREAM} doctor --data-dir {tmp_path}/data
        {SENTISTREAM} export -f jsonl --data-dir {tmp_path}/data | wc -l
    """
    with own_mounts() as prefix:
        done = subprocess.run(
            [*prefix, "bash", "-c", script],
            env=environment(DATABASE_URL=f"sqlite+aiosqlite:///{disk}/store.db"),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no room left for the database" in (tmp_path / "worker.log").read_text()
    assert done.stdout.split("\n")[-2].strip() == "6000"


@pytest.mark.parametrize(
    "command", [["up", "--source", "none", "--port", "0"], ["worker"], ["migrate"]], ids=lambda c: c[0]
)
def test_a_read_only_folder_is_said_in_one_line(tmp_path: Path, command: list[str]) -> None:
    disk = tmp_path / "disk"
    (disk / "data").mkdir(parents=True)
    said = {}
    with own_mounts() as prefix:
        for name, folder in (("existing", disk / "data"), ("new", disk / "new")):
            words = " ".join([str(SENTISTREAM), *command, "--data-dir", str(folder)])
            script = f"mount -t tmpfs none {disk} && mkdir {disk}/data && mount -o remount,ro {disk} && exec {words}"
            done = subprocess.run(
                [*prefix, "bash", "-c", script],
                env=environment(),
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
            assert done.returncode == 1, done.stderr
            said[name] = done.stderr
    for line in said.values():
        assert line.count("\n") == 1, line
        assert "Read-only file system" in line
        assert "--data-dir" in line


POISON: dict[str, tuple[str, str]] = {
    # name: (the row of a file, a part of the reason)
    "not JSON": ("{not json", ""),
    "cut off": ('{"post_id": "cut", "source": "twitter", "content": "ends her', ""),
    "a list": ("[1, 2, 3]", ""),
    "NUL": (json.dumps(post("nul", "a\x00b")), "NUL"),
    "a megabyte": (json.dumps(post("long", "word " * 210_000)), "65,536"),
    "a lone surrogate": (json.dumps(post("surrogate", "bad \ud83d here")), ""),
    "1969": (json.dumps(post("past", created_at="1969-12-31T23:59:59Z")), "1970"),
    "2200": (json.dumps(post("future", created_at="2200-01-01T00:00:00Z")), "future"),
    "no content": (json.dumps({"post_id": "none", "source": "twitter", "created_at": NOW}), ""),
    "no text in content": (json.dumps(post("empty", "   ")), "empty"),
    "a list as content": (json.dumps({**post("list"), "content": ["a", "b"]}), ""),
    "bad source": (json.dumps(post("source", source="!!!")), ""),
    "bad url": (json.dumps(post("url", url="javascript:alert(1)")), "http"),
}
HARMLESS: dict[str, str] = {
    "1970": json.dumps(post("old", created_at="1970-01-01T00:00:00Z")),
    "10,000 emoji": json.dumps(post("emoji", "\U0001f600" * 10_000)),
    "a formula": json.dumps(post("formula", "=HYPERLINK(1)")),
    "markup": json.dumps(post("markup", "<script>alert(1)</script>")),
    "right to left": json.dumps(post("rtl", "\u202eevil \u2066text")),
}


def rows() -> list[str]:
    """Poison and neighbours in turn."""
    found: list[str] = []
    for index, (row, _) in enumerate(POISON.values()):
        found += [json.dumps(post(f"before-{index}")), row, json.dumps(post(f"after-{index}"))]
    return found + list(HARMLESS.values())


def check_poison(server: Running, connector: str) -> None:
    """Every poison is a dead letter with a reason, everything else a post, and the ledger balances."""
    expected = 2 * len(POISON) + len(HARMLESS)

    def settled() -> dict[str, Any] | None:
        accounts = {one["connector"]: one for one in server.data("ledger")["accounts"]}
        account: dict[str, Any] | None = accounts.get(connector)
        return account if account and account["created"] + account["dead_lettered"] == len(rows()) else None

    account = server.until(settled, 30, "all settled")
    assert (account["created"], account["dead_lettered"]) == (expected, len(POISON))
    assert account["balanced"]
    letters = server.data("ledger/dead-letters", limit=100)
    assert len(letters) == len(POISON)
    assert all(letter["connector"] == connector and letter["reason"] for letter in letters)
    assert all(letter["attempts"] == 1 for letter in letters)
    reasons = [letter["reason"] for letter in letters]
    for name, (_, part) in POISON.items():
        assert any(part in reason for reason in reasons), (name, reasons)
    stored = {one["post_id"] for one in server.data("posts", limit=1_000)}
    assert {f"before-{index}" for index in range(len(POISON))} <= stored
    assert {f"after-{index}" for index in range(len(POISON))} <= stored
    assert {"old", "emoji", "formula", "markup", "rtl"} <= stored


def test_poison_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "poison.jsonl"
    file.write_bytes(b"".join(row.encode("utf-8", "surrogatepass") + b"\n" for row in rows()))
    arguments = ("up", "--source", f"file:{file}", "--original-time", "--data-dir", tmp_path / "data")
    with running(tmp_path, *arguments) as server:
        server.healthy()
        check_poison(server, "file:poison.jsonl")
        letters = server.data("ledger/dead-letters", limit=100)
        lines = [index + 1 for index, row in enumerate(rows()) if row in {poison for poison, _ in POISON.values()}]
        assert {letter["position"] for letter in letters} <= {f"line {line}" for line in lines} | {""}
        assert server.healthy()["services"]["process"]["status"] == "ok"
        assert server.terminate() == 0
    doctored(tmp_path / "data")


def test_poison_over_http(tmp_path: Path) -> None:
    with running(tmp_path, "up", "--source", "none", "--data-dir", tmp_path / "data") as server:
        server.healthy()
        unreadable = {"not JSON", "cut off"}
        # What is not JSON at all spoils its request, and nothing of it goes in.
        for name in unreadable:
            body = f"[{json.dumps(post('spoiled'))}, {POISON[name][0]}]"
            answer = server.http.post("/api/v1/posts", content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 422, answer.text
        assert server.data("ledger")["total"]["received"] == 0
        items = [row for row in rows() if row not in {POISON[name][0] for name in unreadable}]
        answer = server.http.post(
            "/api/v1/posts", content=f"[{','.join(items)}]", headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 202, answer.text
        bad = len(POISON) - len(unreadable)
        data = answer.json()["data"]
        assert data["accepted"] == len(items) - bad
        assert len(data["rejected"]) == bad
        assert all(one["code"] and one["message"] for one in data["rejected"])

        def settled() -> bool:
            total = server.data("ledger")["total"]
            return bool(total["in_flight"] == 0 and total["received"] == len(items))

        server.until(settled, 30, "all settled")
        total = server.data("ledger")["total"]
        assert (total["created"], total["dead_lettered"]) == (len(items) - bad, bad)
        assert len(server.data("ledger/dead-letters", limit=100)) == bad
        assert server.data("posts", limit=1)[0]
        assert server.terminate() == 0
    doctored(tmp_path / "data")


def test_a_damaged_database_is_said_in_one_line(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name in ("sentistream.db", "stream.db"):
        (data / name).write_bytes(b"this is no database" * 1_000)
        for command in (["up", "--source", "none", "--port", "0"], ["doctor"]):
            done = run(*command, "--data-dir", data, cwd=tmp_path)
            assert done.returncode == 1
            assert name in done.stdout + done.stderr
            assert "Traceback" not in done.stderr
            assert (data / name).read_bytes() == b"this is no database" * 1_000
        (data / name).unlink()
