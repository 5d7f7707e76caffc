"""Which pictures an email takes along, and how large they stand."""

import struct
import zlib
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from publisher.model.deliveries import Rendered
from publisher.model.posts import Pick
from publisher.rendering.brand import Brand
from publisher.rendering.digest import render_digest
from publisher.rendering.images.emails import UNKNOWN, ImageFacts, fitted, read_facts, unknown
from publisher.rendering.images.embedded import picture
from publisher.rendering.templates import Templates
from tests.rendering.samples import SITE, SLOT, gazette, picks

SVG = b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'
AVIF = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf"
HEIC = b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic"


def edition(*images: str, **options: object) -> Rendered:
    posts = [
        replace(picks()[0].post, path=f"{number}.md", image=image)
        for number, image in enumerate(images)
    ]
    site = options.pop("site", gazette())
    arguments = {"newsletter": "daily", "template": "digest", "slot": SLOT, **options}
    chosen = [Pick(post, "latest") for post in posts]
    return render_digest(Templates(None), site, chosen, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/a.svg", "SVG"),
        ("/a.SVG?v=3", "SVG"),
        ("/a.svgz", "SVG"),
        ("/a.s%76g", "SVG"),
        ("/a.avif#x", "AVIF"),
        ("/a.heic", "HEIC"),
        ("/a.jxl", "JPEG XL"),
        ("/a.tiff", "TIFF"),
        ("/a.pdf", "PDF"),
        ("/a.mp4", "video"),
        ("/a.jpg?fm=avif&w=3", "AVIF"),
        ("/a?format=svg", "SVG"),
    ],
)
def test_what_readers_would_not_see_is_left_out_and_told(address: str, name: str) -> None:
    rendered = edition(SITE + address)
    assert "<img" not in rendered.html
    (warning,) = rendered.warnings
    assert warning == (
        f"0.md: picture left out: email programs do not show {name}; use JPEG or PNG"
    )


@pytest.mark.parametrize("address", ["/a.jpg", "/a.png", "/a.gif", "/a", "/svg", "/a.svg.png"])
def test_what_readers_see_stays_without_a_word(address: str) -> None:
    rendered = edition(SITE + address)
    assert f'src="{SITE}{address}"' in rendered.html
    assert rendered.warnings == ()


def test_webp_stays_with_a_warning() -> None:
    rendered = edition(f"{SITE}/a.webp")
    assert f'src="{SITE}/a.webp"' in rendered.html
    assert "Outlook" in rendered.warnings[0]


def test_an_insecure_picture_is_told_unless_the_site_is_so_too() -> None:
    rendered = edition("http://pictures.example/a.jpg")
    assert 'src="http://pictures.example/a.jpg"' in rendered.html
    assert rendered.warnings == (
        "0.md: picture at an http: address, which some email programs refuse; use https:",
    )
    local = replace(gazette(), url="http://localhost:8000")
    assert edition("http://localhost:8000/a.jpg", site=local).warnings == ()


def test_one_kind_of_trouble_is_one_sentence() -> None:
    rendered = edition(*[f"{SITE}/{number}.svg" for number in range(5)], f"{SITE}/a.avif")
    assert [warning.partition(":")[0] for warning in rendered.warnings] == [
        "0.md, 1.md, 2.md and 2 more",
        "5.md",
    ]


def test_what_the_file_says_counts_more_than_its_name() -> None:
    def facts(url: str) -> ImageFacts:
        return ImageFacts("avif") if url.endswith(".jpg") else ImageFacts("png", 10, 10)

    rendered = edition(f"{SITE}/a.jpg", f"{SITE}/b.svg", pictures=facts)
    assert "a.jpg" not in rendered.html
    assert f'src="{SITE}/b.svg"' in rendered.html


def test_a_logo_that_nobody_would_see_gives_way_to_the_title() -> None:
    rendered = edition(site=gazette(Brand(logo=f"{SITE}/logo.svg")))
    assert "logo.svg" not in rendered.html
    assert rendered.html.count("The Example Gazette") > 2
    assert rendered.warnings[0].startswith("brand.logo: picture left out")


def encoded(name: str, size: tuple[int, int] = (30, 20), **options: object) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", size).save(buffer, name, **options)
    return buffer.getvalue()


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encoded("JPEG", exif=exif)


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        (encoded("JPEG"), ImageFacts("jpeg", 30, 20)),
        (turned(), ImageFacts("jpeg", 20, 30)),
        (encoded("PNG"), ImageFacts("png", 30, 20)),
        (encoded("GIF"), ImageFacts("gif", 30, 20)),
        (encoded("WEBP"), ImageFacts("webp", 30, 20)),
        (encoded("BMP"), ImageFacts("bmp", 30, 20)),
        (encoded("TIFF"), ImageFacts("tiff")),
        (b"\xef\xbb\xbf  " + SVG, ImageFacts("svg")),
        (AVIF, ImageFacts("avif")),
        (HEIC, ImageFacts("heic")),
        (struct.pack(">I", 24) + b"ftypisom\0\0\2\0isomavc1", ImageFacts("mp4")),
        (b"<!doctype html><html>not found", ImageFacts("html")),
        (encoded("JPEG")[:40], ImageFacts("jpeg")),
        (b"version https://git-lfs.github.com/spec/v1\n", UNKNOWN),
        (b"", UNKNOWN),
    ],
)
def test_the_facts_of_a_file(tmp_path: Path, content: bytes, facts: ImageFacts) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    assert read_facts(tmp_path / "a.jpg") == facts


def bomb(side: int) -> bytes:
    """A PNG that says it is that wide and high, and holds nothing."""
    head = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    end = b"\0\0\0\0IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0d" + head + struct.pack(">I", zlib.crc32(head)) + end


@pytest.mark.parametrize("side", [10_000, 60_000])
def test_a_bomb_does_not_go_off(tmp_path: Path, side: int) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(bomb(side))
    assert read_facts(file).format == "png"
    assert picture("https://s.example/a.png", lambda _: file) == "https://s.example/a.png"


def test_a_file_that_cannot_be_read_has_no_facts(tmp_path: Path) -> None:
    assert read_facts(tmp_path) == read_facts(tmp_path / "none.jpg") == unknown("x") == UNKNOWN


@pytest.mark.parametrize(
    ("size", "width"),
    [
        ((1200, 800), 640),
        ((800, 1200), 320),
        ((900, 900), 480),
        ((1600, 300), 640),
        ((560, 420), 640),
        ((64, 64), 64),
        ((100, 4000), 12),
        ((1, 1_000_000), 1),
        ((0, 0), 0),
    ],
)
def test_a_picture_fits_its_place(size: tuple[int, int], width: int) -> None:
    assert fitted(ImageFacts("jpeg", *size), 640, 480) == width


def test_nothing_leans_on_what_half_the_programs_ignore() -> None:
    html = edition(f"{SITE}/a.jpg", site=gazette(Brand(logo=f"{SITE}/logo.png"))).html
    for word in ("object-fit", "aspect-ratio"):
        assert word not in html
