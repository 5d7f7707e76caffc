import time

import pytest

from publisher.events.mailbox.mail import Mail, Part
from publisher.events.reports.classify import classify
from tests.events.emails import dsn

SECONDS = 2.0


def test_headers_are_read_in_any_charset() -> None:
    mail = Mail(
        b"Subject: Gr\xfc\xdfe\r\nX-Way: \xc3\xbcber\r\n you\r\nsubject: two\r\n\r\nBody\r\n"
    )
    assert mail.all("subject") == ["Grüße", "two"]
    assert (mail.get("x-way"), mail.get("missing")) == ("über you", "")
    assert mail.body == b"Body\n"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?= all", "Grüße all"),
        ("=?no-such?b?4pi6?=", "☺"),
        ("=?utf-8?b?!!!?=", ""),
        ("=?punycode?q?abc-?=", "abc-"),
    ],
)
def test_encoded_words(written: str, read: str) -> None:
    assert Mail(f"Subject: {written}\n\n".encode()).words("subject") == read


def test_parts_are_cut_and_decoded() -> None:
    mail = Mail(
        b'Content-Type: multipart/mixed; boundary="a+b"\n\npreamble\n--a+b\n\none\n--a+b \n'
        b"Content-Transfer-Encoding: base64\n\naGFsbG8=\n--a+b\n"
        b"Content-Type: text/plain; charset=iso-8859-1\n"
        b"Content-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe=\n!\n--a+b--\nepilogue\n--a+b\n"
    )
    assert [part.text() for part in mail.parts] == ["one", "hallo", "Grüße!"]


@pytest.mark.parametrize("charset", ["zlib", "punycode", "unicode_escape", "\ud800", "x" * 900])
def test_charsets_of_strangers_are_not_looked_up(charset: str) -> None:
    head = f'Content-Type: text/plain; charset="{charset}"\n\n'.encode("utf-8", "replace")
    assert Mail(head + b"a\\u0041-b").text() == "a\\u0041-b"


def test_a_mail_that_is_no_mail() -> None:
    for raw in (b"", b"\n", b"\r\n\r\n", b"\x00" * 9, b":", b"a", b"--\n--", b"\xff: \xff\n\n"):
        mail = Mail(raw)
        assert (mail.parts, classify(mail)) == ([], None)


def test_a_fingerprint_is_of_the_whole() -> None:
    assert Mail(b"a: b\r\n\r\nc").fingerprint == Mail(b"a: b\r\n\r\nc").fingerprint
    assert Mail(b"a: b\r\n\r\nc").fingerprint != Mail(b"a: b\r\n\r\nd").fingerprint


def nested(levels: int) -> bytes:
    heads = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(levels)
    )
    ends = b"".join(b"--b%d--\n" % at for at in reversed(range(levels)))
    return b"From: MAILER-DAEMON@x.example\n" + heads + b"\nhello\n" + ends


def test_nesting_is_followed_a_few_levels_deep() -> None:
    mail = Mail(nested(200))
    assert len(list(mail.walk())) == 5
    assert classify(mail) is None


@pytest.mark.parametrize(
    "raw",
    [
        nested(20_000),
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 200_000,
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: "
        b"message/delivery-status\n\n" + b"Action: failed\n\n" * 60_000,
        b"Content-Type: multipart/report" + b'; a="b' * 150_000,
        b"a: b\n" * 200_000,
        b"Subject: " + b"=?utf-8?q?a?=" * 80_000,
        b"From: MAILER-DAEMON@x.example\n\n" + b"<a@b " * 200_000,
        b"From: MAILER-DAEMON@x.example\n\n" + b"550 5.1.1 " * 100_000,
        b"From: MAILER-DAEMON@x.example\n\n" + b"\n \n" * 300_000,
        b"From: MAILER-DAEMON@x.example\n\n" + b"a." * 500_000,
        b"From: MAILER-DAEMON@x.example\n\nMessage-ID:" + b" " * 1_000_000,
        b"To: " + b"1-0123456789 " * 80_000 + b"\nAuto-Submitted: auto-replied\n\n",
    ],
    ids=range(12),
)
def test_no_mail_takes_long(raw: bytes) -> None:
    began = time.monotonic()
    classify(Mail(raw))
    assert time.monotonic() - began < SECONDS


def test_what_is_cut_off_is_read_as_far_as_it_goes() -> None:
    raw = dsn()
    whole = classify(Mail(raw))
    assert whole is not None
    for size in range(0, len(raw), 7):
        classify(Mail(raw[:size]))
    first = classify(Mail(raw[: raw.index(b"Message-ID: <4217")]))
    assert first is not None and first.said is whole.said


def test_an_embedded_email_is_opened_where_it_is_asked_for() -> None:
    part = Part(b"Content-Type: message/rfc822\n\nSubject: inner\n\nText")
    assert part.embedded.get("subject") == "inner"
