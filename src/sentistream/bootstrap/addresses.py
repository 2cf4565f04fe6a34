"""The URLs that choose adapters: which schemes there are, and what is said of one that is not."""

from __future__ import annotations

from pathlib import Path

from sentistream.domain.errors import MissingExtra, SettingsError
from sentistream.settings import masked

POSTGRES_SCHEMES = ("postgresql", "postgresql+asyncpg", "postgres")
"""What people write for PostgreSQL."""

REDIS_SCHEMES = ("redis", "rediss", "redis+sentinel", "rediss+sentinel")
"""A Redis or Valkey, with TLS, behind sentinels."""


def sqlite_path(url: str, setting: str, schemes: tuple[str, ...], others: tuple[str, ...] = ()) -> Path:
    """The file of a sqlite URL: `sqlite:///relative`, `sqlite:////absolute`. others: schemes to name in the error."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in schemes:
        raise unsupported(setting, url, (*schemes, *others))
    if not rest.startswith("/") or rest in ("/", "/:memory:") or "?" in rest:
        raise SettingsError(f"{setting} must name a file, as {schemes[0]}:///PATH; it was given {masked(url)}")
    return Path(rest[1:])


def unsupported(setting: str, url: str, schemes: tuple[str, ...]) -> SettingsError:
    *most, last = [f"{scheme}://" for scheme in schemes]
    known = f"{', '.join(most)} and {last}" if most else last
    return SettingsError(f"{setting} is {masked(url)}, but this release supports {known} only", setting=setting)


def without_redis() -> MissingExtra:
    return MissingExtra('Redis needs its client: pip install "sentistream[team]"', extra="team")
