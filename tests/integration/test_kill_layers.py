"""kill -9 while posts are corrected, read again and promoted: every invariant holds, and the work goes on."""

from __future__ import annotations

import json
import random
import subprocess
import time
from pathlib import Path

import pytest

from running import SENTISTREAM, environment, run

POSTS = 3_000
SEED = 20_261_122

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]


def killed(arguments: list[str], seconds: float, cwd: Path) -> bool:
    """Run a command, and kill it after so long; False where it was done before."""
    process = subprocess.Popen(
        [str(SENTISTREAM), *arguments], cwd=cwd, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def sound(data: Path, cwd: Path) -> None:
    verdict = run("doctor", "--data-dir", data, "--json", cwd=cwd)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def layer(data: Path, cwd: Path) -> dict[str, object]:
    [found] = run("layers", "--json", "--data-dir", data, cwd=cwd).stdout.splitlines()
    return json.loads(found)  # type: ignore[no-any-return]


def test_corrections_reanalysis_and_promotion_outlive_their_processes(tmp_path: Path) -> None:
    data = tmp_path / "data"
    chance = random.Random(SEED)
    place = ["--data-dir", str(data)]
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 600))
    rows = [
        {"post_id": f"p{n}", "source": "x", "content": f"They said {word} again, number {n}", "created_at": now}
        for n in range(POSTS)
        for word in [("love it", "hate it", "the bus")[n % 3]]
    ]
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert run("ingest", "--source", f"file:{file}", *place, cwd=tmp_path).returncode == 0
    assert run("worker", "--until-idle", *place, cwd=tmp_path).returncode == 0

    corrections = tmp_path / "corrections.jsonl"
    corrections.write_text(
        "".join(json.dumps({"id": f"p{n}", "label": "neutral", "toxic": True}) + "\n" for n in range(2_500))
    )
    kills = 0
    correct = ["correct", "--file", str(corrections), "--wait", "0", *place]
    for _ in range(3):
        kills += killed(correct, chance.uniform(0.8, 1.6), tmp_path)
        kills += killed(["worker", "--until-idle", *place], chance.uniform(0.8, 1.8), tmp_path)
        sound(data, tmp_path)
    assert run(*correct, cwd=tmp_path).returncode == 0
    assert run("worker", "--until-idle", *place, cwd=tmp_path).returncode == 0
    again = run(*correct, cwd=tmp_path)
    assert again.stdout == "2,500 unchanged\n"
    history = run("corrections", "list", "--limit", "1000", *place, cwd=tmp_path).stdout.splitlines()
    assert len(history) == len(set(history)) == 1_000
    sound(data, tmp_path)

    begin = ["reanalyze", "--model", "fast", "--since", "2d", "--layer", "second", *place]
    resume = ["reanalyze", "--resume", "second", *place]
    seen = [0]
    for n in range(40):
        fell = killed(resume if n else begin, chance.uniform(1.0, 2.0), tmp_path)
        if not run("layers", *place, cwd=tmp_path).stdout:
            begin, resume = begin, begin  # killed before it was there
            continue
        resume = ["reanalyze", "--resume", "second", *place]
        found = layer(data, tmp_path)
        seen.append(int(str(found["seen"])))
        if not fell:
            break
        kills += 1
    assert seen == sorted(seen)
    assert (layer(data, tmp_path)["state"], layer(data, tmp_path)["read"]) == ("read", POSTS)
    sound(data, tmp_path)

    for turn, done in (("promote", "promoted"), ("demote", "read")):
        for _ in range(40):
            fell = killed([turn, "second", *place], chance.uniform(0.8, 1.4), tmp_path)
            if not fell:
                break
            kills += 1
            sound(data, tmp_path)
        assert layer(data, tmp_path)["state"] == done
        sound(data, tmp_path)
    assert kills >= 5
