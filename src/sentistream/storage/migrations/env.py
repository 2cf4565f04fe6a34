"""Alembic's environment: the connection comes from the store that migrates itself."""

from __future__ import annotations

from alembic import context

from sentistream.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
