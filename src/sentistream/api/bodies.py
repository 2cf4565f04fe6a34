"""Reading request bodies, never more of them than allowed."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request

from sentistream.domain.errors import MalformedBody, TooLarge


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
