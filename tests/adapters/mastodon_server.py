"""A fake Mastodon: keeps statuses, honours keys as told, counts, and misbehaves on demand."""

import html
import re
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.parser import BytesParser
from typing import Any

from publisher.adapters.http.text.counting import graphemes
from publisher.testing.servers import FakeServer, Reply, Request
from tests.adapters.oauth_server import OAuth

TOKEN = "masto-token-6f1c"
_LINK = re.compile(r"https?://\S+")


class MastodonServer(FakeServer):
    publishes = "/api/v1/statuses"
    timeline = "/api/v1/accounts/7/statuses"
    uploads = "/api/v2/media"
    rejection = Reply(422, {"error": "Validation failed: Text can't be blank"})
    version = "4.3.0"

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[dict[str, Any]] = []
        self.media: list[dict[str, Any]] = []
        self.honours_keys = True
        self.scopes: list[str] | None = ["read", "write"]
        self.characters = 500
        self.media_polls = 0  # how often a picture is "not ready" before it is
        self._by_key: dict[str, dict[str, Any]] = {}
        self.oauth = OAuth("/oauth/authorize", "/oauth/token", register="/api/v1/apps")
        self.oauth.good.add(TOKEN)

    @property
    def options(self) -> dict[str, Any]:
        return {"base_url": self.base_url, "token": TOKEN, "timeout": 0.8}

    @property
    def secrets(self) -> list[str]:
        return [TOKEN]

    @property
    def arrived(self) -> int:
        return len(self.statuses)

    @property
    def shown(self) -> list[str]:
        return [str(status["content"]) for status in self.statuses]

    @property
    def limited(self) -> Reply:
        reset = datetime.now(UTC) + timedelta(minutes=5)
        headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset.isoformat()}
        return Reply(429, {"error": "Too many requests"}, headers)

    def publish(self, text: str, *, age: timedelta = timedelta(0), **more: Any) -> dict[str, Any]:
        """Put a status there, as the account's owner would."""
        number = str(1000 + len(self.statuses))
        posted = datetime.now(UTC) + self.clock - age
        links = _LINK.findall(text)
        status = {
            "id": number,
            "url": f"{self.base_url}/@gazette/{number}",
            "created_at": posted.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "content": _as_html(text),
            "card": {"url": links[0]} if links else None,
            **more,
        }
        self.statuses.append(status)
        return status

    def thread(self) -> list[tuple[str, str, str]]:
        """Of each status: its id, its words, and what it replies to."""
        return [
            (each["id"], each["wish"]["status"], each["in_reply_to_id"] or "")
            for each in self.statuses
        ]

    def attached(self) -> list[str]:
        return list(self.requests[-1].json.get("media_ids", ()))

    def answer(self, request: Request) -> Reply:  # noqa: C901, PLR0911 - a line for each endpoint
        if let_in := self.oauth.answer(request):
            return let_in
        if request.path != "/api/v2/instance" and not self.oauth.lets_in(request):
            return Reply(401, {"error": "The access token is invalid"})
        match request.method, request.path.strip("/").split("/"):
            case "POST", ["api", "v1", "statuses"]:
                return self._post(request)
            case "POST", ["api", "v2", "media"]:
                return self._upload(request)
            case verb, ["api", "v1", "statuses", number]:
                return self._change(verb, number, request)
            case "GET", ["api", "v1", "media", number]:
                return self._poll(number)
            case "GET", ["api", "v1", "accounts", "verify_credentials"]:
                return Reply(200, {"id": "7", "username": "gazette", "acct": "gazette"})
            case "GET", ["api", "v1", "apps", "verify_credentials"]:
                return Reply(200, {"name": "Publisher", "scopes": self.scopes})
            case "GET", ["api", "v2", "instance"]:
                return Reply(200, self._instance())
            case "GET", ["api", "v1", "accounts", "7", "statuses"]:
                return Reply(200, self._page(request))
        return Reply(404, {"error": "Record not found"})

    def _post(self, request: Request) -> Reply:
        wish = request.json
        key = request.headers.get("idempotency-key", "")
        if self.honours_keys and key in self._by_key:
            return Reply(200, self._by_key[key])
        if self._length(wish) > self.characters:
            over = f"Validation failed: Text character limit of {self.characters} exceeded"
            return Reply(422, {"error": over})
        parent = wish.get("in_reply_to_id")
        if parent and parent not in {status["id"] for status in self.statuses}:
            gone = "The post you are trying to reply to does not appear to exist."
            return Reply(404, {"error": gone})
        status = self.publish(wish["status"], wish=wish, key=key, in_reply_to_id=parent)
        self._by_key[key] = status
        return Reply(200, status)

    def _change(self, verb: str, number: str, request: Request) -> Reply:
        status = next((each for each in self.statuses if each["id"] == number), None)
        if status is None:
            return Reply(404, {"error": "Record not found"})
        if verb == "DELETE":
            self.statuses.remove(status)
        if verb == "PUT":
            wish = request.json
            kept = [{"id": each} for each in wish.get("media_ids", ())]
            status |= {"content": _as_html(wish["status"]), "media_attachments": kept}
        return Reply(200, status)

    def _length(self, wish: dict[str, Any]) -> int:
        words = wish.get("spoiler_text", "") + _LINK.sub("x" * 23, wish["status"])
        return graphemes(words)

    def _upload(self, request: Request) -> Reply:
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        message = BytesParser().parsebytes(head + request.body)
        fields = {_name(part): part for part in message.walk() if not part.is_multipart()}
        number = str(len(self.media) + 1)
        picture = fields["file"]
        self.media.append(
            {
                "id": number,
                "content": picture.get_payload(decode=True),
                "type": picture.get_content_type(),
                "description": str(fields["description"].get_payload()),
            }
        )
        return Reply(202 if self.media_polls else 200, {"id": number, "url": None})

    def _poll(self, number: str) -> Reply:
        self.media_polls -= 1
        return Reply(206 if self.media_polls > 0 else 200, {"id": number})

    def _page(self, request: Request) -> list[dict[str, Any]]:
        newest = [*reversed(self.statuses)]
        if before := request.query.get("max_id"):
            newest = [status for status in newest if int(status["id"]) < int(before)]
        return newest[: int(request.query.get("limit", 20))]

    def _instance(self) -> dict[str, Any]:
        statuses = {"max_characters": self.characters, "characters_reserved_per_url": 23}
        return {"version": self.version, "configuration": {"statuses": statuses}}


def _name(part: Message) -> str:
    return str(part.get_param("name", header="content-disposition"))


def _as_html(text: str) -> str:
    """The way Mastodon shows a status: links split into visible and invisible spans."""

    def anchor(match: re.Match[str]) -> str:
        link = match.group()
        scheme, rest = link.split("://", 1)
        return (
            f'<a href="{link}" rel="nofollow noopener"><span class="invisible">{scheme}://</span>'
            f'<span class="ellipsis">{rest[:30]}</span>'
            f'<span class="invisible">{rest[30:]}</span></a>'
        )

    shown = _LINK.sub(anchor, html.escape(text, quote=False))
    return "<p>" + shown.replace("\n\n", "</p><p>").replace("\n", "<br />") + "</p>"
