"""Bounces that a real Postfix writes, read from a real Dovecot."""

import os
import pwd
import shutil
import smtplib
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from publisher.outbox.outbox import Outbox
from publisher.signing import Purpose
from tests.acceptance.conftest import AT, TITLES, Site
from tests.acceptance.test_mailbox import EXPECTED, KILLS, READERS, states
from tests.debian.conftest import PATIENCE, Postfix, free_port
from tests.debian.dovecot import PASSWORD, Dovecot, Wire
from tests.events.emails import away, complaint, letter

pytestmark = [pytest.mark.debian, pytest.mark.timeout(300)]

BOUNCES = "bounces@gazette.example"
SLOW = 5.0
MORE = """
virtual_mailbox_domains = reader.example, gazette.example
recipient_delimiter = +
smtpd_milters =
relay_domains = remote.example
transport_maps = inline:{{ remote.example=smtp:[127.0.0.1]:{remote} }}
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
delay_warning_time = 2s
maximal_queue_lifetime = 8s
smtp_destination_concurrency_failed_cohort_limit = 0
"""
WANTED = {**EXPECTED, "soft": ("delayed", "soft bounced")}


class Remote:
    """The readers' own server: one is gone, one mailbox is full, one takes its time."""

    def __init__(self) -> None:
        self._since: float | None = None

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        options: list[str],  # noqa: ARG002
    ) -> str:
        name = address.partition("@")[0]
        if name == "slow" and self._since is None:
            self._since = time.monotonic()
        late = name == "slow" and time.monotonic() < (self._since or 0) + SLOW
        says = {"hard": "550 5.1.1 no such user here", "soft": "452 4.2.2 mailbox full"}
        if name in says or late:
            return says.get(name, "451 4.3.0 come back later")
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002
        return "250 2.0.0 kept"


@dataclass
class Servers:
    postfix: Postfix
    dovecot: Dovecot

    @property
    def box(self) -> Path:
        return self.postfix.folder / "boxes" / "bounces"

    def send(self, raw: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self.postfix.port) as line:
            line.sendmail("somebody@remote.example", [BOUNCES], raw)

    def count(self) -> int:
        folders = [self.box / "new", self.box / "cur"]
        return sum(len(list(each.iterdir())) for each in folders if each.exists())

    def repeat(self, raws: list[bytes]) -> None:
        """The same emails once more, as if they had been delivered again."""
        owner = pwd.getpwnam("nobody").pw_uid
        for number, raw in enumerate(raws):
            draft = self.box / "tmp" / f"{time.time_ns()}.{number}.again"
            draft.write_bytes(raw)
            os.chown(draft, owner, -1)
            draft.rename(self.box / "new" / draft.name)


@pytest.fixture
def servers(authority: trustme.CA) -> Iterator[Servers]:
    if os.geteuid() != 0:
        pytest.skip("Postfix starts as root only")
    missing = [name for name in ("postfix", "dovecot") if shutil.which(name) is None]
    if missing:
        pytest.fail(f"install {' and '.join(missing)}, or leave out the marker debian")
    folder = Path(tempfile.mkdtemp(prefix="publisher-bounces-"))
    folder.chmod(0o755)
    remote = Controller(Remote(), hostname="127.0.0.1", port=free_port())
    remote.start()
    try:
        more = MORE.format(remote=remote.port)
        postfix = Postfix(folder, 0, authority, more, {BOUNCES: "bounces"})
        dovecot = Dovecot(folder, folder / "boxes" / "bounces", folder / "tls.pem")
        try:
            yield Servers(postfix, dovecot)
        finally:
            dovecot.stop()
            postfix.stop()
    finally:
        remote.stop()
        shutil.rmtree(folder)


def configure(site: Site, servers: Servers, authority: trustme.CA, **box: Any) -> None:
    authority.cert_pem.write_to_path(str(site.folder / "ca.pem"))
    channel = {
        "adapter": "smtp",
        "host": "127.0.0.1",
        "port": servers.postfix.port,
        "ca_file": "ca.pem",
        "return_path": BOUNCES,
        "verp": True,
    }
    mailbox = {
        "address": BOUNCES,
        "host": "127.0.0.1",
        "username": "bounces",
        "password": "${MAILBOX_PASSWORD}",
        "ca_file": "ca.pem",
        "timeout": 10,
    }
    site.environ["MAILBOX_PASSWORD"] = PASSWORD
    site.configure({"mail": channel}, mailbox=mailbox | box)


@pytest.fixture
def raws(site: Site, servers: Servers, authority: trustme.CA) -> list[bytes]:
    """An edition was sent; what arrived in the mailbox since."""
    site.write_posts(TITLES)
    configure(site, servers, authority, port=servers.dovecot.ports["imaps"])
    rows = "".join(f"{name}@remote.example\n" for name in READERS)
    (site.folder / "readers.csv").write_text("email\n" + rows, encoding="utf-8")
    site.publish("subscribers", "import", "readers.csv")
    site.publish("now", "--at", AT)
    about = numbers(site)
    servers.send(away(about["away"]))
    servers.send(complaint(about["angry"]))
    servers.send(letter())
    wait(servers, 7)  # hard, two delays, one expired; and the three above
    return [file.read_bytes() for file in sorted((servers.box / "new").iterdir())]


def numbers(site: Site) -> dict[str, str]:
    """Each reader's number and mark, as they stand in the emails."""
    with Outbox.open("sqlite:///queue/publisher.db", folder=site.folder) as outbox:
        signer = outbox.keys.signer()
        return {
            row.recipient.partition("@")[0]: f"{row.id}-{signer.mark(Purpose.REPORT, str(row.id))}"
            for row in outbox.operator.find()
        }


def wait(servers: Servers, count: int) -> None:
    end = time.monotonic() + 2 * PATIENCE
    while servers.count() < count:
        assert time.monotonic() < end, (servers.count(), servers.postfix.log[-9000:])
        time.sleep(0.1)


@pytest.mark.parametrize(
    "box",
    [
        {"protocol": "imap", "security": "tls"},
        {"protocol": "imap", "security": "starttls"},
        {"protocol": "pop3", "security": "tls"},
        {"protocol": "pop3", "security": "starttls"},
    ],
    ids=lambda box: f"{box['protocol']}-{box['security']}",
)
def test_each_bounce_has_its_effect(
    site: Site, servers: Servers, authority: trustme.CA, raws: list[bytes], box: dict[str, str]
) -> None:
    assert len(raws) == 7
    port = servers.dovecot.ports[box["protocol"] + ("s" if box["security"] == "tls" else "")]
    configure(site, servers, authority, port=port, **box)
    (said,) = site.json("mailbox")
    assert said["found"] == {
        "hard bounce": 1,
        "delayed": 2,
        "soft bounce": 1,
        "automatic reply": 1,
        "complaint": 1,
        "not for Publisher": 1,
    }
    assert states(site, domain="remote.example") == WANTED
    assert servers.count() == 1


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_scan_that_is_killed_loses_nothing_and_counts_nothing_twice(
    site: Site, servers: Servers, authority: trustme.CA, raws: list[bytes], protocol: str
) -> None:
    with Wire(servers.dovecot.ports[protocol]) as wire:
        plain = {"protocol": protocol, "security": "none"}
        configure(site, servers, authority, port=wire.port, **plain)
        for moment in range(KILLS):
            kill_at(site, wire, wire.count + 5 + 2 * moment)
            servers.repeat(raws)
        wire.look = lambda _count: None
        site.publish("mailbox")
    assert states(site, domain="remote.example") == WANTED
    assert servers.count() == KILLS + 1, "the letters"


def kill_at(site: Site, wire: Wire, command: int) -> None:
    process = site.start("mailbox")

    def look(count: int) -> None:
        if count == command:
            process.kill()

    wire.look = look
    process.communicate(timeout=60)
