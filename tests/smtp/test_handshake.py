import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import AuthExpired, DeliveryError, Unavailable
from publisher.smtp.handshake import Handshake, Offer
from publisher.smtp.replies import Gibberish
from publisher.smtp.security import Security
from publisher.smtp.server import Auth, Server

USER, PASSWORD = "news", "s3cr3t-påss"
CLEAR = Server("mail.example", 25)


def account(auth: Auth, security: Security = Security.TLS) -> Server:
    return Server("mail.example", 465, security, USER, PASSWORD, auth)


def play(server: Server, *replies: bytes) -> tuple[list[str], Handshake]:
    """What the client says to these replies, in the clear and then inside TLS."""
    handshake, said = Handshake(server, "me.example"), []
    for reply in replies:
        if handshake.encrypts:
            said.append("TLS")
            handshake.encrypted()
        said.append(handshake.command.decode().strip())
        handshake.receive(reply)
    return said, handshake


def words(line: str) -> str:
    return base64.b64decode(line.rpartition(" ")[2]).decode()


HELLO = b"250-hi\r\n250-PIPELINING\r\n250-Size 100\r\n250 AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2\r\n"


def test_what_the_server_offers() -> None:
    said, handshake = play(CLEAR, b"220 hi\r\n", HELLO)
    assert said == ["", "EHLO me.example"]
    assert handshake.offer and handshake.offer.pipelining and handshake.offer.size == 100


def test_a_server_from_before_ehlo() -> None:
    said, handshake = play(CLEAR, b"220 hi\r\n", b"502 what\r\n", b"250 hello\r\n")
    assert said[-1] == "HELO me.example" and handshake.offer == Offer()


def test_starttls_forgets_what_was_said_before() -> None:
    server = Server("mail.example", 587, Security.STARTTLS, USER, PASSWORD)
    before, after = b"250-hi\r\n250 STARTTLS\r\n", b"250-hi\r\n250 AUTH LOGIN\r\n"
    slipped_in = b"220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n"
    said, _ = play(server, b"220 hi\r\n", before, slipped_in, after, b"334 x\r\n")
    assert said[2:6] == ["STARTTLS", "TLS", "EHLO me.example", "AUTH LOGIN"]


@pytest.mark.parametrize(
    ("auth", "security", "way"),
    [
        (Auth.AUTO, Security.TLS, "PLAIN"),
        (Auth.AUTO, Security.NONE, "CRAM-MD5"),
        (Auth.LOGIN, Security.TLS, "LOGIN"),
        (Auth.CRAM_MD5, Security.TLS, "CRAM-MD5"),
        (Auth.XOAUTH2, Security.TLS, "XOAUTH2"),
    ],
)
def test_the_way_to_log_in(auth: Auth, security: Security, way: str) -> None:
    _, handshake = play(account(auth, security), b"220 hi\r\n", HELLO)
    assert handshake.command.split()[:2] == [b"AUTH", way.encode()]


def test_a_way_that_is_not_offered() -> None:
    with pytest.raises(AuthExpired, match="offers no XOAUTH2 login here"):
        play(account(Auth.XOAUTH2), b"220 hi\r\n", b"250-hi\r\n250 AUTH PLAIN\r\n")


def test_a_bearer_token() -> None:
    said, handshake = play(account(Auth.XOAUTH2), b"220 hi\r\n", HELLO, b"235 2.7.0 welcome\r\n")
    assert words(said[2]) == f"user={USER}\x01auth=Bearer {PASSWORD}\x01\x01" and handshake.offer


def test_a_bearer_token_that_has_expired() -> None:
    """The reason comes as a challenge; an empty line asks for the refusal itself."""
    reason = b"334 " + base64.b64encode(b'{"status":"401"}') + b"\r\n"
    handshake = Handshake(account(Auth.XOAUTH2), "me.example")
    for reply in (b"220 hi\r\n", HELLO, reason):
        handshake.receive(reply)
    assert handshake.command == b"\r\n"
    with pytest.raises(AuthExpired) as caught:
        handshake.receive(b"535 5.7.8 expired\r\n")
    assert caught.value.status == "535 5.7.8" and PASSWORD not in str(caught.value)


def test_a_challenge_that_cannot_be_read() -> None:
    with pytest.raises(Gibberish):
        play(account(Auth.CRAM_MD5), b"220 hi\r\n", HELLO, b"334 a\r\n")


@pytest.mark.parametrize(
    ("replies", "error"),
    [
        ([b"554 go away\r\n"], Unavailable),
        ([b"421 4.3.2 later\r\n"], OSError),
        ([b"220 hi\r\n", b"450 no\r\n"], Unavailable),
        ([b"220 hi\r\n250 more\r\n"], Gibberish),
        ([b"220 hi\r\n", HELLO + b"2"], Gibberish),
        ([b"HTTP/1.1 400\r\n"], Gibberish),
    ],
)
def test_what_ends_it(replies: list[bytes], error: type[Exception]) -> None:
    with pytest.raises(error):
        play(CLEAR, *replies)


@given(st.lists(st.binary(max_size=40) | st.sampled_from([b"220 x\r\n", HELLO, b"334 \r\n"])))
def test_any_bytes_open_it_or_end_it(pieces: list[bytes]) -> None:
    told = ""
    try:
        play(Server("mail.example", 25, Security.NONE, USER, PASSWORD), *pieces)
    except (DeliveryError, OSError) as error:
        told = str(error)
    assert PASSWORD not in told
