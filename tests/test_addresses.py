import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import Rejected
from publisher.mime.addresses import (
    AddressError,
    _parse_any,
    a_labels,
    mailbox,
    parse_address,
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ann@example.org", "ann@example.org"),
        ("  Ann.Other+News@Example.ORG\t", "ann.other+news@example.org"),
        ("o'brien@example.co.uk", "o'brien@example.co.uk"),
        ("Jürgen@example.org", "jürgen@example.org"),
        ("Ju\u0308rgen@example.org", "jürgen@example.org"),
        ("STRASSE@example.org", "strasse@example.org"),
        ("ann@Bücher.example", "ann@xn--bcher-kva.example"),
        ("ann@BU\u0308CHER.example", "ann@xn--bcher-kva.example"),
        ("ann@straße.example", "ann@xn--strae-oqa.example"),
        ("ann@例え。テスト", "ann@xn--r8jz45g.xn--zckzah"),
        ("ann@\uff45xample.org", "ann@example.org"),
        ("ann@localhost", "ann@localhost"),
        (f"{'a' * 64}@example.org", f"{'a' * 64}@example.org"),
    ],
)
def test_one_person_one_key(text: str, key: str) -> None:
    assert parse_address(text).key == key


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "an empty address"),
        ("   ", "an empty address"),
        ("ann", "exactly one @"),
        ("ann@b@example.org", "exactly one @"),
        ("@example.org", "nothing before the @"),
        ("ann@", "no valid domain"),
        ("ann@example", "no full domain"),
        ("ann@.example.org", "no valid domain"),
        ("ann@example..org", "no valid domain"),
        ("ann@example.org.", "no valid domain"),
        ("ann@-example.org", "no valid domain"),
        ("ann@exa_mple.org", "no valid domain"),
        ("ann@[127.0.0.1]", "no valid domain"),
        ("ann@ex℀mple.org", "no valid domain"),
        (f"ann@{'a' * 64}.org", "no valid domain"),
        ("a b@example.org", "space"),
        ("ann@example.org\nBcc: x@example.org", "space"),
        ("ann@example.org\r", "space"),
        ("ann\0@example.org", "space"),
        ("ann\u200b@example.org", "invisible"),
        ("ann\u00a0@example.org", "space"),
        ("ann\u2028@example.org", "line break"),
        ("ann\ud800@example.org", "invisible"),
        (".ann@example.org", "a dot too many"),
        ("ann.@example.org", "a dot too many"),
        ("a..n@example.org", "a dot too many"),
        ('"ann"@example.org', "cannot have"),
        ("<ann@example.org>", "cannot have '<'"),
        ("a,b@example.org", "cannot have ','"),
        ("a;b@example.org", "cannot have ';'"),
        ("a☃b@example.org", "cannot have"),
        (f"{'a' * 65}@example.org", "more than 64 bytes"),
        (f"{'ü' * 33}@example.org", "more than 64 bytes"),
        (f"{'a' * 60}@{'b.' * 100}org", "longer than 254 bytes"),
    ],
)
def test_what_cannot_be_mailed_says_why(text: str, why: str) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(text)
    assert why in caught.value.message and isinstance(caught.value, Rejected)
    assert "\n" not in caught.value.message


def test_the_written_form_is_what_mail_goes_to() -> None:
    assert parse_address(" Ann@Bücher.Example ").written == "Ann@xn--bcher-kva.example"
    assert parse_address("Ann@Example.ORG").written == "Ann@Example.ORG"


@pytest.mark.parametrize(
    ("domain", "ascii_domain"),
    [
        ("straße.de", "xn--strae-oqa.de"),
        ("βόλος.gr", "xn--nxasmm1c.gr"),
        ("faß.example", "xn--fa-hia.example"),
        ("FAẞ.example", "xn--fa-hia.example"),
        ("www.例え.テスト", "www.xn--r8jz45g.xn--zckzah"),
        ("xn--strae-oqa.de", "xn--strae-oqa.de"),
    ],
)
def test_no_domain_becomes_another_one(domain: str, ascii_domain: str) -> None:
    """IDNA 2003, which Python's own codec knows, would make strasse.de of straße.de."""
    assert a_labels(domain) == ascii_domain
    assert parse_address(f"a@{domain}").written == f"a@{ascii_domain}"
    assert mailbox(f"A <a@{domain}>").domain == ascii_domain


LABELS = st.text("abzABZ019-", min_size=1, max_size=8) | st.sampled_from(["ß", "é", "例え", "ς"])
LOCALS = st.text("aZ09.+'_é@\" ", max_size=12)
ADDRESSES = st.builds(
    lambda local, labels: f"{local}@{'.'.join(labels)}", LOCALS, st.lists(LABELS, max_size=4)
)


@given(ADDRESSES | st.emails() | st.text())
def test_what_is_stored_is_what_is_mailed(text: str) -> None:
    try:
        stored = parse_address(text).written
    except AddressError:
        return
    assert parse_address(stored).written == stored
    assert mailbox(f"Name <{stored}>").address == stored
    assert stored.rpartition("@")[2].isascii()


@given(ADDRESSES | st.emails() | st.from_regex(r"[a-zA-Z.+'-]{1,9}@[a-zA-Z0-9.-]{1,70}"))
def test_the_short_way_and_the_long_way_agree(text: str) -> None:
    try:
        long = _parse_any(text)
    except AddressError:
        with pytest.raises(AddressError):
            parse_address(text)
    else:
        assert parse_address(text) == long


@given(st.emails())
def test_an_address_that_others_take_is_taken_and_means_the_same(text: str) -> None:
    try:
        theirs = validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return
    local, _, domain = parse_address(text).written.rpartition("@")
    assert (local, domain.lower()) == (theirs.local_part, theirs.ascii_domain)


@given(st.text() | st.emails() | st.from_regex(r"[^@]{1,20}@[^@]{1,30}\.[a-z]{2,5}"))
def test_no_text_gets_a_line_break_through(text: str) -> None:
    try:
        address = parse_address(text)
    except AddressError:
        return
    assert address.written.count("@") == address.key.count("@") == 1
    assert not any(
        letter.isspace() or letter in '<>,;"' for letter in address.written + address.key
    )
    assert parse_address(address.key).key == address.key
    assert parse_address(address.written).key == address.key
