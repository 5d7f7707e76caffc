"""How the tables came to be, one file a revision; Alembic runs them."""
