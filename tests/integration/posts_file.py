"""A file of posts, as people bring one."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path


def posts_file(path: Path, count: int, content: str = "What a lovely day") -> Path:
    """`count` posts of the last two minutes at `path`, all about one product."""
    now = datetime.now(UTC)
    path.write_text(
        "".join(
            json.dumps(
                {
                    "post_id": str(number),
                    "source": "twitter",
                    "content": f"{content}, number {number}",
                    "created_at": (now - timedelta(seconds=number % 120)).isoformat(),
                    "product": "Mobile App",
                }
            )
            + "\n"
            for number in range(count)
        )
    )
    return path
