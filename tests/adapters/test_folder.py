import errno
import json
import shutil
import stat
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest

from publisher.adapters.folder import Folder, FolderSettings
from publisher.errors import Unavailable
from publisher.model.messages import Note, Picture
from publisher.testing import (
    KEY,
    OTHER_KEY,
    Behaviour,
    ChangesSuite,
    DigestSuite,
    EmailAdapterSuite,
    NoteAdapterSuite,
)


def _words(value: Any) -> str:
    """Every text of a file, one after the other."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return " ".join(map(_words, inner))
    return str(value)


class FolderNetwork:
    """A folder that works, or a file where it should be."""

    secrets: Sequence[str] = ()

    def __init__(self, path: Path, suffix: str) -> None:
        self.path, self.suffix = path, suffix
        self.options: dict[str, Any] = {"path": path}

    def behave(self, behaviour: Behaviour) -> None:
        if behaviour is Behaviour.DOWN:
            shutil.rmtree(self.path, ignore_errors=True)
            self.path.write_text("not a folder")
        elif self.path.is_file():
            self.path.unlink()

    @property
    def shown(self) -> list[str]:
        read = (json.loads(path.read_text(encoding="utf-8")) for path in self._files())
        shown = (
            [each["title"], each["items"]] if "items" in each else each["text"] for each in read
        )
        return [_words(each) for each in shown]

    @property
    def emails(self) -> list[bytes]:
        return [path.read_bytes() for path in self._files()]

    @property
    def arrived(self) -> int:
        return len(self._files())

    @property
    def attempts(self) -> int:
        return len(self._files())

    def _files(self) -> list[Path]:
        return list(self.path.glob(f"*{self.suffix}"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "if missing"


@pytest.fixture
def channel(path: Path) -> Folder:
    return Folder(FolderSettings(path=path), name="mail")


class TestFolderMails(EmailAdapterSuite):
    adapter = Folder
    behaviours = frozenset({Behaviour.WORKS, Behaviour.DOWN})

    @pytest.fixture
    def network(self, tmp_path: Path) -> FolderNetwork:
        return FolderNetwork(tmp_path / "sent", ".eml")

    def test_names_sort_by_date_and_are_safe(self, channel: Folder) -> None:
        email = replace(self.message(), subject="../../Ünder / the\n<bridge>? " + "x" * 200)
        name = channel.send(email, KEY).remote_id
        assert name.startswith("2026-03-01-under-the-bridge-xxx") and name.endswith(f"-{KEY}.eml")
        assert len(name) < 100

    def test_a_title_without_latin_letters_has_a_name(self, channel: Folder) -> None:
        name = channel.send(replace(self.message(), subject="桥梁"), KEY).remote_id
        assert name == f"2026-03-01-mail-{KEY}.eml"

    def test_the_receipt_leads_to_the_file(self, channel: Folder) -> None:
        receipt = channel.send(self.message(), KEY)
        path = Path(receipt.remote_url.removeprefix("file://").replace("%20", " "))
        assert message_from_bytes(path.read_bytes(), policy=policy.default)["To"]


class TestFolderNotes(NoteAdapterSuite, DigestSuite, ChangesSuite):
    adapter = Folder
    behaviours = frozenset({Behaviour.WORKS, Behaviour.DOWN})
    limited = False
    test_a_change_that_fails_says_so = None  # type: ignore[assignment] # where no folder is, no file is

    @pytest.fixture
    def network(self, tmp_path: Path) -> FolderNetwork:
        return FolderNetwork(tmp_path / "sent", ".json")

    def test_a_note_is_text_json_and_picture(self, channel: Folder, network: FolderNetwork) -> None:
        picture = Picture(b"\x89PNG", "image/png", "A bridge")
        channel.send(replace(self.message(), picture=picture, tags=("news",)), KEY)
        files = {file.suffix: file for file in network.path.iterdir()}
        told = json.loads(files[".json"].read_text())
        assert files[".txt"].read_text() == self.message().text + "\n"
        assert files[".png"].read_bytes() == b"\x89PNG"
        assert told["picture"] == {"file": files[".png"].name, "alt": "A bridge"}
        assert (told["key"], told["tags"], told["language"]) == (KEY, ["news"], "en")

    def test_a_repeat_on_another_day_is_still_one_note(
        self, channel: Folder, network: FolderNetwork
    ) -> None:
        network.path.mkdir()
        early = network.path / f"2020-01-01-bridge-{KEY}.json"
        early.write_text("{}")
        assert channel.send(self.message(), KEY).remote_id == early.name
        assert list(network.path.iterdir()) == [early]


def test_what_is_cut_off_while_writing_is_not_there(
    channel: Folder, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    note = Note(text="hello")
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(Unavailable, match="disk is full, make room"):
            channel.send(note, KEY)
        with pytest.raises(Unavailable, match="disk is full"):
            channel.check()
    assert list(path.iterdir()) == []
    assert channel.find(KEY, note, datetime.now(UTC)) is None
    assert channel.send(note, KEY).remote_id


def test_half_a_note_is_written_again(channel: Folder, path: Path) -> None:
    path.mkdir(parents=True)
    (path / f"2020-01-01-hello-{KEY}.txt").write_text("hel")
    assert channel.find(KEY, Note(text="hello"), datetime.now(UTC)) is None


def test_nothing_was_sent_into_a_folder_that_is_not_there(channel: Folder, path: Path) -> None:
    assert channel.find(KEY, Note(text="hello"), datetime.now(UTC)) is None
    assert not path.exists()


def test_a_read_only_folder_says_what_to_do(channel: Folder, path: Path) -> None:
    path.parent.write_text("a file")
    with pytest.raises(Unavailable, match="a file stands where a folder should be"):
        channel.check()
    with pytest.raises(Unavailable):
        channel.send(Note(text="hello"), OTHER_KEY)


def test_check_leaves_nothing_behind(channel: Folder, path: Path) -> None:
    channel.check()
    assert list(path.iterdir()) == []


def test_messages_are_for_their_owner_only_and_old_ones_become_so(
    channel: Folder, path: Path
) -> None:
    path.mkdir(parents=True, mode=0o755)
    path.chmod(0o755)
    old = path / "2026-01-01-spring-abc.eml"
    old.write_text("To: ann@example.org")
    old.chmod(0o644)
    channel.send(TestFolderMails().message(), KEY)
    modes = {stat.S_IMODE(file.stat().st_mode) for file in [path, *path.iterdir()]}
    assert modes == {0o700, 0o600}


def test_a_folder_that_holds_other_things_stays_open(channel: Folder, path: Path) -> None:
    path.mkdir(parents=True, mode=0o755)
    path.chmod(0o755)
    (path / "index.html").touch(mode=0o644)
    (path / "index.html").chmod(0o644)
    channel.send(TestFolderMails().message(), KEY)
    modes = {file.suffix: stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()}
    assert modes == {".html": 0o644, ".eml": 0o600}
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
