"""`sentistream reanalyze`, `layers` and `compare` against a real store, with the bundled models."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sentistream.cli import app

TEXTS = ("I love this crew", "I hate this delay", "My bag never came")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with three posts that the lexicon has read."""
    monkeypatch.setenv("SENTISTREAM_ANALYSIS_ANALYSER", "lexicon")
    monkeypatch.chdir(tmp_path)
    posts = [
        {"post_id": f"p{n}", "source": "twitter", "content": text, "created_at": f"2026-01-05T12:00:0{n}Z"}
        for n, text in enumerate(TEXTS)
    ]
    (tmp_path / "posts.jsonl").write_text("\n".join(json.dumps(post) for post in posts))
    folder = tmp_path / "data"
    for command in (("ingest", "--source", "file:posts.jsonl", "--original-time"), ("worker", "--until-idle")):
        done = run(folder, *command)
        assert done.exit_code == 0, done.output
    return folder


def run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--data-dir", str(data)])


def test_a_layer_is_compared_with_what_counts_and_with_another_one(data: Path) -> None:
    for model in ("fast", "full"):
        read = run(data, "reanalyze", "--model", model, "--since", "2026-01-01", "--layer", f"by-{model}")
        assert read.exit_code == 0, read.output
    assert run(data, "layers").stdout.count("3 of 3 posts looked at, 3 read") == 2

    beside_what_counts = run(data, "compare", "by-fast").stdout
    assert "of 3 posts" in beside_what_counts
    assert "beside" not in beside_what_counts
    beside = run(data, "compare", "by-fast", "--against", "by-full").stdout
    assert "beside by-full: read, 3 of 3 posts looked at, 3 read by sentistream-full" in beside
    found = json.loads(run(data, "compare", "by-fast", "--against", "by-full", "--json").stdout)
    assert (found["layer"]["name"], found["against"]["name"], found["report"]["posts"]) == ("by-fast", "by-full", 3)
    assert len(found["disagreements"]) == 3 - found["report"]["agreed"]


@pytest.mark.parametrize(("against", "words"), [("by-nobody", "no layer by-nobody"), ("by-fast", "the same as itself")])
def test_a_comparison_that_cannot_be_made_says_why(data: Path, against: str, words: str) -> None:
    assert run(data, "reanalyze", "--model", "fast", "--since", "2026-01-01", "--layer", "by-fast").exit_code == 0
    refused = run(data, "compare", "by-fast", "--against", against)
    assert refused.exit_code != 0
    assert words in refused.output
