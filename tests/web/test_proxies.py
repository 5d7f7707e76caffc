import asyncio
from typing import Any

import pytest

from publisher.web.middleware.proxies import TrustedProxies
from publisher.web.snippet import snippet
from publisher.wiring import Publisher, site_of
from tests.web.conftest import CONFIG


def client_of(peer: str, *forwarded: str) -> str:
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"])

    async def nothing(*_: Any) -> Any: ...

    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    scope = {"type": "http", "client": (peer, 1) if peer else None, "headers": headers}
    asyncio.run(TrustedProxies(app, ["127.0.0.1", "10.0.0.0/8"])(scope, nothing, nothing))
    return str(seen[0][0]) if seen[0] else ""


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # no proxy of ours
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),  # the first is made up
        ("127.0.0.1", ["1.1.1.1", "198.51.100.1, 10.1.2.3"], "198.51.100.1"),
        ("", ["198.51.100.1"], "198.51.100.1"),  # by a socket file
        ("127.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["2001:db8::1"], "2001:db8::1"),
        ("127.0.0.1", ["not an address"], ""),
        ("127.0.0.1", [], ""),
        ("127.0.0.1", ["," * 5_000], ""),
    ],
)
def test_a_client_is_who_a_trusted_proxy_says(peer: str, forwarded: list[str], client: str) -> None:
    assert client_of(peer, *forwarded) == client


def test_a_form_for_the_site_itself(publisher: Publisher) -> None:
    form = snippet(publisher.config, site_of(publisher.config))
    assert 'action="https://news.gazette.example/subscribe?lang=en"' in form
    assert "<script" not in form


@pytest.mark.parametrize("database_url", ["sqlite:///queue/publisher.db"])
@pytest.mark.parametrize(
    "config_text",
    [
        CONFIG.replace(
            "web: {", "  week: {channel: mail, sender: a@b.example, title: A & B}\nweb: {"
        )
    ],
)
def test_a_form_for_several_newsletters_names_them_as_readers_know_them(
    publisher: Publisher,
) -> None:
    form = snippet(publisher.config, site_of(publisher.config))
    assert 'name="newsletter" value="daily"> Daily</label>' in form
    assert 'name="newsletter" value="week"> A &amp; B</label>' in form
