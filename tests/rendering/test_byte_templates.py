"""The mail spliced from bytes is the mail built the slow way, whatever the readers are called."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from functools import lru_cache

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from publisher.dkim.canonical import body as relaxed_body
from publisher.errors import Rejected
from publisher.mime.template import ByteTemplate, as_bytes
from publisher.model.deliveries import Rendered
from publisher.model.messages import Parcel
from publisher.rendering.email import Letterhead, email_template, render_email
from publisher.rendering.merge_fields import FIELDS, MergeField, freeze
from publisher.rendering.text.clean import clean

EDITIONS, READERS = 500, 20  # ten thousand cases in all
KEY = "0123456789abcdef0123456789abcdef"
DATE = datetime(2026, 3, 1, 7, tzinfo=UTC)
HEAD = Letterhead(
    sender="The Example Gazette <news@gazette.example>",
    list_id="Daily <daily.gazette.example>",
    page="https://letters.gazette.example/unsubscribe/",
)
HOSTILE = (
    "\r\n.\r\n",
    "\n.\nMAIL FROM:<eve@evil.example>\r\n",
    "\r\nBcc: eve@evil.example\r\n\r\n",
    "=",
    "=\r\n",
    "=3D=_publisher",
    "\r\n--=_publisher--\r\n",
    "=?utf-8?q?x?=",
    "=?utf-8?b?eA==?=",
    "...",
    ".",
    " .",
    "w" * 80,
    "Ж" * 40,
    "🧑‍🚀🏳️‍🌈",
    "שלום",
    "\u202eevil\u2066",
    "\x00",
    "\ud800",
    "\udfff",
    "<script>alert('x')</script>",
    "\"'&<>",
    "\ufdd0email\ufdd1",
    "\ufdd2+name\ufdd3",
    "\uffff",
    "\ufeff",
    "\t \u00a0\u2028\x85",
    "Ann O'Brien, \\ (she)",
    "Ada",
)
words = st.text() | st.sampled_from(HOSTILE) | st.just("")
values = st.lists(words, max_size=3).map("".join)
names = values | st.sampled_from(["", "Ada", "Ann Lee", "Ada  B", "A. Reader", "Jörg Müller"])
good_addresses = st.sampled_from(
    [
        "ann@reader.example",
        "o'hara+x@Reader.Example",
        "jörg@bücher.example",
        ".dot@reader.example",
    ]
)
bad_addresses = st.sampled_from(
    ["", "ann", "a@b..example", "ann@reader.example\r\nBcc: eve@evil.example"]
) | values.map(lambda text: f"{text}@reader.example")
addresses = st.integers(0, 7).flatmap(lambda dice: good_addresses if dice else bad_addresses)
good_tokens = st.text(alphabet="aZ09-_", min_size=1, max_size=90)
bad_tokens = values | st.sampled_from(["t" * 900, "t" * 1000, "a/b?c d", ".." + "." * 80])
tokens = st.integers(0, 3).flatmap(lambda dice: good_tokens if dice else bad_tokens)
constants = st.sampled_from(
    ["\n", "\r\n", "\r", " ", ".", "x\n.y", " \n", "<p>", "=", "é", "Ж" * 50, "a. " * 40, "." * 200]
) | st.text(alphabet=st.characters(exclude_characters=[chr(c) for c in range(0xFDD0, 0xFDF0)]))


@dataclass(frozen=True)
class Person:
    address: str
    name: str
    token: str


@dataclass(frozen=True)
class Fragment:
    """Something in a template: a constant, a field, or one of them if a field is there."""

    constant: str
    field: str
    question: str

    def render(self, reader: Mapping[str, MergeField]) -> str:
        if self.question and not reader[self.question]:
            return ""
        return self.constant + (str(reader[self.field]) if self.field else "")


fragments = st.builds(
    Fragment,
    constants,
    st.sampled_from(["", *FIELDS]),
    st.sampled_from(["", "", "name", "archive", "preferences"]),
)
bodies = st.lists(fragments, max_size=6).map(
    lambda parts: freeze(lambda reader: "".join(part.render(reader) for part in parts))
)
editions = st.builds(Rendered, values, bodies, bodies)
heads = st.sampled_from(
    [
        HEAD,
        Letterhead("news@gazette.example", ""),
        Letterhead(
            "Jörg <j+x@bücher.example>", "x.example", "http://l.example/é&'/", "r@x.example"
        ),
        replace(HEAD, pages="https://letters.gazette.example", listed=False, confirms="address"),
        replace(
            HEAD, page="https://gazette.example/leave.php?token=", mailbox="leave@gazette.example"
        ),
        replace(HEAD, archive="https://letters.gazette.example/archive/daily/2026-03-01-0700"),
        replace(HEAD, archive="https://l.example/é&'/archive/daily/2026-03-01-0700/"),
    ]
)
people = st.lists(st.builds(Person, addresses, names, tokens), min_size=READERS, max_size=READERS)


POLICY = policy.default.clone(header_factory=lru_cache(HeaderRegistry()))


def parsed(raw: bytes) -> EmailMessage:
    """By the standard library, which would parse the same header again and again."""
    return message_from_bytes(raw, policy=POLICY)


def shown(raw: bytes) -> tuple[list[tuple[str, str]], list[str]]:
    """Every header, and both parts as they are read."""
    mail = parsed(raw)
    assert mail.get_content_type() == "multipart/alternative" and not mail.defects
    parts = list(mail.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert not any(part.defects for part in parts)
    bodies = [part.get_content().replace("\r\n", "\n") for part in parts]
    return [(name, str(value)) for name, value in mail.items()], bodies


def outcome(make: Callable[[], bytes]) -> bytes | str:
    try:
        return make()
    except Rejected as error:
        return str(error)


def slow(edition: Rendered, head: Letterhead, person: Person) -> bytes:
    email = render_email(
        edition, head, person.address, person.name, person.token, DATE, person.token, person.token
    )
    return as_bytes(email, KEY)


class Spliced:
    """All emails of one edition, the quick way."""

    def __init__(self, edition: Rendered, head: Letterhead) -> None:
        self.template = email_template(edition, head)
        self.bytes = ByteTemplate(self.template)

    def to(self, person: Person) -> bytes:
        name = clean(person.name)
        parcel = Parcel(
            *(1, KEY, self.template, person.address, name, person.token, DATE),
            confirm=person.token,
            seen=person.token,
        )
        return self.bytes.fill(parcel)[1]


def check_lines(raw: bytes) -> None:
    """What every server takes, and no DATA that ends early."""
    assert raw.count(b"\n") == raw.count(b"\r") == raw.count(b"\r\n")
    assert raw.endswith(b"\r\n")
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(line.startswith(b".") for line in lines)
    assert all(len(line) <= 76 for line in raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))
    assert b"\0" not in raw
    assert relaxed_body(raw.partition(b"\r\n\r\n")[2]) == raw.partition(b"\r\n\r\n")[2]


@pytest.mark.slow
@settings(
    max_examples=EDITIONS,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
@given(editions, heads, people)
def test_spliced_and_built_mails_read_the_same(
    edition: Rendered, head: Letterhead, readers: list[Person]
) -> None:
    spliced = Spliced(edition, head)
    for person in readers:
        expected = outcome(lambda person=person: slow(edition, head, person))  # type: ignore[misc]
        made = outcome(lambda person=person: spliced.to(person))  # type: ignore[misc]
        if isinstance(made, str) or isinstance(expected, str):
            assert made == expected
            continue
        check_lines(made)
        check_lines(expected)
        assert shown(made) == shown(expected)


def frozen(text: str, html: str | None = None) -> Rendered:
    """An edition of `{field}` and, for a question, `[name|yes|no]`."""

    def render(template: str) -> Callable[[Mapping[str, MergeField]], str]:
        def fill(reader: Mapping[str, MergeField]) -> str:
            chosen = re.sub(
                r"\[(\w+)\|(.*?)\|(.*?)\]", lambda m: m[2 if reader[m[1]] else 3], template
            )
            return re.sub(r"\{(\w+)\}", lambda m: str(reader[m[1]]), chosen)

        return fill

    return Rendered("Today", freeze(render(text if html is None else html)), freeze(render(text)))


def body(raw: bytes) -> bytes:
    """The first part, as it is encoded."""
    return raw.split(b"\r\n\r\n", 2)[2].split(b"\r\n--=_publisher")[0]


ANN = Person("ann@reader.example", "Ann", "tok")


def test_a_value_stands_between_soft_breaks() -> None:
    spliced = Spliced(frozen("Hello {name}, good day.\n{name}\n{unsubscribe}\n"), HEAD)
    assert body(spliced.to(ANN)).decode().split("\r\n") == [
        "Hello =",
        "Ann=",
        ", good day.",
        "Ann=",
        "",
        "https://letters.gazette.example/unsubscribe/=",
        "tok=",
        "",
        "",
    ]


def test_a_long_value_is_folded_and_a_dot_never_begins_a_line() -> None:
    spliced = Spliced(frozen("{name}", "<p>{name}</p>"), HEAD)
    raw = spliced.to(Person("ann@reader.example", ".é" * 200 + "." * 400, "tok"))
    check_lines(raw)
    assert body(raw).startswith(b"=2E=C3=A9.")
    assert shown(raw)[1] == [".é" * 200 + "." * 400, f"<p>{'.é' * 200 + '.' * 400}</p>"]


def test_no_value_ends_the_mail() -> None:
    spliced = Spliced(frozen("{name}\n{email}\n{unsubscribe}"), HEAD)
    for name in HOSTILE:
        raw = spliced.to(Person("ann@reader.example", name, "tok"))
        check_lines(raw)
        assert b"\r\n.\r\n" not in b"\r\n" + raw
        assert raw.count(b"\r\n--=_publisher") == 3
        assert parsed(raw)["Bcc"] is None


def test_each_reader_gets_the_right_variant() -> None:
    spliced = Spliced(frozen("[name|Dear {name}|Hello]. [archive|Web|No web]."), HEAD)
    for name, text in (("Ann", "Dear Ann. No web."), ("", "Hello. No web."), ("\u202e", "Hello.")):
        raw = spliced.to(Person("ann@reader.example", name, "tok"))
        assert shown(raw)[1][0].startswith(text)


def test_one_encoding_serves_every_reader() -> None:
    """What is the same is the same object: memory does not grow with readers."""
    spliced = Spliced(frozen("[name|Dear {name}|Hello]"), HEAD)
    for number in range(50):
        spliced.to(Person(f"r{number}@reader.example", f"R {number}" * (number % 2), "tok"))
    assert sorted(spliced.bytes._variants) == [False, True]


def test_mails_differ_only_where_readers_do() -> None:
    spliced = Spliced(frozen("Hello {name}\n", "<p>{name}</p>"), HEAD)
    first = spliced.to(ANN).split(b"\r\n")
    second = spliced.to(Person("bob@reader.example", "Bob", "tak")).split(b"\r\n")
    differing = [one for one, other in zip(first, second, strict=True) if one != other]
    assert differing == [
        b"To: Ann <ann@reader.example>",
        b"List-Unsubscribe: <https://letters.gazette.example/unsubscribe/tok>",
        b"Ann=",
        b"Ann=",
    ]


def test_a_text_in_another_script_can_be_spliced() -> None:
    spliced = Spliced(frozen("Ж" * 500 + "{name}" + "語" * 500), HEAD)
    assert shown(spliced.to(ANN))[1][0] == "Ж" * 500 + "Ann" + "語" * 500


def test_what_is_wrong_with_one_reader_or_with_the_sender_is_rejected() -> None:
    spliced = Spliced(frozen("{unsubscribe}"), HEAD)
    with pytest.raises(Rejected, match="a space, a line break or an invisible"):
        spliced.to(Person("ann@reader.example\n", "Ann", "tok"))
    with pytest.raises(Rejected, match="link to unsubscribe is longer"):
        spliced.to(Person("ann@reader.example", "Ann", "t" * 1000))
    with pytest.raises(Rejected, match="needs exactly one @"):
        Spliced(frozen("{unsubscribe}"), Letterhead("nobody", ""))
