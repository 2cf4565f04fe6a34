"""What can be done about the driver's errors."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy.exc import DataError, InternalError

from sentistream.domain.errors import StorageUnavailable
from sentistream.storage.postgres.errors import DRIVER_ERRORS, Remedy, explain, remedy


def at_odds() -> Exception:
    """What the driver says when a server dies while it answers."""
    return asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress")


def wrapped(error: Exception) -> InternalError:
    """As SQLAlchemy passes it on."""
    adapted = RuntimeError(str(error))
    adapted.__cause__ = error
    return InternalError("SELECT 1", {}, adapted)


@pytest.mark.parametrize(
    ("error", "wanted"),
    [
        (at_odds(), "reconnect"),
        (wrapped(at_odds()), "reconnect"),
        (asyncpg.InterfaceError("the connection is closed"), "reconnect"),
        (ConnectionResetError(), "reconnect"),
        (asyncpg.DeadlockDetectedError("deadlock detected"), "again"),
        (DataError("SELECT 1", {}, ValueError("no number")), "none"),
    ],
)
def test_each_has_its_remedy(error: Exception, wanted: Remedy) -> None:
    assert isinstance(error, DRIVER_ERRORS)
    assert remedy(error) == wanted
    told = explain(error, "db:5432/posts", 30)
    assert isinstance(told, StorageUnavailable) == (wanted != "none")
