"""Pages that stand below a path of the site, whatever the proxy does with it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.config import load
from publisher.web.app import make_app
from publisher.wiring import Publisher, build
from tests.web.client import HOST, Client
from tests.web.conftest import CONFIG
from tests.web.editions import publish
from tests.web.people import added, link

PATHS = ("/", "/subscribe", "/sent", "/choices", "/archive/", "/archive/daily/", "/nowhere")


@pytest.fixture
def publisher(tmp_path: Path) -> Iterator[Publisher]:
    (tmp_path / "posts").mkdir()
    text = CONFIG.replace("daily: {", "daily: {archive: true, ")
    text = text.replace(f"https://{HOST}", f"https://{HOST}/letters")
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    with build(load(tmp_path / "config.yaml", {}, sends=False)) as built:
        yield built


@pytest.mark.parametrize("proxy", ["/letters", ""], ids=["passes it on", "takes it off"])
def test_every_link_stays_below_the_path(publisher: Publisher, proxy: str) -> None:
    slug = publish(publisher.outbox)
    client = Client(make_app(publisher))
    for path in (
        "/",
        "/subscribe",
        "/sent",
        "/choices",
        "/archive/",
        "/archive/daily/",
        "/nowhere",
    ):
        answer = client.get(f"{proxy}{path}")
        assert answer.status == (404 if path == "/nowhere" else 200)
        links = re.findall(r'(?:href|action)="(/[^"]*|https://news[^"]*)"', answer.text)
        assert links
        for each in links:
            assert each.removeprefix(f"https://{HOST}").startswith("/letters/"), (path, each)
            assert "/letters/letters" not in each
    assert client.get(f"{proxy}/archive/daily/{slug}").status == 200
    moved = client.get(f"{proxy}/archive/daily")
    assert moved.headers["location"] == f"https://{HOST}/letters/archive/daily/"
    asked = client.post(
        f"{proxy}/subscribe", {"email": "ada@reader.example", "newsletter": "daily"}
    )
    assert (asked.status, asked.headers["location"]) == (303, "/letters/sent?lang=en")
    form = f"{proxy}/preferences/{link(publisher, added(publisher))}/address"
    moves = client.post(form, {"email": "new@example.org"})
    assert (moves.status, moves.headers["location"]) == (303, "/letters/sent?lang=en")
    assert client.get(f"{proxy}/health", host="10.0.0.1").status == 200


def test_the_front_door_has_a_form_for_each_newsletter(publisher: Publisher) -> None:
    client = Client(make_app(publisher))
    page = client.get("/").text
    assert page.count('<form method="post" action="/letters/subscribe?lang=en"') == 1
    assert 'name="newsletter" value="daily"' in page
