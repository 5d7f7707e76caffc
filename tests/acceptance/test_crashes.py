"""kill -9 at random moments, ten processes at once: each reader once, the rest named."""

import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.acceptance.conftest import AT, Site

READERS = 250
KILLS = 4


class Inbox:
    """Counts accepted mails by reader, slowly enough that a kill hits something."""

    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()
        self.lock = threading.Lock()

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002  aiosmtpd's signature
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        with self.lock:
            self.mails[envelope.rcpt_tos[0]] += 1
        return "250 2.0.0 ok"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield inbox, port
    controller.stop()


@pytest.fixture
def mailing(site: Site, inbox: tuple[Inbox, int]) -> Site:
    channel = {"adapter": "smtp", "host": "127.0.0.1", "port": inbox[1], "security": "none"}
    site.configure({"mail": channel})
    readers = "\n".join(f"reader{number}@example.com" for number in range(READERS))
    (site.folder / "readers.csv").write_text(f"email\n{readers}\n")
    site.publish("subscribers", "import", "readers.csv")
    return site


def test_kill_9_loses_nobody_and_mails_nobody_twice(
    mailing: Site, inbox: tuple[Inbox, int]
) -> None:
    seed = random.randrange(10**6)  # noqa: S311  no secret
    print(f"seed {seed}")  # noqa: T201  to repeat a failure
    chance = random.Random(seed)  # noqa: S311
    for _ in range(KILLS):
        process = mailing.start("now", "--at", AT)
        before = inbox[0].mails.total()
        _wait_for_more(inbox[0], before + chance.randrange(1, 30))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    mailing.publish("now", "--at", AT, code=None)
    rows = mailing.json("queue", "list")
    unknown = {row["recipient"] for row in rows if row["state"] == "unknown"}
    sent = {row["recipient"] for row in rows if row["state"] == "sent"}
    assert len(rows) == READERS
    assert sent | unknown == {row["recipient"] for row in rows}
    assert sent <= set(inbox[0].mails)
    assert set(inbox[0].mails.values()) == {1}


def _wait_for_more(inbox: Inbox, number: int) -> None:
    deadline = time.monotonic() + 20
    while inbox.mails.total() < min(number, READERS - 1) and time.monotonic() < deadline:
        time.sleep(0.005)


def test_sigterm_finishes_what_is_in_flight(mailing: Site, inbox: tuple[Inbox, int]) -> None:
    process = mailing.start("now", "--at", AT)
    _wait_for_more(inbox[0], 20)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    states = Counter(row["state"] for row in mailing.json("queue", "list"))
    assert set(states) <= {"sent", "queued"}
    assert states["sent"] == inbox[0].mails.total()
    mailing.publish("now", "--at", AT)
    assert len(inbox[0].mails) == READERS and set(inbox[0].mails.values()) == {1}


def test_ten_processes_at_once_plan_one_edition(mailing: Site, inbox: tuple[Inbox, int]) -> None:
    processes = [mailing.start("now", "daily", "--at", AT) for _ in range(10)]
    for process in processes:
        _, said = process.communicate(timeout=90)
        assert process.returncode in {0, 3}, said
    mailing.publish("now", "daily", "--at", AT)
    assert {row["edition"] for row in mailing.json("queue", "list")} == {1}
    assert len(inbox[0].mails) == READERS and set(inbox[0].mails.values()) == {1}
