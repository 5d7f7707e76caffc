"""The index of posts, as the database keeps it."""
