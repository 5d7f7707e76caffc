"""Signatures judged by another implementation (dkimpy), and keys as people have them."""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import dkim as peer  # type: ignore[import-untyped]  # it has no types
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from publisher.dkim.canonical import body as relaxed_body
from publisher.dkim.keys import Key, KeyProblem, parse_key
from publisher.dkim.options import SigningKey
from publisher.dkim.signer import SIGNED, Signer, Stamp, open_signer
from publisher.mime.template import as_bytes
from publisher.model.messages import Email

KEY = "0123456789abcdef0123456789abcdef"
SEED = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="  # RFC 8463 appendix A.2
PUBLIC = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
EMAIL = Email(
    sender="The Exämple Gazette <news@gazette.example>",
    recipient="ann@reader.example",
    recipient_name="Ann Rëader",
    subject="The bridge is öpen again, and " + "very " * 20 + "much so",
    html="<p>Open   at \t last </p>\n\n\n" + "<p>long</p>" * 200,
    text="Open \n\n.\n..\n  \n\n\n",
    date=datetime(2026, 3, 1, 7, 0, tzinfo=UTC),
    list_id="Daily <daily.gazette.example>",
    unsubscribe="https://letters.gazette.example/unsubscribe/" + "t" * 120,
    one_click=True,
    reply_to="desk@gazette.example",
)
MAIL = as_bytes(EMAIL, KEY)


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def pem(private: rsa.RSAPrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return private.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


@cache
def keys() -> tuple[Key, Key]:
    return parse_key(pem(rsa_key())), parse_key(SEED)


def signer(*, clock: float = 1_780_000_000) -> Signer:
    first, second = keys()
    stamps = [Stamp(first, "one"), Stamp(second, "two", "example")]
    return Signer(stamps, clock=lambda: clock)


def records(name: bytes, timeout: int = 5) -> bytes | None:  # noqa: ARG001  dkimpy hands it over
    first, second = keys()
    known = {
        b"one._domainkey.gazette.example.": first.record,
        b"two._domainkey.example.": second.record,
    }
    return known[name].encode() if name in known else None


def verdicts(mail: bytes, count: int = 2) -> list[bool]:
    """What dkimpy says of each signature."""
    try:
        verifier = peer.DKIM(mail, minkey=1024)
        return [bool(verifier.verify(number, dnsfunc=records)) for number in range(count)]
    except (peer.DKIMException, ValueError):
        return [False]


def test_both_signatures_of_a_mail_are_accepted() -> None:
    signed = signer().sign(MAIL)
    assert signed.endswith(MAIL)
    assert signed.count(b"DKIM-Signature:") == 2
    assert verdicts(signed) == [True, True]


def test_the_header_says_what_is_covered_and_when() -> None:
    head = signer(clock=1_780_000_123.9).sign(MAIL).partition(b"From:")[0]
    tags = re.sub(rb"\s+", b"", head)
    assert b"h=" + b":".join(SIGNED) + b":from;" in tags
    assert b"t=1780000123;" in tags and b"c=relaxed/relaxed;" in tags
    assert b"d=gazette.example;s=one;" in tags and b"d=example;s=two;" in tags
    assert max(map(len, head.split(b"\r\n"))) <= 78


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("kind", ["changed", "gone"])
def test_no_covered_header_can_be_touched(name: bytes, kind: str) -> None:
    pattern = re.compile(
        rb"^" + name + rb": *(.*?)\r\n(?![ \t])", re.IGNORECASE | re.MULTILINE | re.DOTALL
    )
    found = pattern.search(MAIL)
    assert found is not None
    new = b"" if kind == "gone" else name + b": x" + found[1] + b"\r\n"
    own = signer().sign(MAIL)
    forged = own[: -len(MAIL)] + MAIL[: found.start()] + new + MAIL[found.end() :]
    assert True not in verdicts(forged)


def test_no_second_sender_and_no_word_can_be_added() -> None:
    own = signer().sign(MAIL)
    for forged in (
        b"From: bank@bank.example\r\n" + own,
        own + b"more\r\n",
        own.replace(b"Open", b"Shut"),
    ):
        assert True not in verdicts(forged)


def test_what_relays_may_do_is_forgiven() -> None:
    signed = signer().sign(MAIL)
    moved = signed.replace(b"\r\nTo: ", b"\r\nTO:\r\n\t ").replace(b"\r\nDate: ", b"\r\nDate:   ")
    assert verdicts(b"Received: by relay\r\n" + moved + b"\r\n\r\n") == [True, True]


LINES = st.text("ab.= \t", max_size=90).map(str.encode)
BODIES = st.one_of(
    st.lists(st.one_of(LINES, st.just(b""), st.binary(max_size=5000))).map(b"\r\n".join),
    st.binary(max_size=200),
)
WORDS = st.text("ab:;<@> \t=?éß漢\r\n", max_size=120)
HOSTILE = st.lists(
    st.tuples(st.sampled_from([*SIGNED, b"X-Other", b"Received", b"DKIM-Signature-X"]), WORDS),
    max_size=8,
)


def _whole_lines(body: bytes) -> bytes:
    return re.sub(rb"\r(?!\n)|(?<!\r)\n", b"?", body)


def _folded(text: str) -> bytes:
    return re.sub(rb"[\r\n]+", b"\r\n ", text.encode()).rstrip() + b" x"


@settings(max_examples=300, deadline=None)
@given(headers=HOSTILE, body=BODIES)
def test_hostile_mails_are_signed_as_others_read_them(
    headers: Sequence[tuple[bytes, str]], body: bytes
) -> None:
    head = [name.title() + b": " + _folded(text) for name, text in headers]
    sender = b"From: news@gazette.example"
    mail = b"\r\n".join([*head, sender, b"", _whole_lines(body), b""])
    assert verdicts(signer().sign(mail)) == [True, True]


@settings(max_examples=300, deadline=None)
@given(BODIES)
def test_a_body_is_relaxed_by_the_book(body: bytes) -> None:
    whole = _whole_lines(body)
    assert relaxed_body(whole) == _by_the_book(whole)


TEXTS = st.lists(st.sampled_from(["a  b", " ", "\t", "\n", "x" * 75, "é", ".", "=", "b " * 40]))


@settings(max_examples=300, deadline=None)
@given(TEXTS.map("".join), TEXTS.map("".join))
def test_what_mime_writes_is_relaxed_already(text: str, html: str) -> None:
    mail = as_bytes(replace(EMAIL, text=text, html=html), KEY)
    body = mail.partition(b"\r\n\r\n")[2]
    assert relaxed_body(body) == body == _by_the_book(body)
    assert verdicts(signer().sign(mail, relaxed=True)) == [True, True]


def _by_the_book(body: bytes) -> bytes:
    """RFC 6376 section 3.4.4, step by step."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


def test_a_body_of_empty_lines_takes_no_time_to_speak_of() -> None:
    body = b"a\r\n" + b"\r\n" * 500_000 + b"b" + b"\r\n" * 500_000
    assert relaxed_body(body) == body.rstrip() + b"\r\n"


def test_the_published_example_key() -> None:
    key = parse_key(SEED)
    assert key.record == f"v=DKIM1; k=ed25519; p={PUBLIC}"
    text = b"published"
    ed25519.Ed25519PublicKey.from_public_bytes(b64decode(PUBLIC)).verify(
        key.private.sign(text), text
    )


def test_the_published_example_mail_has_the_published_body_hash() -> None:
    lines = ["Hi.", "", "We lost the game.  Are you hungry yet?", "", "Joe.", ""]
    mail = "\r\n".join(["From: Joe SixPack <joe@football.example.com>", "", *lines])
    signed = signer().sign(mail.encode())
    assert b"bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=" in signed


class TestKeys:
    def test_every_usual_form_is_read(self) -> None:
        private = rsa_key()
        der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        whole = pem(private)
        forms = [
            whole,
            pem(private, PrivateFormat.TraditionalOpenSSL),
            whole.replace("\n", " "),
            whole.replace("\n", "\\n"),
            b64encode(der).decode(),
        ]
        assert len({parse_key(form).record for form in forms}) == 1
        spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert parse_key(whole).record == f"v=DKIM1; k=rsa; p={b64encode(spki).decode()}"

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "no private key"),
            ("-----BEGIN PRIVATE KEY-----", "no private key"),
            ("c2VjcmV0", "no private key"),
            ("s3cr3t with 日本", "no private key"),
            (pem(rsa_key(1024)), "1024 bits"),
            (
                rsa_key()
                .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pw"))
                .decode(),
                "locked with a password",
            ),
            (
                rsa_key()
                .public_key()
                .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
                .decode(),
                "public key",
            ),
            (
                ec.generate_private_key(ec.SECP256R1())
                .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
                .decode(),
                "neither RSA nor Ed25519",
            ),
        ],
    )
    def test_what_cannot_sign_is_told_in_one_line(self, text: str, said: str) -> None:
        with pytest.raises(KeyProblem, match=said) as caught:
            parse_key(text)
        assert "\n" not in str(caught.value)
        inside = [word for word in text.split() if len(word) > 20]
        assert not any(word in str(caught.value) for word in inside)

    def test_no_key_is_ever_shown(self, tmp_path: Path) -> None:
        option = SigningKey.model_validate({"selector": "a", "key": SEED})
        key = parse_key(SEED)
        shown = repr(option) + repr(key) + repr(Stamp(key, "a")) + repr(open_signer([option]))
        assert SEED not in shown and "PrivateKey" not in shown
        with pytest.raises(KeyProblem, match="cannot be read"):
            open_signer([SigningKey(selector="a", key_file=tmp_path / "none.pem")])

    def test_a_file_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "dkim.pem").write_text(pem(rsa_key()), encoding="ascii")
        option = SigningKey(selector="one", key_file=tmp_path / "dkim.pem")
        assert verdicts(open_signer([option]).sign(MAIL), 1) == [True]

    def test_too_large_a_file_is_none(self, tmp_path: Path) -> None:
        (tmp_path / "big").write_bytes(b"x" * 100_000)
        with pytest.raises(KeyProblem, match="too large"):
            open_signer([SigningKey(selector="a", key_file=tmp_path / "big")])

    @pytest.mark.parametrize(
        "wrong",
        [
            {"selector": "a"},
            {"selector": "a", "key": SEED, "key_file": "x"},
            {"selector": "a b", "key": SEED},
            {"selector": "a\r\nX: y", "key": SEED},
            {"selector": "a", "domain": "x;y", "key": SEED},
        ],
    )
    def test_mistakes_in_the_option_are_told(self, wrong: dict[str, str]) -> None:
        with pytest.raises(ValidationError):
            SigningKey.model_validate(wrong)

    def test_alignment(self) -> None:
        option = SigningKey.model_validate(
            {"selector": "a", "domain": "Gazette.example", "key": SEED}
        )
        assert option.covers("gazette.example") and option.covers("letters.gazette.EXAMPLE")
        assert not option.covers("otherGazette.example") and not option.covers("example")
        assert SigningKey.model_validate({"selector": "a", "key": SEED}).covers("any.example")
