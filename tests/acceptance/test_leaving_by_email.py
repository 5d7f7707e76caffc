"""Whoever writes to the mailto: of an email has left within one look at the mailbox."""

import re
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import unquote

import pytest

from tests.acceptance.conftest import AT, Site
from tests.events.servers import PASSWORD, USER, ImapServer

READERS = [f"r{number}@reader.example" for number in range(8)]


@pytest.fixture
def server() -> Iterator[ImapServer]:
    with ImapServer() as running:
        yield running


@pytest.fixture
def mailed(site: Site, server: ImapServer) -> Site:
    """A site whose first edition went out, into a folder."""
    site.environ["MAILBOX_PASSWORD"] = PASSWORD
    configure(site, server)
    for reader in READERS:
        site.publish("subscribers", "add", reader)
    site.publish("now", "--at", AT)
    return site


def configure(site: Site, server: ImapServer, **channel: object) -> None:
    mailbox = {
        "address": "letters@gazette.example",
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": USER,
        "password": "${MAILBOX_PASSWORD}",
    }
    site.configure({"mail": {"adapter": "folder", **channel}}, mailbox=mailbox)


def emails(site: Site) -> dict[str, list[EmailMessage]]:
    """What each reader got, the oldest first."""
    found: dict[str, list[EmailMessage]] = {}
    for file in sorted((site.folder / "queue" / "sent").glob("*.eml")):
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        found.setdefault(str(mail["To"]), []).append(mail)
    return found


def answer(mail: EmailMessage) -> bytes:
    """What an email program sends when its reader presses "unsubscribe"."""
    link = re.fullmatch(r"<mailto:([^?]+)\?subject=(.+)>", mail["List-Unsubscribe"])
    assert link and mail["List-Unsubscribe-Post"] is None
    request = EmailMessage()
    request["From"], request["To"], request["Subject"] = mail["To"], link[1], unquote(link[2])
    request["Auto-Submitted"] = "auto-generated"
    request.set_content("This email was written by an email program.")
    return request.as_bytes()


@pytest.mark.slow
def test_a_running_mailing_skips_who_has_written(mailed: Site, server: ImapServer) -> None:
    last = READERS[-1]
    (first,) = emails(mailed)[last]
    configure(mailed, server, min_interval="1 second")
    with mailed.start("now", "--again", "--at", AT) as mailing:
        until = time.monotonic() + 60
        while sum(map(len, emails(mailed).values())) <= len(READERS):
            assert time.monotonic() < until
            time.sleep(0.05)
        server.box.add(answer(first))
        assert mailed.json("mailbox")[0]["found"] == {"unsubscribed": 1}
        mailing.communicate(timeout=60)
    got = emails(mailed)
    assert {len(got[reader]) for reader in READERS[:-1]} == {2}
    assert not any(mail["Subject"] == got[READERS[0]][-1]["Subject"] for mail in got[last][1:])
    told = mailed.publish("subscribers", "show", last)
    assert "unsubscribed" in told and "by an email" in told
