"""Whom a mail server's refusal is about, by what real servers say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.dispatch.diagnosis import Meaning, diagnose
from publisher.errors import DeliveryError

CASES = [
    ("550 5.1.1", "no such user here", Meaning.NO_SUCH_READER),
    ("550 5.1.2", "bad destination system", Meaning.NO_SUCH_READER),
    ("501 5.1.3", "bad address syntax", Meaning.NO_SUCH_READER),
    ("551 5.1.6", "moved", Meaning.NO_SUCH_READER),
    ("556 5.1.10", "null MX", Meaning.NO_SUCH_READER),
    ("550 5.2.1", "the account is disabled", Meaning.NO_SUCH_READER),
    ("550", "User unknown in virtual mailbox table", Meaning.NO_SUCH_READER),
    ("550", "No such user", Meaning.NO_SUCH_READER),
    ("550", "Recipient <a@b.example> does not exist", Meaning.NO_SUCH_READER),
    ("550 5.1.0", "unknown recipient", Meaning.NO_SUCH_READER),
    ("550", "mailbox unavailable", Meaning.OTHER),
    ("550", "unknown user, or blocked by our policy", Meaning.REFUSED),
    ("552 5.2.2", "mailbox full", Meaning.MAILBOX_FULL),
    ("552", "the mailbox is over quota", Meaning.MAILBOX_FULL),
    ("452 4.2.2", "the email account is over quota", Meaning.MAILBOX_FULL),
    ("452", "Mailbox full", Meaning.MAILBOX_FULL),
    ("552 5.3.4", "message too large", Meaning.REFUSED),
    ("552", "message size exceeds fixed limit", Meaning.REFUSED),
    ("452 4.3.1", "insufficient system storage", Meaning.SERVER),
    ("452", "insufficient system storage", Meaning.SERVER),
    ("452 4.5.3", "too many recipients", Meaning.OTHER),
    ("421", "closing", Meaning.SERVER),
    ("421 4.7.0", "try again later", Meaning.SERVER),
    ("451 4.3.0", "queue file write error", Meaning.SERVER),
    ("450 4.4.1", "no answer from host", Meaning.SERVER),
    ("450 4.2.0", "Recipient address rejected: Greylisted", Meaning.GREYLISTED),
    ("451 4.7.1", "please try again in a while", Meaning.GREYLISTED),
    ("450", "graylisted, come back", Meaning.GREYLISTED),
    ("451 4.7.1", "too many messages, slow down", Meaning.THROTTLED),
    ("450 4.7.28", "unusual rate of mail", Meaning.THROTTLED),
    ("550 5.7.26", "unauthenticated mail", Meaning.REFUSED),
    ("550 5.7.1", "blocked", Meaning.REFUSED),
    ("554", "transaction failed", Meaning.REFUSED),
    ("550 5.1.8", "bad sender", Meaning.REFUSED),
    ("550 5.2.3", "longer than this mailbox takes", Meaning.OTHER),
    ("450", "try later", Meaning.OTHER),
    ("", "the mail is too large", Meaning.OTHER),
    ("HTTP 422", "no", Meaning.OTHER),
]


@pytest.mark.parametrize(("status", "words", "meaning"), CASES)
def test_what_servers_say(status: str, words: str, meaning: Meaning) -> None:
    error = DeliveryError(f"mail.example refuses the mail: {status} {words}", status=status)
    assert diagnose(error) is meaning


@pytest.mark.timeout(20)
@given(
    st.sampled_from(["550", "452", "450 4.7.1"]), st.text(alphabet="user mailbox fo.", min_size=300)
)
def test_long_hostile_words_are_read_at_once(status: str, words: str) -> None:
    assert diagnose(DeliveryError(words, status=status)) in Meaning
