import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import Rejected
from publisher.mime.addresses import mailbox, parse_address
from publisher.mime.lines import legible, one_line
from publisher.mime.template import as_bytes
from publisher.model.messages import Email

KEY = "0123456789abcdef0123456789abcdef"
EMAIL = Email(
    sender="The Example Gazette <news@bücher.example>",
    recipient="ann@reader.example",
    recipient_name="Ann",
    subject="The bridge",
    html="<p>Open</p>",
    text="Open",
    date=datetime(2026, 3, 1, 7, 0, tzinfo=timezone(timedelta(hours=1))),
)
HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}


def parsed(email: Email) -> EmailMessage:
    return message_from_bytes(as_bytes(email, KEY), policy=policy.default)


def shown_name(email: Email) -> str:
    """The name as RFC 2047 wants it read; the standard library's parser adds blanks."""
    raw = str(message_from_bytes(as_bytes(email, KEY), policy=policy.compat32)["To"])
    phrase = re.sub(r"[\r\n]", "", raw).rpartition("<")[0].strip()
    if phrase.startswith('"'):
        return re.sub(r"\\(.)", r"\1", phrase[1:-1])
    return str(make_header(decode_header(phrase))) if "=?" in phrase else phrase


def test_a_plain_mail_has_no_other_headers() -> None:
    mail = parsed(EMAIL)
    assert set(mail.keys()) == HEADERS | {"Content-Type"}
    assert mail["Date"] == "Sun, 01 Mar 2026 07:00:00 +0100"
    assert mail["Message-ID"] == f"<{KEY}@xn--bcher-kva.example>"
    assert mail["From"].addresses[0].display_name == "The Example Gazette"


def test_the_same_mail_is_the_same_bytes() -> None:
    assert as_bytes(EMAIL, KEY) == as_bytes(EMAIL, KEY) != as_bytes(EMAIL, KEY[::-1])


def test_two_ways_to_leave_stand_in_one_header() -> None:
    page, mail = "https://letters.gazette.example/unsubscribe/tok", "mailto:leave@gazette.example"
    both = replace(EMAIL, unsubscribe=page, unsubscribe_too=mail, one_click=True)
    assert parsed(both)["List-Unsubscribe"] == f"<{page}>, <{mail}>"
    assert parsed(both)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_one_click_only_where_it_is_asked_for() -> None:
    quiet = replace(EMAIL, unsubscribe="mailto:leave@gazette.example?subject=leave%20daily")
    assert parsed(quiet)["List-Unsubscribe-Post"] is None
    link = "List-Unsubscribe: <mailto:leave@gazette.example?subject=leave%20daily>\r\n"
    assert link.encode() in as_bytes(quiet, KEY)
    assert b"One-Click" not in as_bytes(replace(EMAIL, one_click=True), KEY)


def test_a_long_link_to_unsubscribe_stays_one_word() -> None:
    link = "https://letters.gazette.example/" + "t" * 800
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in as_bytes(
        replace(EMAIL, unsubscribe=link), KEY
    )
    with pytest.raises(Rejected, match="link to unsubscribe is longer"):
        as_bytes(replace(EMAIL, unsubscribe=link * 2), KEY)


def test_a_link_cannot_leave_its_brackets() -> None:
    evil = "https://x.example/a>,\r\nBcc: <eve@evil.example> é"
    mail = parsed(replace(EMAIL, unsubscribe=evil))
    assert mail["Bcc"] is None
    assert mail["List-Unsubscribe"].count(">") == 1 and mail["List-Unsubscribe"].isascii()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Daily <daily.gazette.example>", "Daily <daily.gazette.example>"),
        ("daily.gazette.example", "<daily.gazette.example>"),
        ("Tag für Tag <tag.bücher.example>", "Tag für Tag <tag.xn--bcher-kva.example>"),
        ("a\r\nBcc: x <d\r\n.example>", '"a Bcc: x" <d--.example>'),
    ],
)
def test_the_list_is_named(written: str, read: str) -> None:
    assert parsed(replace(EMAIL, list_id=written))["List-Id"] == read


def test_replies_go_elsewhere_if_asked() -> None:
    mail = parsed(replace(EMAIL, reply_to='"Desk, the" <desk@gazette.example>'))
    assert mail["Reply-To"].addresses[0].display_name == "Desk, the"


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("a@b.example", ("", "a@b.example")),
        ("<a@b.example>", ("", "a@b.example")),
        ('"Na, \\"me\\"" <a@b.example>', ('Na, "me"', "a@b.example")),
        ("Ex & <Co> <a@b.example>", ("Ex & <Co>", "a@b.example")),
        ("Jörg <jörg@bücher.example>", ("Jörg", "jörg@xn--bcher-kva.example")),
    ],
)
def test_mailboxes_are_read(text: str, box: tuple[str, str]) -> None:
    assert mailbox(text) == box


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "@b.example",
        "ann@",
        "a b@c.example",
        "a@b@c.example",
        "a@b.example\n",
        "a@b.example\r\nBcc: e@evil.example",
        "a@b..example",
        "a@" + "b" * 64 + ".example",
        "a" * 250 + "@b.example",
        "a@b.example>",
        "a\x00@b.example",
        "a\u2028@b.example",
        "a\ud800@b.example",
        '"a"@b.example',
        "a@[127.0.0.1]",
    ],
)
def test_what_is_no_address_is_rejected_in_one_line(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse_address(text)
    assert str(caught.value).isprintable() and len(str(caught.value)) < 400


def test_short_texts_are_readable_in_the_raw_mail() -> None:
    raw = as_bytes(replace(EMAIL, text="Hello,\n\nthe bridge is open.\n"), KEY)
    assert b"\r\n\r\nHello,\r\n\r\nthe bridge is open.\r\n" in raw


@pytest.mark.parametrize("text", ["", "a\rb\r\nc\nd", "Ж" * 2000, "=" * 2000, "x" * 5000, ".\n.."])
def test_any_text_comes_back(text: str) -> None:
    raw = as_bytes(replace(EMAIL, text=text, html=text), KEY)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    parts = [
        p for p in message_from_bytes(raw, policy=policy.default).walk() if not p.is_multipart()
    ]
    assert [p.get_content().replace("\r\n", "\n") for p in parts] == [lines, lines]
    assert all(len(line) <= 76 for line in raw.split(b"\r\n\r\n", 1)[1].split(b"\r\n"))
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")


TEXTS = st.lists(
    st.sampled_from([".", " ", "\t", "\n", " \n", "é", "=", "a", "." * 30, "w" * 70, "\r\n.\r\n"])
).map("".join)


@given(TEXTS)
def test_no_line_begins_with_a_dot_or_is_too_long(text: str) -> None:
    raw = as_bytes(replace(EMAIL, text=text, html=f"<p>{text}"), KEY)
    assert not any(line.startswith(b".") for line in raw.split(b"\r\n"))
    assert all(len(line) <= 76 for line in raw.split(b"\r\n"))
    parts = message_from_bytes(raw, policy=policy.default).iter_parts()
    lines = text.replace("\r\n", "\n")
    assert [p.get_content().replace("\r\n", "\n") for p in parts] == [lines, f"<p>{lines}"]


@pytest.mark.parametrize(
    "text", ["\r\n--=_publisher--\r\n", "--=_publisher" * 40, "é--=_publisher"]
)
def test_nothing_poses_as_a_boundary(text: str) -> None:
    email = replace(EMAIL, subject=text, recipient_name=text, text=text, html=text)
    raw = as_bytes(email, KEY)
    assert raw.count(b"\r\n--=_publisher") == 3
    assert len(list(parsed(email).iter_parts())) == 2


def test_a_long_list_id_stays_on_its_line() -> None:
    raw = as_bytes(replace(EMAIL, list_id="Daily <" + "daily." * 300 + "gazette.example>"), KEY)
    assert max(map(len, raw.split(b"\r\n"))) < 300 and b"gazette.example>" in raw


@given(st.text(max_size=400))
def test_any_subject_and_name_come_back_on_one_line(text: str) -> None:
    email = replace(EMAIL, subject=text, recipient_name=text)
    raw, mail = as_bytes(email, KEY), parsed(email)
    assert raw.isascii() and set(mail.keys()) == HEADERS | {"Content-Type"}
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
    assert mail["Subject"] == one_line(text)
    assert shown_name(email) == legible(text)
    assert all(len(line) <= 200 for line in raw.split(b"\r\n\r\n")[0].split(b"\r\n"))


@pytest.mark.parametrize("name", ["Ann " * 14 + "Ann", "Ann " * 15 + "Ann", "A" * 300, "Ж" * 300])
def test_a_long_name_is_folded(name: str) -> None:
    email = replace(EMAIL, recipient_name=name)
    assert shown_name(email) == name
    assert all(len(line) <= 90 for line in as_bytes(email, KEY).split(b"\r\n"))


@given(st.text(alphabet="aB1 ,;:.\\\"()<>@=?_'%-\r\n\t", max_size=300))
def test_any_punctuation_comes_back(text: str) -> None:
    email = replace(EMAIL, subject=text, recipient_name=text)
    assert parsed(email)["Subject"] == one_line(text)
    assert shown_name(email) == legible(text)
    assert parsed(email)["To"].addresses[0].addr_spec == "ann@reader.example"
