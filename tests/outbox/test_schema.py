from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from publisher.outbox import Outbox
from publisher.outbox.schema import MIGRATIONS
from publisher.outbox.stored import HEAD
from publisher.outbox.tables import metadata


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
        if name != "alembic_version"
        for columns in [known.get_columns(name)]
    }


def described(index: Any) -> str:
    conditions = {key: str(value) for key, value in index.pop("dialect_options", {}).items()}
    return f"{index} {conditions}"


def test_the_head_is_the_newest_migration() -> None:
    assert scripts().get_heads() == [HEAD]


def test_the_migrations_build_the_tables(outbox: Outbox) -> None:
    with outbox.database.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_both_builds_have_the_same_indexes(outbox: Outbox) -> None:
    with outbox.database.reading() as connection:
        migrated = shape(connection)
    with outbox.database.writing() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        assert shape(connection) == migrated
    assert set(migrated) == set(metadata.tables)


def test_a_migration_can_be_undone(outbox: Outbox) -> None:
    from alembic.operations import Operations

    with outbox.database.writing() as connection:
        with Operations.context(MigrationContext.configure(connection)):
            for script in scripts().walk_revisions():
                script.module.downgrade()
        assert shape(connection) == {}


def test_claims_are_found_by_an_index(tmp_path: Path) -> None:
    """SQLite silently scans the table where a partial index does not fit the question."""
    with Outbox.open("sqlite:///p.db", folder=tmp_path) as outbox:
        plans = {
            question: plan(outbox, question)
            for question in (
                "state = 'queued' AND channel = 'm' AND not_before <= 1 ORDER BY not_before, id",
                "state = 'unknown' AND channel = 'm' AND not_before <= 1 ORDER BY not_before, id",
                "state = 'sending' AND leased_until <= 1",
                "last_started IS NOT NULL AND channel = 'm' AND last_started > 1",
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
