"""Index: what was read before, so that a file that did not change need not be opened again."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Entry(NamedTuple):
    """One file as it was last read.

    `path` is the post's own, `size` (bytes) and `mtime_ns` tell whether the file changed,
    `first_seen` is Unix seconds or None for what was there at the first indexing, and `payload`
    is the post as JSON, readable by this version of Publisher only.
    """

    path: str
    size: int
    mtime_ns: int
    first_seen: float | None
    payload: str


class Index(Protocol):
    """Where entries are kept; the outbox implements it in the database."""

    def load(self, fingerprint: str) -> tuple[dict[str, Entry], bool]:
        """Every entry by path, and whether the payloads were written under `fingerprint`.

        False means that payloads are stale (their `first_seen` still holds) or nothing was ever
        indexed.
        """
        ...

    def ever_indexed(self) -> bool:
        """Whether any reading was ever saved, even one that found no file."""
        ...

    def expect_save(self) -> None:
        """Prepare for a save that will follow; there may be a moment to spare now."""
        ...

    def save(self, fingerprint: str, changed: Sequence[Entry], removed: Sequence[str]) -> None:
        """Keep `changed`, forget the paths in `removed`, remember `fingerprint`; all or nothing."""
        ...
