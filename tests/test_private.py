import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher import private
from publisher.outbox.outbox import Outbox


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o022, 0o000])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_the_database_is_for_its_owner_only(tmp_path: Path) -> None:
    with Outbox.open("sqlite:///queue/publisher.db", folder=tmp_path) as outbox:
        outbox.subscribers.add("daily", "ann@example.org")
        found = {path.name: mode(path) for path in (tmp_path / "queue").iterdir()}
    assert found == dict.fromkeys(("publisher.db", "publisher.db-wal", "publisher.db-shm"), 0o600)
    assert mode(tmp_path / "queue") == 0o700


@pytest.mark.usefixtures("umask")
def test_what_was_open_is_tightened_and_nobody_elses_folder(tmp_path: Path) -> None:
    for folder in ("queue", "data"):
        (tmp_path / folder).mkdir(mode=0o755)
        (tmp_path / folder).chmod(0o755)
        (tmp_path / folder / "publisher.db").touch()
        (tmp_path / folder / "publisher.db").chmod(0o644)
        Outbox.open(f"sqlite:///{folder}/publisher.db", folder=tmp_path).close()
        assert mode(tmp_path / folder / "publisher.db") == 0o600
    assert mode(tmp_path / "queue") == 0o700
    assert mode(tmp_path / "data") == 0o755, "it may hold what others are to read"


def test_a_stricter_umask_holds(tmp_path: Path) -> None:
    before = os.umask(0o277)
    try:
        private.make_folder(tmp_path / "a" / "b")
        private.make_file(tmp_path / "file")
    finally:
        os.umask(before)
    assert mode(tmp_path / "a") == 0o500
    assert mode(tmp_path / "file") == 0o400


def test_rights_are_only_ever_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    file.chmod(0o444)
    private.tighten(file)
    assert mode(file) == 0o400
    private.tighten(tmp_path / "nowhere")
