#!/usr/bin/env python3
"""Exit 0 if the SentiStream process of this container can serve, 1 and the reason if not: for health checks."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

URL = "http://127.0.0.1:{port}/api/v1/health"
SECONDS = 4


def reason(port: int) -> str | None:
    """Why it cannot serve; None if it can. Degraded can: it answers 200."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(URL.format(port=port), timeout=SECONDS):
            return None
    except urllib.error.HTTPError as error:
        return f"{error.code}: {error.read(2_000).decode(errors='replace')}"
    except OSError as error:
        return str(error)


if __name__ == "__main__":
    sys.exit(reason(int(sys.argv[1]) if len(sys.argv) > 1 else 8000))
