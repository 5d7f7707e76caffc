"""Every word of the public pages is the reader's: read in Arabic made of brackets."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from publisher.signing import Purpose
from publisher.web.readers.challenge import WAIT
from publisher.wiring import Publisher
from tests.rendering.untranslated import Seen, bracketed, in_english
from tests.web.client import HOST, Answer, Client
from tests.web.editions import publish
from tests.web.people import added, confirmation, link
from tests.web.readers.test_address import proof

GREEK = "\u039a\u03b1\u03bb\u03b7\u03bc\u03ad\u03c1\u03b1"
CONFIG = f"""\
site: {{title: {GREEK}, url: "https://gazette.example", timezone: Europe/Athens, language: ar,
  description: {GREEK}, address: {GREEK}}}
content: {{folder: posts}}
channels:
  mail: {{adapter: folder, path: out}}
newsletters:
  daily: {{channel: mail, sender: "news@gazette.example", schedule: every day at 07:00,
    title: {GREEK}, about: {GREEK}, archive: true,
    choices: {{topics: {{tv: {GREEK}, sports: {GREEK}}}, languages: [ar, de]}}}}
web: {{url: "https://{HOST}"}}
"""


@pytest.fixture
def config_text() -> str:
    return f"{CONFIG}words: {json.dumps({'ar': bracketed()})}\n"


def escaped(answer: Answer) -> list[str]:
    assert answer.headers["content-type"].startswith("text/html"), answer.text
    assert '<html lang="ar" dir="rtl"' in answer.text
    assert "\u27e6" in answer.text
    return in_english(Seen(answer.text).words)


@pytest.mark.parametrize(
    "path", ["/", "/subscribe", "/choices", "/sent", "/archive/", "/archive/daily/", "/nowhere"]
)
def test_pages_for_everybody(client: Client, path: str) -> None:
    assert escaped(client.get(path)) == []


def test_what_is_wrong_in_a_form(client: Client) -> None:
    for form in ({"email": ""}, {"email": "no address"}, {"name": "x" * 200, "email": "a@b.cd"}):
        answer = client.post("/subscribe", {"newsletter": "daily", **form})
        assert set(escaped(answer)) <= {"name", "example", "org"}
        assert escaped(client.post("/choices", {"email": ""})) == []


def test_what_keeps_robots_away(client: Client, publisher: Publisher) -> None:
    web = publisher.config.web.model_copy(update={"challenge": True})
    publisher.config = replace(publisher.config, web=web)
    form = {"newsletter": "daily", "email": "ann@example.org"}
    first = client.post("/subscribe", form)
    assert escaped(first) == []
    token = re.findall(r'name="challenge" value="([^"]+)"', first.text)
    early = client.post("/subscribe", {**form, "challenge": token})
    assert escaped(early) == []
    now = publisher.clock() + WAIT
    publisher.clock = lambda: now
    assert client.post("/subscribe", {**form, "challenge": token}).status == 303
    assert escaped(client.post("/subscribe", {**form, "challenge": token})) == []


def test_the_pages_of_a_reader(client: Client, publisher: Publisher) -> None:
    token = link(publisher, added(publisher))
    for path in (f"/preferences/{token}", f"/unsubscribe/{token}", f"/resubscribe/{token}"):
        assert set(escaped(client.get(path))) <= {"a", "example", "org", "Europe", "Athens"}
    for path in (f"/unsubscribe/{token}", f"/resubscribe/{token}", "/unsubscribe/nonsense"):
        assert escaped(client.post(path)) == []


def test_the_pages_of_another_address(client: Client, publisher: Publisher) -> None:
    reader, other = added(publisher), added(publisher, "bob@example.org")
    for address in ("new@example.org", other.email):
        path = f"/address/{proof(publisher, reader.token, address)}"
        assert escaped(client.get(path)) == []
        assert escaped(client.post(path)) == []


def test_the_pages_of_a_confirmation(client: Client, publisher: Publisher) -> None:
    client.post("/subscribe", {"email": "ann@example.org", "newsletter": "daily"})
    (reader,) = publisher.outbox.subscribers.stream()
    long_ago = publisher.clock() - timedelta(days=30)
    old = publisher.outbox.keys.signer().confirmation(Purpose.CONFIRM, reader.token, long_ago)
    for path in (f"/confirm/{confirmation(publisher, reader)}", f"/confirm/{old}"):
        assert escaped(client.get(path)) == []
        assert escaped(client.post(path)) == []


def test_an_edition_in_the_archive(client: Client, publisher: Publisher) -> None:
    slug = publish(publisher.outbox)
    assert client.get(f"/archive/daily/{slug}").status == 200
    assert set(escaped(client.get("/archive/daily/"))) >= {"river"}
