"""A generator is one module: what it does not say otherwise, every site does."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from publisher.content import generators
from publisher.content.generators.base import Address, Document, Found, FoundSource, Generator
from tests.content.conftest import Site


class Quill(Generator):
    """A made-up generator: a post's page is called as its file."""

    @staticmethod
    def detect(folder: Path) -> Found | None:
        if not (folder / "quill.toml").exists():
            return None
        posts = FoundSource("posts", folder / "posts")
        return Found(
            root=folder,
            seen="quill.toml",
            base_url="https://quill.example",
            title="Quill",
            sources=(posts,),
        )

    def permalink(self, document: Document) -> Address:
        return Address(f"{self.source.url}/{self.stem(document.file)}.html")

    def hidden(self, document: Document) -> bool:
        return document.values.get("stage") == "sketch"


@pytest.fixture
def quill(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("publisher.content.generators.quill")
    vars(module)["Quill"] = Quill
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(generators, "generators", lambda: ["jigsaw", "quill"])


@pytest.mark.usefixtures("quill")
def test_a_site_is_read_by_a_generator_of_one_class(site: Site) -> None:
    site.write("one.md", "---\ntitle: One\ndate: 2020-09-07\nimage: /a.png\n---\n")
    site.write("2.md", "---\ntitle: Two\ndate: 2020-09-08\nstage: sketch\n---\n")
    site.write("three.blade.md", "---\ntitle: Three\ndate: 2020-09-09\n---\n")
    one, two, three = site.read(generator="quill").posts
    assert (one.url, one.image) == (
        "https://gazette.example/one.html",
        "https://gazette.example/a.png",
    )
    assert (one.draft, two.draft) == (False, True)
    assert three.url == "https://gazette.example/three.blade.html"


@pytest.mark.usefixtures("quill")
def test_a_site_is_recognised_by_its_own_generator(tmp_path: Path) -> None:
    assert generators.detect(tmp_path) is None
    (tmp_path / "quill.toml").touch()
    found = generators.detect(tmp_path)
    assert found is not None
    assert (found.generator, found.title) == ("quill", "Quill")


def test_the_modules_beside_base_are_the_generators() -> None:
    assert "jigsaw" in generators.generators()
    assert issubclass(generators.generator("jigsaw"), Generator)
