import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.smtp.replies import Gibberish, Reply, ReplyReader

STREAM = (
    b"220 hi\r\n250-first\r\n250-SIZE 10\r\n250 last\r\n250\r\n354 go\n550 5.1.1 no \xff user\r\n"
)
REPLIES = [
    b"220 hi",
    b"250-first\n250-SIZE 10\n250 last",
    b"250",
    b"354 go",
    b"550 5.1.1 no \xff user",
]


def read(*pieces: bytes) -> list[bytes]:
    reader = ReplyReader()
    return [reply for piece in pieces for reply in reader.feed(piece)]


def test_replies_are_the_same_wherever_the_network_cuts() -> None:
    assert read(STREAM) == REPLIES
    for one in range(len(STREAM)):
        for other in range(one, len(STREAM), 3):
            assert read(STREAM[:one], STREAM[one:other], STREAM[other:]) == REPLIES
    assert read(*(bytes([byte]) for byte in STREAM)) == REPLIES


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_any_bytes_are_replies_or_gibberish(pieces: list[bytes]) -> None:
    try:
        replies = read(*pieces)
    except Gibberish:
        return
    for reply in map(Reply, replies):
        assert 200 <= reply.code <= 599 and reply.kind == reply.code // 100
        assert reply.status.startswith(str(reply.code)) and reply.lines


@pytest.mark.parametrize(
    "flood", [b"2" * 5_000_000, b"250-" + b"y" * 5_000_000, b"250-more\r\n" * 200_000]
)
@pytest.mark.parametrize("piece", [1000, 65536])
def test_no_reply_is_longer_than_its_bound(flood: bytes, piece: int) -> None:
    reader = ReplyReader()
    for at in range(0, 16384 - piece, piece):
        assert not reader.feed(flood[at : at + piece])
    at = 16384 // piece * piece
    with pytest.raises(Gibberish):
        reader.feed(flood[at : at + 2 * piece])


@pytest.mark.parametrize(
    "line", [b"\r\n", b"hi\r\n", b"999 no\r\n", b"1 x\r\n", b"25\r\n", b"2500 x\r\n", b"\0\r\n"]
)
def test_what_is_no_reply(line: bytes) -> None:
    with pytest.raises(Gibberish):
        read(line)


def test_the_parts_of_a_reply() -> None:
    reply = Reply(b"550-5.7.1 not\r\n550 5.7.1 here")
    assert (reply.code, reply.kind, reply.status) == (550, 5, "550 5.7.1")
    assert reply.lines == ["5.7.1 not", "5.7.1 here"]
    assert Reply(b"250").status == "250" and Reply(b"250").lines == [""]
