#!/usr/bin/env python3
"""Make the secrets of a deployment once: `make-secrets [FOLDER]`. What is there already stays as it is.

A folder for each reader, so that none sees what it does not need:
db/password (PostgreSQL) · redis/password, redis/valkey.conf (Redis) · frontend/api_key (the proxy) ·
grafana/password · app/database_url, app/redis_url (ours).
Whoever has a secret of their own puts it there before the first start.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from urllib.parse import quote

RANDOM_BYTES = 32


def make(folder: Path) -> list[str]:
    """Write what is missing under `folder`; returns the names of the files that were written."""
    written: list[str] = []

    def kept(name: str, value: str) -> str:
        """The secret in the file `name`, or `value`, now in it."""
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            held = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            held = ""
        if held:
            return held
        # Beside it first: a start that is cut off must leave no half of a secret.
        new = path.with_name(f".{path.name}.new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440), "w", encoding="utf-8") as file:
            file.write(value)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
        written.append(name)
        return value

    database = kept("db/password", secrets.token_urlsafe(RANDOM_BYTES))
    redis = kept("redis/password", secrets.token_urlsafe(RANDOM_BYTES))
    kept("frontend/api_key", f"sst_{secrets.token_urlsafe(RANDOM_BYTES)}")
    kept("grafana/password", secrets.token_urlsafe(RANDOM_BYTES))
    kept("redis/valkey.conf", f'requirepass "{redis}"\n')
    kept("app/redis_url", f"redis://:{quote(redis, safe='')}@redis:6379/0")
    kept("app/database_url", f"postgresql+asyncpg://sentistream:{quote(database, safe='')}@db:5432/sentistream")
    return written


if __name__ == "__main__":
    made = make(Path(sys.argv[1] if len(sys.argv) > 1 else "/secrets"))
    sys.stdout.write(f"made {', '.join(made)}\n" if made else "every secret is there already\n")
