"""Names and statements that reading the index needs, with and without SQLAlchemy."""

from typing import Final

HEAD: Final = "0006"
"""The newest file in migrations/versions; asking here spares start-up the import of Alembic."""

REVISION: Final = "SELECT version_num FROM alembic_version"
FINGERPRINT: Final = "posts.fingerprint"
FACT: Final = "SELECT value FROM facts WHERE name = ?"
LOAD: Final = "SELECT path, size, mtime_ns, first_seen, payload FROM posts"

UPSERT: Final = (
    "INSERT INTO posts (path, size, mtime_ns, first_seen, payload) VALUES ({marks})"
    " ON CONFLICT (path) DO UPDATE SET size = excluded.size, mtime_ns = excluded.mtime_ns,"
    " first_seen = excluded.first_seen, payload = excluded.payload"
)
