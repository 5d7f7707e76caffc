import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.outbox import AddressError, email_key, parse_address


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
    assert email_key(text) == key


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
        ("a b@example.org", "blank"),
        ("ann@example.org\nBcc: x@example.org", "blank"),
        ("ann@example.org\r", "blank"),
        ("ann\0@example.org", "blank"),
        ("ann\u200b@example.org", "invisible"),
        ("ann\u00a0@example.org", "blank"),
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
    assert why in caught.value.message
    assert "\n" not in caught.value.message


def test_the_written_form_is_kept() -> None:
    assert parse_address(" Ann@Bücher.Example ").written == "Ann@Bücher.Example"


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
    assert email_key(address.key) == address.key
    assert email_key(address.written) == address.key
