"""Plannings that overlap, in processes of their own: no post is included twice."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.acceptance.conftest import Site

READERS = 5
SLOW = 1.5


class SlowPages(BaseHTTPRequestHandler):
    """Every page is there, and takes its time: longer than the second planning comes later."""

    def do_HEAD(self) -> None:
        time.sleep(SLOW)
        self.send_response(200)
        self.end_headers()

    do_GET = do_HEAD  # noqa: N815 - http.server's name

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def pages() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), SlowPages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def overlapping(site: Site, pages: str, database_url: str) -> Site:
    channels = {
        "mail": {"adapter": "folder", "path": "sent/mail"},
        "notes": {"adapter": "folder", "path": "sent/notes"},
    }
    sender = "The Test Gazette <news@gazette.example>"
    site.configure(
        channels,
        database=database_url,
        site={"title": "The Test Gazette", "url": pages, "timezone": "Europe/London"},
        content={"folder": "source/_posts", "path": "/{-title}", "live_check": True},
        newsletters={
            "daily": {
                "channel": "mail",
                "sender": sender,
                "max_age": "9000 days",
                "schedule": "every 1 minute",
            }
        },
        announcements={"social": {"channels": ["notes"], "per_slot": 6, "max_age": "9000 days"}},
    )
    for number in range(READERS):
        site.publish("subscribers", "add", f"reader{number}@example.com")
    return site


def readers(folder: Path) -> Counter[str]:
    found = (each.read_text(errors="replace") for each in folder.glob("sent/mail/*.eml"))
    lines = (line for text in found for line in text.splitlines())
    return Counter(line for line in lines if line.startswith("To: "))


def notes(folder: Path) -> Counter[str]:
    found = (each.read_text() for each in folder.glob("sent/notes/*.txt"))
    return Counter(line for text in found for line in text.splitlines() if "http" in line)


@pytest.mark.slow
def test_now_beside_now(overlapping: Site) -> None:
    first = overlapping.start("now")
    time.sleep(1.1)  # slots are a second apart, and the first still waits for its pages
    second = overlapping.start("now")
    assert {first.wait(60), second.wait(60)} == {0}
    for each in (first, second):
        assert "Traceback" not in each.communicate()[1]
    assert set(readers(overlapping.folder).values()) == {1}
    assert len(readers(overlapping.folder)) == READERS
    assert set(notes(overlapping.folder).values()) == {1}
    assert len(notes(overlapping.folder)) == 6


def test_a_named_post_beside_itself(overlapping: Site) -> None:
    words = ("now", "social", "--post", "source/_posts/choir_sings_on_the_pier_at_dawn.md")
    both = [overlapping.start(*words)]
    time.sleep(1.1)
    both.append(overlapping.start(*words))
    codes = [each.wait(60) for each in both]
    assert sorted(codes) in ([0, 0], [0, 2])
    assert sum(notes(overlapping.folder).values()) == 1
    for each in both:
        each.communicate()


@pytest.mark.slow
def test_now_beside_run(overlapping: Site) -> None:
    run = overlapping.start("run")
    assert run.stderr
    first = run.stderr.readline()
    assert "next slot" in first + run.stderr.readline()
    for _ in range(2):
        overlapping.publish("now", "daily", code=None)
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=60)
    assert set(readers(overlapping.folder).values()) == {1}
