"""`sentistream correct` and `corrections` against a real store, stream and worker."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sentistream.analysis.gold import Task, gold
from sentistream.bootstrap import System, open_system, utc_now
from sentistream.cli import app
from sentistream.domain.post import Post
from sentistream.pipeline.analyse import Worker
from sentistream.settings import load_settings


async def _settle(system: System) -> None:
    group = system.settings.stream.group
    worker = Worker(
        stream=system.stream, store=system.store, live=system.live, reader=system.reader, metrics=system.metrics,
        clock=system.clock, group=group,
    )  # fmt: skip
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(30):
        while (await system.stream.lag(group)).entries:  # noqa: ASYNC110  (the stream cannot tell us)
            await asyncio.sleep(0.01)
    worker.stop()
    await running


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with three posts."""
    monkeypatch.setenv("SENTISTREAM_ANALYSIS_ANALYSER", "lexicon")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data"

    async def fill() -> None:
        async with open_system(load_settings(data_dir=folder)) as system:
            now = utc_now()
            posts = [
                Post(post_id=f"p{n}", source="twitter", content=f"I love it ({n})", created_at=now) for n in range(3)
            ]
            await system.stream.publish(posts)
            await _settle(system)

    asyncio.run(fill())
    return folder


def settle(data: Path) -> None:
    async def work() -> None:
        async with open_system(load_settings(data_dir=data)) as system:
            await _settle(system)
            assert await system.store.ledger.findings() == []

    asyncio.run(work())


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--data-dir", str(data)])


def test_one_is_corrected_listed_exported_and_taken_back(data: Path) -> None:
    sent = run(data, "correct", "p1", "--label", "negative", "--not-toxic", "--by", "ada", "--wait", "0")
    assert (sent.exit_code, sent.stdout) == (0, "")
    assert "durable" in sent.stderr
    settle(data)
    again = run(data, "correct", "p1", "--label", "negative", "--by", "ada")
    assert again.stdout == "twitter p1: negative by human:ada (unchanged)\n"
    listed = run(data, "corrections", "list").stdout
    assert "ada  twitter p1: positive by vader -> sentiment_label negative, toxicity 0.0" in listed
    file = data.parent / "set.jsonl"
    assert run(data, "corrections", "export", "--output", str(file)).exit_code == 0
    [line] = [json.loads(text) for text in file.read_text().splitlines()]
    assert gold(line, Task.SENTIMENT).labels == {"negative"}
    assert run(data, "correct", "p1", "--undo", "--wait", "0").exit_code == 0
    settle(data)
    assert run(data, "corrections", "export").stdout == ""
    assert "taken back" in run(data, "corrections", "list").stdout


@pytest.mark.parametrize("command", [("corrections", "list"), ("layers",)], ids=" ".join)
def test_an_empty_list_says_what_would_fill_it(data: Path, command: tuple[str, ...]) -> None:
    listed = run(data, *command)
    assert (listed.exit_code, listed.stdout) == (0, "")
    assert "`sentistream " in listed.stderr


def test_every_model_is_measured_by_what_people_said(data: Path) -> None:
    nothing = run(data, "evaluate", "--against", "corrections")
    assert (nothing.exit_code, nothing.stdout) == (1, "")
    for id, label in (("p0", "negative"), ("p1", "positive")):
        run(data, "correct", id, "--label", label, "--wait", "0")
    settle(data)
    scores = json.loads(run(data, "evaluate", "--against", "corrections", "--tier", "fast", "--json").stdout)
    found = {(score["model"], score["language"]): score for score in scores}
    assert found.keys() == {("vader", "unknown"), ("sentistream-fast", "unknown")}
    assert (found["vader", "unknown"]["posts"], found["vader", "unknown"]["accuracy"]) == (2, 0.5)
    table = run(data, "evaluate", "--against", "corrections")
    assert "vader" in table.stdout
    assert run(data, "evaluate").exit_code == 2
    assert run(data, "evaluate", "x.jsonl", "--against", "corrections").exit_code == 2


def test_all_that_was_read_in_a_post_is_listed(data: Path) -> None:
    run(data, "correct", "p1", "--label", "negative", "--by", "ada", "--wait", "0")
    settle(data)
    lines = [json.loads(line) for line in run(data, "analyses", "p1", "--json").stdout.splitlines()]
    assert [(one["model_name"], one["standing"]) for one in lines] == [("human:ada", "current"), ("vader", "outranked")]
    table = run(data, "analyses", "p1").stdout
    assert "human:ada" in table
    assert "outranked" in table
    missing = run(data, "analyses", "p9")
    assert (missing.exit_code, missing.stdout) == (1, "")


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_a_file_corrects_many_and_names_the_lines_it_cannot(data: Path, kind: str) -> None:
    file = data.parent / f"many.{kind}"
    if kind == "csv":
        file.write_text("id,label,toxic,note\np0,negative,yes,irony\nnobody,neutral,,\np1,furious,,\np2,,no,\n")
    else:
        rows = [
            {"id": "p0", "label": "negative", "toxic": True, "note": "irony"},
            {"id": "nobody", "label": "neutral"},
            {"id": "p1", "label": "furious"},
            {"id": "p2", "toxic": False},
        ]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    sent = run(data, "correct", "--file", str(file), "--wait", "0")
    assert (sent.exit_code, sent.stdout) == (1, "2 waiting\n")
    first = 2 if kind == "csv" else 1
    assert f"line {first + 1}: there is no post of this id" in sent.stderr
    assert f"line {first + 2}: Invalid enum value 'furious'" in sent.stderr
    settle(data)
    assert run(data, "correct", "--file", str(file)).stdout == "2 unchanged\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["correct"],
        ["correct", "p1", "--label", "furious"],
        ["correct", "p1", "--undo", "--label", "neutral"],
        ["correct", "p1", "--file", "x.jsonl"],
        ["corrections", "export", "--format", "xml"],
    ],
)
def test_usage_is_checked_before_anything_opens(tmp_path: Path, arguments: list[str]) -> None:
    assert run(tmp_path / "none", *arguments).exit_code == 2
