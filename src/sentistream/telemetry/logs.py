"""Logs: structlog everywhere, the standard library's and uvicorn's routed through it.

Lines go to standard error: JSON for machines, colours for a person at a terminal. They never carry
post text or a secret: keys that would are withheld, passwords in URLs masked, and control characters
escaped so that nothing logged can steer a terminal.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from sentistream.settings import LogsSettings, masked

WITHHELD = "[withheld]"

CONTENT_KEYS = frozenset({"content", "contents", "text", "texts", "raw", "body", "payload", "post", "posts"})
"""Keys that would hold what people wrote. `posts` may hold a count: numbers pass."""

SECRET_WORDS = frozenset(
    {"authorization", "cookie", "credential", "credentials", "password", "passwd", "secret", "token", "apikey"}
)

QUIET = ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "alembic", "sqlalchemy")
"""Loggers that bring their own handlers or levels: theirs are removed, so that ours apply."""

_PLAIN = (int, float, bool, type(None))
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_CONTROL_IN_TRACEBACK = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_SECRET_PARAMETER = re.compile(r"(?i)([?&](?:api_?key|token|access_token|password|secret)=)[^&\s\"']+")


def configure_logging(settings: LogsSettings, stream: TextIO | None = None) -> None:
    """Send every log line of the process to `stream` (standard error). May be called again."""
    output = stream or sys.stderr
    console = settings.format == "console" or (settings.format == "auto" and output.isatty())
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        withhold,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(console, output)],
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for old in root.handlers[:]:
        if isinstance(old.formatter, structlog.stdlib.ProcessorFormatter):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    for name in QUIET:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        # What other people's libraries say of every request or statement is not worth an info line.
        logger.setLevel(level if name.startswith("uvicorn.e") or name == "uvicorn" else max(level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def withhold(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A structlog processor: withholds values of keys that hold content or secrets, masks URLs."""
    for key, value in event.items():
        event[key] = _clean(key, value)
    return event


def escape(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A structlog processor: control characters, bidi marks and surrogates become `\\x1b` and the like."""
    return {
        _CONTROL.sub(_escaped, key): _escape_value(value, _CONTROL_IN_TRACEBACK if key == "exception" else _CONTROL)
        for key, value in event.items()
    }


def _renderers(console: bool, output: TextIO) -> list[Processor]:
    if console:
        plain = structlog.dev.plain_traceback
        return [escape, structlog.dev.ConsoleRenderer(colors=output.isatty(), exception_formatter=plain)]
    return [structlog.processors.EventRenamer("message"), structlog.processors.JSONRenderer(default=str)]


def _clean(key: str, value: Any) -> Any:
    if _sensitive(key) and not isinstance(value, _PLAIN):
        return WITHHELD
    if isinstance(value, str):
        return _SECRET_PARAMETER.sub(r"\1***", masked(value))
    if isinstance(value, Mapping):
        return {inner: _clean(str(inner), nested) for inner, nested in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", item) for item in value]
    if isinstance(value, BaseException):
        return _clean("", f"{type(value).__name__}: {value}")
    return value


def _sensitive(key: str) -> bool:
    name = key.lower().replace("-", "_")
    words = set(name.split("_"))
    return name in CONTENT_KEYS or bool(words & SECRET_WORDS) or "api_key" in name or "private_key" in name


def _escape_value(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        return pattern.sub(_escaped, value)
    if isinstance(value, Mapping):
        return {pattern.sub(_escaped, str(key)): _escape_value(nested, pattern) for key, nested in value.items()}
    if isinstance(value, list | tuple):
        return [_escape_value(item, pattern) for item in value]
    return value if isinstance(value, _PLAIN) else pattern.sub(_escaped, str(value))


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
