"""What the doctor says of the passwords in the settings."""

from __future__ import annotations

import pytest

from sentistream.pipeline.passwords import examine_passwords
from sentistream.settings import Settings

STRONG = "3q9ZtYvB7kXw2LmN5pRs8dFh"


def statuses(**sections: dict[str, str]) -> list[tuple[str, str]]:
    return [(check.status, check.message) for check in examine_passwords(Settings(**sections))]  # type: ignore[arg-type]


def test_files_and_memory_need_no_password() -> None:
    assert statuses(database={"url": "sqlite+aiosqlite:///a.db"}, live={"url": "memory://"}) == []


def test_strong_passwords_are_said_to_be() -> None:
    found = statuses(
        database={"url": f"postgresql+asyncpg://sentistream:{STRONG}@db/sentistream"},
        stream={"url": f"rediss://:{STRONG}@redis:6379/0"},
        live={"url": f"redis+sentinel://:{STRONG}@one:26379,two:26379/mymaster"},
    )
    assert [status for status, _ in found] == ["ok"]


@pytest.mark.parametrize(
    "password",
    ["secret", "sentistream123456", "changemechangemechangeme", "postgrespassword", "aaaaaaaaaaaaaaaaaaaaaaaa", "Kq8v"],
)
def test_a_password_that_can_be_guessed_is_a_warning_and_never_repeated(password: str) -> None:
    found = statuses(database={"url": f"postgresql+asyncpg://sentistream:{password}@db/sentistream"})
    assert [status for status, _ in found] == ["warning"]
    assert "SENTISTREAM_DATABASE_URL: a password that can be guessed" in found[0][1]
    assert password not in found[0][1].removesuffix("`openssl rand -hex 24` makes")


def test_an_escaped_password_is_judged_as_it_is() -> None:
    """Percent signs make nothing longer."""
    found = statuses(stream={"url": "redis://:%61%62%63%64%65@redis:6379/0"})
    assert [status for status, _ in found] == ["warning"]


@pytest.mark.parametrize(("host", "expected"), [("redis", ["warning"]), ("127.0.0.1", []), ("[::1]", [])])
def test_no_password_is_a_warning_unless_only_this_machine_gets_there(host: str, expected: list[str]) -> None:
    found = statuses(stream={"url": f"redis://{host}:6379/0"})
    assert [status for status, _ in found if status == "warning"] == expected
