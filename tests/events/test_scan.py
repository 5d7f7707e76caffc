"""Scans of a mailbox by IMAP and POP3: what becomes of emails, whatever happens meanwhile."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import trustme

from publisher.config.options.mailbox import Mailbox
from publisher.errors import MailboxError, StorageError
from publisher.events.mailbox.mail import Mail
from publisher.events.mailbox.reading import Finding
from publisher.events.mailbox.scan import NOT_FOR_US, Scan
from publisher.events.mailbox.session import opened
from publisher.outbox.outbox import Outbox
from tests.events.conftest import NOW, SERVERS
from tests.events.emails import letter
from tests.events.servers import PASSWORD, ImapServer, Pop3Server, Server

Options = Callable[..., Mailbox]


@dataclass
class Parrot:
    """Takes emails whose subject begins with `ours`, and notes each once."""

    recorded: list[str] = field(default_factory=list)
    read_at_all: list[str] = field(default_factory=list)
    breaks: Callable[[str], None] = lambda _subject: None

    def read(self, mail: Mail) -> Finding | None:
        subject = mail.get("subject")
        self.read_at_all.append(subject)
        if not subject.startswith("ours"):
            return None

        def record() -> None:
            self.breaks(subject)
            if subject not in self.recorded:
                self.recorded.append(subject)

        return Finding("ours", record)


@pytest.fixture
def parrot() -> Parrot:
    return Parrot()


@pytest.fixture
def scan(outbox: Outbox, mailbox: Options, parrot: Parrot) -> Callable[..., Scan]:
    def make(**options: object) -> Scan:
        return Scan(mailbox(**options), [parrot], outbox, lambda: NOW)

    return make


def fill(server: Server, ours: int = 3, others: int = 2) -> None:
    for number in range(ours):
        server.box.add(letter(f"ours {number}"))
    for number in range(others):
        server.box.add(letter(f"foreign {number}"))


def test_what_is_recorded_is_deleted_and_the_rest_stays(
    server: Server, scan: Callable[..., Scan], parrot: Parrot
) -> None:
    fill(server)
    assert scan().run() == {"ours": 3, NOT_FOR_US: 2}
    assert [Mail(raw).get("subject") for raw in server.box.inbox] == ["foreign 0", "foreign 1"]
    assert parrot.recorded == ["ours 0", "ours 1", "ours 2"]


def test_foreign_mail_is_read_once(
    server: Server, scan: Callable[..., Scan], parrot: Parrot
) -> None:
    fill(server, ours=0, others=3)
    scan().run()
    server.box.add(letter("ours at last"))
    parrot.read_at_all.clear()
    assert scan().run() == {"ours": 1}
    assert parrot.read_at_all == ["ours at last"]


def test_kept_emails_are_recorded_once(
    server: Server, scan: Callable[..., Scan], parrot: Parrot
) -> None:
    fill(server)
    scan(processed="keep").run()
    assert scan(processed="keep").run() == {}
    assert len(server.box.inbox) == 5
    assert len(parrot.read_at_all) == 5


def test_marks_of_emails_that_are_gone_are_forgotten(
    server: Server, scan: Callable[..., Scan], outbox: Outbox
) -> None:
    fill(server, ours=0, others=9)
    one = scan()
    one.run()
    server.box.folders["INBOX"].clear()
    server.box.validity += 1
    scan().run()
    assert outbox.mailboxes.seen(one.name) == set()


def test_more_emails_than_one_session_takes(server: Server, scan: Callable[..., Scan]) -> None:
    fill(server, ours=450)
    assert scan().run() == {"ours": 450, NOT_FOR_US: 2}
    assert len(server.box.inbox) == 2


def test_a_line_that_drops_loses_nothing(protocol: str, mailbox: Options, outbox: Outbox) -> None:
    for at in range(1, 30):
        with SERVERS[protocol]() as server:
            cut_once(server, mailbox(port=server.port), outbox, at)


def cut_once(server: Server, box: Mailbox, outbox: Outbox, at: int) -> None:
    parrot = Parrot()
    fill(server, ours=5)
    server.drop_at = at
    with suppress(MailboxError):
        Scan(box, [parrot], outbox, lambda: NOW).run()
    server.drop_at = None
    left = {Mail(raw).get("subject") for raw in server.box.inbox}
    assert {f"ours {number}" for number in range(5)} <= left | set(parrot.recorded)
    Scan(box, [parrot], outbox, lambda: NOW).run()
    assert sorted(parrot.recorded) == [f"ours {number}" for number in range(5)]
    assert [Mail(raw).get("subject") for raw in server.box.inbox] == ["foreign 0", "foreign 1"]


def test_what_cannot_be_recorded_stays(
    server: Server, scan: Callable[..., Scan], parrot: Parrot
) -> None:
    fill(server)

    def full(subject: str) -> None:
        if subject == "ours 1":
            raise StorageError("the disk is full")

    parrot.breaks = full
    with pytest.raises(StorageError):
        scan().run()
    assert parrot.recorded == ["ours 0"]
    parrot.breaks = lambda _subject: None
    scan().run()
    assert parrot.recorded == ["ours 0", "ours 1", "ours 2"]
    assert len(server.box.inbox) == 2


def test_an_email_that_nobody_can_read_holds_nothing_up(
    server: Server, scan: Callable[..., Scan], parrot: Parrot
) -> None:
    fill(server)

    def broken(subject: str) -> None:
        if subject == "ours 1":
            raise ZeroDivisionError

    parrot.breaks = broken
    one = scan()
    one.run()
    assert parrot.recorded == ["ours 0", "ours 2"]
    assert len(server.box.inbox) == 3
    assert "ZeroDivisionError" in one.problems[0]


def test_a_huge_email_is_read_in_part(
    server: Server, scan: Callable[..., Scan], parrot: Parrot
) -> None:
    sizes = list[int]()
    read = parrot.read

    def measured(mail: Mail) -> Finding | None:
        sizes.append(len(mail.body))
        return read(mail)

    parrot.read = measured  # type: ignore[method-assign]
    server.box.add(b"Subject: ours\r\n\r\n" + b"x" * 70 + b"\r\n")
    server.box.add(b"Subject: ours, long\r\n\r\n" + (b"x" * 70 + b"\r\n") * 300_000)
    server.box.add(b"Subject: ours, one line\r\n\r\n" + b"x" * 20_000_000)
    server.box.add(b"Subject: ours again\r\n\r\n..\r\n.\r\n")
    assert scan().run() == {"ours": 4}
    assert max(sizes) <= 250_000
    assert not server.box.inbox


def test_what_begins_with_a_dot_arrives_as_it_was(server: Server, mailbox: Options) -> None:
    server.box.add(b"Subject: x\r\n\r\n.one\r\n..two\r\n.\r\nthree\r\n")
    with opened(mailbox()) as session:
        (name,) = session.unseen(())
        raw = session.read(name, 1000)
    assert raw is not None and Mail(raw).body.rstrip(b"\n") == b".one\n..two\n.\nthree"


def test_two_scans_are_not_at_it_together(
    server: Server, scan: Callable[..., Scan], parrot: Parrot
) -> None:
    fill(server)
    second = list[object]()

    def meanwhile(_subject: str) -> None:
        second.append(scan().run())

    parrot.breaks = meanwhile
    assert scan().run() == {"ours": 3, NOT_FOR_US: 2}
    assert second == [None, None, None]


def test_who_lost_the_lease_stops(
    server: Server, outbox: Outbox, mailbox: Options, parrot: Parrot
) -> None:
    fill(server)
    times = iter([NOW, NOW, NOW + timedelta(hours=1)])

    def clock() -> datetime:
        return next(times, NOW + timedelta(hours=1))

    def taken(_subject: str) -> None:
        later = NOW + timedelta(hours=1)
        outbox.mailboxes.take(one.name, "another:1:x", later, timedelta(minutes=10))

    parrot.breaks = taken
    one = Scan(mailbox(), [parrot], outbox, clock)
    one.run()
    assert parrot.recorded == ["ours 0"]


def test_a_stop_is_heeded_between_two_emails(
    server: Server, outbox: Outbox, mailbox: Options, parrot: Parrot
) -> None:
    fill(server)
    one = Scan(mailbox(), [parrot], outbox, lambda: NOW, lambda: bool(parrot.recorded))
    assert one.run() == {"ours": 1}
    assert len(server.box.inbox) == 4


def test_a_wrong_password_and_a_closed_port(
    scan: Callable[..., Scan],
) -> None:
    with pytest.raises(MailboxError, match="logging in at") as caught:
        scan(password="swordfish").run()
    assert "swordfish" not in str(caught.value)
    with pytest.raises(MailboxError, match="connecting"):
        scan(port=1).run()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_encrypted(
    protocol: str, outbox: Outbox, tmp_path: Path, parrot: Parrot, security: str
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with SERVERS[protocol](context=context) as server:
        server.tls_first = security == "tls"
        fill(server)
        options = {
            "address": "bounces@gazette.example",
            "protocol": protocol,
            "host": "localhost",
            "port": server.port,
            "security": security,
            "username": "bounces",
            "password": PASSWORD,
            "timeout": 5,
        }
        with pytest.raises(MailboxError, match="certificate"):
            Scan(Mailbox.model_validate(options), [parrot], outbox, lambda: NOW).run()
        options["ca_file"] = tmp_path / "ca.pem"
        box = Mailbox.model_validate(options)
        assert Scan(box, [parrot], outbox, lambda: NOW).run() == {"ours": 3, NOT_FOR_US: 2}


@pytest.fixture
def imap() -> Iterator[ImapServer]:
    with ImapServer() as running:
        yield running


def imap_box(port: int, **options: object) -> Mailbox:
    given = {
        "address": "bounces@gazette.example",
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "username": "bounces",
        "password": PASSWORD,
    }
    return Mailbox.model_validate(given | options)


@pytest.mark.parametrize("without", [set(), {"MOVE"}, {"MOVE", "UIDPLUS"}])
def test_emails_are_moved(
    imap: ImapServer, outbox: Outbox, parrot: Parrot, without: set[str]
) -> None:
    imap.without = without
    fill(imap)
    box = imap_box(imap.port, processed="move", others="move", others_folder="Not ours")
    assert Scan(box, [parrot], outbox, lambda: NOW).run() == {"ours": 3, NOT_FOR_US: 2}
    assert {name: len(found) for name, found in imap.box.folders.items()} == {
        "INBOX": 0,
        "Processed": 3,
        "Not ours": 2,
    }


def test_an_old_server_removes_nothing_that_others_have_marked(
    imap: ImapServer, outbox: Outbox, parrot: Parrot
) -> None:
    imap.without = {"UIDPLUS"}
    fill(imap, others=0)
    imap.box.marked.add(imap.box.add(letter("somebody marked this")))
    for _ in range(2):
        Scan(imap_box(imap.port), [parrot], outbox, lambda: NOW).run()
    assert len(imap.box.inbox) == 4
    assert parrot.read_at_all == ["ours 0", "ours 1", "ours 2"]


def test_after_a_change_of_uidvalidity_all_is_looked_at_again(
    imap: ImapServer, outbox: Outbox, parrot: Parrot
) -> None:
    fill(imap)
    Scan(imap_box(imap.port, processed="keep"), [parrot], outbox, lambda: NOW).run()
    imap.box.renumber()
    parrot.read_at_all.clear()
    Scan(imap_box(imap.port, processed="keep"), [parrot], outbox, lambda: NOW).run()
    assert len(parrot.read_at_all) == 5
    assert len(parrot.recorded) == 3


def test_a_folder_that_is_not_there(imap: ImapServer, outbox: Outbox) -> None:
    with pytest.raises(MailboxError, match="opening the folder Bounces"):
        Scan(imap_box(imap.port, folder="Bounces"), [], outbox, lambda: NOW).run()


def test_pop3_without_top(outbox: Outbox, parrot: Parrot) -> None:
    with Pop3Server() as server:
        server.without = {"TOP"}
        server.box.add(b"Subject: ours, long\r\n\r\n" + (b"x" * 70 + b"\r\n") * 9_000)
        box = imap_box(server.port, protocol="pop3")
        assert Scan(box, [parrot], outbox, lambda: NOW).run() == {"ours": 1}


def test_pop3_needs_uidl(outbox: Outbox) -> None:
    with Pop3Server() as server:
        server.without = {"UIDL"}
        with pytest.raises(MailboxError, match="UIDL"):
            Scan(imap_box(server.port, protocol="pop3"), [], outbox, lambda: NOW).run()


def test_pop3_has_no_folders() -> None:
    for options in ({"processed": "move"}, {"others": "move"}, {"folder": "Bounces"}):
        with pytest.raises(ValueError, match="pop3 knows no folders"):
            imap_box(110, protocol="pop3", **options)
