"""Encryption as the URL of a PostgreSQL asks for it, with the parameters of libpq."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import URL

MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
PARAMETERS = ("sslmode", *FILES, "sslpassword", "ssl_min_protocol_version", "ssl_max_protocol_version")

SYSTEM = "system"
"""As `sslrootcert`: the authorities that this machine trusts; the host's name is always checked then."""


def without_tls(url: URL) -> tuple[URL, dict[str, Any]]:
    """`url` without those parameters, and the driver's arguments that say the same.

    Raises ValueError for an unknown mode or a file that is not there. https://www.postgresql.org/docs/current/libpq-ssl.html
    """
    given = {name: str(url.query[name]) for name in PARAMETERS if name in url.query}
    if not given:
        return url, {}
    url = url.difference_update_query(list(given))
    if given.get("sslrootcert") == SYSTEM:
        return url, {"ssl": True}
    if given.get("sslmode", MODES[0]) not in MODES:
        raise ValueError(f"sslmode must be one of {', '.join(MODES)}")
    for name in FILES:
        if name in given and not Path(given[name]).is_file():
            raise ValueError(f"{name}: there is no file {given[name]}")
    # The driver reads them in a URL only. All else it is told by itself, which wins over what a URL lacks.
    return url, {"dsn": f"postgresql://?{urlencode(given)}"}
