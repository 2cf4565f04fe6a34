"""Dates as files write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: f"{number:02d}" for number, name in enumerate(_MONTH_NAMES, 1)}
_TWITTER = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{2}):(\d{2}):(\d{2}) ([+-]\d{4}) (\d{4})", re.ASCII)
_RFC_2822 = re.compile(r"(?:[A-Za-z]{3}, ?)?\d{1,2} [A-Za-z]{3} \d{4} \d{1,2}:\d{2}(?::\d{2})?(?: .{1,12})?", re.ASCII)
_NUMBER = re.compile(r"-?\d{9,17}(?:\.\d+)?", re.ASCII)
_SPACED_OFFSET = re.compile(r"(?<=\d) (?=[+-]\d{2}:?\d{2}$)", re.ASCII)
_MILLISECONDS_FROM = 1e11
_MICROSECONDS_FROM = 1e14


def parse_date(value: object) -> datetime:
    """An aware UTC time; ValueError says what was expected.

    Takes ISO 8601 (with Z, an offset, or none: UTC), seconds, milliseconds or microseconds since
    1970, RFC 2822, and Twitter's `Wed Feb 25 10:00:00 +0000 2015`.
    """
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _since_epoch(float(value))
        if isinstance(value, str):
            return _parse(value.strip())
    except (ValueError, OverflowError, OSError, TypeError, LookupError):
        pass  # one message for every way in which it is no date
    raise ValueError(f"not a date we know: {str(value)[:40]!r}; ISO 8601 (2026-01-31T10:00:00Z) is always right")


def _parse(text: str) -> datetime:
    if _NUMBER.fullmatch(text):
        return _since_epoch(float(text))
    if found := _TWITTER.fullmatch(text):
        month, day, hour, minute, second, offset, year = found.groups()
        moment = datetime.fromisoformat(f"{year}-{_MONTHS[month]}-{int(day):02d}T{hour}:{minute}:{second}{offset}")
    elif _RFC_2822.fullmatch(text):
        moment = parsedate_to_datetime(text)
    else:
        moment = datetime.fromisoformat(_SPACED_OFFSET.sub("", text))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _since_epoch(number: float) -> datetime:
    if abs(number) >= _MICROSECONDS_FROM:
        number /= 1e6
    elif abs(number) >= _MILLISECONDS_FROM:
        number /= 1e3
    return datetime.fromtimestamp(number, UTC)
