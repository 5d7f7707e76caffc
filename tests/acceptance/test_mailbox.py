"""`publish mailbox`: from reports in a mailbox to what readers get, killed at any moment."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher.outbox.outbox import Outbox
from tests.acceptance.conftest import AT, Site
from tests.events.emails import FULL, away, complaint, dsn, letter
from tests.events.servers import PASSWORD, USER, ImapServer, Pop3Server, Server

READERS = ("hard", "soft", "slow", "away", "angry", "fine")
KILLS = 10


@pytest.fixture(params=[ImapServer, Pop3Server])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with request.param() as running:
        yield running


@pytest.fixture
def about(site: Site, server: Server) -> dict[str, str]:
    """An edition went out; the number and mark of each reader's email."""
    return send(site, server)


def send(
    site: Site, server: Server, readers: tuple[str, ...] = READERS, **more: Any
) -> dict[str, str]:
    mailbox = {
        "address": "news@gazette.example",
        "protocol": "imap" if isinstance(server, ImapServer) else "pop3",
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": USER,
        "password": "${MAILBOX_PASSWORD}",
        "timeout": 5,
    }
    site.environ["MAILBOX_PASSWORD"] = PASSWORD
    site.configure({"mail": {"adapter": "folder"}}, mailbox=mailbox, **more)
    rows = "".join(f"{name}@reader.example\n" for name in readers)
    (site.folder / "readers.csv").write_text("email\n" + rows, encoding="utf-8")
    site.publish("subscribers", "import", "readers.csv")
    site.publish("now", "--at", AT)
    return marks(site.folder / "queue" / "sent")


def marks(folder: Path) -> dict[str, str]:
    found = {}
    for file in folder.glob("*.eml"):
        text = file.read_text("utf-8")
        name = re.findall(r"^To: (\w+)@", text, re.MULTILINE)[0]
        found[name] = re.findall(r"^Message-ID: <([^@]+)@", text, re.MULTILINE)[0]
    return found


def reports(about: dict[str, str]) -> list[bytes]:
    forged = re.sub("..$", "00", about["fine"])
    return [
        dsn(about["hard"]),
        dsn(about["soft"], status="4.2.2", diagnostic=FULL),
        dsn(about["slow"], action="delayed", status="4.4.1", diagnostic="smtp; timed out"),
        away(about["away"]),
        complaint(about["angry"]),
        dsn(forged),
        letter("Dear editor", "How are you?"),
    ]


def states(
    site: Site, readers: tuple[str, ...] = READERS, domain: str = "reader.example"
) -> dict[str, tuple[str, ...]]:
    """What stands in each reader's history but that they subscribed, in order."""
    found = {}
    with Outbox.open("sqlite:///queue/publisher.db", folder=site.folder) as outbox:
        for name in readers:
            person = outbox.subscribers.show(f"{name}@{domain}")
            assert person is not None
            kinds = [event.kind.value for event in person.history]
            found[name] = tuple(kind for kind in kinds if kind not in {"asked", "subscribed"})
    return found


EXPECTED = {
    "hard": ("bounced", "suppressed"),
    "soft": ("soft bounced",),
    "slow": ("delayed",),
    "away": ("auto replied",),
    "angry": ("complained", "unsubscribed", "suppressed"),
    "fine": (),
}


@pytest.mark.slow
def test_each_report_has_its_effect(site: Site, server: Server, about: dict[str, str]) -> None:
    for raw in reports(about):
        server.box.add(raw)
    (said,) = site.json("mailbox")
    assert said == {
        "read": True,
        "found": {
            "hard bounce": 1,
            "soft bounce": 1,
            "delayed": 1,
            "automatic reply": 1,
            "complaint": 1,
            "not for Publisher": 2,
        },
    }
    assert states(site) == EXPECTED
    assert len(server.box.inbox) == 2, "the letter and the forgery stay"
    status = site.publish("status")
    assert "mailbox: " in status and "1 hard bounce" in status
    assert "mailbox news@gazette.example: 2 emails" in site.run("check").stderr
    assert site.publish("mailbox") == "nothing new\n"
    assert site.publish("mailbox", "--again") == "2 not for Publisher\n"


@pytest.mark.slow
def test_a_scan_that_is_killed_loses_nothing_and_counts_nothing_twice(
    site: Site, server: Server, about: dict[str, str]
) -> None:
    for moment in range(KILLS):
        for raw in reports(about):  # the same again: each report comes twice, or more often
            server.box.add(raw)
        kill_at(site, server, 5 + 2 * moment)
    site.publish("mailbox")
    assert states(site) == EXPECTED
    assert len(server.box.inbox) == 2 * KILLS


def kill_at(site: Site, server: Server, command: int) -> None:
    """Kill `publish mailbox` with SIGKILL as it sends its n-th command."""
    heard = len(server.heard)
    process = site.start("mailbox")

    def look(_command: str) -> None:
        if len(server.heard) - heard == command:
            process.kill()

    server.before = look
    process.communicate(timeout=30)
    server.before = lambda _command: None


@pytest.mark.slow
def test_too_many_bounces_pause_the_channel_until_a_person_has_looked(
    site: Site, server: Server
) -> None:
    readers = tuple(f"reader{number}" for number in range(30))
    about = send(site, server, readers)
    for name in readers[:6]:
        server.box.add(dsn(about[name]))
    assert (
        "mail: paused: 6 of the 30 emails of daily's edition bounced" in site.run("mailbox").stderr
    )
    assert site.json("status")[0]["channels"]["mail"]["paused"]
    site.publish("resume", "mail")
    server.box.add(dsn(about[readers[7]]))
    site.publish("mailbox")
    assert not site.json("status")[0]["channels"]["mail"]["paused"]


@pytest.mark.slow
def test_without_a_mailbox(site: Site) -> None:
    site.configure({"mail": {"adapter": "folder"}})
    done = site.run("mailbox")
    assert done.returncode == 2 and "names no mailbox" in done.stderr


@pytest.mark.slow
def test_a_mailbox_that_cannot_be_read(site: Site, server: Server) -> None:
    send(site, server, ("fine",))
    site.environ["MAILBOX_PASSWORD"] = "swordfish"
    done = site.run("mailbox")
    assert done.returncode == 1
    assert "logging in" in done.stderr and "swordfish" not in done.stderr + done.stdout
    assert len(done.stderr.splitlines()) == 1
    assert "logging in" in site.publish("status")
    assert site.run("check").returncode == 1
