"""`sentistream evaluate`: what it says, what it leaves out, and that its page shows what it prints."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sentistream.cli.evaluate import timed
from sentistream.cli.memory import peak_mib
from sentistream.domain.analysis import ModelInfo, Reading

SENTISTREAM = Path(sys.executable).with_name("sentistream")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "evaluate.md"


def evaluate(*arguments: object, cwd: Path, stdin: bytes = b"", **extra: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SENTISTREAM_")}
    done = subprocess.run(
        [str(SENTISTREAM), "evaluate", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        env={**clean, "COLUMNS": "200", **extra},
        capture_output=True,
        timeout=60,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def rows(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@pytest.fixture(scope="module")
def blocks() -> dict[str, list[str]]:
    """Blocks of the page by their language."""
    found: dict[str, list[str]] = {}
    for language, block in re.findall(r"^```(\w*)\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        found.setdefault(language, []).append(block)
    return found


@pytest.fixture
def labelled(tmp_path: Path, blocks: dict[str, list[str]]) -> Path:
    """The page's file."""
    file = tmp_path / "labelled.jsonl"
    file.write_text(blocks["jsonl"][0])
    return file


def measured(text: str) -> list[str]:
    """Without what differs from machine to machine."""
    return [line for line in map(str.rstrip, text.splitlines()) if not line.startswith(("speed ", "memory "))]


def test_the_page_shows_what_is_printed(labelled: Path, blocks: dict[str, list[str]]) -> None:
    command = next(block for block in blocks[""] if block.startswith("sentistream evaluate"))
    done = evaluate(*command.split()[2:], cwd=labelled.parent)
    assert done.returncode == 1
    assert measured(done.stdout) == measured(blocks["text"][0])
    assert re.search(r"^speed +[\d,]+ posts/s in batches of 1,000, \d+\.\d\d s to load$", done.stdout, re.MULTILINE)
    assert re.search(r"^memory +[\d,]+ MiB at most, [\d,]+ of them for the model$", done.stdout, re.MULTILINE)
    assert done.stderr.splitlines() == [
        'line 12: unknown sentiment label "mixed" in "label": write negative or neutral or positive',
        "1 of 12 lines were left out",
    ]


def test_json_is_one_object_with_the_documented_keys(labelled: Path) -> None:
    done = evaluate(labelled, "--json", "--analyser", "lexicon", cwd=labelled.parent)
    assert done.returncode == 1
    assert done.stdout.count("\n") == 1
    found = json.loads(done.stdout)
    table = PAGE.read_text().partition("| key | what |")[2]
    keys = [name for cell in re.findall(r"^\| (.*?) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(found) == sorted(keys)
    assert (found["task"], found["analyser"], found["model"]) == ("sentiment", "lexicon", "vader")
    assert found["file"] == str(labelled)
    assert (found["posts"], found["unscored"]) == (11, 1)
    assert sum(found["answered_by"].values()) == 10
    assert found["label_fields"] == {"label": 11}
    assert {"label": "very-positive", "counts_as": "positive", "count": 1} in found["labels_written"]
    assert [row["line"] for row in found["left_out"]] == [12]
    assert found["macro_recall"] == pytest.approx((2 / 4 + 2 / 3 + 3 / 4) / 3)
    assert found["accuracy"] == pytest.approx(7 / 11)
    assert found["confusion"]["positive"] == {"negative": 0, "neutral": 0, "positive": 3, "unscored": 1}
    assert len(found["calibration_bins"]) == 15
    assert sum(cell["count"] for cell in found["calibration_bins"]) == found["calibration_count"] == 10
    assert found["posts_per_second"] == pytest.approx(11 / found["seconds"])
    assert found["load_seconds"] > 0
    assert 0 <= found["model_memory_mib"] < found["peak_memory_mib"] < 1_000


def test_every_line_measured_is_success_whatever_the_batches(tmp_path: Path) -> None:
    stdin = rows(*({"content": "I love it", "mood": "positive", "n": n} for n in range(7)))
    settings = {"SENTISTREAM_ANALYSIS_BATCH_SIZE": "3", "SENTISTREAM_ANALYSIS_ANALYSER": "lexicon"}
    done = evaluate("-", "--label-field", "mood", "--json", cwd=tmp_path, stdin=stdin, **settings)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["file"], found["posts"], found["batch_size"]) == ("-", 7, 3)
    assert found["analyser"] == "lexicon", "the setting's"
    assert (found["accuracy"], found["macro_recall"], found["macro_f1"]) == (1, 1, 1)
    assert not list(tmp_path.iterdir()), "nothing is stored"


def test_bad_lines_are_named_and_left_out(tmp_path: Path) -> None:
    lines = [
        b'\xef\xbb\xbf{"body": "I love it", "label": "positive"}',
        b"not json",
        b'{"text": "the text is elsewhere", "label": "positive"}',
        b'{"body": "no label"}',
        b'{"body": "I hate it, terrible", "label": "a\\u001b[31m"}',
        b'{"body": 5, "label": "positive"}',
        b"",
        b'{"body": "I hate it, terrible", "label": "negative"}',
    ]
    file = tmp_path / "posts.jsonl"
    file.write_bytes(b"\n".join(lines))
    done = evaluate(file, "--analyser", "lexicon", "--text-field", "body", "--json", cwd=tmp_path)
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert (found["posts"], found["accuracy"]) == (2, 1)
    assert [row["line"] for row in found["left_out"]] == [2, 3, 4, 5, 6, 7]
    for number, said in ((2, "not JSON"), (3, '"body" is not there'), (4, "no gold label"), (6, "not a string")):
        assert re.search(rf"^line {number}: .*{said}", done.stderr, re.MULTILINE)
    assert "6 of 8 lines were left out" in done.stderr
    assert "\x1b" not in done.stderr


def test_a_task_the_analyser_knows_nothing_of(tmp_path: Path) -> None:
    stdin = rows({"text": "I love it", "labels": ["joy", "optimism"]}, {"text": "I hate it", "labels": ["anger"]})
    done = evaluate("-", "--task", "emotion", "--analyser", "lexicon", cwd=tmp_path, stdin=stdin)
    assert done.returncode == 0
    assert "optimism counts as joy (1)" in done.stdout
    assert "unscored                 2 (100.0%), counted as wrong" in done.stdout
    assert "2: vader says nothing of emotion" in done.stdout
    churn = rows({"text": "I am leaving", "label": "leaving"}, {"text": "I stay", "label": "rest"})
    done = evaluate("-", "--task", "churn", "--analyser", "lexicon", cwd=tmp_path, stdin=churn)
    assert re.search(r"^area under ROC +0\.5000$", done.stdout, re.MULTILINE)
    assert "2: vader says nothing of churn" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ["-", "--tier", "full", "--analyser", "lexicon"],
            2,
            "--tier full and --analyser lexicon contradict each other",
        ),
        (["-", "--tier", "huge"], 2, "'full', 'fast'"),
        (["-", "--task", "irony"], 2, "'sentiment', 'emotion', 'toxicity', 'churn'"),
        ([], 2, "give a FILE"),
        (["/nowhere/posts.jsonl"], 1, "error: cannot read /nowhere/posts.jsonl: No such file or directory"),
        (["."], 1, "error: cannot read .: Is a directory"),
        (["-"], 1, "error: no line of - can be used: each needs a text and a sentiment label (one of gold_sentiment,"),
        (["-", "--label-field", "mood", "-t", "churn"], 1, "each needs a text and a churn label (mood)"),
    ],
)
def test_wrong_usage_says_why(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    done = evaluate(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


class Slow:
    """Takes a second a text, and ten more for its first call; remembers what it was asked."""

    model = ModelInfo(name="slow", version="1", tier="fast")

    def __init__(self) -> None:
        self.now = 0.0
        self.asked: list[list[str]] = []

    async def analyse(self, texts: Sequence[str]) -> list[Reading]:
        self.now += len(texts) + (0 if self.asked else 10)
        self.asked.append(list(texts))
        return [Reading(sentiment_label="neutral", model_name=text, model_version="1", tier="fast") for text in texts]


async def test_the_clock_runs_for_the_analyser_alone_and_after_a_warm_up() -> None:
    slow = Slow()
    told: list[int] = []

    def advance(completed: int, total: int | None = None) -> None:
        slow.now += 1_000  # whatever else is done between two calls
        told.append(completed)

    readings, seconds = await timed(slow, ["a", "b", "c", "d", "e"], 2, advance, lambda: slow.now)
    assert [reading.model_name for reading in readings] == ["a", "b", "c", "d", "e"]
    assert seconds == 5
    assert slow.asked == [["a", "b"], ["a", "b"], ["c", "d"], ["e"]]
    assert told == [2, 4, 5]


def test_peak_memory_is_of_this_process_and_never_falls() -> None:
    program = """
from sentistream.cli.memory import peak_mib
before = peak_mib()
block = b"x" * (64 << 20)
held = peak_mib()
del block
print(before, held, peak_mib())
"""
    ballast = b"x" * (256 << 20)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=True)
    before, held, after = map(float, done.stdout.split())
    assert 4 < before < 128, "the 256 MiB that the parent holds are not the child's"
    assert 60 <= held - before <= 80
    assert after >= held - 1, "Linux counts in strides of some pages"
    assert peak_mib() > len(ballast) / 2**20
