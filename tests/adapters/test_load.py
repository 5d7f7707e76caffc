import sys
from pathlib import Path

import pytest

from publisher.adapters import available, load
from publisher.adapters.folder import Folder

OUTSIDE = """
from publisher.adapters.base import Adapter, Settings
from publisher.adapters.folder import Folder
from publisher.model.messages import Note

class Base(Adapter[Note]):
    pass
"""
ONE = """
class Mine(Base):
    settings, kinds = Settings, (Note,)
    def __init__(self, settings, *, name): ...
    def send(self, message, key): ...
    def check(self): ...
"""


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(tmp_path)
    package = tmp_path / "their_package"
    package.mkdir()
    for name in [name for name in sys.modules if name.startswith("their_package")]:
        monkeypatch.delitem(sys.modules, name)
    return package


def test_a_word_is_a_file() -> None:
    assert load("folder") is Folder
    assert load("publisher.adapters.folder") is Folder


def test_words_are_listed_without_importing_them() -> None:
    assert {"folder", "smtp"} <= set(available())
    assert not {"base", "http", "__init__"} & set(available())


@pytest.mark.parametrize(
    "word", ["base", "http", "", "../folder", "os", "folder.py", "Folder", "."]
)
def test_no_other_word_is_an_adapter(word: str) -> None:
    with pytest.raises(LookupError):
        load(word)


def test_a_slip_of_the_keyboard_is_told() -> None:
    with pytest.raises(LookupError, match=r"unknown adapter 'fodler'; did you mean folder\?"):
        load("fodler")
    with pytest.raises(LookupError, match=r"known are bluesky, .*smtp"):
        load("pigeon")


def test_anybodys_module_holds_one_adapter(outside: Path) -> None:
    (outside / "one.py").write_text(OUTSIDE + ONE)
    assert load("their_package.one").__name__ == "Mine"


@pytest.mark.parametrize("source", [OUTSIDE, OUTSIDE + ONE + ONE.replace("Mine", "Yours")])
def test_none_or_two_adapters_are_a_mistake(outside: Path, source: str) -> None:
    (outside / "wrong.py").write_text(source)
    with pytest.raises(LookupError, match="an adapter's module defines one"):
        load("their_package.wrong")


def test_a_module_that_cannot_be_imported_says_why(outside: Path) -> None:
    (outside / "broken.py").write_text("import no_such_library\n")
    with pytest.raises(LookupError, match="no_such_library"):
        load("their_package.broken")
