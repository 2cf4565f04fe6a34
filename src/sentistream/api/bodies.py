"""Reading request bodies, never more of them than allowed."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from sentistream.domain.errors import MalformedBody, TooLarge

T = TypeVar("T", bound=BaseModel)


async def body_of(model: type[T], request: Request, limit: int) -> T:
    """The body as `model`, which is also what documents it. As json_body; MalformedBody if it is of another shape."""
    raw = await json_body(request, limit)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(map(str, problem["loc"]))
        message = problem["msg"].removeprefix("Value error, ")
        raise MalformedBody(f"{field}: {message}" if field else message, field=field) from None


async def json_body(request: Request, limit: int) -> bytes:
    """The whole body. TooLarge past `limit` bytes, also where no length was announced; MalformedBody if empty.

    The media type is checked by security.py, for every unsafe method.
    """
    announced = request.headers.get("content-length")
    if announced is not None and announced.isdecimal() and int(announced) > limit:
        raise _too_large(limit)
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise _too_large(limit)
            parts.append(part)
    except ClientDisconnect:
        raise MalformedBody("the connection ended before the body did") from None
    if not size:
        raise MalformedBody("the body is empty: JSON is expected")
    return b"".join(parts)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the body is larger than {limit:,} bytes: send smaller batches", limit=limit)
