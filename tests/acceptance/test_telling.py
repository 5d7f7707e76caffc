"""Output that nobody takes changes no row's fate; the exit code tells of the messages."""

import os
import pty
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.conftest import AT, COMMAND, READERS, Inbox, Site


def shell(site: Site, line: str, *, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """A line of bash, whose code is that of `publish`, not of what reads from it."""
    return subprocess.run(
        ["bash", "-c", line.replace("publish", COMMAND, 1)],
        cwd=site.folder,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def states(site: Site) -> Counter[str]:
    return Counter(row["state"] for row in site.json("queue", "list"))


@pytest.mark.parametrize(
    "output",
    [
        "2>/dev/full",
        ">/dev/full",
        ">/dev/full 2>/dev/full",
        "--json >/dev/full 2>&1",
        "2>&1 | head -1",
        "2>&1 | true",
        "--json | head -1",
        ">&-",
        "2>&-",
        "--json >&- 2>&- <&-",
    ],
)
def test_a_mailing_goes_on_to_its_end(mailing: Site, inbox: tuple[Inbox, int], output: str) -> None:
    done = shell(mailing, f"publish now --at {AT} {output}; exit ${{PIPESTATUS[0]}}")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "Exception" not in done.stderr + done.stdout
    assert states(mailing) == {"sent": READERS}
    assert set(inbox[0].mails.values()) == {1}


def test_a_lost_report_is_told_where_it_can_be(mailing: Site) -> None:
    done = shell(mailing, f"publish now --at {AT} >/dev/full")
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == "cannot write the output: No space left on device"


def test_the_code_tells_of_what_still_waits(mailing: Site) -> None:
    mailing.publish("pause", "mail")
    done = shell(mailing, f"publish now --at {AT} >/dev/full 2>&1")
    assert done.returncode == 3
    assert states(mailing) == {"queued": READERS}


def test_a_reader_that_never_reads_holds_up_nothing(
    mailing: Site, inbox: tuple[Inbox, int]
) -> None:
    """As after Ctrl-S: the pipe is full before the first line."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    while True:
        try:
            os.write(write, b"x" * 4096)
        except BlockingIOError:
            break
    os.set_blocking(write, True)
    process = subprocess.Popen(
        [COMMAND, "now", "--at", AT], cwd=mailing.folder, stdout=subprocess.DEVNULL, stderr=write
    )
    try:
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        os.close(read)
        os.close(write)
    assert states(mailing) == {"sent": READERS}
    assert set(inbox[0].mails.values()) == {1}


def test_a_terminal_that_closes_ends_it_cleanly(mailing: Site, inbox: tuple[Inbox, int]) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(mailing.folder)
        os.execv(COMMAND, [COMMAND, "now", "--at", AT])  # noqa: S606  our own command
    end = time.monotonic() + 30
    while inbox[0].mails.total() < 20 and time.monotonic() < end:
        time.sleep(0.005)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) in {0, 130}
    found = states(mailing)
    assert set(found) <= {"sent", "queued"}
    assert found["sent"] == inbox[0].mails.total()


@pytest.mark.slow
def test_a_log_on_a_full_disk_stops_no_service(
    mailing: Site, inbox: tuple[Inbox, int], tmp_path: Path
) -> None:
    config = (tmp_path / "config.yaml").read_text(encoding="utf-8")
    (tmp_path / "config.yaml").write_text(
        config.replace('"sender"', '"schedule": "every minute", "sender"'), encoding="utf-8"
    )
    mailing.publish("pause", "mail")
    mailing.publish("now", "--at", AT, code=3)
    mailing.publish("resume", "mail")
    with Path("/dev/full").open("wb") as full:
        process = subprocess.Popen([COMMAND, "run"], cwd=tmp_path, stdout=full, stderr=full)
    end = time.monotonic() + 60
    while inbox[0].mails.total() < READERS and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    assert states(mailing) == {"sent": READERS}
