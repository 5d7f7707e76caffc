"""A fake Slack: one channel, an incoming webhook, and an app's bot in it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from publisher.testing.servers import FakeServer, Reply, Request

HOOK = "/services/T024BE7LD/B024BE7LE/hook5ecretTokenXyz"
TOKEN = "xoxb-1234-bot-token-9z"
CHANNEL = "C024BE91L"
_LINK = re.compile(r"<(https?://[^<>|]+)>")


def no(word: str) -> Reply:
    """A refusal as the Web API has it: inside a success."""
    return Reply(200, {"ok": False, "error": word})


class SlackServer(FakeServer):
    """The webhook's side; `BotServer` is the bot's."""

    publishes = HOOK
    rejection = Reply(400, b"invalid_payload")
    forbidden = Reply(403, b"something_new")
    limited = Reply(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "300"})
    secrets: ClassVar[list[str]] = [HOOK, "hook5ecretTokenXyz"]

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}

    @property
    def options(self) -> dict[str, Any]:
        return {"webhook": f"{self.base_url}{HOOK}", "timeout": 0.8}

    @property
    def arrived(self) -> int:
        return len(self.messages)

    @property
    def attempts(self) -> int:
        sent = [each for each in self.requests if each.path == self.publishes]
        return sum("text" in each.json for each in sent)

    @property
    def shown(self) -> list[str]:
        return [_shown(message) for message in self.messages.values()]

    def publish(self, text: str, *, age: timedelta = timedelta(0), **more: Any) -> dict[str, Any]:
        """Put a message there, as the bot's owner would."""
        posted = datetime.now(UTC) + self.clock - age
        ts = f"{int(posted.timestamp())}.{len(self.messages):06d}"
        message = {"id": ts, "type": "message", "ts": ts, "bot_id": "B7", "text": text, **more}
        self.messages[ts] = message
        return message

    def answer(self, request: Request) -> Reply:
        if request.path != HOOK:
            return Reply(404, b"no_service")
        if not request.json.get("text"):
            return Reply(400, b"no_text")
        self.take(request.json)
        return Reply(200, b"ok", {"Content-Type": "text/html"})

    def take(self, wish: dict[str, Any]) -> dict[str, Any]:
        wish = dict(wish)
        for block in wish.get("blocks", ()):
            if block["type"] == "image":
                assert block["image_url"].startswith("https://") and block["alt_text"]
        wish.pop("channel", None)
        return self.publish(wish.pop("text"), **wish)


class BotServer(SlackServer):
    publishes = "/api/chat.postMessage"
    timeline = "/api/conversations.history"
    rejection = no("msg_too_long")
    denial = no("no_text")
    secrets: ClassVar[list[str]] = [TOKEN]
    scopes = "chat:write,channels:history,channels:read"

    def __init__(self) -> None:
        super().__init__()
        self.channel: dict[str, Any] = {"id": CHANNEL, "is_member": True, "is_archived": False}
        self.shows_metadata = True
        self.token = TOKEN
        self.life: dict[str, int] = {}  # of a token that Slack rotates

    @property
    def options(self) -> dict[str, Any]:
        base_url = f"{self.base_url}/api"
        return {"base_url": base_url, "token": TOKEN, "channel": CHANNEL, "timeout": 0.8}

    def answer(self, request: Request) -> Reply:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return no("invalid_auth")
        name = request.path.removeprefix("/api/").replace(".", "_").lower()
        reply: Reply = getattr(self, f"_{name}")(request)
        return reply

    def _auth_test(self, _: Request) -> Reply:
        team = {"team": "The Gazette", "url": "https://gazette.slack.com/"}
        content = {"ok": True, "user": "gazette", "bot_id": "B7", **team, **self.life}
        return Reply(200, content, {"X-OAuth-Scopes": self.scopes})

    def _auth_revoke(self, _: Request) -> Reply:
        self.token, self.channel["is_member"] = "", False
        return Reply(200, {"ok": True, "revoked": True})

    def _conversations_info(self, request: Request) -> Reply:
        if request.query["channel"] != CHANNEL:
            return no("channel_not_found")
        if "channels:read" not in self.scopes:
            return no("missing_scope")
        return Reply(200, {"ok": True, "channel": self.channel})

    def _chat_postmessage(self, request: Request) -> Reply:
        if len(request.json["text"]) > 40_000:
            return no("msg_too_long")
        message = self.take(request.json)
        return Reply(200, {"ok": True, "channel": CHANNEL, "ts": message["ts"], "message": message})

    def _chat_update(self, request: Request) -> Reply:
        wish = request.json
        assert wish["channel"] == CHANNEL
        assert wish["blocks"] and wish.keys() == {"channel", "ts", "text", "blocks"}
        self.messages[wish["ts"]].update(text=wish["text"], blocks=wish["blocks"])
        return Reply(200, {"ok": True, "channel": CHANNEL, "ts": wish["ts"], "text": wish["text"]})

    def _chat_delete(self, request: Request) -> Reply:
        if self.messages.pop(request.json["ts"], None) is None:
            return no("message_not_found")
        return Reply(200, {"ok": True, "channel": CHANNEL, "ts": request.json["ts"]})

    def _conversations_history(self, request: Request) -> Reply:
        if "channels:history" not in self.scopes:
            return no("missing_scope")
        assert request.query["channel"] == CHANNEL and request.query["include_all_metadata"]
        oldest, start = float(request.query["oldest"]), int(request.query.get("cursor", 0))
        newest = sorted(self.messages.values(), key=lambda each: str(each["ts"]), reverse=True)
        found = [each for each in newest if float(each["ts"]) > oldest]
        if not self.shows_metadata:
            found = [{**each, "metadata": None} for each in found]
        end = start + int(request.query["limit"])
        cursor = str(end) if end < len(found) else ""
        page = {"messages": found[start:end], "response_metadata": {"next_cursor": cursor}}
        return Reply(200, {"ok": True, **page})


def _shown(message: dict[str, Any]) -> str:
    """What readers see, and where links lead: the blocks, or else the text."""
    if not message.get("blocks"):
        return _decoded(_LINK.sub(r"\1", message["text"]))
    seen = []
    for block in message["blocks"]:
        if block["type"] == "image":
            seen.append(f"\n{block['image_url']} {block['alt_text']}")
        for section in block.get("elements", ()):
            seen += [each["text"] for each in section["elements"]]
            seen += [f"\n{each['url']}" for each in section["elements"] if "url" in each]
    return "".join(seen)


def _decoded(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
