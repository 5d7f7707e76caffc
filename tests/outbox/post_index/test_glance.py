import subprocess
import sys
from pathlib import Path

import pytest

from publisher.errors import StorageError
from publisher.model.posts import IndexEntry
from publisher.outbox.outbox import Outbox
from publisher.outbox.post_index.glance import open_index

URL = "sqlite:///queue/publisher.db"
ROWS = [IndexEntry("a.md", 1, 2, None, "{}"), IndexEntry("ü 2.md", 3, 4, 5.5, '{"title": "🐎"}')]


def test_a_glance_sees_what_the_outbox_wrote(database_url: str, tmp_path: Path) -> None:
    with Outbox.open(database_url, folder=tmp_path) as outbox:
        outbox.post_index.save("v1", ROWS, [])
        with open_index(database_url, tmp_path) as index:
            assert index.ever_indexed()
            assert index.load("v1") == outbox.post_index.load("v1")
            assert index.load("v2") == outbox.post_index.load("v2")


def test_a_glance_can_write(database_url: str, tmp_path: Path) -> None:
    Outbox.open(database_url, folder=tmp_path).close()
    with open_index(database_url, tmp_path) as index:
        assert not index.ever_indexed()
        assert index.load("v1") == ({}, False)
        index.save("v1", ROWS, [])
    with open_index(database_url, tmp_path) as index:
        assert index.load("v1") == ({row.path: row for row in ROWS}, True)


def test_a_new_database_is_made(empty_database_url: str, tmp_path: Path) -> None:
    with open_index(empty_database_url, tmp_path) as index:
        index.save("v1", ROWS, [])
    with Outbox.open(empty_database_url, folder=tmp_path) as outbox:
        assert len(outbox.post_index.load("v1")[0]) == 2


def test_what_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "p.db").write_text("no database " * 100, encoding="ascii")
    with (
        pytest.raises(StorageError, match="not a database"),
        open_index("sqlite:///p.db", tmp_path),
    ):
        pass


def test_a_glance_imports_no_sqlalchemy(tmp_path: Path) -> None:
    Outbox.open(URL, folder=tmp_path).close()
    code = (
        "import sys; from pathlib import Path\n"
        "from publisher.outbox.post_index.glance import open_index\n"
        f"with open_index({URL!r}, Path({str(tmp_path)!r})) as index: index.load('v1')\n"
        "print('sqlalchemy' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, check=True, capture_output=True, text=True)
    assert result.stdout == "False\n"
