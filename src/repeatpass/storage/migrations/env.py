"""Runs a migration on the connection that storage.upgrading hands over."""

from alembic import context

from repeatpass.storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
