"""The challenge as Chromium solves it, and as who has no script waits it out."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.web.readers.challenge import WAIT
from publisher.web.snippet import snippet
from publisher.wiring import Publisher, site_of
from tests.browser.serving import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

SITE = "https://gazette.example"
SAID = """
addEventListener("DOMContentLoaded", () => {
  const region = document.querySelector("[role=status]");
  if (region) new MutationObserver(() => console.log("said: " + region.textContent))
    .observe(region, { childList: true });
});
"""
STILL = "crypto.subtle.digest = () => new Promise(() => {});"
NO_CRYPTO = "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined });"
ENDLESS = """
crypto.subtle.digest = async () => new Uint8Array(32).fill(255).buffer;
let moment = 0;
performance.now = () => (moment += 1000);
"""


@pytest.fixture(scope="module", params=["en-GB", "de", "ar"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Publisher, str]]:
    folder = tmp_path_factory.mktemp("site")
    with served(folder, language=request.param, challenge=True) as found:
        yield found


def opened(browser: "Browser", *, script: bool, width: int = 375) -> "Page":
    context = browser.new_context(
        viewport={"width": width, "height": 740}, color_scheme="dark", java_script_enabled=script
    )
    return context.new_page()


def looked_at(page: "Page", browser: "Browser", name: str) -> None:
    """Nothing stands out at the side, axe finds nothing; SCREENSHOTS=DIR keeps a picture."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    copy = browser.new_context(
        viewport={"width": 375, "height": 740}, color_scheme="dark", java_script_enabled=True
    ).new_page()
    copy.set_content(page.content().replace("<script>", "<script type=none>"))
    found = axe.Axe().run(copy).response["violations"]
    assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in found] == []
    assert copy.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    copy.context.close()


def ask(page: "Page", site: tuple[Publisher, str], email: str) -> None:
    """Fill the form in and send it, by keyboard."""
    page.goto(f"{site[1]}/subscribe?newsletter=daily&lang={site[0].config.site.language}")
    page.focus("#email")
    page.keyboard.type(email)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def state(publisher: Publisher, email: str) -> str:
    found = publisher.outbox.subscribers.show(email)
    return found.subscriptions[0].state if found else ""


def test_a_script_goes_on_by_itself_and_says_so(
    browser: "Browser", site: tuple[Publisher, str]
) -> None:
    publisher, url = site
    page, told, asked = opened(browser, script=True), list[str](), list[str]()
    page.on("console", lambda each: told.append(each.text))
    page.on("pageerror", lambda each: told.append(f"said: {each}"))
    page.on("request", lambda each: asked.append(each.url))
    page.add_init_script(SAID)
    ask(page, site, "ann@example.org")
    page.wait_for_url("**/sent*")
    assert state(publisher, "ann@example.org") == "pending"
    words = site_of(publisher.config).words
    said = [text.removeprefix("said: ") for text in told if text.startswith("said: ")]
    texts = [
        "Your browser solves a small puzzle. That takes a second or so, then it goes on by itself.",
        "Done. It goes on now.",
    ]
    assert said[: len(texts)] == [words.gettext(text) for text in texts]
    assert [each for each in asked if not each.startswith(url)] == []
    page.context.close()


def test_while_it_works_the_page_is_as_good(
    browser: "Browser", site: tuple[Publisher, str]
) -> None:
    page = opened(browser, script=True)
    page.add_init_script(STILL)
    ask(page, site, "fay@example.org")
    assert page.locator("#work").is_visible() and not page.locator("#wait").is_visible()
    assert not page.locator("main button").is_visible()
    looked_at(page, browser, f"challenge-works-{site[0].config.site.language}")
    page.context.close()


def test_without_a_script_one_waits(browser: "Browser", site: tuple[Publisher, str]) -> None:
    publisher, _ = site
    page, clock = opened(browser, script=False), publisher.clock
    language = publisher.config.site.language
    ask(page, site, "bob@example.org")
    assert page.locator("#wait").is_visible()
    looked_at(page, browser, f"challenge-{language}")
    for _ in ("the title", "the button"):
        page.keyboard.press("Tab")
    assert page.locator("main button:focus").count() == 1
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert state(publisher, "bob@example.org") == ""
    looked_at(page, browser, f"challenge-early-{language}")
    publisher.clock = lambda: clock() + WAIT + timedelta(seconds=1)
    try:
        page.click("main button")
    finally:
        publisher.clock = clock
    assert "/sent" in page.url
    assert state(publisher, "bob@example.org") == "pending"
    page.context.close()


@pytest.mark.parametrize(("name", "trouble"), [("cy", NO_CRYPTO), ("di", ENDLESS)])
def test_a_browser_that_cannot_solve_it_waits(
    browser: "Browser", site: tuple[Publisher, str], name: str, trouble: str
) -> None:
    """Its clock stands at the time of the challenge, ours has gone on since."""
    publisher, url = site
    page, clock = opened(browser, script=True), publisher.clock
    page.add_init_script(trouble)
    asked = 0

    def late() -> datetime:
        nonlocal asked
        asked += 1
        return clock() + (asked > 1) * (WAIT + timedelta(seconds=1))

    page.goto(f"{url}/subscribe?newsletter=daily")
    page.fill("#email", f"{name}@example.org")
    publisher.clock = late
    try:
        page.click("main button")
        if trouble is NO_CRYPTO:
            assert page.locator("#wait").is_visible() and not page.locator("#work").is_visible()
            page.click("main button")
        page.wait_for_url("**/sent*")
    finally:
        publisher.clock = clock
    assert state(publisher, f"{name}@example.org") == "pending"
    page.context.close()


def test_a_form_on_the_sites_own_page_leads_there_and_back(
    browser: "Browser", site: tuple[Publisher, str]
) -> None:
    publisher, _ = site
    form = snippet(publisher.config, site_of(publisher.config)).replace(
        "<button>", f'<input type="hidden" name="next" value="{SITE}/thanks/"><button>'
    )
    form = f'<meta name="referrer" content="unsafe-url">{form}'  # the pages are without TLS here
    page = opened(browser, script=True)
    page.route(f"{SITE}/news/", lambda route: route.fulfill(body=form, content_type="text/html"))
    page.goto(f"{SITE}/news/")
    page.check("input[value=daily]")
    page.fill("input[name=email]", "eve@example.org")
    with page.expect_request(f"{SITE}/thanks/"):  # which no policy of ours holds up
        page.click("button")
    assert state(publisher, "eve@example.org") == "pending"
    found = publisher.outbox.subscribers.show("eve@example.org")
    assert found is not None and found.consent is not None
    assert found.consent.source == f"{SITE}/news/", "where the form stood, not our own page"
    page.context.close()
