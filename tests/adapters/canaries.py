"""Secrets that are known by sight, and a network that repeats what it is told in every answer."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from html import escape
from itertools import product
from typing import Any
from urllib.parse import quote

from publisher.masking import holds
from publisher.testing.servers import FakeServer, Reply, Request

ODD = "cAn4ry+/=\"<{}>~zZ'q"
PLAIN = "cAn4ry_-{}-Zz90"
WAYS: dict[str, Mapping[str, Any]] = {
    "mastodon": {"base_url": "{}", "token": ODD.format(1)},
    "mastodon-connected": {"base_url": "{}"},
    "x": {
        "base_url": "{}",
        "consumer_key": ODD.format(1),
        "consumer_secret": ODD.format(2),
        "access_token": ODD.format(3),
        "access_token_secret": ODD.format(4),
    },
    "x-connected": {"base_url": "{}", "client_id": "app", "client_secret": ODD.format(1)},
    "bluesky": {"base_url": "{}", "handle": "a.example", "app_password": ODD.format(1)},
    "bluesky-connected": {"base_url": "{}", "handle": "a.example"},
    "linkedin": {"base_url": "{}", "token": ODD.format(1)},
    "linkedin-connected": {"base_url": "{}", "client_id": "a", "client_secret": ODD.format(1)},
    "telegram": {"base_url": "{}", "token": ODD.format(1), "chat": "@gazette"},
    "discord": {"webhook": "{}/api/webhooks/123456/" + PLAIN.format(1)},
    "discord-bot": {"base_url": "{}/api/v10", "token": ODD.format(1), "channel": 42},
    "slack": {"webhook": "{}/services/T1/B1/" + PLAIN.format(1)},
    "slack-bot": {"base_url": "{}/api", "token": ODD.format(1), "channel": "C024BE91L"},
    "telegram-connected": {"base_url": "{}", "chat": "@gazette"},
    "discord-connected": {"card": True},
    "slack-connected": {"unfurl": True},
    "matrix-connected": {"base_url": "{}", "room": "!gazette:example.org"},
    "matrix": {"base_url": "{}", "token": ODD.format(1), "room": "!gazette:example.org"},
    "webhook": {
        "url": "{}/hooks/" + PLAIN.format(1) + "?key=" + PLAIN.format(2),
        "secret": ODD.format(3),
        "method": "PUT",
        "headers": {"X-Key": ODD.format(4)},
    },
}
STORED = {
    "token": ODD.format(6),
    "refresh": ODD.format(7),
    "client": "c",
    "client_secret": ODD.format(8),
    "access": ODD.format(9),
    "password": ODD.format("pass"),
    "did": "did:plc:a",
    "handle": "a.example",
}
HOOKS = {
    "discord-connected": "/api/webhooks/123456/" + PLAIN.format(5),
    "slack-connected": "/services/T1/B1/" + PLAIN.format(5),
}
STATUSES = (200, 201, 301, 400, 401, 403, 404, 422, 429, 500, 503)


def secrets_of(way: str) -> list[str]:
    """Every canary of this way in, and what is stored for it."""
    text = json.dumps([WAYS[way], HOOKS.get(way)])
    stored = STORED.values() if way.endswith("-connected") else ()
    odd = (ODD.format(each) for each in range(10) if json.dumps(ODD.format(each))[1:-1] in text)
    plain = (PLAIN.format(each) for each in range(10) if PLAIN.format(each) in text)
    return [*odd, *plain, *(each for each in stored if each.startswith(ODD[:6]))]


def stored_of(way: str, base_url: str) -> dict[str, str]:
    """What `publish connect` has stored, the address of a webhook for some."""
    return {**STORED, "webhook": base_url + HOOKS[way]} if way in HOOKS else STORED


def forms(secret: str) -> list[str]:
    """A secret as it may be repeated."""
    raw = secret.encode()
    once = quote(secret, safe="")
    inside = [b64encode(b"app:" + raw).decode(), b64encode(raw).decode()]
    return [
        *(secret, once, quote(once, safe=""), escape(secret), json.dumps(secret)[1:-1]),
        "".join(f"\\u{ord(each):04x}" for each in secret),
        *inside,
        urlsafe_b64encode(raw).decode(),
        raw.hex(),
    ]


def echoes(words: str) -> Iterator[Reply]:
    """Answers that repeat `words` in the places that networks use."""
    headers = {
        "WWW-Authenticate": f'Bearer error="{words}"',
        "Location": f"http://localhost:1/{words}",
        "Retry-After": words,
        "X-RateLimit-Reset": words,
        "Set-Cookie": f"a={words}",
        "X-Restli-Id": words,
    }
    headers = {name: value[:7000] for name, value in headers.items()}
    yield Reply(0, {"error": words, "message": words}, headers)
    yield Reply(0, {"ok": False, "error": words, "description": words, "error_code": 400}, headers)
    yield Reply(0, {"errors": [{"message": words}], "detail": words, "title": words}, headers)
    yield Reply(0, {"errcode": words, "error": words, "code": words}, headers)
    yield Reply(0, words.encode(), headers)


class Echo(FakeServer):
    """Repeats the secrets that it was told, in every answer and every form; `plan` says which."""

    publishes = "/"
    plans = tuple(product(STATUSES, range(5)))

    def __init__(self, secrets: list[str]) -> None:
        super().__init__()
        self.hidden = secrets
        self.told: list[str] = []
        self.plan = self.plans[0]
        self.reads: dict[str, Reply] = {}

    def answer(self, request: Request) -> Reply:
        if request.method == "GET" and request.path in self.reads:
            return self.reads[request.path]
        whole = f"{request.url}\n{request.headers}\n{request.body.decode('utf-8', 'replace')}"
        new = (each for each in self.hidden if each not in self.told and holds(whole, (each,)))
        self.told = [*new, *self.told][:3]  # errors have room for some
        words = " ".join(form for secret in self.told for form in forms(secret)) or "no"
        status, place = self.plan
        reply = list(echoes(words))[place]
        return Reply(status, reply.content, reply.headers)


def shown(text: str, secrets: list[str]) -> list[str]:
    """The lines of `text` in which a secret shows in any form."""
    known = [form for secret in secrets for form in forms(secret)]
    return [
        line
        for line in text.splitlines()
        if holds(line, secrets) or any(form.lower() in line.lower() for form in known)
    ]
