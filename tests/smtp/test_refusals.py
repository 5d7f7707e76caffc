"""What real servers say, and what it means: whom it is about, and how long to wait."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import Reason
from publisher.smtp.refusals import Stage, named_wait, read
from publisher.smtp.replies import Reply

SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=each) for each in (1, 60, 3600, 86_400))
NO_SUCH = Reason.NO_SUCH_RECIPIENT
REPLIES = Path(__file__).with_name("replies.txt")
WAITS = {
    "-": None,
    "second": SECOND,
    "minute": MINUTE,
    "5-minutes": 5 * MINUTE,
    "hour": HOUR,
    "day": DAY,
}


def real() -> Iterator[tuple[Stage, Reason, timedelta | None, Reply]]:
    for line in REPLIES.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            stage, reason, wait, said = line.split(" ", 3)
            reply = Reply(said.replace("|", "\n").encode())
            yield Stage[stage.upper()], Reason[reason.upper()], WAITS[wait], reply


REAL = list(real())


@pytest.mark.parametrize(("stage", "reason", "wait", "reply"), REAL)
def test_what_real_servers_say(
    stage: Stage, reason: Reason, wait: timedelta | None, reply: Reply
) -> None:
    assert read(reply, stage) == (reason, wait)


CODES = [
    ("550 5.1.2 bad destination system", NO_SUCH),
    ("501 5.1.3 bad address syntax", NO_SUCH),
    ("551 5.1.6 moved", NO_SUCH),
    ("556 5.1.10 null MX", NO_SUCH),
    ("550 User unknown in virtual mailbox table", NO_SUCH),
    ("550 No such user", NO_SUCH),
    ("550 Recipient <a@b.example> does not exist", NO_SUCH),
    ("550 5.1.0 unknown recipient", NO_SUCH),
    ("550 unknown user, or blocked by our policy", Reason.CONTENT_REFUSED),
    ("552 5.2.2 mailbox full", Reason.MAILBOX_FULL),
    ("552 the mailbox is over quota", Reason.MAILBOX_FULL),
    ("452 4.2.2 the email account is over quota", Reason.MAILBOX_FULL),
    ("552 message size exceeds fixed limit", Reason.TOO_LONG),
    ("452 4.5.3 too many recipients", Reason.UNSTATED),
    ("421 closing", Reason.SERVER),
    ("421 4.7.0 try again later", Reason.SERVER),
    ("451 4.3.0 queue file write error", Reason.SERVER),
    ("450 4.4.1 no answer from host", Reason.SERVER),
    ("451 4.7.1 please try again in a while", Reason.GREYLISTED),
    ("450 graylisted, come back", Reason.GREYLISTED),
    ("550 5.7.1 blocked", Reason.CONTENT_REFUSED),
    ("554 transaction failed", Reason.UNSTATED),
    ("550 5.1.8 bad sender", Reason.SENDER),
    ("450 try later", Reason.UNSTATED),
    ("550 no", Reason.UNSTATED),
]


@pytest.mark.parametrize(("said", "reason"), CODES)
def test_codes_and_a_few_words(said: str, reason: Reason) -> None:
    assert read(Reply(said.encode()), Stage.RECIPIENT).reason is reason


@pytest.mark.parametrize(
    ("words", "wait"),
    [
        ("try again in 5 minutes", 5 * MINUTE),
        ("wait 30 seconds", 30 * SECOND),
        ("retry after 2 hours", 2 * HOUR),
        ("come back in an hour", HOUR),
        ("in a few minutes", 5 * MINUTE),
        ("100 per hour", HOUR),
        ("come back tomorrow", DAY),
        ("wait 400 days", 2 * DAY),
        ("3 per second", SECOND),
        ("later", None),
    ],
)
def test_times_that_servers_name(words: str, wait: timedelta | None) -> None:
    assert named_wait(words) == wait


@pytest.mark.parametrize("stage", [Stage.OPENING, Stage.MAIL])
@pytest.mark.parametrize("reply", [reply for _, reason, _, reply in REAL if reason is NO_SUCH])
def test_before_a_recipient_is_named_nothing_is_about_a_reader(stage: Stage, reply: Reply) -> None:
    assert read(reply, stage).reason not in {
        NO_SUCH,
        Reason.MAILBOX_FULL,
        Reason.RECIPIENT_REFUSED,
        Reason.RECIPIENT_THROTTLED,
        Reason.UNSTATED,
        Reason.CONTENT_REFUSED,
    }


@pytest.mark.timeout(20)
@given(
    st.sampled_from(["550", "452", "450 4.7.1"]),
    st.text(alphabet="user mailbox fo. relay sender notquota", min_size=300),
    st.sampled_from(Stage),
)
def test_long_hostile_words_are_read_at_once(status: str, words: str, stage: Stage) -> None:
    assert read(Reply(f"{status} {words}".encode()), stage).reason in Reason


US, ANN = "news@gazette.example", "ann@reader.example"


@pytest.mark.parametrize(
    ("said", "stage", "reason", "wait"),
    [
        ("550 Mailbox news@gazette.example disabled", Stage.MESSAGE, Reason.UNSTATED, None),
        ("550 5.1.1 <News@Gazette.example>: user unknown", Stage.RECIPIENT, Reason.UNSTATED, None),
        ("452 quota exceeded for news@gazette.example", Stage.MESSAGE, Reason.QUOTA, HOUR),
        ("550 5.1.1 <ann@reader.example>: user unknown", Stage.RECIPIENT, NO_SUCH, None),
        ("550 5.1.1 ann is unknown to news@gazette.example", Stage.RECIPIENT, NO_SUCH, None),
        ("550 5.2.1 ann@reader.example: account disabled", Stage.MESSAGE, NO_SUCH, None),
    ],
)
def test_a_mailbox_that_is_named_as_the_senders_suppresses_nobody(
    said: str, stage: Stage, reason: Reason, wait: timedelta | None
) -> None:
    assert read(Reply(said.encode()), stage, sender=US, recipient=ANN) == (reason, wait)
