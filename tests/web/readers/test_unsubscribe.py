import re
from datetime import timedelta

import pytest

from publisher.signing import Purpose
from publisher.wiring import Publisher
from tests.web.client import Client
from tests.web.people import added, link, queued, states


def links_of(html: str) -> list[str]:
    return [path.partition("?")[0] for path in re.findall(r'href="(/[^"]*)"', html)]


def test_a_scanner_follows_every_link_and_changes_nothing(
    client: Client, publisher: Publisher
) -> None:
    reader = added(publisher)
    token = link(publisher, reader)
    todo, seen = [f"/unsubscribe/{token}", f"/preferences/{token}", "/subscribe"], set()
    while todo:
        path = todo.pop()
        seen.add(path)
        for method in ("GET", "HEAD"):
            answer = client.ask(method, path)
            assert answer.status < 500
        todo += [each for each in links_of(client.get(path).text) if each not in seen | set(todo)]
    assert states(publisher) == {"ann@example.org": "active"}
    assert queued(publisher) == []


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"]
)
def test_one_click_by_the_email_program(client: Client, publisher: Publisher, kind: str) -> None:
    reader = added(publisher)
    field = b'Content-Disposition: form-data; name="List-Unsubscribe"'
    part = b"--b\r\n" + field + b"\r\n\r\nOne-Click\r\n--b--\r\n"
    body = part if "multipart" in kind else b"List-Unsubscribe=One-Click"
    head = {"content-type": kind, "origin": "https://mail.example", "sec-fetch-site": "cross-site"}
    for _ in range(3):
        answer = client.ask("POST", f"/unsubscribe/{link(publisher, reader)}", body, head)
        assert answer.status == 200
        assert "/resubscribe/" not in answer.text
    assert states(publisher) == {"ann@example.org": "unsubscribed"}
    assert queued(publisher) == [("ann@example.org", "goodbye")]


def test_links_of_earlier_emails_stay_valid(client: Client, publisher: Publisher) -> None:
    reader = added(publisher)
    assert client.get(f"/unsubscribe/{reader.token}").status == 200
    assert client.post(f"/unsubscribe/{reader.token}", {}).status == 200
    assert states(publisher) == {"ann@example.org": "unsubscribed"}


def test_a_token_may_be_anything(client: Client) -> None:
    for token in ("\0", "a\0b", "\ufffd", "é", "a" * 700):
        assert client.get(f"/unsubscribe/{token}").status == 404
        assert client.post(f"/preferences/{token}", {}).status == 404


def test_whatever_the_body_says_the_reader_is_gone(client: Client, publisher: Publisher) -> None:
    reader = added(publisher)
    path = f"/unsubscribe/{link(publisher, reader)}"
    assert client.ask("POST", path, b"\xff\0{", {"content-type": "application/json"}).status == 200
    assert states(publisher) == {"ann@example.org": "unsubscribed"}


def test_a_mistake_can_be_undone_on_the_page(client: Client, publisher: Publisher) -> None:
    reader = added(publisher)
    goodbye = client.post(f"/unsubscribe/{link(publisher, reader)}", {})
    undo = re.findall(r'action="(/resubscribe/[^?"]+)', goodbye.text)[0]
    assert client.get(undo).status == 200
    assert states(publisher) == {"ann@example.org": "unsubscribed"}
    assert client.post(undo, {}).status == 200
    assert states(publisher) == {"ann@example.org": "active"}


def test_an_undo_is_over_after_an_hour(client: Client, publisher: Publisher) -> None:
    reader = added(publisher)
    client.post(f"/unsubscribe/{link(publisher, reader)}", {})
    until = publisher.clock() - timedelta(seconds=1)
    token = publisher.outbox.keys.signer().sign(Purpose.FORM, reader.token, until)
    assert client.post(f"/resubscribe/{token}", {}).status == 410
    assert states(publisher) == {"ann@example.org": "unsubscribed"}
