"""The file behind a picture's address, and never one outside the site."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from publisher.config import load
from publisher.plan.site_files import SiteFiles
from publisher.rendering.images.emails import UNKNOWN, ImageFacts

CONFIG = """\
site: {{title: Gazette, url: "{url}"}}
content: {{folder: "{posts}", path: "/{{-title}}"}}
"""
Makes = Callable[..., SiteFiles]


@pytest.fixture
def made(tmp_path: Path) -> Makes:
    def make(
        posts: str = "site/source/_posts", base: str = "site", url: str = "https://gazette.example"
    ) -> SiteFiles:
        folder = tmp_path / base
        (tmp_path / posts).mkdir(parents=True, exist_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        text = CONFIG.format(url=url, posts=tmp_path / posts)
        (folder / "config.yaml").write_text(text, encoding="utf-8")
        return SiteFiles(load(folder / "config.yaml", {}))

    return make


def drawn(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (30, 20)).save(path)
    return path


@pytest.mark.parametrize(
    "place",
    ["source/a b.png", "a b.png", "static/a b.png", "public/a b.png", "source/_posts/a b.png",
     "build_local/a b.png"],
)  # fmt: skip
def test_a_picture_is_found_where_generators_keep_it(made: Makes, tmp_path: Path, place: str) -> None:  # fmt: skip  # noqa: E501 - one name
    files = made()
    file = drawn(tmp_path / "site" / place)
    assert files.find("https://gazette.example/a%20b.png?v=3") == file
    assert files.facts("https://gazette.example/a%20b.png") == ImageFacts("png", 30, 20)


def test_a_site_below_a_path(made: Makes, tmp_path: Path) -> None:
    files = made(url="https://gazette.example/blog")
    file = drawn(tmp_path / "site/source/a.png")
    assert files.find("https://gazette.example/blog/a.png") == file
    assert files.find("https://gazette.example/a.png") is None


def test_a_configuration_beside_the_site(made: Makes, tmp_path: Path) -> None:
    files = made(base="etc")
    file = drawn(tmp_path / "site/source/a.png")
    assert files.find("https://gazette.example/a.png") == file
    (tmp_path / "site/config.php").touch()
    deep = drawn(tmp_path / "site/static/b.png")
    assert made(base="etc").find("https://gazette.example/b.png") == deep


@pytest.mark.parametrize(
    "address",
    [
        "https://gazette.example/../outside.png",
        "https://gazette.example/%2e%2e/outside.png",
        "https://gazette.example/..%2foutside.png",
        "https://gazette.example/..%5coutside.png",
        "https://gazette.example//outside.png",
        "https://gazette.example/link.png",
        "https://gazette.example/linked/outside.png",
        "https://gazette.example/.git/a.png",
        "https://gazette.example/a%00.png",
        "https://gazette.example/",
        "https://gazette.example",
        "https://elsewhere.example/a.png",
        "https://gazette.example/" + "a" * 5000,
        "https://gazette.example/C:%5Ca.png",
        "https://gazette.example@elsewhere.example/a.png",
        "https://[::1",
        "file:///a.png",
        "data:image/png;base64,AAAA",
        "",
    ],
)
def test_nothing_outside_the_site_is_ever_found(made: Makes, tmp_path: Path, address: str) -> None:
    files = made()
    drawn(tmp_path / "outside.png")
    drawn(tmp_path / "site/a.png")
    drawn(tmp_path / "site/.git/a.png")
    (tmp_path / "site/link.png").symlink_to(tmp_path / "outside.png")
    (tmp_path / "site/linked").symlink_to(tmp_path)
    assert files.find(address) is None
    assert files.facts(address) == UNKNOWN
