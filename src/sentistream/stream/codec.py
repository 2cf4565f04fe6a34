"""Entries as bytes: MessagePack with the kind of entry as its tag."""

from __future__ import annotations

import json

import msgspec

from sentistream.domain.post import Entry, Invalid

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[Entry] = msgspec.msgpack.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    """`entry` as bytes that `decode()` reads back.

    An entry that has no such form (a lone surrogate in a text, a number beyond 64 bits) is encoded as
    the Invalid it is: one bad entry must not hold up the batch that it came with.
    """
    try:
        return _encoder.encode(entry)
    except (UnicodeEncodeError, OverflowError) as error:
        return _encoder.encode(_unencodable(entry, error))


def decode(raw: bytes, connector: str = "unknown") -> Entry:
    """The entry in `raw`; an Invalid that holds what arrived if there is none. Never raises.

    `connector` is who to count the Invalid for: the one the stream noted beside the payload.
    """
    try:
        return _decoder.decode(raw)
    except (ValueError, OverflowError, RecursionError) as error:
        # ValueError covers msgspec's own errors as well as broken UTF-8 and impossible dates.
        return Invalid(
            raw=raw.decode("utf-8", "replace"),
            reason=f"the stream holds something that is not an entry: {readable(str(error))}",
            connector=connector,
        )


def readable(text: str) -> str:
    """`text` with lone surrogates written as escapes, so that it can be stored anywhere."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _unencodable(entry: Entry, error: Exception) -> Invalid:
    if isinstance(entry, Invalid):
        return Invalid(
            raw=readable(entry.raw),
            reason=readable(entry.reason),
            connector=readable(entry.connector),
            position=readable(entry.position),
        )
    why = "a lone surrogate, which is not text" if isinstance(error, UnicodeEncodeError) else str(error)
    fields = {name: getattr(entry, name) for name in entry.__struct_fields__}
    # json escapes lone surrogates and takes any number; str() shows dates and bytes as they are.
    return Invalid(
        raw=json.dumps(fields, default=str),
        reason=f"the {type(entry).__name__.lower()} cannot be encoded: {why}",
        connector=readable(entry.connector),
    )
