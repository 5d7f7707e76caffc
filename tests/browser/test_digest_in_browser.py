"""The digest and the preview as Chromium shows them, at both widths, in light and dark."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from publisher.cli.entry import run
from publisher.model.posts import Pick, Post
from publisher.rendering.brand import Brand
from publisher.rendering.digest import render_digest
from publisher.rendering.images.emails import ImageFacts, LookUp, unknown
from publisher.rendering.merge_fields import Recipient, merge
from publisher.rendering.preview import DigestPreview, NotePreview, preview_page
from publisher.rendering.templates import Templates
from tests.browser.opened import SHAPES, opened
from tests.rendering.samples import SITE, SLOT, gazette, picks, sectioned

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

ROOT = Path(__file__).parents[2]
GRAVE = ("serious", "critical")
SMALLEST_TARGET = 44
LOOKS = {
    "own": Brand(),
    "pink": Brand(accent="#d63384", dark_accent="#d63384", radius=20, font="Georgia, serif"),
    "logo": Brand(logo=f"{SITE}/logo.png", logo_dark=f"{SITE}/logo-dark.png"),
}


def known(url: str) -> ImageFacts:
    """What the file behind such a picture says."""
    return ImageFacts("jpeg", *SHAPES[url.rpartition("/")[2].partition(".")[0]])


def html_of(
    chosen: list[Pick], look: Brand | None = None, language: str = "en-GB", **options: Any
) -> str:
    site = replace(gazette(look), language=language)
    arguments = {"newsletter": "daily", "template": "digest", "slot": SLOT, **options}
    rendered = render_digest(Templates(None), site, chosen, **arguments)
    return merge(rendered, Recipient("ada@reader.example", "Ada", "https://l.example/u"))[0]


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[375, 640, 1000])
def page(request: pytest.FixtureRequest, browser: "Browser", scheme: str) -> Iterator["Page"]:
    with opened(browser, request.param, scheme, "data:", "about:") as page:
        yield page


def show(page: "Page", html: str, name: str, scheme: str) -> None:
    """Open `html`; SCREENSHOTS=DIR keeps a picture of it there, to be looked at."""
    page.set_content(html)
    page.wait_for_load_state("networkidle")
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        width = page.evaluate("window.innerWidth")
        page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)


def grave(page: "Page") -> list[str]:
    found = axe.Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in GRAVE
    ]


def overflow(page: "Page") -> int:
    """How many pixels stand out at the side, hidden ones included."""
    script = """() => Math.max(
        document.documentElement.scrollWidth,
        ...[...document.querySelectorAll(".card *")].map(e => e.getBoundingClientRect().right),
    ) - window.innerWidth"""
    return max(0, int(page.evaluate(script)))


def box(element: "Locator") -> dict[str, float]:
    found = element.bounding_box()
    assert found is not None
    return {"x": found["x"], "width": found["width"], "height": found["height"]}


def colour(page: "Page", selector: str, name: str) -> str:
    script = "([selector, name]) => getComputedStyle(document.querySelector(selector))[name]"
    return str(page.evaluate(script, [selector, name]))


@pytest.mark.parametrize("look", LOOKS)
def test_the_digest_fits_and_anyone_can_read_it(page: "Page", scheme: str, look: str) -> None:
    show(page, html_of(picks(), LOOKS[look]), f"digest-{look}", scheme)
    assert overflow(page) == 0
    assert grave(page) == []


def test_sections_fit_too(page: "Page", scheme: str) -> None:
    show(page, html_of(sectioned()), "sections", scheme)
    assert overflow(page) == 0
    assert grave(page) == []


def test_a_language_written_from_the_right(page: "Page", scheme: str) -> None:
    show(page, html_of(picks(), language="ar"), "rtl", scheme)
    assert overflow(page) == 0
    row = page.locator("tr", has=page.locator("h3")).last
    assert box(row.locator("img"))["x"] < box(row.locator("h3 a"))["x"]
    title, button = page.locator("h2 a").first, page.get_by_role("link", name="قراءة المقال كاملًا")
    width = page.evaluate("window.innerWidth")
    for each in (title, button):  # as far from the right as an English one is from the left
        shown = box(each)
        assert width - shown["x"] - shown["width"] == pytest.approx(_margin(width), abs=1)


def _margin(width: int) -> float:
    return 20 if width < 640 else (width - 640) / 2 + 36


ARABIC_TITLES = (
    "iPhone \u0641\u064a \u0627\u0644\u0623\u0633\u0648\u0627\u0642",
    "Release 2.0",
    "\u0637\u0639\u0627\u0645",
)


def test_latin_words_stand_right_in_an_arabic_email(page: "Page", scheme: str) -> None:
    chosen = [
        Pick(replace(pictured("square", number), title=title, author="Ada Moor"), "latest")
        for number, title in enumerate(ARABIC_TITLES)
    ]
    html = html_of(chosen, language="ar", show=("author", "date"))
    show(page, html, "rtl-mixed", scheme)
    assert overflow(page) == 0
    assert grave(page) == []
    direction = "all => all.map(each => getComputedStyle(each).direction)"
    assert page.locator("h3").evaluate_all(direction) == ["rtl", "ltr", "rtl"]
    assert set(page.locator("h3").evaluate_all(direction.replace("direction)", "textAlign)"))) == {
        "right"
    }
    footer = page.locator("p", has=page.locator("bdi")).first
    assert footer.locator("bdi").all_inner_texts() == ["Ada", "daily", "The Example Gazette"]
    assert page.locator("[style*=letter-spacing]").count() == 0


@pytest.mark.parametrize("language", ["de", "pl", "ja"])
def test_longer_words_fit_too(page: "Page", scheme: str, language: str) -> None:
    show(page, html_of(picks(), language=language), f"digest-{language}", scheme)
    assert overflow(page) == 0
    assert grave(page) == []
    assert page.locator("html").get_attribute("lang") == language


def pictured(shape: str, number: int, **changes: Any) -> Post:
    return replace(picks()[number].post, image=f"{SITE}/pictures/{shape}.jpg", **changes)


def gallery(lead: str, alt: str = "") -> list[Pick]:
    """A lead of one shape, and a story of each."""
    leading = Pick(pictured(lead, 0, image_alt=alt), "lead")
    return [
        leading,
        *(
            Pick(pictured(shape, number, image_alt=alt), "latest")
            for number, shape in enumerate(SHAPES, 1)
        ),
    ]


@pytest.mark.parametrize("facts", [known, None], ids=["known", "unknown"])
def test_pictures_keep_their_proportions(page: "Page", scheme: str, facts: LookUp | None) -> None:
    leads = [Pick(pictured(shape, 0), "lead") for shape in SHAPES]
    html = html_of(leads + gallery("square")[1:], pictures=facts or unknown)
    assert not re.search("object-fit|aspect-ratio", html)
    show(page, html, f"shapes-{'known' if facts else 'unknown'}", scheme)
    assert overflow(page) == 0
    for image in page.locator("img.shot").all():
        width, height, natural = image.evaluate(
            "i => [i.clientWidth, i.clientHeight, i.naturalWidth / i.naturalHeight]"
        )
        assert width / height == pytest.approx(natural, abs=1.1 / height * natural)
    sizes = dict(zip(SHAPES, map(box, page.locator("a.ground img").all()), strict=True))
    assert max(size["height"] for size in sizes.values()) <= 480
    assert sizes["tiny"]["width"] == 64
    room = min(640, page.evaluate("window.innerWidth"))
    assert sizes["landscape"]["width"] == pytest.approx(room, abs=0.1)
    assert max(box(each)["height"] for each in page.locator("td.thumb img").all()) <= 124


def blocked(page: "Page") -> None:
    page.unroute(f"{SITE}/**")
    page.route(f"{SITE}/**", lambda route: route.abort())


def test_where_images_are_blocked_the_words_close_up(page: "Page", scheme: str) -> None:
    blocked(page)
    show(page, html_of(picks(), LOOKS["logo"]), "blocked", scheme)
    assert overflow(page) == 0
    assert grave(page) == []
    assert {box(each)["height"] for each in page.locator("img.shot").all()} == {0}
    assert page.get_by_role("heading", level=1, name="The Example Gazette").is_visible()


def test_where_images_are_blocked_their_texts_can_be_read(page: "Page", scheme: str) -> None:
    blocked(page)
    alt = "A chain of neighbours on the library's stairs, each with an armful of books"
    show(page, html_of(gallery("landscape", alt), pictures=known), "blocked-alt", scheme)
    assert overflow(page) == 0
    assert grave(page) == []
    assert page.get_by_role("img", name=alt).first.is_visible()


def test_sixty_posts_with_everything(page: "Page", scheme: str) -> None:
    words = "https://gazette.example/" + "very-long-path-" * 20
    full = [
        pictured(
            "landscape",
            number % 7,
            title=words if number == 3 else f"{number}. {'Wort' * 40}",
            description=("lang " * 160)[:800],
            author="Ada Moor, Ben Quay" * 4,
            path=f"{number}.md",
        )
        for number in range(60)
    ]
    chosen = [Pick(each, "latest" if number else "lead") for number, each in enumerate(full)]
    show(page, html_of(chosen, show=("author", "date"), pictures=known), "sixty", scheme)
    assert overflow(page) == 0


def test_titles_in_other_scripts(page: "Page", scheme: str) -> None:
    titles = (
        "العشاء الأخير في الميناء القديم",
        "עיר ליד הים",
        "日本語の長い見出し" * 8,
        "नमस्ते दुनिया",
    )
    chosen = [
        Pick(replace(pictured("square", number), title=title, author="أدا"), "latest")
        for number, title in enumerate(titles)
    ]
    show(page, html_of(chosen, show=("author", "date")), "scripts", scheme)
    assert overflow(page) == 0
    direction = "e => getComputedStyle(e).direction"
    assert page.locator("h3").first.evaluate(direction) == "rtl"


def test_dark_mode_is_dark(page: "Page", scheme: str) -> None:
    show(page, html_of(picks()), "mode", scheme)
    look = Brand()
    ground, words = (look.dark_surface, look.dark_text) if scheme == "dark" else (look.surface, look.text)  # fmt: skip  # noqa: E501 - one choice
    assert colour(page, ".card", "backgroundColor") == _rgb(ground)
    assert colour(page, "h2 a", "color") == _rgb(words)


def _rgb(colour: str) -> str:
    return f"rgb({int(colour[1:3], 16)}, {int(colour[3:5], 16)}, {int(colour[5:7], 16)})"


def test_buttons_are_large_enough_for_a_thumb(page: "Page", scheme: str) -> None:
    show(page, html_of(picks()), "targets", scheme)
    for name in ("Read the full story", "Unsubscribe", "Visit the site"):
        assert box(page.get_by_role("link", name=name))["height"] >= SMALLEST_TARGET


def test_a_long_word_does_not_widen_the_mail(page: "Page", scheme: str) -> None:
    long = replace(
        picks()[0].post,
        title="W" * 198,
        description="w" * 800,
        author="W" * 79,
        image_alt="W" * 99,
        categories=("w" * 90,),
    )
    chosen = [Pick(long, "lead"), Pick(replace(long, path="b.md"), "latest"), Pick(long, "w" * 90)]
    html = html_of(chosen, show=("author", "date"))
    show(page, html, "long", scheme)
    assert overflow(page) == 0
    blocked(page)
    show(page, html, "long-blocked", scheme)
    assert overflow(page) == 0


def test_the_samples_preview_shows_its_own_pictures_without_a_network(
    page: "Page", scheme: str, tmp_path: Path
) -> None:
    shutil.copy(ROOT / "config.yaml", tmp_path)
    shutil.copytree(ROOT / "sample", tmp_path / "sample")
    words = ["preview", "daily", "--at", "2026-05-15T07:00", "--out", str(tmp_path / "look")]
    assert run(["--config", str(tmp_path / "config.yaml"), *words]) == 0
    page.route("**/*", lambda route: route.abort())
    html = (tmp_path / "look" / "daily.html").read_text(encoding="utf-8")
    show(page, html, "sample", scheme)
    widths = page.locator("img").evaluate_all("all => all.map(each => each.naturalWidth)")
    assert len(widths) == 9 and min(widths) > 0
    assert overflow(page) == 0
    assert grave(page) == []


def test_the_preview_fits_and_anyone_can_use_it(page: "Page", scheme: str) -> None:
    digest = DigestPreview("daily", "mail", "today", "Subject", "More", html_of(picks()), "Text", 5)
    notes = [
        NotePreview("social", "fediverse", "today", "Words " * 60, 360, 500),
        NotePreview("social", "x", "today", "W" * 300, 300, 280, content_warning="Spoilers"),
    ]
    show(page, preview_page([digest, *notes]), "preview", scheme)
    assert overflow(page) == 0
    assert grave(page) == []
    frame = page.frames[1]
    assert frame.evaluate("window.innerWidth") == 375
