import pytest

from publisher.mime.addresses import parse_address
from publisher.wiring import Publisher
from tests.web.client import HOST, Client
from tests.web.conftest import CONFIG
from tests.web.people import added, everybody, queued, states

WRONG = [
    "",
    " ",
    "ann",
    "ann@",
    "@example.org",
    "ann@@example.org",
    "ann@example",
    "ann@example.org,bob@example.org",
    "ann@example.org bob@example.org",
    "ann@example.org;bob@example.org",
    "ann@example.org\nbcc: bob@example.org",
    "ann@example.org\r\nBcc: bob@example.org",
    "ann@example.org%0aBcc:bob@example.org",
    "ann@example.org\0",
    "ann\u2028@example.org",
    "a\u202enn@example.org",
    "Ann <ann@example.org>",
    "<ann@example.org>",
    '"ann lee"@example.org',
    '"ann"@example.org',
    "ann@[192.0.2.1]",
    "ann@192.0.2.1",
    "ann..lee@example.org",
    ".ann@example.org",
    "ann.@example.org",
    "ann@-example.org",
    "ann@example..org",
    "ann@exa mple.org",
    "ann@example.org/path",
    "mailto:ann@example.org",
    "ann(lee)@example.org",
    "a" * 65 + "@example.org",
    "a" * 64 + "@" + ".".join(["b" * 63] * 4),
    "a" * 320 + "@example.org",
    "<script>alert(1)</script>@example.org",
    "ann@example.org<script>",
    "{{ 7*7 }}@example.org",
]
RIGHT = {
    "ann@example.org": "ann@example.org",
    " ann@example.org\t": "ann@example.org",
    "Ann.O'Lee+news@Example.ORG": "Ann.O'Lee+news@Example.ORG",
    "müller@straße.de": "müller@xn--strae-oqa.de",
    "用户@例え.jp": "用户@xn--r8jz45g.jp",
    "a@b.museum": "a@b.museum",
}


def test_a_reader_is_asked_to_confirm(client: Client, publisher: Publisher) -> None:
    answer = client.post("/subscribe?lang=de", {"email": "ann@example.org", "name": "Ann"})
    assert (answer.status, answer.headers["location"]) == (303, "/sent?lang=de")
    reader = everybody(publisher)[0]
    assert (reader.email, reader.state, reader.language) == ("ann@example.org", "pending", "de")
    assert queued(publisher) == [("ann@example.org", "confirmation")]


def test_a_program_is_answered_in_json(client: Client, publisher: Publisher) -> None:
    answer = client.post_json("/subscribe", {"email": "ann@example.org", "newsletter": "daily"})
    assert (answer.status, answer.json) == (202, {"status": "confirmation sent"})
    refused = client.post_json("/subscribe", {"email": "ann"})
    assert (refused.status, refused.json) == (422, {"errors": {"email": "invalid"}})
    assert states(publisher) == {"ann@example.org": "pending"}


def test_an_origin_that_a_browser_hides_is_no_source(client: Client, publisher: Publisher) -> None:
    client.ask("POST", "/subscribe", b"email=ann@example.org", {"origin": "null"})
    client.ask("POST", "/subscribe", b"email=bob@example.org", {"origin": "https://blog.example"})
    found = [publisher.outbox.subscribers.show(each.email) for each in everybody(publisher)]
    sources = [each.consent.source for each in found if each and each.consent]
    assert sources == ["", "https://blog.example"]


def test_what_is_no_address_is_shown_again(client: Client, publisher: Publisher) -> None:
    for email in WRONG:
        answer = client.post("/subscribe", {"email": email})
        assert answer.status == 422, email
        assert 'href="#email"' in answer.text and 'aria-invalid="true"' in answer.text
        assert "<script>" not in answer.text
    assert everybody(publisher) == []


def test_addresses_of_every_kind(client: Client, publisher: Publisher) -> None:
    for email in RIGHT:
        assert client.post("/subscribe", {"email": email}).status == 303
    assert set(states(publisher)) == set(RIGHT.values())


def test_a_name_cannot_carry_an_advertisement(client: Client, publisher: Publisher) -> None:
    for name in ("Win at https://evil.example", "www.evil.example", "a@b.example", "x" * 81):
        answer = client.post("/subscribe", {"email": "ann@example.org", "name": name})
        assert answer.status == 422 and 'href="#name"' in answer.text
    assert everybody(publisher) == []


def test_nobody_is_told_who_is_known(client: Client, publisher: Publisher) -> None:
    added(publisher, "known@example.org")
    added(publisher, "dead@example.org")
    publisher.outbox.subscribers.suppress_many([(parse_address("dead@example.org"), "hard bounce")])
    emails = ["known@example.org", "new@example.org", "dead@example.org"]
    answers = [client.post("/subscribe", {"email": email}) for email in emails]
    assert len({(each.status, each.body, str(each.headers)) for each in answers}) == 1
    assert queued(publisher) == [
        ("known@example.org", "already"),
        ("new@example.org", "confirmation"),
    ]


def test_an_address_is_not_flooded(client: Client, publisher: Publisher) -> None:
    for _ in range(6):
        assert client.post("/subscribe", {"email": "ann@example.org"}).status == 303
    assert len(queued(publisher)) == 2


def test_a_robot_falls_into_the_trap(client: Client, publisher: Publisher) -> None:
    form = {"email": "ann@example.org", "homepage": "https://spam.example"}
    assert client.post("/subscribe", form).status == 303
    assert everybody(publisher) == []


def test_one_network_may_not_ask_without_end(client: Client, publisher: Publisher) -> None:
    statuses = [
        client.post("/subscribe", {"email": f"reader{number}@example.org"}).status
        for number in range(32)
    ]
    assert statuses == [303] * 30 + [429] * 2
    assert len(everybody(publisher)) == 30
    elsewhere = Client(client.app, "198.51.100.1")
    assert elsewhere.post("/subscribe", {"email": "other@example.org"}).status == 303


def test_a_page_of_the_site_may_be_shown_next_and_no_other(client: Client) -> None:
    def goes_to(target: str) -> str:
        form = {"email": "ann@example.org", "next": target}
        return client.post("/subscribe", form).headers["location"]

    assert goes_to("https://gazette.example/thanks/?a=b#c") == (
        "https://gazette.example/thanks/?a=b#c"
    )
    for target in (
        "https://evil.example/",
        "//evil.example",
        "https://gazette.example.evil.example/",
        "https://gazette.example@evil.example/",
        "https:/\\evil.example",
        "https://evil.example\\@gazette.example/",
        "javascript:alert(1)",
        "https://gazette.example/\r\nSet-Cookie: a=b",
        "http://[",
    ):
        assert goes_to(target) == "/sent?lang=en"


@pytest.mark.parametrize("database_url", ["sqlite:///queue/publisher.db"])
@pytest.mark.parametrize(
    "config_text",
    [CONFIG.replace("web: {", "web: {origins: [https://shop.example, https://gazette.example], ")],
)
def test_after_a_mistake_the_form_still_leads_on_to_another_site_of_ours(client: Client) -> None:
    target = "https://shop.example/thanks/"
    again = client.post("/subscribe", {"email": "ann", "next": target})
    assert (again.status, f'name="next" value="{target}"' in again.text) == (422, True)
    policy = again.headers["content-security-policy"]
    assert "; form-action 'self' https://gazette.example https://shop.example; " in policy
    known = client.post("/subscribe", {"email": "ann@example.org", "next": target})
    assert known.headers["location"] == target


def test_only_the_sites_own_scripts_may_ask(client: Client) -> None:
    own = client.ask("OPTIONS", "/subscribe", b"", {"origin": "https://gazette.example"})
    assert own.status == 204
    assert own.headers["access-control-allow-origin"] == "https://gazette.example"
    for origin in ("https://evil.example", "null", f"http://{HOST}"):
        other = client.ask("OPTIONS", "/subscribe", b"", {"origin": origin})
        assert "access-control-allow-origin" not in other.headers
    assert "access-control-allow-credentials" not in own.headers


BROKEN = [
    ("application/json", b"["),
    ("application/json", b"[" * 50_000),
    ("application/json", b"[]"),
    ("application/json", b"\xff"),
    ("application/json", b'{"email": {"a": 1}}'),
    ("application/json", b'{"email": null}'),
    ("application/x-www-form-urlencoded", b"&" * 5_000),
    ("application/x-www-form-urlencoded", b"email=%ff%fe"),
    ("application/x-www-form-urlencoded", b"\xff=\xfe"),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=b", b"--b\r\nfoo"),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="email"'),
    ("text/plain", b"email=ann@"),
    ("", b""),
]


def test_broken_forms_are_refused_kindly(client: Client) -> None:
    for kind, body in BROKEN:
        answer = client.ask("POST", "/subscribe", body, {"content-type": kind})
        assert answer.status in {400, 422}, body
        assert "Traceback" not in answer.text


@pytest.mark.parametrize("referer", ["http://[", "http://a]b/", "http://\xbd.example/"])
def test_a_broken_referer_is_none(client: Client, publisher: Publisher, referer: str) -> None:
    answer = client.post("/subscribe", {"email": "ann@example.org"}, referer=referer)
    assert answer.status == 303
    assert everybody(publisher)[0].consent.source == ""


@pytest.mark.parametrize("charset", ["undefined", "punycode"])
def test_a_charset_that_is_none_of_text_is_refused(client: Client, charset: str) -> None:
    part = (
        b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nann@example.org\r\n--b--\r\n'
    )
    kind = {"content-type": f"multipart/form-data; boundary=b; charset={charset}"}
    assert client.ask("POST", "/subscribe", part, kind).status == 400


def test_tags_of_a_language_that_nobody_counts_freeze_no_emails(
    client: Client, publisher: Publisher
) -> None:
    for region in ("de-AT", "de-XA", "de-XB", "de-abcdefgh"):
        client.post(f"/subscribe?lang={region}", {"email": f"{region}@example.org"})
    used = {row.edition_id for row in publisher.outbox.operator.find()}
    assert len(used) == 1
