"""`sentistream keys create --key-file`: a key that a deployment made before there was a database."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from sentistream.cli import app
from sentistream.domain.errors import Conflict

KEY = "5f1f2c0de9b7a3c4d5e6f708192a3b4c5d6e7f8091a2b3c4"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def keys(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["keys", *arguments])


def create(key: str) -> Result:
    Path("key").write_text(f"{key}\n")
    return keys("create", "frontend", "--key-file", "key")


def test_a_key_from_a_file_is_stored_once_and_never_printed() -> None:
    for said in ("is stored", "is stored already"):
        made = create(KEY)
        assert made.exit_code == 0, made.output
        assert made.output.strip().endswith(said)
        assert KEY not in made.output
    listed = keys("list").output.splitlines()
    assert len(listed) == 1
    assert listed[0].startswith(f"frontend  {KEY[:12]}…")


def test_a_revoked_key_does_not_come_back() -> None:
    assert create(KEY).exit_code == 0
    assert keys("revoke", "frontend").exit_code == 0
    again = create(KEY)
    assert isinstance(again.exception, Conflict)
    assert "was revoked" in again.exception.message


@pytest.mark.parametrize("key", ["", "changeme", "a key of several words that is long enough for it"])
def test_what_is_no_key_is_refused(key: str) -> None:
    refused = create(key)
    assert refused.exit_code == 2
    assert "at least 40" in refused.output
    assert not Path("sentistream-data").exists()
