"""Secrets are taken out of what others say, in whatever form they repeat them."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.masking import holds, masked
from publisher.smtp.replies import Reply
from publisher.smtp.server import Server

SECRETS = [
    "hunter2",
    "p@ss w+rd/\u00ff?=",
    "a&b<c>\"'\\",
    "\u00dcn\u00efcode\u00df9",
    ">>>???~~~\u00ff\u00ff",
]
FORMS: dict[str, Callable[[str], str]] = {
    "itself": str,
    "upper": str.upper,
    "lower": str.lower,
    "percent": lambda secret: quote(secret, safe=""),
    "percent, lower": lambda secret: quote(secret, safe="").lower(),
    "percent, every byte": lambda secret: "".join(f"%{byte:02X}" for byte in secret.encode()),
    "percent twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "form": quote_plus,
    "json": lambda secret: json.dumps(secret)[1:-1],
    "html": html.escape,
    "hex": lambda secret: secret.encode().hex(),
    "hex, upper": lambda secret: secret.encode().hex().upper(),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 without padding": lambda secret: base64.b64encode(secret.encode()).decode().rstrip("="),
    "base64url": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    "base64, percent": lambda secret: quote(base64.b64encode(secret.encode()).decode(), safe=""),
    "basic": lambda secret: base64.b64encode(f"user:{secret}".encode()).decode(),
    "basic, other user": lambda secret: base64.b64encode(f"users:{secret}".encode()).decode(),
    "basic, third user": lambda secret: base64.b64encode(f"someone:{secret}".encode()).decode(),
    "auth plain": lambda secret: base64.b64encode(f"\0me\0{secret}".encode()).decode(),
    "bearer": lambda secret: base64.b64encode(f"user=me\1auth={secret}\1\1".encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", SECRETS)
def test_every_form_is_masked_and_what_is_around_it_stays(secret: str, form: str) -> None:
    said = f"they said <{FORMS[form](secret)}> to us"
    shown = masked(said, [secret])
    assert "[secret]" in shown
    assert shown.startswith("they said <") and shown.endswith("> to us")
    assert holds(said, [secret])


@given(
    st.text(st.characters(codec="utf-8"), min_size=4, max_size=30),
    st.binary(max_size=7),
    st.binary(max_size=7),
)
@settings(max_examples=100, deadline=None)
def test_base64_of_whatever_is_around_it(secret: str, before: bytes, after: bytes) -> None:
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        said = encode(before + secret.encode() + after).decode()
        assert holds(said, [secret])


def test_other_words_stay() -> None:
    said = "550 5.7.1 <a@b.example>: see https://help.example/?a=1%202#x, aHVudGVy"
    assert masked(said, ["hunter2", "", "p@ss"]) == said


def test_a_short_secret_goes_only_as_it_is() -> None:
    assert masked("abc ABC YWJj", ["abc"]) == "[secret] ABC YWJj"


def test_a_mail_server_that_repeats_the_password_encoded() -> None:
    server = Server("mail.example", 25, username="me", password="p@ss w0rd+")
    for said in ("P@SS W0RD+", "p%40ss%20w0rd%2b", "cEBzcyB3MHJkKw==", "bWU6cEBzcyB3MHJkKw=="):
        shown = server.shown(Reply(f"550 no: {said}".encode()))
        assert "[secret]" in shown and said not in shown
