"""A webhook hears once, however many processes find the same thing."""

import json

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.acceptance.conftest import AT, Site
from tests.adapters.smtp_server import USERNAME, MailServer


@pytest.fixture
def told(httpserver: HTTPServer) -> list[dict[str, str]]:
    told: list[dict[str, str]] = []

    def take(request: Request) -> Response:
        told.append(json.loads(request.data))
        return Response("ok")

    httpserver.expect_request("/hook").respond_with_handler(take)
    return told


@pytest.fixture
def notified(site: Site, httpserver: HTTPServer) -> Site:
    site.environ = {"HOOK": httpserver.url_for("/hook"), "SMTP_PASSWORD": "wr0ng-word"}
    return site


def test_a_login_that_fails_is_told_once(notified: Site, told: list[dict[str, str]]) -> None:
    with MailServer() as server:
        mail = {
            "adapter": "smtp",
            "host": "127.0.0.1",
            "port": server.port,
            "security": "none",
            "username": USERNAME,
            "password": "${SMTP_PASSWORD}",
        }
        notified.configure({"mail": mail}, notify={"webhook": "${HOOK}"})
        notified.publish("subscribers", "add", "ann@example.org")
        notified.publish("now", "--at", AT, code=3)
        notified.publish("now", "--at", AT, code=3)
    assert [each["event"] for each in told] == ["channel_paused"]
    assert "publish resume mail" in told[0]["text"]
    assert "wr0ng-word" not in json.dumps(told)


def test_an_edition_that_cannot_be_made_is_told_once(
    notified: Site, told: list[dict[str, str]]
) -> None:
    notified.configure({"mail": {"adapter": "folder"}}, notify={"webhook": "${HOOK}"})
    notified.publish("subscribers", "add", "ann@example.org")
    (notified.folder / "templates").mkdir()
    template = notified.folder / "templates" / "digest.mjml.j2"
    template.write_text("<mjml>{% if %}</mjml>", encoding="utf-8")
    for at in (AT, "2026-03-05T08:00"):
        notified.publish("now", "--at", at, code=2)
    assert [each["event"] for each in told] == ["slot_failed"]
    assert "digest.mjml.j2:1" in told[0]["text"]
    template.unlink()
    notified.publish("now", "--at", "2026-03-05T09:00")
    template.write_text("<mjml>{% if %}</mjml>", encoding="utf-8")
    path = notified.folder / "source" / "_posts" / "new.md"
    path.write_text("---\ntitle: New\ndate: 2026-03-05\ndescription: New.\n---\n", encoding="utf-8")
    notified.publish("now", code=2)
    assert len(told) == 2
