import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import DeliveryError, OutcomeUnknown, Rejected, Unavailable
from publisher.smtp.handshake import Offer
from publisher.smtp.protocol import Conversation, RawEmail
from publisher.smtp.replies import Gibberish, HungUp
from publisher.smtp.server import Server

SERVER = Server("mail.example", 25)
PIPELINING, PLAIN = Offer({"PIPELINING": ""}), Offer()


def email(key: str, sender: str = "a@b.example", recipient: str = "c@d.example") -> RawEmail:
    return RawEmail(0, key, sender, recipient, b"Hi\r\n")


class Script:
    """Drives a conversation as a connection does: writes what is due, gives emails."""

    def __init__(self, offer: Offer, count: int) -> None:
        self.conversation = Conversation(SERVER, offer)
        self.mails = [email(str(number)) for number in range(count)]
        self.wrote: list[bytes] = []
        self.go_on()

    def go_on(self) -> None:
        conversation = self.conversation
        mail = self.mails.pop(0) if conversation.is_free and self.mails else None
        if mail is not None:
            assert conversation.unfit(mail) is None
        if mail is not None or conversation.is_due:
            self.wrote.append(b"".join(conversation.flight(mail)))

    def hear(self, data: bytes) -> None:
        self.conversation.receive(data)
        self.go_on()

    @property
    def results(self) -> dict[str, str]:
        return {mail.key: _word(result) for mail, result in self.conversation.outcomes}


def _word(result: str | DeliveryError | None) -> str:
    if isinstance(result, DeliveryError):
        return f"{type(result).__name__} {result.status}".strip()
    return "untried" if result is None else "sent"


ENVELOPE = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
OK, GO = b"250 2.0.0 ok\r\n", b"354 go on\r\n"
TAKEN = OK + OK + GO


class TestPipelining:
    def test_a_body_and_the_next_envelope_leave_together(self) -> None:
        script = Script(PIPELINING, 3)
        for replies in (TAKEN, OK + TAKEN, OK + TAKEN, OK):
            script.hear(replies)
        body = b"Hi\r\n.\r\n"
        assert script.wrote == [ENVELOPE, body + ENVELOPE, body + ENVELOPE, body]
        assert script.results == {"0": "sent", "1": "sent", "2": "sent"}
        assert script.conversation.is_quiet and script.conversation.judged == 3

    def test_the_envelope_may_come_later(self) -> None:
        script = Script(PIPELINING, 1)
        script.hear(TAKEN)
        script.mails.append(email("late"))
        script.go_on()
        script.hear(OK + TAKEN)
        script.hear(OK)
        assert script.wrote == [ENVELOPE, b"Hi\r\n.\r\n", ENVELOPE, b"Hi\r\n.\r\n"]
        assert script.results == {"0": "sent", "late": "sent"}

    def test_data_without_a_recipient_is_ended_with_a_dot(self) -> None:
        script = Script(PIPELINING, 2)
        script.hear(OK + b"550 5.1.1 nobody\r\n" + GO)
        assert script.wrote[1] == b".\r\n" + ENVELOPE
        script.hear(b"250 an empty mail\r\n" + TAKEN)
        script.hear(OK)
        assert script.results == {"0": "Rejected 550 5.1.1", "1": "sent"}

    def test_a_transaction_that_came_to_nothing_is_reset(self) -> None:
        script = Script(PIPELINING, 2)
        script.hear(OK + b"450 4.2.1 busy\r\n503 no recipient\r\n")
        assert script.wrote[1] == b"RSET\r\n" + ENVELOPE
        script.hear(OK + TAKEN)
        script.hear(OK)
        assert script.results == {"0": "Unavailable 450 4.2.1", "1": "sent"}

    def test_a_refused_sender_needs_no_reset(self) -> None:
        script = Script(PIPELINING, 2)
        script.hear(b"550 no\r\n503 first MAIL\r\n503 first RCPT\r\n")
        assert script.wrote[1] == ENVELOPE and script.results == {"0": "AuthExpired 550"}

    def test_a_refused_envelope_behind_a_body(self) -> None:
        script = Script(PIPELINING, 3)
        script.hear(TAKEN)
        script.hear(b"554 spam\r\n" + OK + b"452 4.2.2 full\r\n" + GO)
        assert script.wrote[2] == b".\r\n" + ENVELOPE
        assert script.results == {"0": "Rejected 554", "1": "Unavailable 452 4.2.2"}

    def test_a_server_that_does_not_reset_is_left(self) -> None:
        script = Script(PIPELINING, 2)
        script.hear(OK + b"550 no\r\n503 no\r\n")
        with pytest.raises(HungUp):
            script.hear(b"500 what\r\n")

    @pytest.mark.parametrize(
        ("before", "results"),
        [
            (b"", {"0": "untried"}),
            (OK, {"0": "untried"}),
            (OK + b"550 5.1.1 no\r\n", {"0": "Rejected 550 5.1.1"}),
            (TAKEN, {"0": "OutcomeUnknown", "1": "untried"}),
            (TAKEN + b"|" + OK, {"0": "sent", "1": "untried"}),
            (TAKEN + b"|" + OK + TAKEN, {"0": "sent", "1": "OutcomeUnknown", "2": "untried"}),
        ],
    )
    def test_a_line_that_is_lost(self, before: bytes, results: dict[str, str]) -> None:
        script = Script(PIPELINING, 3)
        for data in before.split(b"|"):
            script.hear(data)
        script.conversation.lost(ConnectionResetError(104, "reset"))
        assert script.results == results and not script.conversation.is_whole

    def test_a_body_that_has_not_left_is_no_doubt(self) -> None:
        script = Script(PIPELINING, 1)
        script.hear(TAKEN)
        script.conversation.held_back = True
        script.conversation.lost(ConnectionResetError(104, "reset"))
        assert script.results == {"0": "Unavailable"}

    @pytest.mark.parametrize(
        ("last", "results"),
        [
            (b"421 4.3.2 bye\r\n", {"0": "Unavailable 421 4.3.2", "1": "untried"}),
            (OK + b"421 bye\r\n", {"0": "sent", "1": "untried"}),
            (OK + OK + b"421 bye\r\n", {"0": "sent", "1": "Unavailable 421"}),
        ],
    )
    def test_421(self, last: bytes, results: dict[str, str]) -> None:
        script = Script(PIPELINING, 2)
        script.hear(TAKEN)
        with pytest.raises(HungUp) as caught:
            script.hear(last)
        script.conversation.lost(caught.value)
        assert script.results == results

    def test_421_while_nothing_is_asked(self) -> None:
        script = Script(PIPELINING, 0)
        with pytest.raises(HungUp):
            script.hear(b"421 idle for too long\r\n")

    @pytest.mark.parametrize("extra", [OK, b"2", b"250-x\r\n"])
    def test_replies_that_nobody_asked_for(self, extra: bytes) -> None:
        script = Script(PIPELINING, 1)
        script.hear(TAKEN)
        with pytest.raises(Gibberish):
            script.hear(OK + extra)
        assert script.results == {"0": "sent"}

    @pytest.mark.parametrize("reply", [b"354 what\r\n", b"250-\r\n250-"])
    def test_an_answer_that_is_none(self, reply: bytes) -> None:
        script = Script(PIPELINING, 1)
        script.hear(TAKEN)
        error: OSError = HungUp(0, "closed")
        try:
            script.hear(reply)
        except Gibberish as gibberish:
            error = gibberish
        script.conversation.lost(error)
        assert script.results == {"0": "OutcomeUnknown"}


class TestPlain:
    def test_one_command_at_a_time(self) -> None:
        script = Script(PLAIN, 2)
        for _ in range(2):
            for reply in (OK, OK, GO, OK):
                script.hear(reply)
        one = [b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<c@d.example>\r\n", b"DATA\r\n"]
        assert script.wrote == [*one, b"Hi\r\n.\r\n"] * 2
        assert script.results == {"0": "sent", "1": "sent"}

    def test_a_refusal_and_a_reset(self) -> None:
        script = Script(PLAIN, 2)
        for reply in (OK, b"550 no\r\n", OK, OK, OK, GO, OK):
            script.hear(reply)
        assert script.wrote[2:4] == [b"RSET\r\n", b"MAIL FROM:<a@b.example>\r\n"]
        assert script.results == {"0": "Rejected 550", "1": "sent"}


class TestFit:
    def test_what_is_too_large(self) -> None:
        conversation = Conversation(SERVER, Offer({"SIZE": "3"}))
        assert isinstance(conversation.unfit(email("0")), Rejected)

    @pytest.mark.parametrize("size", ["", "0", "x", "9" * 40, "-1", "4"])
    def test_a_bound_that_is_none(self, size: str) -> None:
        conversation = Conversation(SERVER, Offer({"SIZE": size}))
        assert conversation.unfit(email("0")) is None
        assert conversation.flight(email("0")) == [b"MAIL FROM:<a@b.example> SIZE=4\r\n"]

    @pytest.mark.parametrize(
        "address",
        ["a@b>\r\nDATA", "a\n@b", "<a@b", "a b@c", "a\x00@b", "a\x7f@b", "a@b\u2028", "a" * 999],
    )
    def test_an_address_that_breaks_out(self, address: str) -> None:
        conversation = Conversation(SERVER, PIPELINING)
        assert isinstance(conversation.unfit(email("0", recipient=address)), Rejected)
        assert isinstance(conversation.unfit(email("0", sender=address)), Rejected)


FLIGHTS = [TAKEN, b"554 5.7.1 spam\r\n" + OK + b"550 5.1.1 no\r\n" + GO, OK + TAKEN, OK]
END = {"0": "Rejected 554 5.7.1", "1": "Rejected 550 5.1.1", "2": "sent"}


def test_the_same_comes_of_it_wherever_the_replies_are_cut() -> None:
    whole = b"".join(FLIGHTS)
    ends = {sum(map(len, FLIGHTS[:n])) for n in range(len(FLIGHTS) + 1)}
    for cut in range(len(whole)):
        script, at = Script(PIPELINING, 3), 0
        for end in sorted(ends | {cut}):
            script.hear(whole[at:end])
            at = end
        assert script.results == END, cut


REPLY = st.sampled_from(
    [OK, GO, b"421 bye\r\n", b"450 4.2.1 no\r\n", b"550 no\r\n", b"250-a\r\n250 b\r\n", b"what\r\n"]
) | st.binary(max_size=12)


@settings(max_examples=600)
@given(st.lists(st.lists(REPLY, max_size=4), max_size=14), st.booleans(), st.booleans())
def test_whatever_a_server_says_every_mail_has_one_outcome(
    replies: list[list[bytes]],
    pipelining: bool,  # noqa: FBT001 - hypothesis hands it over
    held_back: bool,  # noqa: FBT001 - hypothesis hands it over
) -> None:
    script = Script(PIPELINING if pipelining else PLAIN, 6)
    bodies_before = 0
    try:
        for said in replies:
            bodies_before = _bodies(script)
            script.hear(b"".join(said))
        script.conversation.lost(HungUp(0, "closed"))
    except OSError as error:
        script.conversation.held_back = held_back
        script.conversation.lost(error)
    keys = [mail.key for mail, _ in script.conversation.outcomes]
    begun = 6 - len(script.mails)
    assert sorted(keys) == sorted(map(str, range(begun)))
    results = list(script.results.values())
    assert results.count("sent") <= max(bodies_before, _bodies(script))
    assert len(results) - results.count("untried") >= results.count("sent")
    for _, result in script.conversation.outcomes:
        assert result is None or isinstance(result, str | Rejected | Unavailable | OutcomeUnknown)


def _bodies(script: Script) -> int:
    return len(re.findall(rb"Hi\r\n\.\r\n", b"".join(script.wrote)))
