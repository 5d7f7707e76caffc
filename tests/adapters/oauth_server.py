"""The OAuth 2 side of fake networks: apps, codes, tokens that rotate and tell who steals them."""

from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode
from urllib.request import build_opener

from publisher.testing.servers import Reply, Request


@dataclass
class OAuth:
    """Answers at `page` and at `tokens`; `apps` are secrets by client ("": a public one).

    `life` is how long a token is good, in seconds; with `rotates`, each refresh token works once,
    and whoever uses an old one ends the whole family. `loses` so many answers after acting.
    """

    page: str
    tokens: str
    apps: dict[str, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    register: str = ""
    revokes: str = "/oauth/revoke"
    life: int | None = None
    rotates: bool = False
    scope: str = ""
    says_no: bool = False
    says_where: bool = False  # the page shows the address instead of going there
    loses: int = 0
    good: set[str] = field(default_factory=set)
    given: list[str] = field(default_factory=list)  # every secret ever given out
    refreshed: int = 0
    family: str = ""  # the refresh token that works now
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def lets_in(self, request: Request) -> bool:
        return request.headers.get("authorization", "").removeprefix("Bearer ") in self.good

    def answer(self, request: Request) -> Reply | None:
        if self.register and request.path == self.register:
            return self._register(request)
        if request.path == self.page:
            return self._page(request)
        if request.path == self.tokens:
            return self._tokens(request)
        if request.path == self.revokes:
            self.good.discard(_form(request)["token"])
            return Reply(200, {})
        return None

    def new(self, kind: str) -> str:
        self.given.append(f"{kind}-{len(self.given)}-5ecret")
        return self.given[-1]

    def _register(self, request: Request) -> Reply:
        form = _form(request)
        client, secret = f"client-{len(self.apps)}", self.new("app")
        self.apps[client] = secret
        self.redirects[client] = form["redirect_uris"]
        return Reply(200, {"client_id": client, "client_secret": secret})

    def _page(self, request: Request) -> Reply:
        asked = request.query
        client = asked["client_id"]
        if self.redirects.get(client, asked["redirect_uri"]) != asked["redirect_uri"]:
            return Reply(400, {"error": "invalid_redirect_uri"})
        if self.says_no:
            return _redirect(asked, error="access_denied")
        code = self.new("code")
        self._codes[code] = asked
        if asked["redirect_uri"].startswith("urn:"):
            return Reply(200, code.encode())
        reply = _redirect(asked, code=code)
        return Reply(200, reply.headers["Location"].encode()) if self.says_where else reply

    def _tokens(self, request: Request) -> Reply:
        form = _form(request)
        client, secret = form.get("client_id", ""), form.get("client_secret", "")
        if given := request.headers.get("authorization"):
            client, _, secret = b64decode(given.removeprefix("Basic ")).decode().partition(":")
        if self.apps.get(client) != secret:
            return Reply(401, {"error": "invalid_client", "error_description": "Who is that?"})
        if form["grant_type"] == "refresh_token":
            return self._refresh(form)
        asked = self._codes.pop(form["code"], {})
        proven = asked.get("code_challenge", "") == _challenge(form.get("code_verifier", ""))
        if asked.get("redirect_uri") != form["redirect_uri"] or not proven:
            return Reply(400, {"error": "invalid_grant"})
        self.scope = asked.get("scope", "")
        return self._give()

    def _refresh(self, form: dict[str, str]) -> Reply:
        if not self.family or form["refresh_token"] != self.family:
            self.family = ""
            self.good.clear()
            return Reply(400, {"error": "invalid_grant", "error_description": "It was used."})
        self.refreshed += 1
        return self._give()

    def _give(self) -> Reply:
        token = self.new("access")
        self.good.add(token)
        answer: dict[str, Any] = {"access_token": token, "token_type": "bearer"}
        if self.life is not None:
            answer["expires_in"] = self.life
        if self.rotates:
            self.family = answer["refresh_token"] = self.new("refresh")
        if self.loses:
            self.loses -= 1
            return Reply(500, b"<html>We are sorry</html>")
        return Reply(200, {**answer, "scope": self.scope})


def allow(address: str) -> str:
    """Be the person's browser: follow the page to where it leads; returns what it shows."""
    with build_opener().open(address, timeout=5) as shown:
        return str(shown.read().decode())


def status_of(address: str) -> int:
    try:
        with build_opener().open(address, timeout=5) as shown:
            return int(shown.status)
    except HTTPError as error:
        error.close()
        return error.code


def _form(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


def _redirect(asked: dict[str, str], **more: str) -> Reply:
    query = urlencode({**more, "state": asked["state"]})
    return Reply(302, b"", {"Location": f"{asked['redirect_uri']}?{query}"})


def _challenge(verifier: str) -> str:
    if not verifier:
        return ""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
