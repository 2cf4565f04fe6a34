"""Text search by tsvector, over words cut by `storage.words`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, false, text

from sentistream.storage.filters import RARE
from sentistream.storage.words import tsquery


class TsvectorSearch:
    """`TextSearch` by a GIN index."""

    def condition(self, q: str, *, walk: bool) -> Any:
        """See `TextSearch.condition`."""
        query = tsquery(q)
        if not query:
            return false()
        found = "words @@ CAST(:words AS tsquery)"
        if not walk:
            # The planner takes few for many where it has no statistics of a word, and walks past millions.
            found = f"social_media_posts.id = ANY(ARRAY(SELECT id FROM social_media_posts WHERE {found}))"
        return text(found).bindparams(words=query)

    def rare(self, connection: Connection, q: str) -> bool:
        """See `TextSearch.rare`."""
        query = tsquery(q)
        found = text(
            "SELECT count(*) FROM (SELECT 1 FROM social_media_posts"
            " WHERE words @@ CAST(:words AS tsquery) LIMIT :limit) AS matches"
        )
        return not query or connection.execute(found, {"words": query, "limit": RARE}).scalar_one() < RARE
