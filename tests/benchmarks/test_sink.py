"""The sink in C and the slow line; both need a compiler, which `make test` does not ask for."""

import shutil
import socket

import pytest

from benchmarks.programs import Delay, Sink

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler")

MAILS = 20
MAIL = b"MAIL FROM:<a@b.example> SIZE=90\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
MAIL += b"Message-ID: <%d@x>\r\n\r\n"
MAIL += b"a dot .\r\n..two dots\r\nbare\n.\nno end\r\n.\r\n"
FLIGHT = b"EHLO me\r\n" + b"".join(MAIL % number for number in range(MAILS))
FLIGHT += b"DATA\r\nMAIL FROM:<a@b.example> SIZE=99999999\r\nNOOP\r\nQUIT\r\n"


def talk(port: int, size: int) -> list[bytes]:
    """The codes that come back when the flight goes out in pieces of `size`."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(FLIGHT), size):
            line.sendall(FLIGHT[start : start + size])
        heard = b"".join(iter(lambda: line.recv(65536), b""))
    return [reply[:3] for reply in heard.splitlines() if reply[3:4] == b" "]


EXPECTED = [
    b"220",
    b"250",
    *[b"250", b"250", b"354", b"250"] * MAILS,
    b"503",
    b"552",
    b"250",
    b"221",
]


@pytest.mark.parametrize("size", [1, 7, 1_000_000])
def test_however_it_is_cut_every_mail_is_counted_once(size: int) -> None:
    with Sink() as sink:
        assert talk(sink.port, size) == EXPECTED
        assert sink.taken().emails == MAILS


def test_a_slow_line_changes_nothing_but_the_time() -> None:
    with Sink() as sink, Delay(sink.port, 4) as line:
        assert talk(line.port, 500) == EXPECTED


def test_a_line_without_an_end_is_refused_and_the_talk_goes_on() -> None:
    with Sink() as sink, socket.create_connection(("127.0.0.1", sink.port)) as line:
        line.sendall(b"x" * 1_000_000 + b"\r\nQUIT\r\n")
        heard = b"".join(iter(lambda: line.recv(65536), b""))
    assert [reply[:3] for reply in heard.splitlines()] == [b"220", b"500", b"221"]
