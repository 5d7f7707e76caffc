"""The database: its engine, tables, types and migrations."""
