"""The way of a reader through the pages: keyboard only, no JavaScript, on a phone, in the dark."""

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from publisher.config import load
from publisher.signing import Purpose
from publisher.web.server import PageServer
from publisher.wiring import Publisher, build

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

CONFIG = """\
site:
  title: The Saltmere Gazette
  url: https://gazette.example
  timezone: Europe/London
  description: News from the coast.
  address: 4 Quay Lane, Saltmere
content: {{folder: posts}}
channels: {{mail: {{adapter: folder, path: out}}}}
newsletters:
  daily: {{channel: mail, sender: "Gazette <news@gazette.example>", schedule: every day at 07:00,
    choices: {{topics: {{tv: TV, sports: Sports, school: Schools}}, languages: [en, de, ar]}}}}
web: {{url: "http://localhost:{port}", listen: "127.0.0.1:{port}", ask: [name, topics, cadence]}}
"""


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """The pages on a free port."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "posts").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "config.yaml").write_text(CONFIG.format(port=port), encoding="utf-8")
    with (
        build(load(folder / "config.yaml", {}, sends=False)) as built,
        PageServer(built).beside(Event()),
    ):
        yield built


@pytest.fixture(params=["en", "de", "ar"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[(375, "dark"), (1200, "light")], ids=["phone-dark", "desk-light"])
def page(request: pytest.FixtureRequest, browser: "Browser", language: str) -> Iterator["Page"]:
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 740},
        color_scheme=scheme,
        java_script_enabled=False,
        locale=language,
    )
    opened, asked = context.new_page(), list[str]()
    opened.on("request", lambda each: asked.append(each.url))
    yield opened
    assert context.cookies() == []
    context.close()
    assert [url for url in asked if not url.startswith("http://localhost:")] == []


class Way:
    """Goes through the pages by keyboard, and looks at each."""

    def __init__(self, page: "Page", browser: "Browser", name: str) -> None:
        self.page = page
        self.name = name
        self._browser = browser
        self._seen = 0

    def look(self) -> None:
        """Nothing stands out at the side, axe finds nothing; SCREENSHOTS=DIR keeps a picture."""
        self._seen += 1
        if folder := os.environ.get("SCREENSHOTS"):
            path = Path(folder) / f"{self.name}-{self._seen}.png"
            self.page.screenshot(path=path, full_page=True)
        viewport = self.page.viewport_size
        assert viewport is not None
        # axe needs scripts, which the pages do without: the same page once more, with them.
        context = self._browser.new_context(
            viewport=viewport,
            bypass_csp=True,
            color_scheme="dark" if "dark" in self.name else "light",
        )
        copy = context.new_page()
        copy.set_content(self.page.content())
        found = axe.Axe().run(copy).response["violations"]
        wide = copy.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        context.close()
        assert [f"{each['id']}: {each['nodes'][0]['html']}" for each in found] == []
        assert wide <= 0

    def tab_to(self, selector: str) -> None:
        """Press Tab until that element has the focus."""
        for _ in range(80):
            if self.page.locator(f"{selector}:focus").count():
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{selector} cannot be reached by keyboard")

    def tick(self, selector: str) -> None:
        self.tab_to(selector)
        self.page.keyboard.press("Space")

    def follow(self, selector: str) -> None:
        """Press a button or a link that leads to a page."""
        self.tab_to(selector)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def type(self, selector: str, text: str) -> None:
        self.tab_to(selector)
        self.page.keyboard.type(text)


def test_a_reader_goes_all_the_way(
    page: "Page", browser: "Browser", publisher: Publisher, language: str, request: Any
) -> None:
    name = re.sub(r"\W+", "-", request.node.callspec.id).strip("-")
    email, url = f"{name}@example.org", publisher.config.web.url
    way = Way(page, browser, name)
    page.goto(f"{url}/subscribe?lang={language}")
    assert page.locator("html").get_attribute("lang") == language
    way.look()
    way.type("#email", "no address")
    way.follow("main button")
    assert page.locator(".summary a").count() == 1
    way.look()
    way.tab_to(".summary a")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")  # a link to a field is where the next Tab starts
    page.keyboard.press("Shift+Tab")
    assert page.locator("#email:focus").count() == 1
    page.keyboard.press("Control+A")
    page.keyboard.type(email)
    way.tick("input[value=sports]")
    way.follow("main button")
    assert "/sent" in page.url
    way.look()

    reader = _reader(publisher, email)
    assert (reader.state, reader.choices.topics) == ("pending", ("sports",))
    signer = publisher.outbox.keys.signer()
    token = signer.confirmation(Purpose.CONFIRM, reader.token, publisher.clock())
    page.goto(f"{url}/confirm/{token}")
    assert page.locator("html").get_attribute("lang") == language
    way.look()
    way.follow("main button")
    assert _reader(publisher, email).state == "active"
    way.look()

    way.follow("main a.button")
    way.look()
    _choose(way)
    choices = _reader(publisher, email).choices
    assert set(choices.topics) == {"tv", "sports"}
    assert (choices.cadence, choices.day) == ("weekly", 1)

    page.goto(f"{url}/unsubscribe/{signer.sign(Purpose.READER, reader.token)}")
    way.look()
    way.follow("main button")
    assert _reader(publisher, email).state == "unsubscribed"
    way.look()
    way.follow("main button")
    assert _reader(publisher, email).state == "active"
    way.look()

    page.goto(f"{url}/choices?lang={language}")
    way.look()
    page.goto(f"{url}/nowhere?lang={language}")
    way.look()


def _choose(way: Way) -> None:
    """One more topic, weekly on Tuesday: days and hours are there once they count."""
    day, hour = way.page.locator("#day"), way.page.locator("#hour")
    assert not day.is_visible() and not hour.is_visible()
    way.tick("input[value=tv]")
    way.tab_to("input[value=each]")
    way.page.keyboard.press("ArrowDown")
    assert hour.is_visible() and not day.is_visible()
    way.page.keyboard.press("ArrowDown")
    way.tab_to("#day")
    way.page.keyboard.press("ArrowDown")
    way.follow("main button")
    assert way.page.locator(".done").count() == 1
    way.look()


def _reader(publisher: Publisher, email: str) -> Any:
    found = publisher.outbox.subscribers.show(email)
    assert found is not None
    return found.subscriptions[0]
