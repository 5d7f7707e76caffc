"""A fake Matrix homeserver with one room: transactions, edits, redactions, pages of messages."""

import html
import json
import re
import time
from typing import Any
from urllib.parse import unquote

from publisher.testing.servers import FakeServer, Reply, Request

TOKEN = "syt_bmV3cw_t0ken"
PASSWORD = "the accounts own p4ssword"
ROOM = "!gazette:example.org"
ACCOUNT = "@news:example.org"
CLIENT = "/_matrix/client/v3"
MOST_BYTES = 65_536


def no(status: int, code: str, words: str, **more: Any) -> Reply:
    """A refusal as Matrix writes it."""
    return Reply(status, {"errcode": code, "error": words, **more})


class MatrixServer(FakeServer):
    rejection = no(413, "M_TOO_LARGE", "event too large")
    limited = no(429, "M_LIMIT_EXCEEDED", "Too Many Requests", retry_after_ms=60_000)
    forbidden = no(403, "M_FORBIDDEN", "You don't have permission to post that to the room.")
    secrets = (TOKEN,)

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict[str, Any]] = []
        self.logins: list[str] = []
        self.transactions: dict[str, str] = {}
        self.rooms = [ROOM]
        self.flows = ["m.login.password", "m.login.sso"]
        self.state: dict[str, dict[str, Any]] = {"m.room.create": {"room_version": "11"}}
        self.tokens = {TOKEN: "ABC"}  # and the devices that have them
        self.life: dict[str, int] = {}  # of a token that ends

    @property
    def options(self) -> dict[str, object]:
        return {"base_url": self.base_url, "token": TOKEN, "room": ROOM, "timeout": 0.8}

    @property
    def posts(self) -> list[dict[str, Any]]:
        """What is shown: neither edits nor what was redacted."""
        whole = (each for each in self.events if each["content"])
        return [each for each in whole if "m.relates_to" not in each["content"]]

    @property
    def arrived(self) -> int:
        return len(self.posts)

    @property
    def shown(self) -> list[str]:
        return [self._shown(post) for post in self.posts]

    def is_post(self, request: Request) -> bool:
        sends = request.method == "PUT" and "/send/m.room.message/" in request.path
        return sends and "m.relates_to" not in request.json

    def answer(self, request: Request) -> Reply:
        path = [unquote(part) for part in request.path.removeprefix(CLIENT).split("/")[1:]]
        if path == ["login"]:
            return self._login(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            return no(401, "M_UNKNOWN_TOKEN", "Unknown token")
        return self._signed_in(request, path, token)

    def _signed_in(self, request: Request, path: list[str], token: str) -> Reply:
        match request.method, path:
            case "GET", ["account", "whoami"]:
                return Reply(200, {"user_id": ACCOUNT, "device_id": self.tokens[token]})
            case "POST", ["logout"]:
                del self.tokens[token]
                return Reply(200, {})
            case "GET", ["joined_rooms"]:
                return Reply(200, {"joined_rooms": self.rooms})
            case method, ["rooms", room, *rest] if room == ROOM:
                return self._in_room(method, rest, request)
        return no(404, "M_UNRECOGNIZED", "Unrecognized request")

    def _login(self, request: Request) -> Reply:
        assert "authorization" not in request.headers
        if request.method == "GET":
            return Reply(200, {"flows": [{"type": each} for each in self.flows]})
        wish = request.json
        assert wish["type"] == "m.login.password" in self.flows
        assert wish["identifier"]["type"] == "m.id.user" and wish["initial_device_display_name"]
        users = ("news", ACCOUNT)
        if wish["identifier"]["user"] not in users or wish["password"] != PASSWORD:
            return no(403, "M_FORBIDDEN", "Invalid username or password")
        device = wish.get("device_id") or f"DEV{len(self.logins)}"
        self.tokens = {token: at for token, at in self.tokens.items() if at != device}
        token = f"syt_bmV3cw_login{len(self.logins)}"
        self.logins.append(token)
        self.tokens[token] = device
        given = {"user_id": ACCOUNT, "access_token": token, "device_id": device, **self.life}
        return Reply(200, given)

    def _in_room(self, method: str, path: list[str], request: Request) -> Reply:
        match method, path:
            case "GET", ["messages"]:
                return self._page(request.query)
            case "GET", ["state", kind]:
                if kind in self.state:
                    return Reply(200, self.state[kind])
                return no(404, "M_NOT_FOUND", "Event not found.")
            case "PUT", ["send", "m.room.message", transaction]:
                return self._sent(transaction, request)
            case "PUT", ["redact", event, _]:
                return self._redacted(event)
        return no(404, "M_UNRECOGNIZED", "Unrecognized request")

    def put(self, content: dict[str, Any], sender: str = ACCOUNT) -> str:
        """Put an event there, as anybody in the room would."""
        event = f"$event-{len(self.events)}"
        moment = int((time.time() + self.clock.total_seconds()) * 1000)
        shown = {"event_id": event, "sender": sender, "origin_server_ts": moment}
        self.events.append({**shown, "content": content})
        return event

    def _sent(self, transaction: str, request: Request) -> Reply:
        canonical = json.dumps(request.json, ensure_ascii=False, separators=(",", ":"))
        if len(canonical.encode()) > MOST_BYTES - 500:  # ids and signatures come on top
            return self.rejection
        if transaction not in self.transactions:
            self.transactions[transaction] = self.put(request.json)
        return Reply(200, {"event_id": self.transactions[transaction]})

    def _redacted(self, event: str) -> Reply:
        for each in self.events:
            if each["event_id"] == event:
                each["content"] = {}
        return Reply(200, {"event_id": "$redaction"})

    def _page(self, query: dict[str, str]) -> Reply:
        assert query["dir"] == "b"
        start, size = int(query.get("from", "0")), int(query["limit"])
        newest = self.events[::-1]
        more = {"end": str(start + size)} if len(newest) > start + size else {}
        return Reply(200, {"chunk": newest[start : start + size], **more})

    def _shown(self, post: dict[str, Any]) -> str:
        content = post["content"]
        for each in self.events:
            relation = each["content"].get("m.relates_to", {})
            if relation.get("event_id") == post["event_id"]:
                content = each["content"]["m.new_content"]
        if "format" not in content:
            return str(content["body"])
        marked_up = content["formatted_body"].replace("<br>", "\n")
        links = re.findall('href="([^"]*)"', marked_up)
        words = re.sub("<[^>]*>", "", marked_up)
        return html.unescape("\n".join((words, *links)))
