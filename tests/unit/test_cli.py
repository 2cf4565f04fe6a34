"""The command line without a server: usage, errors, analyze, keys, export."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.command_names import COMMANDS

from sentistream import __version__
from sentistream.cli.analyze import merged
from sentistream.cli.ingest import line
from sentistream.cli.lines import parsed
from sentistream.cli.output import shown
from sentistream.domain.analysis import EMOTIONS, Reading
from sentistream.domain.ledger import Account
from sentistream.settings import ALIASES

SENTISTREAM = Path(sys.executable).with_name("sentistream")
FIELDS = {
    "sentiment_label", "sentiment_score", "confidence_score", "emotion", "emotions",
    "toxicity", "churn_risk", "model_name", "tier", "language",
}  # fmt: skip


LEXICON = {"SENTISTREAM_ANALYSIS_ANALYSER": "lexicon"}
"""For tests in which the analysis is not the subject: it is loaded soonest."""


def environment(**extra: str) -> dict[str, str]:
    foreign = {name for name in os.environ if name in ALIASES or name.startswith("SENTISTREAM_")}
    return {**{name: value for name, value in os.environ.items() if name not in foreign}, **LEXICON, **extra}


def sentistream(*arguments: object, cwd: Path, stdin: bytes = b"", **extra: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [str(SENTISTREAM), *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        env=environment(**extra),
        capture_output=True,
        timeout=60,
        check=False,
    )


def json_lines(output: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.decode().splitlines()]


def test_version_and_help(tmp_path: Path) -> None:
    assert sentistream("--version", cwd=tmp_path).stdout.decode() == f"sentistream {__version__}\n"
    help = sentistream("--help", cwd=tmp_path)
    assert help.returncode == 0
    for command in COMMANDS:
        assert f" {command} " in help.stdout.decode()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dance"], "No such command"),
        (["up", "--sauce", "file:x"], "No such option"),
        (["up", "--source", "file:/nowhere/posts.jsonl", "--port", "0"], "there is no file /nowhere/posts.jsonl"),
        (["up", "--source", "telepathy", "--port", "0"], "synthetic, example, bluesky, file:PATH or none"),
        (["up", "--source", "none", "--source", "synthetic"], "--source none goes with no other source"),
        (["up", "--port", "99999"], "65535"),
        (["analyze"], "give either texts or --input"),
        (["analyze", "text", "--input", "x"], "give either texts or --input"),
        (["analyze", "text", "--tier", "huge"], "'full', 'fast'"),
        (["analyze", "text", "--tier", "fast", "--analyser", "full"], "--tier fast and --analyser full contradict"),
        (["export", "--sentiment", "happy"], "positive"),
        (["export", "--format", "xls"], "csv"),
        (["export", "--min-churn-risk", "2"], "--min-churn-risk: Input should be less than or equal to 1"),
        (["export"], "there is no data folder sentistream-data"),
        (["keys", "create", "two\nlines"], "printable"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_why(tmp_path: Path, arguments: list[str], said: str) -> None:
    done = sentistream(*arguments, cwd=tmp_path, COLUMNS="200")
    assert done.returncode == 2, done.stderr
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_a_wrong_setting_is_one_line(tmp_path: Path) -> None:
    done = sentistream("migrate", cwd=tmp_path, SENTISTREAM_STREAM_MAX_LENGHT="5")
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "error: unknown setting SENTISTREAM_STREAM_MAX_LENGHT; did you mean SENTISTREAM_STREAM_MAX_LENGTH?\n"
    )
    done = sentistream("migrate", cwd=tmp_path, DATABASE_URL="mysql://me:secret@db/x")
    assert done.returncode == 2
    assert "this release supports sqlite://, sqlite+aiosqlite:// and postgresql+asyncpg:// only" in done.stderr.decode()
    assert "secret" not in done.stderr.decode()


def test_analyze_texts_with_the_bundled_transformer_by_default(tmp_path: Path) -> None:
    texts = ("What a wonderful day", "I hate this terrible thing")
    done = sentistream("analyze", *texts, cwd=tmp_path, SENTISTREAM_ANALYSIS_ANALYSER="")
    assert (done.returncode, done.stderr) == (0, b"")
    first, second = json_lines(done.stdout)
    assert set(first) == {"text", *FIELDS}
    assert [answer["text"] for answer in (first, second)] == list(texts)
    assert [answer["sentiment_label"] for answer in (first, second)] == ["positive", "negative"]
    for answer in (first, second):
        assert answer["tier"] == "full"
        assert list(answer["emotions"]) == list(EMOTIONS)
        assert answer["emotion"] == max(answer["emotions"], key=answer["emotions"].get)
        assert 0 <= answer["toxicity"] <= 1
        assert 0 <= answer["churn_risk"] <= 1
    assert not list(tmp_path.iterdir()), "nothing is stored"


def test_analyze_with_the_analyser_that_is_asked_for(tmp_path: Path) -> None:
    """The options win over the setting; what is logged goes to standard error, never among the answers."""
    setting = {"SENTISTREAM_LOGS_FORMAT": "json", "HUGGINGFACE_MODEL": "acme/mood"}
    by_setting = sentistream("analyze", "What a wonderful day", cwd=tmp_path, **setting)
    [answer] = json_lines(by_setting.stdout)
    assert (answer["model_name"], answer["emotions"], answer["churn_risk"]) == ("vader", None, None)
    [logged] = json_lines(by_setting.stderr)
    assert (logged["level"], logged["setting"]) == ("warning", "huggingface_model")
    for arguments in (("--tier", "full"), ("--analyser", "full"), ("--tier", "full", "--analyser", "full")):
        done = sentistream("analyze", *arguments, "What a wonderful day", cwd=tmp_path)
        assert [answer["tier"] for answer in json_lines(done.stdout)] == ["full"]
    named = ("analyze", "--analyser", "transformers", "What a wonderful day")
    missing = sentistream(*named, cwd=tmp_path, HUGGINGFACE_MODEL=str(tmp_path / "none"))
    assert missing.returncode in (1, 2), "there is no such checkpoint, or no transformers"
    assert missing.stderr.startswith(b"error: ")
    assert (missing.stdout, missing.stderr.count(b"\n")) == (b"", 1)


def test_analyze_for_people(tmp_path: Path) -> None:
    table = sentistream("analyze", "--pretty", "What a wonderful \x1b[31m day", cwd=tmp_path, COLUMNS="120")
    assert "positive" in table.stdout.decode()
    assert b"\x1b" not in table.stdout


def test_analyze_a_file_keeps_fields_and_order_and_marks_bad_lines(tmp_path: Path) -> None:
    rows: list[tuple[bytes, str | None]] = [
        (b'\xef\xbb\xbf{"text": "I love it", "id": 12345678901234567890, "nested": {"a": [1, 2.5, null]}}', None),
        (b"not json", "not JSON"),
        (b'{"content": "I hate it", "language": "xx"}', None),
        (b"[1]", "not a JSON object"),
        (b'{"id": 7}', 'neither "text" nor "content"'),
        (b'{"text": 5}', "not a string"),
        (b'{"text": "lone \\ud800"}', "lone surrogate"),
        (b'{"text": "a", "score": NaN}', "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        ('{"text": "Grüße 😀 \\u2028 x"}'.encode(), None),
    ]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"\n".join(row for row, _ in rows))
    done = sentistream("analyze", "--input", source, "--output", target, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == b""
    answers = [json.loads(row) for row in target.read_text().split("\n")[:-1]]
    assert len(answers) == len(rows)
    for answer, (_, problem) in zip(answers, rows, strict=True):
        if problem is None:
            assert set(answer) >= FIELDS
            assert "error" not in answer
        else:
            assert problem in answer["error"]
    assert answers[0]["id"] == 12345678901234567890
    assert answers[0]["nested"] == {"a": [1, 2.5, None]}
    assert answers[4] == {"id": 7, "error": 'neither "text" nor "content" is there'}
    said = done.stderr.decode()
    for number in (2, 4, 5, 6, 7, 8, 9, 10, 11):
        assert f"line {number}: " in said
    assert "9 lines could not be read" in said


def test_analyze_as_a_filter(tmp_path: Path) -> None:
    lines = b"".join(json.dumps({"text": f"I love it {n}", "n": n}).encode() + b"\n" for n in range(1_000))
    done = sentistream("analyze", "-i", "-", cwd=tmp_path, stdin=lines)
    assert done.returncode == 0
    assert done.stderr == b""
    assert [answer["n"] for answer in json_lines(done.stdout)] == list(range(1_000))


def test_analyze_never_overwrites_its_input(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"text": "I love it"}\n')
    done = sentistream("analyze", "-i", file, "-o", file, cwd=tmp_path, COLUMNS="200")
    assert done.returncode == 2
    assert file.read_text() == '{"text": "I love it"}\n'


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"text": "I love it"}\n' * 20_000)
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {SENTISTREAM} analyze -i {file} | head -n 1"],
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == b""


def test_keys_are_shown_once_and_revoked(tmp_path: Path) -> None:
    made = sentistream("keys", "create", "dashboard", cwd=tmp_path)
    key = made.stdout.decode().strip()
    assert made.returncode == 0
    assert key.startswith("sst_")
    assert sentistream("keys", "create", "dashboard", cwd=tmp_path).returncode == 1
    listed = sentistream("keys", "list", cwd=tmp_path).stdout.decode()
    assert listed.startswith("dashboard  sst_")
    assert key not in listed
    assert sentistream("keys", "revoke", "dashboard", cwd=tmp_path).returncode == 0
    again = sentistream("keys", "revoke", "dashboard", cwd=tmp_path)
    assert again.returncode == 1
    assert "no live key named dashboard" in again.stderr.decode()
    assert "revoked" in sentistream("keys", "list", cwd=tmp_path).stdout.decode()
    for file in (tmp_path / "sentistream-data").iterdir():
        assert key.encode() not in file.read_bytes()


def test_ingest_then_work_then_export(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    post = {"source": "twitter", "created_at": "2026-03-01T12:00:00Z"}
    contents = ["I love it", "=cmd()", "I hate it, terrible"]
    rows = [{**post, "post_id": str(number), "content": content} for number, content in enumerate(contents)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows) + "broken\n")
    done = sentistream("ingest", "--source", f"file:{file}", "--original-time", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == "file:posts.jsonl: received 4 = 4 waiting for a worker\n"
    assert "4 entries brought in, 1 of them unreadable (finished)" in done.stderr.decode()
    assert sentistream("worker", "--until-idle", cwd=tmp_path).returncode == 0
    exported = sentistream("export", cwd=tmp_path)
    found = list(csv.DictReader(io.StringIO(exported.stdout.decode())))
    assert [row["content"] for row in found] == ["I love it", "'=cmd()", "I hate it, terrible"]
    negative = sentistream("export", "-f", "jsonl", "--sentiment", "negative", cwd=tmp_path)
    assert [row["content"] for row in json_lines(negative.stdout)] == ["I hate it, terrible"]
    assert negative.stderr == b"1 posts\n"
    parquet = tmp_path / "posts.parquet"
    assert sentistream("export", "-f", "parquet", "-o", parquet, cwd=tmp_path).returncode == 0
    assert parquet.read_bytes()[:4] == b"PAR1"
    doctor = sentistream("doctor", "--json", cwd=tmp_path)
    assert doctor.returncode == 0, doctor.stdout
    verdict = json.loads(doctor.stdout)
    assert verdict["ok"] is True
    assert [check["name"] for check in verdict["checks"]] == [
        "settings", "disk", "database", "stream", "model", "ledger", "invariants",
    ]  # fmt: skip


def test_the_doctor_without_data_says_so(tmp_path: Path) -> None:
    done = sentistream("doctor", cwd=tmp_path)
    assert done.returncode == 1
    assert "there is no data folder sentistream-data" in done.stdout.decode()
    assert not list(tmp_path.iterdir())


@given(st.binary(max_size=200))
def test_any_line_is_read_or_refused(raw: bytes) -> None:
    found = parsed(raw)
    assert found.error or isinstance(found.record.get("text", found.record.get("content")), str)


@given(st.dictionaries(st.text(max_size=8), st.integers() | st.text() | st.none()), st.text())
def test_what_json_can_say_is_read(record: dict[str, Any], text: str) -> None:
    found = parsed(json.dumps({**record, "text": text}).encode())
    assert found.error is None
    assert found.text == text
    assert found.record == {**record, "text": text}


def test_a_reading_keeps_the_record_and_spreads_emotions() -> None:
    reading = Reading(
        sentiment_label="positive",
        model_name="m",
        model_version="1",
        tier="full",
        emotions=(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7),
        reason="because",
    )
    answer = merged({"id": 1, "language": "de", "sentiment_label": "old"}, reading)
    assert answer["id"] == 1
    assert answer["language"] == "de"
    assert answer["sentiment_label"] == "positive"
    assert answer["emotions"] == dict(zip(EMOTIONS, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7), strict=True))
    assert answer["reason"] == "because"


def test_the_ledger_line_names_every_outcome() -> None:
    account = Account(connector="http", received=1_010, in_flight=3, created=1_000, dead_lettered=7)
    assert line(account) == "http: received 1,010 = 1,000 created + 7 dead-lettered + 3 waiting for a worker"


@given(st.text())
def test_nothing_printed_can_steer_a_terminal(text: str) -> None:
    said = shown(text)
    assert not any(ord(character) < 0x20 and character not in "\t\n" for character in said)
    said.encode()


def test_analyze_explains_for_programs_and_for_people(tmp_path: Path) -> None:
    text = "\N{SMILING FACE WITH HEART-SHAPED EYES} I love it, \x1b[31mterrible crew"
    [line] = json_lines(sentistream("analyze", "--explain", text, cwd=tmp_path).stdout)
    found = line["explanation"]
    assert [word["text"] for word in found["words"]] == [text[word["start"] : word["end"]] for word in found["words"]]
    total = found["base"]["sentiment"] + sum(word["sentiment"] for word in found["words"])
    assert total == pytest.approx(line["sentiment_score"], abs=found["tolerance"])

    people = sentistream("analyze", "--explain", "--pretty", text, cwd=tmp_path).stdout.decode()
    love = next(word["sentiment"] for word in found["words"] if word["text"] == "love")
    assert f"love({love:+.2f})" in people
    assert f"sentiment {line['sentiment_score']:+.2f}" in people
    assert "toxicity" not in people, "the lexicon does not read it"
    assert "\x1b" not in people
    assert sentistream("analyze", "--explain", "--pretty", " ", cwd=tmp_path).stdout.decode().splitlines()[1] == (
        "  unscored: there is no text to read"
    )
    [plain] = json_lines(sentistream("analyze", text, cwd=tmp_path).stdout)
    assert "explanation" not in plain
