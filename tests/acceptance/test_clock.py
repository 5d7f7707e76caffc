"""The clock is set while the program runs: nothing stops, is lost, or goes out twice."""

import json
import shutil
import signal
import struct
import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.conftest import AT, READERS, Inbox, Site

SOURCE = Path(__file__).with_name("clock.c")
COMPILER = shutil.which("cc") or shutil.which("gcc")
HOUR, DAY = 3_600, 86_400

pytestmark = pytest.mark.skipif(COMPILER is None, reason="needs a C compiler")


@dataclass
class Wall:
    """The clock on the wall, of every process that a site starts."""

    file: Path

    def set(self, *, ahead: float) -> None:
        with self.file.open("r+b") as file:
            file.write(struct.pack("d", ahead))


@pytest.fixture
def wall(mailing: Site, tmp_path: Path) -> Wall:
    assert COMPILER is not None
    library = tmp_path / "clock.so"
    command = [COMPILER, "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    wall = Wall(tmp_path / "clock")
    wall.file.write_bytes(struct.pack("d", 0))
    mailing.environ |= {"LD_PRELOAD": str(library), "CLOCK_FILE": str(wall.file)}
    return wall


def limit(site: Site, **options: str) -> None:
    """Add options to the channel."""
    path = site.folder / "config.yaml"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["channels"]["mail"] |= options
    path.write_text(json.dumps(config), encoding="utf-8")


def wait_for(inbox: Inbox, number: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while inbox.mails.total() < number:
        assert time.monotonic() < end, f"{inbox.mails.total()} of {number} mails"
        time.sleep(0.01)


def all_sent_once(site: Site, inbox: Inbox) -> None:
    assert Counter(row["state"] for row in site.json("queue", "list")) == {"sent": READERS}
    assert len(inbox.mails) == READERS and set(inbox.mails.values()) == {1}


def stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0 and "Traceback" not in said, said


STEPS = {
    "back": (-HOUR,),
    "ahead": (3 * DAY,),
    "ahead and back": (3 * DAY, 0),
    "back and ahead": (-HOUR, 3 * DAY),
}
LIMITS = {
    "rate": {"rate": "60 a second"},
    "quota": {"quota": "400 a minute"},
    "domains": {"per_domain": "60 a second"},
}


@pytest.mark.parametrize(
    ("steps", "limits"),
    [
        *((steps, "no limit") for steps in STEPS),
        *((steps, limits) for steps in ("ahead and back", "back and ahead") for limits in LIMITS),
    ],
)
def test_in_the_middle_of_a_mailing(
    mailing: Site,
    inbox: tuple[Inbox, int],
    wall: Wall,
    limits: str,
    steps: str,
) -> None:
    limit(mailing, **LIMITS.get(limits, {}))
    process = mailing.start("now", "--at", AT)
    for number, ahead in enumerate(STEPS[steps], 1):
        wait_for(inbox[0], number * 40, 60)
        wall.set(ahead=ahead)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    all_sent_once(mailing, inbox[0])


@pytest.mark.slow
@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_of_a_service_that_waits(
    mailing: Site, inbox: tuple[Inbox, int], wall: Wall, steps: tuple[float, ...]
) -> None:
    mailing.publish("pause", "mail")
    mailing.publish("now", "--at", AT, code=3)
    service = mailing.start("run")
    try:
        time.sleep(3)  # it has ticked, and waits for the next
        for ahead in steps:
            wall.set(ahead=ahead)
            time.sleep(2)
        mailing.publish("resume", "mail")
        wait_for(inbox[0], READERS, 20)
    finally:
        stop(service)
    all_sent_once(mailing, inbox[0])


def test_what_a_clock_that_was_ahead_has_queued(
    mailing: Site, inbox: tuple[Inbox, int], wall: Wall
) -> None:
    wall.set(ahead=3 * DAY)
    mailing.publish("pause", "mail")
    mailing.publish("now", "--at", AT, code=3)
    wall.set(ahead=0)
    mailing.publish("resume", "mail")
    service = mailing.start("run")
    try:
        wait_for(inbox[0], READERS, 20)
    finally:
        stop(service)
    all_sent_once(mailing, inbox[0])


@pytest.mark.slow
def test_no_other_process_takes_what_a_live_one_holds(
    mailing: Site, inbox: tuple[Inbox, int], wall: Wall
) -> None:
    limit(mailing, rate="60 a second")
    process = mailing.start("now", "--at", AT)
    wait_for(inbox[0], 40, 60)
    wall.set(ahead=3 * DAY)
    for _ in range(3):
        mailing.run("now", "--at", AT)
    _, said = process.communicate(timeout=60)
    assert process.returncode in {0, 3}, said
    mailing.publish("now", "--at", AT)
    all_sent_once(mailing, inbox[0])
