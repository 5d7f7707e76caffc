"""The digest and the preview as Chromium shows them, at both widths, in light and dark."""

import os
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageDraw

from publisher.rendering import (
    DigestPreview,
    Look,
    NotePreview,
    Reader,
    Templates,
    merge,
    preview_page,
    render_digest,
)
from tests.rendering.samples import SITE, SLOT, Pick, card, picks, sectioned

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

sync_api = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
GRAVE = ("serious", "critical")
SMALLEST_TARGET = 44
LOOKS = {
    "own": Look(),
    "pink": Look(accent="#d63384", dark_accent="#d63384", radius=20, font="Georgia, serif"),
    "logo": Look(logo=f"{SITE}/logo.png", logo_dark=f"{SITE}/logo-dark.png"),
}


def drawn(url: str) -> bytes:
    """A picture of this test's own making, so that none is fetched."""
    hue = sum(map(ord, url)) * 7 % 360
    image = Image.new("RGB", (900, 600), f"hsl({hue}, 45%, 70%)")
    pen = ImageDraw.Draw(image)
    pen.ellipse((500, 90, 700, 290), fill=f"hsl({hue}, 70%, 85%)")
    pen.polygon([(0, 600), (0, 380), (330, 250), (620, 450), (900, 300), (900, 600)], fill=f"hsl({hue}, 40%, 35%)")  # fmt: skip  # noqa: E501 - one hill
    buffer = BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue()


def html_of(chosen: list[Pick], look: Look | None = None, language: str = "en-GB") -> str:
    site = replace(card(look), language=language)
    rendered = render_digest(
        Templates(None), site, chosen, newsletter="daily", template="digest", slot=SLOT
    )
    return merge(rendered, Reader("ada@reader.example", "Ada", "https://l.example/u"))[0]


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[375, 1000])
def page(request: pytest.FixtureRequest, browser: "Browser", scheme: str) -> Iterator["Page"]:
    options: dict[str, Any] = {"color_scheme": scheme}
    context = browser.new_context(viewport={"width": request.param, "height": 800}, **options)
    opened = context.new_page()
    opened.route(
        f"{SITE}/**",
        lambda route: route.fulfill(body=drawn(route.request.url), content_type="image/jpeg"),
    )
    yield opened
    context.close()


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
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


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


def test_images_that_are_blocked_leave_the_layout(page: "Page", scheme: str) -> None:
    page.unroute(f"{SITE}/**")
    page.route(f"{SITE}/**", lambda route: route.abort())
    show(page, html_of(picks(), LOOKS["logo"]), "blocked", scheme)
    assert overflow(page) == 0
    assert grave(page) == []
    shot = box(page.locator("img.shot").first)
    assert shot["height"] == pytest.approx(shot["width"] * 9 / 16, abs=1)
    assert page.get_by_role("heading", level=1, name="The Example Gazette").is_visible()


def test_dark_mode_is_dark(page: "Page", scheme: str) -> None:
    show(page, html_of(picks()), "mode", scheme)
    look = Look()
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
    long = replace(picks()[0].post, title="W" * 198, description="w" * 800)
    chosen = [Pick(long, "lead"), Pick(replace(long, path="b.md"), "latest")]
    show(page, html_of(chosen), "long", scheme)
    assert overflow(page) == 0


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
