"""What people name and keep: views of the dashboard, lists of products."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

SavedKind = Literal["view", "products"]

MAX_SAVED = 200
"""Most of a kind that are kept."""


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """Something under a name, which is unique within its kind; `content` is what that kind holds.

    A view holds `page` (a path) and `query` (a query string), a list of products `products` (names).
    """

    id: int
    kind: SavedKind
    name: str
    content: dict[str, Any]
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime
