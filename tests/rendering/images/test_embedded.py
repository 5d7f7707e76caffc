"""The preview holds the site's own pictures."""

import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from publisher.rendering.images.embedded import embedded, picture


def saved(path: Path, size: tuple[int, int], mode: str = "RGB") -> Path:
    Image.effect_noise(size, 90).convert(mode).save(path)
    return path


def opened(address: str) -> Image.Image:
    return Image.open(BytesIO(b64decode(address.partition("base64,")[2])))


def test_a_large_picture_is_made_as_small_as_it_stands(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.jpg", (1600, 1200))
    html = '<img src="https://s.example/a.jpg?a=1&amp;b=2" alt="" width="124">'
    asked: list[str] = []

    def find(url: str) -> Path:
        asked.append(url)
        return file

    shown = embedded(html, find)
    assert asked == ["https://s.example/a.jpg?a=1&b=2"]
    source = re.search(r'src="(data:image/jpeg;base64,[^"]+)" alt="" width="124"', shown)
    assert source is not None
    assert opened(source[1]).size == (248, 186)


def test_transparency_stays(tmp_path: Path) -> None:
    file = saved(tmp_path / "a.png", (900, 900), "RGBA")
    shown = picture("https://s.example/a.png", lambda _: file, 100)
    assert shown.startswith("data:image/png;")
    assert opened(shown).size == (100, 100)


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"root:x:0:0\n", b"\x89PNG\r\n\x1a\nbroken"])
def test_what_is_no_picture_is_never_embedded(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(content)
    assert picture("https://s.example/a.jpg", lambda _: file) == "https://s.example/a.jpg"


def test_other_pictures_and_links_stay(tmp_path: Path) -> None:
    html = '<a href="https://s.example/a.jpg"><IMG SRC="https://s.example/a.jpg"></a>'
    assert embedded(html, lambda _: None) == html
    file = saved(tmp_path / "a.png", (9, 9))
    assert embedded(html, lambda _: file).startswith(
        '<a href="https://s.example/a.jpg"><IMG SRC="data:'
    )
