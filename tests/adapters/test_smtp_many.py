# ruff: noqa: ARG001 - whims and ledgers are handed everything

import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from publisher.adapters.base import SendsMany
from publisher.adapters.smtp import Smtp, SmtpSettings
from publisher.errors import AuthExpired, OutcomeUnknown, Rejected, Unavailable
from publisher.model.messages import Answer, Parcel
from tests.adapters.parcels import Ledger, content, parcel, parcels, smtp
from tests.adapters.smtp_server import PASSWORD, USERNAME, MailServer, Relay, Wire, free_port

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
LOGIN = {"username": USERNAME, "password": PASSWORD}
HUGE = "x" * 76 + "\n" * 2_000_000


def send(channel: Smtp, letters: Sequence[Parcel]) -> Ledger:
    ledger = Ledger(letters, channel.connections)
    channel.send_many(ledger)
    assert ledger.whole
    return ledger


class TestOrdinary:
    def test_it_sends_many(self) -> None:
        assert isinstance(smtp(1), SendsMany)

    def test_every_mail_arrives_once_and_whole(self) -> None:
        letters = parcels(200)
        with Relay() as relay:
            ledger = send(smtp(relay.port), letters)
        assert ledger.sent == 200 and relay.opened <= 6
        assert relay.mails == {each.recipient: [content(each)] for each in letters}

    def test_the_server_names_each_mail(self) -> None:
        with Relay() as relay:
            ledger = send(smtp(relay.port), parcels(5))
        receipt = ledger.answers[4].receipt
        assert receipt and receipt.remote_id == "2.0.0 queued reader4@example.org"

    def test_a_server_without_words_names_it_by_its_key(self) -> None:
        with Relay({"BODY": lambda *_: "250 "}) as relay:
            ledger = send(smtp(relay.port), [parcel(7)])
        receipt = ledger.answers[7].receipt
        assert receipt and receipt.remote_id == f"{7:032x}"

    def test_few_mails_need_few_connections(self) -> None:
        with Relay() as relay:
            send(smtp(relay.port, connections=10), parcels(2))
        assert 1 <= relay.count("QUIT") <= relay.opened <= 2

    def test_no_mail_needs_none(self) -> None:
        with Relay() as relay:
            assert send(smtp(relay.port), []).calls == [(0, 6)]
        assert relay.opened == 0

    def test_never_more_than_two_a_connection_are_held(self) -> None:
        with Relay() as relay:
            ledger = send(smtp(relay.port, connections=4), parcels(300))
        assert ledger.most == 8 and relay.most <= 4

    def test_a_server_without_pipelining(self) -> None:
        with MailServer() as server:
            ledger = send(smtp(server.port), parcels(40))
        assert ledger.sent == 40 and len(server.mails) == 40
        assert sorted(server.recipients) == sorted(each.recipient for each in parcels(40))

    def test_the_next_envelope_is_there_before_the_answer(self) -> None:
        """Each body is answered only once the envelope behind it has come."""

        def patient(wire: Wire, recipient: str) -> None:
            if recipient != "reader29@example.org":
                wire.wait_for_more()

        with Relay({"BODY": patient}) as relay:
            assert send(smtp(relay.port, connections=1), parcels(30)).sent == 30
        assert relay.opened == 1

    def test_the_default_loop_will_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "uvloop", None)
        with Relay() as relay:
            assert send(smtp(relay.port), parcels(50)).sent == 50

    def test_connections_are_renewed_after_so_many_mails(self) -> None:
        with Relay() as relay:
            ledger = send(smtp(relay.port, connections=2, per_connection=5), parcels(40))
        assert ledger.sent == 40 and 8 <= relay.opened <= 10 and relay.most <= 2

    def test_connections_are_renewed_after_so_long(self) -> None:
        def slowly(wire: Wire, _: str) -> None:
            threading.Event().wait(0.1)

        with Relay({"BODY": slowly}) as relay:
            channel = smtp(relay.port, connections=1, connection_age=0.3, timeout=0.4)
            assert send(channel, parcels(10)).sent == 10
        assert relay.opened > 1 and relay.most == 1

    def test_ipv6(self) -> None:
        with Relay(family=socket.AF_INET6) as relay:
            assert send(smtp(relay.port, host="::1"), parcels(10)).sent == 10


class TestRefusals:
    def test_one_of_many(self) -> None:
        """RFC 2920, section 3.1: the server took DATA without a recipient."""

        def refuse(wire: Wire, line: str) -> str | None:
            return "550 5.1.1 no such user" if "reader7@" in line else None

        with Relay({"RCPT": refuse, "DOT": lambda *_: "554 5.5.1 no recipients"}) as relay:
            ledger = send(smtp(relay.port), parcels(50))
        assert ledger.sent == 49
        error = ledger.errors()[7]
        assert type(error) is Rejected and error.status == "550 5.1.1"
        assert "reader7@example.org" not in relay.mails

    @pytest.mark.parametrize("data", ["354 go on", "503 5.5.1 no recipients", "554 none"])
    @pytest.mark.parametrize("dot", ["250 2.0.0 thanks for nothing", "554 5.5.1 no recipients"])
    @pytest.mark.parametrize("pipelining", [True, False])
    def test_every_other_recipient(self, data: str, dot: str, pipelining: bool) -> None:  # noqa: FBT001 - pytest hands it over
        def refused(wire: Wire, line: str) -> bool:
            return int(line.partition("reader")[2].partition("@")[0]) % 2 == 0

        def recipient(wire: Wire, line: str) -> str | None:
            return "450 4.2.0 greylisted" if refused(wire, line) else None

        def begin(wire: Wire, line: str) -> str | None:
            return data if refused(wire, f"reader{wire.recipient[6:]}") else None

        offers = ["PIPELINING"] if pipelining else []
        whims = {"RCPT": recipient, "DATA": begin, "DOT": lambda *_: dot}
        with Relay(whims, offers=offers) as relay:
            ledger = send(smtp(relay.port), parcels(30))
        assert ledger.sent == 15 and len(ledger.errors()) == 15
        kinds = {type(error) for error in ledger.errors().values()}
        assert kinds == {Unavailable}
        assert {error.status for error in ledger.errors().values()} == {"450 4.2.0"}
        assert sorted(relay.mails) == sorted(f"reader{n}@example.org" for n in range(1, 30, 2))

    def test_a_sender_that_is_refused(self) -> None:
        """MAIL, RCPT and DATA travel together: three refusals are one."""
        whims = {"MAIL": lambda *_: "553 5.7.1 not yours"}
        whims |= {word: lambda *_: "503 5.5.1 MAIL first" for word in ("RCPT", "DATA")}
        with Relay(whims) as relay:
            ledger = send(smtp(relay.port), parcels(10))
        statuses = {error.status for error in ledger.errors().values()}
        assert statuses == {"553 5.7.1"} and len(ledger.errors()) == 10

    def test_refused_bodies(self) -> None:
        def judge(wire: Wire, recipient: str) -> str | None:
            number = int(recipient[6:].partition("@")[0])
            return [None, "554 5.7.1 spam", "452 4.3.1 disk full", "552 5.3.4 too big"][number % 4]

        with Relay({"BODY": judge}) as relay:
            ledger = send(smtp(relay.port), parcels(40))
        assert ledger.sent == 10 and len(relay.mails) == 10
        kinds = [type(error) for _, error in sorted(ledger.errors().items())]
        assert kinds == [Rejected, Unavailable, Rejected] * 10

    def test_a_mail_too_large_is_not_even_begun(self) -> None:
        with Relay(offers=["PIPELINING", "SIZE 20000"]) as relay:
            ledger = send(smtp(relay.port), [parcel(1), parcel(2, "x" * 30000), parcel(3)])
        error = ledger.errors()[2]
        assert "takes 20000" in str(error) and error.status == "552 5.3.4" and ledger.sent == 2
        size = len(content(parcel(1)))
        assert relay.count("MAIL") == 2
        assert relay.count(f"MAIL FROM:<NEWS@GAZETTE.EXAMPLE> SIZE={size}") == 2

    @pytest.mark.parametrize("offers", [["PIPELINING"], ["PIPELINING", "8BITMIME", "SMTPUTF8"]])
    def test_international_addresses(self, offers: list[str]) -> None:
        letter = parcel(2, recipient="jörg@example.org")
        with Relay(offers=offers) as relay:
            ledger = send(smtp(relay.port), [parcel(1), letter])
        if "SMTPUTF8" in offers:
            assert ledger.sent == 2 and relay.mails["jörg@example.org"] == [content(letter)]
            assert any("BODY=8BITMIME SMTPUTF8" in line for line in relay.heard)
        else:
            assert type(ledger.errors()[2]) is Rejected and ledger.sent == 1
            assert "international addresses" in str(ledger.errors()[2])

    def test_an_address_cannot_slip_a_command_in(self) -> None:
        evil = "a@b.example>\r\nRCPT TO:<c@d.example"
        with Relay() as relay:
            ledger = send(smtp(relay.port), [parcel(1, recipient=evil)])
        assert isinstance(ledger.errors()[1], Rejected) and relay.count("RCPT") == 0


class TestGoodbyes:
    def test_421_between_two_mails(self) -> None:
        """The mail before it is sent, the one after it untried, and sent over a new connection."""
        taken: list[Wire] = []

        def leave(wire: Wire, line: str) -> str | None:
            taken.append(wire)
            return "421 4.4.2 enough" if taken.count(wire) == 5 else None

        with Relay({"MAIL": leave}) as relay:
            ledger = Ledger(parcels(40), 3, again=10)
            smtp(relay.port).send_many(ledger)
        assert ledger.sent == 40 and ledger.untried
        assert {len(each) for each in relay.mails.values()} == {1}

    def test_421_instead_of_an_answer(self) -> None:
        def leave(wire: Wire, recipient: str) -> str | None:
            return "421 4.3.2 shutting down" if recipient.startswith("reader3@") else None

        with Relay({"BODY": leave}) as relay:
            ledger = send(smtp(relay.port), parcels(10))
        error = ledger.errors()[3]
        assert type(error) is Unavailable and error.status == "421 4.3.2"
        assert ledger.sent == 9 and "reader3@example.org" not in relay.mails

    def test_421_to_a_recipient_is_about_that_mail(self) -> None:
        def leave(wire: Wire, line: str) -> str | None:
            return "421 4.7.0 try later" if "reader3@" in line else None

        with Relay({"RCPT": leave}) as relay:
            ledger = send(smtp(relay.port), parcels(10))
        assert ledger.errors()[3].status == "421 4.7.0" and ledger.sent == 9

    def test_a_server_that_answers_and_closes(self) -> None:
        """That mail is sent; the envelope behind it is untried."""

        def close(wire: Wire, recipient: str) -> None:
            wire.say(f"250 2.0.0 queued {recipient}\r\n")
            relay.mails.setdefault(recipient, []).append(b"")
            wire.hang_up()

        with Relay({"BODY": close}) as relay:
            ledger = Ledger(parcels(10), 2, again=10)
            smtp(relay.port, connections=2).send_many(ledger)
        assert len(ledger.answers) == 10 and ledger.untried
        assert {type(error) for error in ledger.errors().values()} <= {Unavailable}
        assert {len(each) for each in relay.mails.values()} == {1}
        assert len(relay.mails) == ledger.sent == relay.opened

    def test_a_server_that_takes_a_mail_and_is_gone(self) -> None:
        def close(wire: Wire, recipient: str) -> str | None:
            return wire.reset() if recipient.startswith("reader3@") else None

        with Relay({"BODY": close}) as relay:
            ledger = send(smtp(relay.port), parcels(10))
        assert type(ledger.errors()[3]) is OutcomeUnknown
        assert ledger.sent == 9

    def test_an_answer_that_never_comes(self) -> None:
        def sleep(wire: Wire, recipient: str) -> str | None:
            return wire.ignore() if recipient.startswith("reader3@") else None

        with Relay({"BODY": sleep}) as relay:
            ledger = send(smtp(relay.port, answer_timeout=0.3), parcels(10))
        assert type(ledger.errors()[3]) is OutcomeUnknown
        assert "no answer in time" in str(ledger.errors()[3]) and ledger.sent == 9

    def test_one_that_kills_its_connection_is_not_tried_for_ever(self) -> None:
        def reset(wire: Wire, line: str) -> str | None:
            if "reader3@" not in line:
                return None
            threading.Event().wait(0.1)  # the replies before it are read by now
            return wire.reset()

        with Relay({"RCPT": reset}) as relay:
            ledger = Ledger(parcels(20), 3, again=10)
            smtp(relay.port).send_many(ledger)
        assert ledger.untried.count(3) <= 5 and type(ledger.errors()[3]) is Unavailable
        assert ledger.sent == 19

    def test_a_server_that_reads_little_and_breaks_off(self) -> None:
        """The last byte has not left: surely not sent."""
        letters = [parcel(number, HUGE) for number in range(2)]

        def trickle(wire: Wire, line: str) -> str | None:
            wire.say("354 go on\r\n")
            wire.link.recv(1000)
            return wire.reset()

        with Relay({"DATA": trickle}, slow=True) as relay:
            channel = smtp(relay.port, connections=1)
            ledger = Ledger(letters, 1)
            with pytest.raises(Unavailable):
                channel.send_many(ledger)
        assert ledger.whole and not ledger.sent
        assert not [each for each in ledger.errors().values() if type(each) is OutcomeUnknown]

    def test_a_server_that_reads_slowly_is_waited_for(self) -> None:
        letters = [parcel(number, "x" * 76 + "\n" * 200_000) for number in range(3)]

        def slowly(wire: Wire, line: str) -> str | None:
            threading.Event().wait(0.1)
            return None

        with Relay({"RCPT": slowly, "DATA": slowly}, slow=True) as relay:
            ledger = send(smtp(relay.port, connections=2, answer_timeout=20), letters)
        assert ledger.sent == 3
        assert {len(each[0]) for each in relay.mails.values()} == {len(content(letters[0]))}


class TestHostileServers:
    @pytest.mark.parametrize(
        "noise",
        [
            "2" * 5_000_000,
            "250-" + "y" * 5_000_000,
            "250-more\r\n" * 200_000,
            "HTTP/1.1 400 Bad Request\r\n\r\n",
            "250",
            "999 no\r\n",
            "354 what\r\n",
            "\0\r\n",
        ],
        ids=["no-line-end", "long-line", "no-last-line", "http", "half", "code", "354", "nul"],
    )
    def test_noise_instead_of_an_answer(self, noise: str) -> None:
        def babble(wire: Wire, recipient: str) -> str | None:
            if not recipient.startswith("reader3@"):
                return None
            wire.say(noise)
            return wire.hang_up()

        with Relay({"BODY": babble}) as relay:
            ledger = send(smtp(relay.port), parcels(10))
        error = ledger.errors()[3]
        assert type(error) is OutcomeUnknown and len(str(error)) < 300
        assert ledger.sent == 9

    def test_replies_out_of_thin_air(self) -> None:
        """One reply more than commands were sent: from then on nothing is believed."""

        def twice(wire: Wire, recipient: str) -> str | None:
            ok = f"250 2.0.0 queued {recipient}"
            return f"{ok}\r\n{ok}" if recipient.startswith("reader3@") else None

        with Relay({"BODY": twice}) as relay:
            ledger = send(smtp(relay.port), parcels(10))
        assert len(ledger.answers) == 10
        doubtful = [n for n, error in ledger.errors().items() if type(error) is OutcomeUnknown]
        assert ledger.sent + len(doubtful) == 10 and len(doubtful) <= 2

    def test_a_word_while_nothing_is_asked(self) -> None:
        def greet(wire: Wire, line: str) -> str | None:
            wire.say("220 hi\r\n250 and more\r\n")
            return ""

        with Relay({"GREETING": greet}) as relay, pytest.raises(Unavailable, match="nobody asked"):
            smtp(relay.port).send_many(ledger := Ledger(parcels(3), 3))
        assert ledger.whole and sorted(ledger.untried) == [0, 1, 2]

    def test_a_success_before_the_mail_is_there_is_a_lie(self) -> None:
        letters = [parcel(number, HUGE) for number in range(2)]

        def lie(wire: Wire, line: str) -> str | None:
            wire.say("354 go on\r\n")
            wire.link.recv(1000)
            wire.say("250 2.0.0 taken\r\n")
            threading.Event().wait(0.5)
            return wire.reset()

        with Relay({"DATA": lie}, slow=True) as relay:
            ledger = Ledger(letters, 1)
            with pytest.raises(Unavailable):
                smtp(relay.port, connections=1).send_many(ledger)
        assert ledger.whole and not ledger.sent

    def test_a_server_that_repeats_the_password(self) -> None:
        def repeat(wire: Wire, recipient: str) -> str:
            return f"550 5.7.1 {PASSWORD} {'x' * 900}"

        with Relay({"BODY": repeat}, offers=["PIPELINING", "AUTH PLAIN"]) as relay:
            ledger = send(smtp(relay.port, **LOGIN), parcels(2))
        for error in ledger.errors().values():
            assert PASSWORD not in str(error) and "[secret]" in str(error)
            assert len(str(error)) < 300


class TestNoConnection:
    @pytest.mark.parametrize("count", [1, 3, 100])
    def test_a_closed_port_gives_every_mail_back(self, count: int) -> None:
        ledger = Ledger(parcels(count), 3)
        with pytest.raises(Unavailable, match="nothing listens there"):
            smtp(free_port()).send_many(ledger)
        assert ledger.whole and not ledger.answers
        assert len(ledger.untried) == min(count, 6)

    def test_an_unknown_host(self) -> None:
        ledger = Ledger(parcels(2), 3)
        with pytest.raises(Unavailable, match="there is no such host"):
            smtp(25, host="no-such-host.invalid").send_many(ledger)
        assert ledger.whole and len(ledger.untried) == 2

    def test_a_refused_account(self) -> None:
        with MailServer() as server:
            ledger = Ledger(parcels(5), 3)
            with pytest.raises(AuthExpired) as caught:
                smtp(server.port, username=USERNAME, password="wrong-w0rd").send_many(ledger)
        assert caught.value.status == "535 5.7.8" and "wrong-w0rd" not in str(caught.value)
        assert ledger.whole and len(ledger.untried) == 5

    def test_a_server_that_dies_in_the_middle(self) -> None:
        taken = []

        def die(wire: Wire, recipient: str) -> None:
            taken.append(recipient)
            if len(taken) == 20:
                threading.Thread(target=relay.stop).start()

        with Relay({"BODY": die}) as relay:
            ledger = Ledger(parcels(100), 3)
            with pytest.raises(Unavailable):
                smtp(relay.port).send_many(ledger)
        assert ledger.whole and ledger.sent >= 15
        doubtful = [each for each in ledger.errors().values() if type(each) is OutcomeUnknown]
        assert len(doubtful) <= 3

    def test_a_mute_server(self) -> None:
        with Relay({"GREETING": lambda *_: ""}) as relay:
            ledger = Ledger(parcels(2), 3)
            with pytest.raises(Unavailable, match="no answer in time"):
                smtp(relay.port, timeout=0.3).send_many(ledger)
        assert ledger.whole

    def test_a_server_that_drops_every_envelope(self) -> None:
        with Relay({"MAIL": lambda wire, _: wire.reset()}) as relay:
            ledger = Ledger(parcels(20), 3)
            with pytest.raises(Unavailable):
                smtp(relay.port).send_many(ledger)
        assert ledger.whole and not ledger.sent and relay.opened <= 12

    def test_too_many_connections_are_not_insisted_on(self) -> None:
        def few(wire: Wire, line: str) -> str | None:
            if relay.now <= 2:
                return None
            relay.count_out(wire)
            return "421 4.7.0 too many connections"

        with Relay({"GREETING": few}) as relay:
            ledger = send(smtp(relay.port, connections=8), parcels(100))
        assert ledger.sent == 100 and relay.opened <= 32  # it asks again from time to time


class TestLedger:
    def test_an_error_of_the_ledger_ends_it_cleanly(self) -> None:
        """What is in flight is finished, the ledger is told once more, the error is raised."""
        calls: list[Sequence[Answer]] = []

        def exchange(answers: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
            calls.append(answers)
            if len(calls) == 1:
                return parcels(6)
            if len(calls) == 2:
                raise LookupError("the database is away")
            assert room == 0
            return None

        with Relay() as relay, pytest.raises(LookupError, match="the database is away"):
            smtp(relay.port).send_many(exchange)
        assert len(calls) == 3 and sorted(each.id for each in calls[2]) == list(range(6))
        sent = {f"reader{each.id}@example.org" for each in calls[2] if each.receipt}
        assert sent == set(relay.mails) and not any(each.error for each in calls[2])

    def test_a_ledger_that_stays_away(self) -> None:
        def exchange(answers: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
            if not answers:
                return parcels(3)
            raise LookupError("away")

        with Relay() as relay, pytest.raises(LookupError, match="away"):
            smtp(relay.port).send_many(exchange)

    def test_no_more_means_finish(self) -> None:
        given: list[Answer] = []
        asked: list[int] = []

        def exchange(answers: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
            asked.append(room)
            given.extend(answers)
            return parcels(6) if len(asked) == 1 else None

        with Relay() as relay:
            smtp(relay.port).send_many(exchange)
        assert len(given) == 6 and all(each.receipt for each in given) and len(relay.mails) == 6

    def test_nothing_due_is_asked_again(self) -> None:
        waits = [[], parcels(1), [], [], parcels(2)[1:]]
        given: list[Answer] = []

        def exchange(answers: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
            given.extend(answers)
            return waits.pop(0) if waits else None

        with Relay() as relay:
            smtp(relay.port).send_many(exchange)
        assert len(given) == 2 and relay.opened == 1

    def test_a_ledger_that_is_slow_for_once_costs_no_line(self) -> None:
        """It is asked on the spot by then: the answers that nobody could read came in time."""
        letters, calls = parcels(60), []

        def exchange(answers: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
            calls.append([each.receipt for each in answers])
            if len(calls) == 12:
                time.sleep(1.0)
            given, letters[:room] = letters[:room], []
            return given or None

        with Relay() as relay:
            smtp(relay.port, connections=2, answer_timeout=0.5, timeout=0.5).send_many(exchange)
        assert relay.opened == 2 and len(calls) > 12
        assert sum(map(len, calls)) == 60 and all(map(all, calls))

    def test_near_the_server_a_turn_serves_two_mails_a_connection(self) -> None:
        """A turn takes far longer than a flight here, so there are few, of up to 8 mails, not 4."""
        letters, groups = parcels(320), []

        def exchange(answers: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
            groups.append(len(answers))
            time.sleep(0.05)
            given, letters[:room] = letters[:room], []
            return given or None

        with Relay() as relay:
            smtp(relay.port, connections=4).send_many(exchange)
        assert sum(groups) == 320 and len(groups) < 60

    def test_the_network_goes_on_while_the_ledger_writes(self) -> None:
        arrived = threading.Event()
        calls: list[int] = []

        def exchange(answers: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
            calls.append(len(answers))
            if len(calls) == 1:
                return parcels(2)
            if len(calls) == 2:
                assert arrived.wait(5)
            return None

        with Relay({"BODY": lambda *_: arrived.set()}) as relay:
            smtp(relay.port, connections=2).send_many(exchange)
        assert sum(calls) == 2


class TestEncryption:
    @pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
    def test_starttls_and_a_login(
        self, tls: ssl.SSLContext, ca_file: Path, loop: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if loop == "asyncio":
            monkeypatch.setitem(sys.modules, "uvloop", None)
        with MailServer(tls_context=tls, require_starttls=True, auth_required=True) as server:
            channel = smtp(server.port, security="starttls", ca_file=ca_file, **LOGIN)
            assert send(channel, parcels(20)).sent == 20
            assert server.commands[0] == "AUTH PLAIN" and len(server.mails) == 20

    def test_tls_from_the_first_byte(self, tls: ssl.SSLContext, ca_file: Path) -> None:
        with MailServer(implicit_tls=tls) as server:
            channel = smtp(server.port, security="tls", ca_file=ca_file)
            assert send(channel, parcels(20)).sent == 20

    def test_a_foreign_certificate(self, tls: ssl.SSLContext) -> None:
        ledger = Ledger(parcels(2), 3)
        with MailServer(tls_context=tls) as server:
            with pytest.raises(Unavailable, match="certificate is not trusted"):
                smtp(server.port, security="starttls").send_many(ledger)
            assert not server.commands and ledger.whole

    def test_without_starttls_nothing_goes_in_the_clear(self) -> None:
        with Relay() as relay:
            with pytest.raises(Unavailable, match="offers no STARTTLS"):
                smtp(relay.port, security="starttls", **LOGIN).send_many(Ledger(parcels(2), 3))
            assert relay.count("AUTH") == 0


class TestSeveralServers:
    @pytest.fixture
    def relays(self) -> Iterator[list[Relay]]:
        with Relay() as first, Relay() as second:
            yield [first, second]

    def several(self, ports: Sequence[int], weights: Sequence[int] = (1, 1), **more: Any) -> Smtp:
        pairs = zip(ports, weights, strict=True)
        servers = [{"host": "127.0.0.1", "port": port, "weight": w} for port, w in pairs]
        given = {"servers": servers, "security": "none", "timeout": 1, "connections": 8}
        return Smtp(SmtpSettings.model_validate(given | more), name="mail")

    def test_connections_follow_the_weights(self, relays: list[Relay]) -> None:
        channel = self.several([each.port for each in relays], [3, 1])
        assert send(channel, parcels(400)).sent == 400
        assert [each.most for each in relays] == [6, 2]

    def test_one_that_is_down_costs_nothing(self, relays: list[Relay]) -> None:
        channel = self.several([relays[0].port, free_port()])
        ledger = send(channel, parcels(100))
        assert ledger.sent == 100 and not ledger.errors()

    def test_one_that_dies_costs_at_most_what_it_held(self, relays: list[Relay]) -> None:
        def die(wire: Wire, recipient: str) -> None:
            if len(frail.mails) == 20:
                threading.Thread(target=frail.stop).start()

        with Relay({"BODY": die}) as frail:
            ledger = send(self.several([relays[0].port, frail.port]), parcels(300))
        unsure = ledger.errors().values()
        assert {type(each) for each in unsure} <= {OutcomeUnknown} and len(unsure) <= 8
        assert ledger.sent == 300 - len(unsure)

    def test_all_down(self) -> None:
        ledger = Ledger(parcels(10), 8)
        with pytest.raises(Unavailable, match="nothing listens"):
            self.several([free_port(), free_port()]).send_many(ledger)
        assert ledger.whole and not ledger.answers

    def test_a_single_mail_and_a_check_know_them_too(self, relays: list[Relay]) -> None:
        from publisher.testing import KEY
        from tests.adapters.test_smtp import EMAIL

        channel = self.several([free_port(), relays[1].port])
        assert channel.send(EMAIL, KEY).remote_id
        with pytest.raises(Unavailable, match="nothing listens"):
            channel.check()
        channel.close()

    def test_each_may_have_its_own_account(self) -> None:
        with MailServer(auth_required=True) as server:
            own = {"host": "127.0.0.1", "port": server.port, **LOGIN}
            settings = {"servers": [own], "security": "none", "timeout": 1}
            channel = Smtp(SmtpSettings.model_validate(settings), name="mail")
            assert send(channel, parcels(3)).sent == 3


class TestStops:
    @pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
    def test_an_interrupt_leaves_no_mail_without_an_answer(
        self, loop: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What was whole and unanswered is in doubt, the rest is given back."""
        if loop == "asyncio":
            monkeypatch.setitem(sys.modules, "uvloop", None)

        def interrupt(wire: Wire, recipient: str) -> str | None:
            if not recipient.startswith("reader9@"):
                return None
            signal.raise_signal(signal.SIGINT)
            return wire.ignore()

        ledger = Ledger(parcels(50), 3, again=0)
        with Relay({"BODY": interrupt}) as relay, pytest.raises(KeyboardInterrupt):
            smtp(relay.port, answer_timeout=30).send_many(ledger)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert ledger.whole and type(ledger.errors()[9]) is OutcomeUnknown
        assert len(ledger.untried) + len(ledger.errors()) <= 6

    def test_a_bug_on_one_line_ends_it_cleanly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from publisher.smtp.server import Server

        def broken(server: Server, reply: object) -> str:
            raise LookupError("a bug")

        monkeypatch.setattr(Server, "shown", broken)
        ledger = Ledger(parcels(20), 3)
        with Relay() as relay, pytest.raises(LookupError, match="a bug"):
            smtp(relay.port).send_many(ledger)
        assert ledger.whole and not ledger.sent
        assert {type(each) for each in ledger.errors().values()} == {OutcomeUnknown}
