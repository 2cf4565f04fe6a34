"""Finding the post that a path names."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from sentistream.api.dependencies import Services
from sentistream.domain.errors import NotFound
from sentistream.domain.event import PostView

PostId = Annotated[str, Path(min_length=1, max_length=512, description="The post's key, or its id on the platform.")]


async def found_post(services: Services, id: str) -> PostView:
    """By key or platform id; NotFound."""
    post = None if "\x00" in id else await services.store.posts.get(id)
    if post is None:
        raise NotFound("there is no post of this id", id=id)
    return post
