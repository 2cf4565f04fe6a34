"""Settings whose value is in a file, as secrets are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sentistream.domain.errors import SettingsError
from sentistream.settings import ALIASES, PREFIX, load_settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.removesuffix("_FILE") in ALIASES or name.startswith(PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def refusal() -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return caught.value.message


@pytest.mark.parametrize("name", ["SENTISTREAM_DATABASE_URL_FILE", "DATABASE_URL_FILE"])
def test_a_setting_is_read_from_the_file_that_its_variable_names(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "url").write_text("postgresql+asyncpg://sentistream:hidden@db/sentistream\n")
    monkeypatch.setenv(name, str(tmp_path / "url"))
    assert load_settings().database_url == "postgresql+asyncpg://sentistream:hidden@db/sentistream"


def test_lists_and_numbers_come_from_files_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("a.example.org, b.example.org\n")
    (tmp_path / "port").write_text("9000\n")
    monkeypatch.setenv("SENTISTREAM_API_ALLOWED_HOSTS_FILE", str(tmp_path / "hosts"))
    monkeypatch.setenv("SENTISTREAM_API_PORT_FILE", str(tmp_path / "port"))
    settings = load_settings()
    assert settings.api.allowed_hosts == ["a.example.org", "b.example.org"]
    assert settings.api.port == 9000


def test_our_name_wins_over_the_other_wherever_its_value_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("sqlite+aiosqlite:///ours.db")
    monkeypatch.setenv("SENTISTREAM_DATABASE_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:///theirs.db")
    assert load_settings().database_url == "sqlite+aiosqlite:///ours.db"


def test_an_empty_name_of_a_file_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTISTREAM_API_PORT_FILE", "")
    monkeypatch.setenv("SENTISTREAM_API_PORT", "9001")
    assert load_settings().api.port == 9001


def test_a_value_and_a_file_for_one_setting_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:///a.db")
    monkeypatch.setenv("DATABASE_URL_FILE", "secret")
    assert refusal() == "DATABASE_URL and DATABASE_URL_FILE are both set: keep one of them"


def test_a_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SENTISTREAM_STREAM_URL_FILE", str(tmp_path / "none"))
    assert refusal() == f"SENTISTREAM_STREAM_URL_FILE: {tmp_path / 'none'} cannot be read: No such file or directory"
    (tmp_path / "none").write_bytes(b"\xff\xfe")
    assert refusal() == f"SENTISTREAM_STREAM_URL_FILE: {tmp_path / 'none'} is not text"


def test_a_file_for_an_unknown_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTISTREAM_STREAM_ULR_FILE", "secret")
    assert "unknown setting SENTISTREAM_STREAM_ULR_FILE" in refusal()
