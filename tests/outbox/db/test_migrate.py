from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from publisher.outbox.db.migrate import MIGRATIONS, upgrade
from publisher.outbox.db.tables import metadata
from publisher.outbox.outbox import Outbox
from publisher.outbox.post_index.stored import HEAD, REVISION


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def shape(connection: Connection) -> dict[str, Any]:
    """Tables, columns, constraints and indexes, conditions included."""
    known = inspect(connection)
    return {
        name: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in columns],
            sorted(map(described, known.get_indexes(name))),
            sorted(map(str, known.get_unique_constraints(name))),
            sorted(map(str, known.get_foreign_keys(name))),
            known.get_pk_constraint(name),
        )
        for name in known.get_table_names()
        for columns in [known.get_columns(name)]
    }


def described(index: Any) -> str:
    conditions = {key: str(value) for key, value in index.pop("dialect_options", {}).items()}
    return f"{index} {conditions}"


def test_the_head_is_the_newest_migration() -> None:
    assert scripts().get_heads() == [HEAD]


def test_the_migrations_build_the_tables(outbox: Outbox) -> None:
    with outbox.database.writing() as connection:
        drop(connection)
        upgrade(connection)
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_first_tables_are_those_that_the_migrations_build(outbox: Outbox) -> None:
    with outbox.database.writing() as connection:
        created, stamped = shape(connection), revisions(connection)
        drop(connection)
        upgrade(connection)
        assert shape(connection) == created
        assert revisions(connection) == stamped == [HEAD]
    assert set(created) == {*metadata.tables, "alembic_version"}


def drop(connection: Connection) -> None:
    """Every table, as if the database were new."""
    metadata.drop_all(connection)
    connection.exec_driver_sql("DROP TABLE alembic_version")


def revisions(connection: Connection) -> list[str]:
    return [row[0] for row in connection.exec_driver_sql(REVISION)]


def test_a_migration_can_be_undone(outbox: Outbox) -> None:
    from alembic.operations import Operations

    with outbox.database.writing() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            for script in scripts().walk_revisions():
                script.module.downgrade()
        assert set(shape(connection)) == {"alembic_version"}


def test_claims_are_found_by_an_index(tmp_path: Path) -> None:
    """SQLite silently scans the table where a partial index does not fit the question."""
    with Outbox.open("sqlite:///p.db", folder=tmp_path) as outbox:
        plans = {
            question: plan(outbox, question)
            for question in (
                "state = 'queued' AND channel = 'm' AND not_before <= 1 ORDER BY not_before, id",
                "state = 'unknown' AND channel = 'm' AND not_before <= 1 ORDER BY not_before, id",
                "state = 'sending' AND worker = 'w'",
                "cost IS NOT NULL AND channel = 'm' AND last_started > 1",
                "kind = 'note' AND owner = 'social' AND slot = 1",
                "state = 'queued' AND subscriber_id IN (1, 2)",
            )
        }
    for question, steps in plans.items():
        assert "USING INDEX ix_deliveries" in steps or "USING COVERING INDEX" in steps, question
        assert "SCAN" not in steps, question
        assert "TEMP B-TREE" not in steps, question


def plan(outbox: Outbox, question: str) -> str:
    with outbox.database.reading() as connection:
        ask = f"EXPLAIN QUERY PLAN SELECT id FROM deliveries WHERE {question}"  # noqa: S608 - ours
        return " ".join(str(step[-1]) for step in connection.exec_driver_sql(ask))
