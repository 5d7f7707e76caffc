# ruff: noqa: ARG001, ARG005 - whims are handed everything
"""Servers that take only so much at once are served at their own pace, and nobody twice."""

import socket
import ssl
import threading
from contextlib import suppress

import pytest
import trustme

from publisher.adapters.base import Learns
from publisher.adapters.smtp import Smtp
from publisher.errors import AuthExpired, RateLimited, Reason, Unavailable
from tests.adapters.limited_server import LimitedServer
from tests.adapters.parcels import Ledger, parcels, smtp
from tests.adapters.smtp_server import Relay, Wire

READERS = 200


def sent(channel: Smtp, count: int = READERS) -> Ledger:
    ledger = Ledger(parcels(count), channel.connections, again=50)
    channel.send_many(ledger)
    assert ledger.whole and not ledger.errors() and ledger.sent == count
    return ledger


@pytest.mark.parametrize("offers", [["PIPELINING"], ["8BITMIME"]], ids=["pipelining", "plain"])
def test_three_transactions_at_once(offers: list[str]) -> None:
    with LimitedServer(transactions=3, offers=offers) as server:
        channel = smtp(server.port, connections=10)
        sent(channel)
        assert set(server.taken.values()) == {1} and len(server.taken) == READERS
        assert server.at_once == 3 and server.refused <= 20
        assert channel.learned()[f"127.0.0.1:{server.port}"][0] == 3


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("GREETING", "421 4.7.0 Too many connections"),
        ("GREETING", "454 4.7.0 Too many concurrent SMTP connections"),
        ("EHLO", "421 4.3.2 The maximum number of concurrent connections has exceeded a limit"),
        ("EHLO", "450 4.7.0 too many connections"),
        ("MAIL", "432 4.3.2 Concurrent connections limit exceeded"),
        ("RCPT", "450 4.7.0 too many simultaneous connections"),
        ("DATA", "451 4.3.2 too many transactions at once"),
        ("BODY", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"),
    ],
)
def test_three_connections_at_once_wherever_it_is_said(at: str, words: str) -> None:
    with LimitedServer(connections=3, at=at, words=words) as server:
        channel = smtp(server.port, connections=8)
        sent(channel)
        assert set(server.taken.values() or server.mails) and server.refused <= 60
        known, said = channel.learned()[f"127.0.0.1:{server.port}"]
        assert 1 <= known <= 3 and words[10:30] in said


@pytest.mark.parametrize("offers", [["PIPELINING"], ["8BITMIME"]], ids=["pipelining", "plain"])
@pytest.mark.parametrize("words", ["451 4.3.0 Temporary server error", "450 not now"])
def test_three_transactions_at_once_in_words_that_do_not_say_so(
    offers: list[str], words: str
) -> None:
    with LimitedServer(transactions=3, offers=offers, words=words) as server:
        channel = smtp(server.port, connections=10)
        sent(channel)
        assert set(server.taken.values()) == {1} and server.refused <= 20
        assert channel.learned()[f"127.0.0.1:{server.port}"][0] == 3


def test_what_was_learned_holds_from_the_beginning() -> None:
    with LimitedServer(transactions=3) as server:
        channel = smtp(server.port, connections=10)
        assert isinstance(channel, Learns)
        channel.recall({f"127.0.0.1:{server.port}": 3})
        sent(channel)
        assert server.refused == 0 and server.at_once == 3


def test_a_server_that_takes_no_connection_is_waited_for_a_while() -> None:
    refusals: list[str] = []

    def full(wire: Wire, line: str) -> str | None:
        refusals.append(line)
        return "421 4.7.0 too many connections" if len(refusals) <= 2 else None

    with Relay({"GREETING": full}) as relay:
        sent(smtp(relay.port, connections=1), 3)
        assert len(refusals) == 3


def test_a_connection_that_has_carried_enough_is_renewed() -> None:
    counts: dict[int, int] = {}

    def enough(wire: Wire, line: str) -> str | None:
        counts[id(wire)] = counts.get(id(wire), 0) + 1
        return "451 4.4.5 Too many messages in this connection" if counts[id(wire)] > 5 else None

    with Relay({"MAIL": enough}) as relay:
        channel = smtp(relay.port, connections=2)
        sent(channel, 40)
        assert not channel.learned() and relay.opened >= 8


def test_a_refused_sender_gets_no_empty_mail() -> None:
    """It refuses MAIL, and goes on as if it had not."""
    empty: list[str] = []
    with Relay({"MAIL": lambda *_: "550 no", "DOT": lambda wire, to: empty.append(to)}) as relay:
        ledger = Ledger(parcels(5), 3)
        smtp(relay.port).send_many(ledger)
    assert not empty and not relay.mails
    assert {type(each) for each in ledger.errors().values()} == {AuthExpired}


@pytest.mark.parametrize(
    ("word", "reply"),
    [
        ("GREETING", "451 4.7.1 Daily quota exceeded"),
        ("EHLO", "450 4.7.1 hourly limit of 100 messages exceeded"),
        ("MAIL", "421 4.7.0 Daily message quota exceeded"),
    ],
)
def test_a_quota_is_told_wherever_it_is_said(word: str, reply: str) -> None:
    ledger = Ledger(parcels(3), 3)
    with Relay({word: lambda *_: reply}) as relay:
        try:
            smtp(relay.port).send_many(ledger)
            (error, *_) = ledger.errors().values()
        except RateLimited as raised:
            error = raised
    assert isinstance(error, RateLimited) and error.reason is Reason.QUOTA and error.wait
    assert ledger.whole and not ledger.sent


def old_tls(port: socket.socket, *, says_so: bool, starttls: bool) -> None:
    """Serve one connection with TLS 1.1 at most; without an alert it just hangs up."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    link, _ = port.accept()
    with link:
        if starttls:
            for reply in (b"220 hi\r\n", b"250-x\r\n250 STARTTLS\r\n", b"220 go\r\n"):
                link.sendall(reply)
                if not reply.startswith(b"220 go"):
                    link.recv(1000)
        if says_so:
            with suppress(OSError):
                context.wrap_socket(link, server_side=True)
        else:
            link.recv(1)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize(("says_so", "told"), [(True, "knows only old TLS"), (False, "hung up")])
def test_a_server_that_knows_only_old_tls_is_named_as_that(
    security: str, told: str, *, says_so: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as port:
        how = {"says_so": says_so, "starttls": security == "starttls"}
        server = threading.Thread(target=old_tls, args=(port,), kwargs=how)
        server.start()
        channel = smtp(port.getsockname()[1], security=security)
        with pytest.raises(Unavailable, match=told) as caught:
            channel.check()
        server.join()
    assert "old TLS" in str(caught.value)


def test_a_server_without_tls_where_tls_begins_is_named_as_that() -> None:
    with Relay() as relay, pytest.raises(Unavailable, match="does not begin with TLS there"):
        smtp(relay.port, security="tls").send_many(Ledger(parcels(1), 3))
