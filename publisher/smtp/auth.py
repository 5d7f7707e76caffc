"""Logging in (RFC 4954), as dialogues: each yields what to say and is sent the reply."""

import base64
import hmac
from collections.abc import Callable, Generator

from publisher.smtp.replies import Gibberish, Reply
from publisher.smtp.server import Auth

Dialogue = Generator[bytes, Reply, Reply]
CHALLENGE = 334  # RFC 4954: the server waits for the next word


def plain(username: str, password: str) -> Dialogue:
    """RFC 4616."""
    return (yield b"AUTH PLAIN " + _base64(f"\0{username}\0{password}"))


def login(username: str, password: str) -> Dialogue:
    """Two words, each after a prompt; never a standard, yet everywhere."""
    reply = yield b"AUTH LOGIN"
    for word in (username, password):
        if reply.code != CHALLENGE:
            break
        reply = yield _base64(word)
    return reply


def cram_md5(username: str, password: str) -> Dialogue:
    """RFC 2195."""
    reply = yield b"AUTH CRAM-MD5"
    if reply.code != CHALLENGE:
        return reply
    try:
        challenge = base64.b64decode(reply.lines[0])
    except ValueError as error:
        raise Gibberish(0, "its challenge cannot be read") from error
    digest = hmac.new(password.encode(), challenge, "md5").hexdigest()
    return (yield _base64(f"{username} {digest}"))


def xoauth2(username: str, token: str) -> Dialogue:
    """A bearer token, as Google and Microsoft take it; a refusal comes behind a challenge."""
    reply = yield b"AUTH XOAUTH2 " + _base64(f"user={username}\1auth=Bearer {token}\1\1")
    return (yield b"") if reply.code == CHALLENGE else reply


WAYS: dict[str, Callable[[str, str], Dialogue]] = {
    "PLAIN": plain,
    "LOGIN": login,
    "CRAM-MD5": cram_md5,
    "XOAUTH2": xoauth2,
}
_SAFE = ["PLAIN", "LOGIN", "CRAM-MD5"]  # inside TLS; in the clear the other way round


def choose(auth: Auth, offered: list[str], *, encrypted: bool) -> str | None:
    """The way that both sides know; None: there is none."""
    wanted = _SAFE if encrypted else _SAFE[::-1]
    if auth is not Auth.AUTO:
        wanted = [auth.value.upper()]
    return next((way for way in wanted if way in offered), None)


def _base64(text: str) -> bytes:
    return base64.b64encode(text.encode())
