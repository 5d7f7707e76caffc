"""`publish check` says how readers leave, and tries the page without changing anything."""

import re

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from publisher.cli.checks import leaving
from publisher.outbox.outbox import Outbox
from publisher.signing import Purpose
from tests.cli.conftest import CONFIG, Terminal

BUTTON = '<form method="post"><button>Unsubscribe</button></form>'


def configure(site: Terminal, web: str = "") -> None:
    mail = "{adapter: smtp, host: 127.0.0.1, port: 1, security: none}"
    text = CONFIG.replace("{adapter: folder, path: out/mail}", mail) + web
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")


def opened(site: Terminal) -> Outbox:
    return Outbox.open("sqlite:///queue/publisher.db", folder=site.folder)


def test_emails_into_a_folder_need_no_way_to_leave_yet(site: Terminal) -> None:
    done = site.run("check", "--offline")
    assert not done.stdout
    assert "nobody needs a way to leave yet; before readers get any: see docs/" in done.stderr


def test_pages_that_are_not_served_yet_are_no_problem_of_emails_into_a_folder(
    site: Terminal, httpserver: HTTPServer
) -> None:
    httpserver.expect_request("/none").respond_with_data("")
    web = f"web: {{url: '{httpserver.url_for('')}'}}\n"
    (site.folder / "config.yaml").write_text(CONFIG + web, encoding="utf-8")
    with opened(site) as outbox:
        outbox.keys.signer()
    done = site.run("check")
    assert "readers leave by Publisher's pages\n" in done.stderr
    assert "web.url: readers cannot leave" in done.stdout
    assert "0 problems, 1 warning" in done.stderr


def test_pages_without_what_serves_them(site: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    web = "web: {url: https://letters.gazette.example}\n"
    (site.folder / "config.yaml").write_text(CONFIG + web, encoding="utf-8")
    assert "not installed" not in site.run("check", "--offline").stdout
    monkeypatch.setattr(leaving, "find_spec", {"uvicorn": None}.get)
    done = site.run("check", "--offline")
    assert "config.yaml:14: web.url: the web server is not installed; in Publisher" in done.stdout
    assert done.returncode == 0


def test_the_way_that_there_will_be_is_named_and_not_tried(site: Terminal) -> None:
    text = CONFIG + "web: {url: http://localhost:1}\n"
    (site.folder / "config.yaml").write_text(text, encoding="utf-8")
    done = site.run("check")
    assert "readers leave by Publisher's pages\n" in done.stderr and "cannot" not in done.stdout


def test_without_any_way_nobody_can_leave(site: Terminal) -> None:
    configure(site)
    done = site.run("check", "--offline")
    assert "nobody can leave, as laws demand" in done.stdout
    assert "news@gazette.example" in done.stdout and "web.url" not in done.stdout
    assert done.returncode == 0, "a person may read that mail"


@pytest.mark.parametrize(
    ("web", "way"),
    [
        ("web: {url: https://letters.gazette.example}\n", "Publisher's pages"),
        ("web: {endpoint: https://gazette.example/leave}\n", "your endpoint"),
    ],
)
def test_the_way_in_force_is_named(site: Terminal, web: str, way: str) -> None:
    configure(site, web)
    done = site.run("check", "--offline")
    assert f"readers leave by {way}\n" in done.stderr and "nobody" not in done.stdout


def test_an_endpoint_that_checks_our_links_is_fine(site: Terminal, httpserver: HTTPServer) -> None:
    with opened(site) as outbox:
        signer = outbox.keys.signer()

    def page(request: Request) -> Response:
        token = request.path.rpartition("/")[2]
        known = request.method == "GET" and signer.read(Purpose.READER, token)
        return Response(BUTTON if known else "unknown", 200 if known else 404)

    httpserver.expect_request(re.compile("/leave/.+")).respond_with_handler(page)
    configure(site, f"web: {{endpoint: {httpserver.url_for('/leave')}}}\n")
    assert "web.endpoint" not in site.run("check").stdout
    assert {request.method for request, _ in httpserver.log} == {"GET"}
    site.publish("keys", "rotate", "--yes")
    assert "web.endpoint: readers cannot leave" in site.run("check").stdout


def test_an_endpoint_without_our_key_or_without_a_button(
    site: Terminal, httpserver: HTTPServer
) -> None:
    configure(site, f"web: {{endpoint: '{httpserver.url_for('/leave')}?t='}}\n")
    assert "publish keys show" in site.run("check").stdout, "there is no key yet"
    site.publish("keys", "show", "--yes")
    httpserver.expect_request("/leave").respond_with_data("You are unsubscribed!")
    assert "shows no button" in site.run("check").stdout
    httpserver.clear()
    httpserver.expect_request("/leave").respond_with_data(BUTTON)
    assert "web.endpoint" not in site.run("check").stdout
    httpserver.clear()
    httpserver.expect_request("/leave").respond_with_data("", status=500)
    told = site.run("check").stdout
    assert "readers cannot leave" in told and "HTTP 500" in told
