"""Schema migrations, run at every start through `Store.migrate`."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

FOLDER = Path(__file__).parent


def newest() -> str:
    """The revision of this version: the number that the last file of `versions` begins with."""
    return max(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def upgrade(connection: Connection) -> None:
    """Bring the schema to this version, inside the connection's transaction."""
    if _revision(connection) == newest():
        return
    # Only here: it is a fifth of the start of a command, and hardly ever anything is to be done.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
