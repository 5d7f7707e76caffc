import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import ValidationError

from publisher.adapters.smtp import Smtp, SmtpSettings
from publisher.errors import AuthExpired, DeliveryError, OutcomeUnknown, Rejected, Unavailable
from publisher.model.messages import Email
from publisher.smtp.security import Security
from publisher.testing import KEY, OF_HTTP, OTHER_KEY, Behaviour, EmailAdapterSuite
from tests.adapters.faults import FaultProxy, Mode
from tests.adapters.parcels import Ledger, parcels, smtp
from tests.adapters.smtp_server import (
    DOT,
    PASSWORD,
    USERNAME,
    MailServer,
    Parrot,
    SmtpNetwork,
)

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
LOGIN = {"username": USERNAME, "password": PASSWORD}
EMAIL = Email(
    sender="The Example Gazette <news@gazette.example>",
    recipient="ann@reader.example",
    recipient_name="Ann Reader",
    subject="The bridge is open again",
    html="<p>Open</p>",
    text="Open\n",
    date=datetime(2026, 3, 1, 7, 0, tzinfo=UTC),
)


class TestSmtp(EmailAdapterSuite):
    adapter = Smtp
    behaviours = frozenset(Behaviour) - {Behaviour.LIMITS, Behaviour.FAILS} - OF_HTTP

    @pytest.fixture
    def network(self) -> Iterator[SmtpNetwork]:
        network = SmtpNetwork()
        yield network
        network.stop()


@pytest.fixture
def channel(server: MailServer) -> Iterator[Smtp]:
    channel = smtp(server.port)
    yield channel
    channel.close()


def failure(channel: Smtp, email: Email = EMAIL) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(email, KEY)
    channel.close()
    return caught.value


class TestEncryption:
    def test_starttls_and_a_login(self, tls: ssl.SSLContext, ca_file: Path) -> None:
        with MailServer(tls_context=tls, require_starttls=True, auth_required=True) as server:
            channel = smtp(server.port, security="starttls", ca_file=ca_file, **LOGIN)
            channel.check()
            channel.send(EMAIL, KEY)
            channel.close()
            assert server.recipients == [EMAIL.recipient]
            assert server.commands[0] == "AUTH PLAIN"

    def test_tls_from_the_first_byte(self, tls: ssl.SSLContext, ca_file: Path) -> None:
        with MailServer(implicit_tls=tls) as server:
            channel = smtp(server.port, security="tls", ca_file=ca_file)
            channel.send(EMAIL, KEY)
            channel.send(EMAIL, OTHER_KEY)
            channel.close()
            assert len(server.mails) == 2

    def test_a_foreign_certificate_is_not_trusted(self, tls: ssl.SSLContext) -> None:
        with MailServer(tls_context=tls) as server:
            error = failure(smtp(server.port, security="starttls"))
        assert type(error) is Unavailable
        assert "certificate is not trusted" in str(error) and "`ca_file`" in str(error)
        assert not server.commands

    def test_a_certificate_for_another_name_is_not_trusted(
        self, authority: trustme.CA, ca_file: Path
    ) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("mail.example").configure_cert(context)
        with MailServer(tls_context=context) as server:
            error = failure(smtp(server.port, security="starttls", ca_file=ca_file))
        assert "certificate is not trusted" in str(error) and "127.0.0.1" in str(error)

    def test_without_starttls_nothing_goes_in_the_clear(self, server: MailServer) -> None:
        error = failure(smtp(server.port, security="starttls", **LOGIN))
        assert type(error) is Unavailable and "offers no STARTTLS" in str(error)
        assert not server.commands

    def test_what_was_slipped_in_before_tls_is_forgotten(self) -> None:
        hello = b"250-there\r\n250 STARTTLS\r\n"
        with Parrot(b"220 hi\r\n", hello, b"220 go\r\n250 AUTH PLAIN\r\n") as parrot:
            error = failure(smtp(parrot.port, security="starttls", **LOGIN))
        assert type(error) is Unavailable
        assert PASSWORD.encode() not in b"".join(parrot.heard)

    def test_the_wrong_kind_of_encryption_is_told(self, server: MailServer) -> None:
        error = failure(smtp(server.port, security="tls"))
        assert type(error) is Unavailable and "use `tls` on port 465" in str(error)

    def test_a_ca_file_that_is_none_is_told(self, tls: ssl.SSLContext, tmp_path: Path) -> None:
        (tmp_path / "empty.pem").write_text("nothing")
        with MailServer(tls_context=tls) as server:
            for name in ("empty.pem", "missing.pem"):
                options = {"security": "starttls", "ca_file": tmp_path / name}
                assert "holds no certificates" in str(failure(smtp(server.port, **options)))


class TestAccount:
    @pytest.mark.parametrize("way", ["PLAIN", "LOGIN"])
    def test_each_way_to_log_in(self, way: str) -> None:
        others = {"PLAIN", "LOGIN"} - {way}
        with MailServer(auth_required=True, auth_exclude_mechanism=others) as server:
            channel = smtp(server.port, **LOGIN)
            channel.send(EMAIL, KEY)
            channel.close()
            assert server.commands[0] == f"AUTH {way}"

    def test_a_challenge_spares_the_password(self) -> None:
        """The example of RFC 2195, section 2."""
        challenge = b"334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\r\n"
        lines = b"220 hi\r\n", b"250-x\r\n250 AUTH CRAM-MD5 PLAIN\r\n", challenge, b"235 ok\r\n"
        with Parrot(*lines) as parrot:
            failure(smtp(parrot.port, username="tim", password="tanstaaftanstaaf"))
        assert parrot.heard[2].strip() == b"dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"

    def test_a_wrong_password(self, server: MailServer) -> None:
        error = failure(smtp(server.port, username=USERNAME, password="wrong-w0rd"))
        assert type(error) is AuthExpired and error.status == "535 5.7.8"
        assert "check `username` and `password`" in str(error)

    def test_no_login_where_one_is_needed(self) -> None:
        with MailServer(auth_required=True) as server:
            error = failure(smtp(server.port))
        assert type(error) is AuthExpired and error.status == "530 5.7.0"

    def test_no_login_on_offer(self) -> None:
        with MailServer(auth_require_tls=True) as server:
            error = failure(smtp(server.port, **LOGIN))
        assert type(error) is AuthExpired and "offers no login here" in str(error)

    def test_a_login_that_cannot_be_checked_now(self) -> None:
        lines = b"220 hi\r\n", b"250-x\r\n250 AUTH PLAIN\r\n", b"454 4.7.0 later\r\n"
        with Parrot(*lines) as parrot:
            error = failure(smtp(parrot.port, **LOGIN))
        assert type(error) is Unavailable and error.status == "454 4.7.0"

    def test_a_server_that_repeats_the_password(self) -> None:
        greeting = b"220 hi\r\n", b"250-x\r\n250 AUTH PLAIN\r\n", b"235 ok\r\n"
        with Parrot(*greeting, f"550 {PASSWORD} {'x' * 900}\r\n".encode()) as parrot:
            error = failure(smtp(parrot.port, **LOGIN))
        assert type(error) is AuthExpired and PASSWORD not in str(error)
        assert "[secret]" in str(error) and len(str(error)) < 300


class TestRefusals:
    @pytest.mark.parametrize(
        ("command", "reply", "kind", "status"),
        [
            ("MAIL", "550 5.7.1 sender not allowed", AuthExpired, "550 5.7.1"),
            ("MAIL", "452 4.3.1 disk full", Unavailable, "452 4.3.1"),
            ("RCPT", "550 no such user", Rejected, "550"),
            ("RCPT", "552 5.2.2 mailbox full", Unavailable, "552 5.2.2"),
            ("RCPT", "452 4.2.2 mailbox full", Unavailable, "452 4.2.2"),
            ("RCPT", "450 4.2.1 busy", Unavailable, "450 4.2.1"),
            ("RCPT", "421 4.3.2 shutting down", Unavailable, "421 4.3.2"),
            ("RCPT", "354 what", Unavailable, ""),
            ("DATA", "554 5.7.1 looks like spam", Rejected, "554 5.7.1"),
            ("DATA", "552 5.3.4 too big", Rejected, "552 5.3.4"),
            ("DATA", "451 4.3.0 try later", Unavailable, "451 4.3.0"),
            ("DATA", "421 4.3.2 shutting down", Unavailable, "421 4.3.2"),
            ("DATA", "354 what", OutcomeUnknown, ""),
        ],
    )
    def test_each_reply_has_its_error(
        self, server: MailServer, channel: Smtp, command: str, reply: str, kind: type, status: str
    ) -> None:
        server.says[command] = [reply]
        error = failure(channel)
        assert type(error) is kind and error.status == status
        assert not server.mails

    def test_the_reply_is_shown(self, server: MailServer, channel: Smtp) -> None:
        server.says["RCPT"] = ["550 5.1.1 no \x1b[31m such\tuser"]
        assert str(failure(channel)) == "127.0.0.1 refuses the email: 5.1.1 no [31m such user"

    def test_greylisting_ends_with_a_mail(self, server: MailServer, channel: Smtp) -> None:
        server.says["RCPT"] = ["451 4.7.1 greylisted"]
        assert type(failure(channel)) is Unavailable
        channel.send(EMAIL, KEY)
        assert len(server.mails) == 1

    def test_one_refusal_does_not_touch_the_next_mail(self, server: MailServer) -> None:
        server.says["RCPT"] = ["550 5.1.1 no such user"]
        ledger = Ledger(parcels(2), 1)
        smtp(server.port, connections=1).send_many(ledger)
        assert type(ledger.errors()[0]) is Rejected
        assert server.recipients == ["reader1@example.org"]
        assert server.count("RSET") == 1

    def test_a_mail_too_large_is_not_even_begun(self) -> None:
        with MailServer(data_size_limit=2000) as server:
            error = failure(smtp(server.port), replace(EMAIL, text="long " * 1000))
            assert type(error) is Rejected and "takes 2000" in str(error)
            assert server.count("MAIL") == 0

    def test_a_server_that_refuses_everybody_refuses_no_mail(self) -> None:
        for lines in ([b"554 5.7.1 go away\r\n"], [b"220 hi\r\n", b"550 no\r\n", b"550 no\r\n"]):
            with Parrot(*lines) as parrot:
                error = failure(smtp(parrot.port))
            assert type(error) is Unavailable and "does not serve us" in str(error)

    def test_a_server_from_before_ehlo(self) -> None:
        old = [b"220 hi\r\n", b"500 what\r\n", b"250 hello\r\n", b"250 ok\r\n", b"250 ok\r\n"]
        with Parrot(*old, b"354 go\r\n", b"250 taken\r\n") as parrot:
            channel = smtp(parrot.port, helo="me.example")
            assert channel.send(EMAIL, KEY).remote_id == "taken"
            channel.close()
        assert parrot.heard[1] == b"HELO me.example\r\n"


class TestHostileServers:
    @pytest.mark.parametrize(
        "greeting",
        [
            b"x" * 5_000_000,
            b"220-" + b"y" * 5_000_000,
            b"220-more\r\n" * 200_000,
            b"\r\n",
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            b"999 no\r\n",
            b"\xff\xfe\x00",
            b"",
        ],
        ids=["no-line-end", "long-line", "no-last-line", "blank", "http", "code", "bytes", "mute"],
    )
    def test_a_greeting_that_is_none(self, greeting: bytes) -> None:
        with Parrot(greeting) as parrot:
            error = failure(smtp(parrot.port, timeout=0.5))
        assert type(error) is Unavailable and len(str(error)) < 200

    def test_size_and_extensions_may_be_nonsense(self) -> None:
        hello = b"250-x\r\n250-SIZE " + b"9" * 8000 + b"\r\n250-\r\n250 SIZE=\xff\r\n"
        with Parrot(b"220 hi\r\n", hello, b"550 no\r\n") as parrot:
            assert type(failure(smtp(parrot.port))) is AuthExpired

    def test_answers_that_nobody_asked_for_are_not_believed(self) -> None:
        """Five replies at once could make a mail look sent that was not."""
        replies = b"220 hi\r\n", b"250 x\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n"
        with Parrot(*replies, b"550 no\r\n") as parrot:
            assert type(failure(smtp(parrot.port))) is Unavailable


class TestLostLines:
    @pytest.fixture
    def proxy(self, server: MailServer) -> Iterator[FaultProxy]:
        with FaultProxy(server.port) as proxy:
            yield proxy

    @pytest.mark.parametrize("after", [b"EHLO", b"MAIL", b"RCPT", b"DATA"])
    @pytest.mark.parametrize("mode", [Mode.SWALLOW, Mode.RESET, Mode.CUT, Mode.GARBLE])
    def test_before_the_last_byte_nothing_was_sent(
        self, server: MailServer, proxy: FaultProxy, mode: Mode, after: bytes
    ) -> None:
        proxy.switch(mode, after=after)
        assert type(failure(smtp(proxy.port, timeout=0.2))) is Unavailable
        assert not server.mails

    def test_a_slow_answer_is_waited_for(self, server: MailServer, proxy: FaultProxy) -> None:
        proxy.switch(Mode.DELAY, after=DOT, delay=0.5)
        channel = smtp(proxy.port, timeout=0.2, answer_timeout=3)
        channel.send(EMAIL, KEY)
        channel.close()
        assert len(server.mails) == 1


class TestConnections:
    def test_one_mail_needs_one(self, server: MailServer) -> None:
        with FaultProxy(server.port) as proxy:
            smtp(proxy.port).send(EMAIL, KEY)
            assert proxy.opened == 1
        assert server.count("QUIT") == 1 and len(server.mails) == 1

    def test_a_check_says_goodbye_and_changes_nothing(self, server: MailServer) -> None:
        smtp(server.port).check()
        assert server.count("QUIT") == 1 and server.count("MAIL") == 0

    def test_a_server_without_a_goodbye_passes_the_check(self) -> None:
        with Parrot(b"220 hi\r\n", b"250 hello\r\n", b"250 ok\r\n") as parrot:
            smtp(parrot.port).check()

    def test_one_mail_is_tried_again_where_another_server_is(self, server: MailServer) -> None:
        with Parrot(b"220 hi\r\n", b"421 4.3.2 not now\r\n") as parrot:
            servers = [{"host": "127.0.0.1", "port": parrot.port, "weight": 5}]
            servers.append({"host": "127.0.0.1", "port": server.port, "weight": 1})
            channel = Smtp(
                SmtpSettings.model_validate({"servers": servers, "security": "none"}), name="mail"
            )
            channel.send(EMAIL, KEY)
        assert len(server.mails) == 1

    def test_the_server_names_the_mail(self, channel: Smtp) -> None:
        assert channel.send(EMAIL, KEY).remote_id == "2.0.0 queued as 000001"

    def test_an_unknown_host_is_told(self) -> None:
        for host in ("no-such-host.invalid", "x" * 70 + ".example"):
            channel = Smtp(SmtpSettings(host=host, timeout=2), name="mail")
            assert "there is no such host" in str(failure(channel))

    def test_a_closed_port_is_told(self) -> None:
        with MailServer() as server:
            port = server.port
        assert "nothing listens there, check `host` and `port`" in str(failure(smtp(port)))


class TestInternationalMail:
    email = replace(EMAIL, recipient="jörg@bücher.example", recipient_name="Jörg Müller")

    def test_it_goes_where_the_server_takes_it(self) -> None:
        with MailServer(enable_SMTPUTF8=True) as server:
            channel = smtp(server.port)
            channel.send(self.email, KEY)
            channel.close()
            assert server.recipients == ["jörg@xn--bcher-kva.example"]
            assert "jörg@xn--bcher-kva.example".encode() in server.mails[0]

    def test_it_is_rejected_where_not(self) -> None:
        with MailServer(enable_SMTPUTF8=False) as server:
            error = failure(smtp(server.port), self.email)
            assert type(error) is Rejected and "international addresses" in str(error)
            assert server.count("MAIL") == 0

    def test_an_international_domain_needs_nothing(self, server: MailServer, channel: Smtp) -> None:
        channel.send(replace(EMAIL, recipient="joerg@bücher.example"), KEY)
        assert server.recipients == ["joerg@xn--bcher-kva.example"]


class TestOptions:
    @pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
    def test_the_port_follows_the_security(self, security: Security, port: int) -> None:
        channel = Smtp(SmtpSettings(host="mail.example", security=security), name="mail")
        assert [server.port for server in channel._servers] == [port]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"username": "news"},
            {"password": "only"},
            {"connections": 0},
            {"connections": 501},
            {"security": "ssl"},
            {"port": 70000},
            {"host": "mail.example:25"},
            {"host": "smtp://mail.example"},
            {"helo": "a\r\nMAIL FROM:<>"},
            {"auth": "ntlm"},
            {"host": ""},
            {"servers": [{"host": "mail.example"}]},
            {"host": "", "servers": [{"host": ""}]},
            {"host": "", "servers": [{"host": "a.example", "weight": 0}]},
            {"host": "", "servers": [{"host": "a.example", "username": "news"}]},
            {"host": "", "port": 25, "servers": [{"host": "a.example"}]},
            {"timeout": 0},
        ],
    )
    def test_what_cannot_be_is_refused(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            SmtpSettings.model_validate({"host": "mail.example"} | wrong)

    def test_dispatch_learns_how_many_threads_to_use(self) -> None:
        assert Smtp(SmtpSettings(host="mail.example", connections=9), name="mail").connections == 9


@pytest.mark.parametrize(
    ("options", "mark", "expected"),
    [
        ({}, "42-0123456789", "news@gazette.example"),
        ({"return_path": "bounces@gazette.example"}, "42-01", "bounces@gazette.example"),
        (
            {"return_path": "bounces@gazette.example", "verp": True},
            "42-0123456789",
            "bounces+42-0123456789@gazette.example",
        ),
        (
            {"return_path": "bounces@bücher.example", "verp": True},
            "",
            "bounces@xn--bcher-kva.example",
        ),
    ],
)
def test_bounces_go_to_the_return_path(
    server: MailServer, options: dict[str, Any], mark: str, expected: str
) -> None:
    channel = smtp(server.port, **options)
    channel.send(replace(EMAIL, mark=mark), KEY)
    channel.close()
    assert server.senders == [expected]
    named = f"<{mark or KEY}@gazette.example>".encode()
    assert b"Message-ID: " + named in server.mails[0]


@pytest.mark.parametrize(
    "wrong", [{"verp": True}, {"return_path": "bounces"}, {"return_path": "a@b.example\r\nDATA"}]
)
def test_a_return_path_is_an_address(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SmtpSettings(host="127.0.0.1", **wrong)
