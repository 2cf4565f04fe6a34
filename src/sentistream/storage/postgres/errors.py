"""The driver's errors, sorted by what can be done about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sentistream.connections.tls import tls_problem
from sentistream.domain.errors import DiskFull, SentiStreamError, StorageUnavailable
from sentistream.storage.bulk import Outrun

Remedy = Literal["again", "reconnect", "none"]
"""`again`: the same once more, at once. `reconnect`: once more, on another connection. `none`: tell the caller."""

DRIVER_ERRORS = (
    DBAPIError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    PoolTimeout,
    OSError,
)
"""What a statement or a connection can fail with; the rest are bugs. TimeoutError is an OSError."""

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_CONTENDED = {"40001", "40P01", "55P03"}
_LOST = {"57P01", "57P02", "57P03", "57P05", "25P03"}

_ADVICE = {
    "25006": "is read-only, as a replica is: point DATABASE_URL at the primary",
    "28000": "does not let us in: check the user and what pg_hba.conf allows",
    "28P01": "does not let us in: check the user and the password",
    "3D000": "does not exist: create it, or name another",
    "42501": "denies us what we need: make the user its owner, or grant it the rights",
    "42P01": "has no tables of ours: run `sentistream migrate`; a replica may still be catching up",
    "53300": "has no connection left: raise its max_connections, or lower SENTISTREAM_DATABASE_READERS and _WRITERS",
    "58030": "cannot read or write its files: look at its log",
    "XX001": "is damaged: restore it from a backup",
    "XX002": "has a damaged index: REINDEX it, or restore it from a backup",
}
_LASTING = {"28000", "28P01", "3D000", "42501", "XX001", "XX002"}
"""Of those, what stays as it is until a person does something."""


def remedy(error: BaseException) -> Remedy:
    """What may help."""
    state = sqlstate(error)
    if isinstance(error, Outrun) or state in _CONTENDED or _is(error, asyncpg.InvalidCachedStatementError):
        return "again"
    if isinstance(error, PoolTimeout) or _refused(error) or _misconfigured(error) or _encryption(error):
        return "none"
    if state in _LOST or (state or "").startswith("08") or isinstance(error, OSError | InterfaceError):
        return "reconnect"
    # A server that dies in the middle of an answer can leave the driver at odds with itself.
    return (
        "reconnect" if isinstance(error, asyncpg.InterfaceError) or _is(error, asyncpg.InternalClientError) else "none"
    )


def explain(error: BaseException, where: str, seconds: float) -> SentiStreamError | None:
    """The error of our tree that says what happened to the database at `where`; None if a value was refused.

    seconds: how long a statement may take there.
    """
    state = sqlstate(error)
    if isinstance(error, Outrun) or state in _CONTENDED:
        return StorageUnavailable(f"the database {where} is busy: others write the same posts at this moment")
    if isinstance(error, PoolTimeout):
        return StorageUnavailable(
            f"every connection to the database {where} is in use: raise SENTISTREAM_DATABASE_READERS and _WRITERS"
        )
    if state == "57014":
        return StorageUnavailable(
            f"the database {where} took longer than {seconds:g} s: narrow the question,"
            " or raise SENTISTREAM_DATABASE_STATEMENT_SECONDS",
            retry_after=5.0,
        )
    if state == "53100":
        return DiskFull(f"no room left for the database {where}: free some disk space", retry_after=5.0)
    if state in _ADVICE:
        return StorageUnavailable(f"the database {where} {_ADVICE[state]}", retry_after=5.0, lasting=state in _LASTING)
    if problem := _encryption(error):
        return StorageUnavailable(
            f"the database {where} cannot be trusted: {problem}; ?sslrootcert=FILE names the CA", lasting=True
        )
    if _misconfigured(error):
        return StorageUnavailable(f"the database {where} cannot be reached as its URL asks: {error}", lasting=True)
    if remedy(error) == "reconnect":
        return StorageUnavailable(f"the database {where} does not answer: is it running, and can it be reached?")
    if state is not None and state[:2] in ("53", "57", "58", "XX"):
        return StorageUnavailable(f"the database {where} failed ({state}): look at its log")
    return None


def sqlstate(error: BaseException) -> str | None:
    """The five characters that PostgreSQL gives every error, if it was PostgreSQL's."""
    for link in _chain(error):
        state = getattr(link, "sqlstate", None)
        if state:
            return str(state)
    return None


def _encryption(error: BaseException) -> str | None:
    if isinstance(error, ConnectionError) and "rejected SSL" in str(error):
        return "it does not speak TLS"
    return tls_problem(error)


def _misconfigured(error: BaseException) -> bool:
    """Whether the driver cannot do what it is told, such as to check a certificate without an authority."""
    return _is(error, asyncpg.ClientConfigurationError)


def _refused(error: BaseException) -> bool:
    """Whether the driver could not encode a value, which it calls an error of its interface."""
    return _is(error, asyncpg.DataError) or _is(error, UnicodeEncodeError)


def _is(error: BaseException, kind: type[BaseException]) -> bool:
    return any(isinstance(link, kind) for link in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """`error`, what SQLAlchemy wrapped, and what caused them."""
    while error is not None:
        yield error
        error = getattr(error, "orig", None) or error.__cause__
