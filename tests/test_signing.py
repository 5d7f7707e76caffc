"""Tokens: what was signed is read again, and nothing else is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.signing import Key, Purpose, Signer

KEY, OTHER = Key("00aa", "a secret"), Key("11bb", "another")
NOW = datetime(2026, 5, 11, 7, 0, tzinfo=UTC)
BODIES = st.text("abcXYZ019_-", min_size=1, max_size=40)


@given(BODIES)
def test_what_was_signed_is_read(body: str) -> None:
    token = Signer([KEY]).sign(Purpose.READER, body)
    assert Signer([OTHER, KEY]).read(Purpose.READER, token) == body
    assert token.replace("-", "").replace("_", "").isalnum()


@given(BODIES, st.integers(0, 200), st.characters(codec="ascii"))
def test_a_changed_token_is_none(body: str, at: int, character: str) -> None:
    signer = Signer([KEY])
    token = signer.sign(Purpose.READER, body)
    at %= len(token)
    changed = token[:at] + character + token[at + 1 :]
    assert signer.read(Purpose.READER, changed) == (body if changed == token else None)


@pytest.mark.parametrize("token", ["", "a", "ü" * 40, "x" * 10_000, "00aa" + "A" * 22])
def test_what_is_no_token_is_none(token: str) -> None:
    assert Signer([KEY]).read(Purpose.READER, token) is None


def test_a_token_is_for_one_purpose() -> None:
    signer = Signer([KEY])
    assert signer.read(Purpose.CONFIRM, signer.sign(Purpose.READER, "body")) is None


def test_a_token_of_a_key_that_is_gone_is_none() -> None:
    assert Signer([OTHER]).read(Purpose.READER, Signer([KEY]).sign(Purpose.READER, "body")) is None


def test_a_token_ends() -> None:
    signer = Signer([KEY])
    token = signer.sign(Purpose.CONFIRM, "body", NOW + timedelta(days=7))
    assert signer.read(Purpose.CONFIRM, token, NOW) == "body"
    assert signer.read(Purpose.CONFIRM, token, NOW + timedelta(days=7)) is None


def test_one_without_an_end_is_none_where_one_is_wanted() -> None:
    signer = Signer([KEY])
    assert signer.read(Purpose.CONFIRM, signer.sign(Purpose.CONFIRM, "zz"), NOW) is None


def test_a_mark_is_known_by_every_key() -> None:
    mark = Signer([KEY]).mark(Purpose.REPORT, "17")
    assert Signer([OTHER, KEY]).is_marked(Purpose.REPORT, "17", mark)
    assert not Signer([OTHER, KEY]).is_marked(Purpose.REPORT, "18", mark)
    assert not Signer([OTHER]).is_marked(Purpose.REPORT, "17", mark)


def test_a_secret_does_not_show() -> None:
    assert "secret" not in repr(KEY)
    assert len({Key.new() for _ in range(50)}) > 1


def test_who_checks_links_can_sign_nothing_else() -> None:
    """An endpoint of one's own gets the key of one purpose, not the secret."""
    own = KEY.for_endpoint()
    assert own == "00aa.npGMWeK6jIYz8CBSm0Y08mZ8wmwCZ2g_4mb_mbDsacM" and KEY.secret not in own
    assert len({KEY.of(purpose) for purpose in Purpose}) == len(Purpose)


def test_a_token_stays_what_it_is() -> None:
    """The files in docs/examples check it in other languages."""
    assert Signer([KEY]).sign(Purpose.READER, "dOGm0nx5cYvQd1Vh3tq0bA") == (
        "dOGm0nx5cYvQd1Vh3tq0bA00aapNI_zhaytTZp5RfJNeOF1w"
    )


def test_a_retired_key_only_knows_readers() -> None:
    signer = Signer([KEY._replace(retired=True), OTHER])
    before = Signer([KEY])
    assert signer.sign(Purpose.READER, "body") == Signer([OTHER]).sign(Purpose.READER, "body")
    assert signer.read(Purpose.READER, before.sign(Purpose.READER, "body")) == "body"
    assert signer.read(Purpose.CONFIRM, before.sign(Purpose.CONFIRM, "body")) is None
    assert not signer.is_marked(Purpose.REPORT, "17", before.mark(Purpose.REPORT, "17"))


def test_marks_of_many_are_marks() -> None:
    signer = Signer([Key.new()])
    mark = signer.marker(Purpose.REPORT)
    assert mark("17") == signer.mark(Purpose.REPORT, "17") != mark("18")
    assert signer.is_marked(Purpose.REPORT, "17", mark("17"))
    assert mark("17") != signer.mark(Purpose.FORM, "17")
