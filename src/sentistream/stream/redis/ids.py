"""Entry ids: the epoch of the stream and the id that Redis gave, written so that text sorts as Redis does."""

from __future__ import annotations


def entry_id(epoch: str, id: bytes) -> str:
    """`epoch:m1767225600000-a0` for 1767225600000-0: a letter for the number of digits stands before each number."""
    ms, _, seq = id.decode().partition("-")
    return f"{epoch}:{_sized(ms)}-{_sized(seq)}"


def redis_id(entry_id: str) -> str:
    """The id in the stream of what `entry_id` names."""
    ms, _, seq = entry_id.rpartition(":")[2].partition("-")
    return f"{ms[1:]}-{seq[1:]}"


def _sized(digits: str) -> str:
    return chr(ord("`") + len(digits)) + digits
