"""How Alembic runs the migrations: inside the transaction that schema.py opened."""

from alembic import context

from publisher.outbox.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
