"""Whether the passwords in the URLs of the settings could be guessed: for the doctor."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import SplitResult, unquote, urlsplit

from sentistream.pipeline.doctor import Check
from sentistream.settings import Settings, fields, variable

SHORTEST = 16
"""Characters: of letters and digits at random, 95 bits."""

FEWEST = 8
"""Different characters, below which a long password is a short one repeated."""

USUAL = (
    "password",
    "passwort",
    "changeme",
    "change_me",
    "secret",
    "admin",
    "postgres",
    "redis",
    "sentistream",
    "12345",
)
"""What default passwords are made of; more than these and a few characters it has to be."""

LOCAL = frozenset({"sqlite", "sqlite+aiosqlite", "memory", "http", "https", "file", ""})
"""Schemes without a server of ours behind a password."""


def examine_passwords(settings: Settings) -> list[Check]:
    """A warning for each server that has no password or a weak one; nothing where no server is named."""
    checks, servers = [], 0
    for name, url in _servers(settings):
        servers += 1
        if reason := _weakness(url):
            checks.append(Check("secrets", "warning", f"{name}: {reason}"))
    if servers and not checks:
        checks.append(Check("secrets", "ok", "the passwords of the servers are long and not usual ones"))
    return checks


def _servers(settings: Settings) -> Iterator[tuple[str, SplitResult]]:
    """The variable and the URL of every setting that names a server."""
    for section, name, _ in fields():
        if section is None or not (name == "url" or name.endswith("_url")):
            continue
        url = urlsplit(str(getattr(getattr(settings, section), name)))
        if url.scheme not in LOCAL:
            yield variable(section, name), url


def _weakness(url: SplitResult) -> str | None:
    password = unquote(url.password or "")
    if not password:
        if _is_local(url.hostname or ""):
            return None
        return f"no password: whoever reaches {url.hostname} reads and changes everything"
    rest = password.lower()
    for usual in (*USUAL, (url.username or "").lower()):
        rest = rest.replace(usual, "") if usual else rest
    if len(password) < SHORTEST or len(set(password)) < FEWEST or len(rest) < FEWEST:
        return f"a password that can be guessed: take {SHORTEST} characters at random, as `openssl rand -hex 24` makes"
    return None


def _is_local(host: str) -> bool:
    """Whether only this machine reaches it: loopback, or a socket in a folder."""
    if host in ("", "localhost") or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
