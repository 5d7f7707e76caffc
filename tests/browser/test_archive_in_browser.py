"""The archive as Chromium shows it: on a phone and a desk, light and dark, in three languages."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.opened import opened
from tests.browser.serving import served
from tests.browser.test_digest_in_browser import SMALLEST_TARGET
from tests.web.editions import publish, rendered

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

LANGUAGES = {
    "en-GB": ("The Daily Digest", "What the bay talked about, every morning at seven."),
    "de": ("Der Morgen", "Worüber die Bucht spricht, jeden Morgen um sieben."),
    "ar": ("نشرة الصباح", "ما تحدّث عنه الخليج، كل صباح في السابعة."),
}
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrikantenverband" * 3


@pytest.fixture(scope="module", params=LANGUAGES)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, str, str]]:
    """The language, the address of the pages, and the slug of an edition between two others."""
    title, about = LANGUAGES[request.param]
    folder = tmp_path_factory.mktemp("site")
    with served(folder, language=request.param, title=title, about=about) as (publisher, url):
        text = rendered(request.param)
        slugs = [publish(publisher.outbox, day=day, text=text) for day in range(40)]
        publish(publisher.outbox, day=41, text=text, subject=LONG)
        yield request.param, url, slugs[-1]


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[375, 1280])
def page(request: pytest.FixtureRequest, browser: "Browser", scheme: str) -> Iterator["Page"]:
    """A browser that reaches nothing but the pages and the site's pictures."""
    # An edition's page runs no scripts, so what looks into it has to be let in.
    own = "http://127.0.0.1:"
    with opened(browser, request.param, scheme, own, bypass_csp=True) as page:
        yield page


def kept(page: "Page", name: str, scheme: str) -> None:
    """SCREENSHOTS=DIR keeps a picture of the page there, to be looked at."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        width = page.evaluate("window.innerWidth")
        page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)


def flaws(page: "Page") -> list[str]:
    """Whatever axe finds, small flaws too."""
    found = axe.Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:300]}" for each in found]


def overflow(page: "Page") -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.parametrize("path", ["/archive/", "/archive/daily/", "/archive/weekend/", "/nowhere"])
def test_lists_fit_and_anyone_can_use_them(
    page: "Page", scheme: str, site: tuple[str, str, str], path: str
) -> None:
    language, url, _ = site
    page.goto(f"{url}{path}?lang={language}")
    kept(page, f"archive-{language}{path.replace('/', '-')}", scheme)
    assert flaws(page) == []
    assert overflow(page) == 0


def test_an_edition_fits_and_anyone_can_read_it(
    page: "Page", scheme: str, site: tuple[str, str, str]
) -> None:
    language, url, slug = site
    page.goto(f"{url}/archive/daily/{slug}")
    kept(page, f"edition-{language}", scheme)
    assert page.evaluate("document.dir") == ("rtl" if language == "ar" else "ltr")
    assert page.locator("img.shot").first.evaluate("i => i.naturalWidth") > 0
    assert overflow(page) == 0
    assert flaws(page) == []
    for link in page.locator(".frame a").all():
        box = link.bounding_box()
        assert box is not None and box["height"] >= SMALLEST_TARGET


def test_one_goes_through_the_archive_by_keyboard(page: "Page", site: tuple[str, str, str]) -> None:
    _, url, slug = site
    page.goto(f"{url}/archive/daily/{slug}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/archive/daily/")
    page.locator(f'a[href$="{slug}"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/archive/daily/{slug}")
    older = page.locator("a[rel=prev]")
    there = str(older.get_attribute("href"))
    older.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(there)
    assert not there.endswith(slug)
