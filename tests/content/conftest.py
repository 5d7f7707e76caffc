"""A site in a folder, and an index in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publisher.content.reader import Reading, read_site
from publisher.content.source import Source
from publisher.model.posts import IndexEntry, Post

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2020, 9, 20, 12, tzinfo=UTC)


class MemoryIndex:
    """An index that forgets when the test ends and counts what is written to it."""

    def __init__(self) -> None:
        self.entries: dict[str, IndexEntry] = {}
        self.fingerprint = ""
        self.saves = 0
        self.texts: dict[str, str] = {}

    def load(self, fingerprint: str) -> tuple[dict[str, IndexEntry], bool]:
        return dict(self.entries), self.fingerprint == fingerprint

    def ever_indexed(self) -> bool:
        return self.saves > 0

    def remembered(self, prefix: str) -> dict[str, str]:
        return {name: text for name, text in self.texts.items() if name.startswith(prefix)}

    def remember(self, texts: Mapping[str, str]) -> None:
        self.texts |= texts

    def expect_save(self) -> None:
        self.expected = True

    def save(self, fingerprint: str, changed: Sequence[IndexEntry], removed: Sequence[str]) -> None:
        self.fingerprint = fingerprint
        self.saves += 1
        for path in removed:
            del self.entries[path]
        self.entries |= {entry.path: entry for entry in changed}


class Site:
    """A folder of posts under `source/_posts`, and how it is read."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.folder = base / "source" / "_posts"
        self.folder.mkdir(parents=True)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def source(self, **settings: Any) -> Source:
        known: dict[str, Any] = {
            "folder": self.folder,
            "base": self.base,
            "url": "https://gazette.example",
            "zone": LONDON,
            "path": "/articles/{-title}",
        }
        return Source(**known | settings)

    def read(
        self, index: MemoryIndex | None = None, now: datetime = NOW, **settings: Any
    ) -> Reading:
        return read_site([self.source(**settings)], index, lambda: now)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def index() -> MemoryIndex:
    return MemoryIndex()


@pytest.fixture
def post(site: Site) -> Callable[..., Post]:
    """Read one file and give its post."""

    def read(content: str | bytes, name: str = "file-name.md", **settings: Any) -> Post:
        path = site.write(name, content)
        found = {each.path: each for each in site.read(**settings).posts}
        return found[path.relative_to(site.base).as_posix()]

    return read
