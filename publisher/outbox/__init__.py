"""The tables: what waits, what was sent, and what became of it."""
