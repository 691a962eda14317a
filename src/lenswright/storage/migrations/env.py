"""Alembic's entry: runs the migrations on the connection that `storage.migrate` hands over."""

from alembic import context

from lenswright.storage import access_tables, dataset_tables, tables  # noqa: F401 all add to the metadata
from lenswright.storage.base import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
