"""A fake Discord: one channel with a webhook and a bot, which checks what it is sent."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from publisher.adapters.http.discord import rights
from publisher.testing.servers import FakeServer, Reply, Request

HOOK_TOKEN = "hook-Token_7Qx"
BOT_TOKEN = "MTk4.bot-token.x9"
HOOK = f"/api/v10/webhooks/123456/{HOOK_TOKEN}"
CHANNEL = "/api/v10/channels/42"
EVERYONE = rights.VIEW | rights.SEND | rights.LINKS | rights.HISTORY
MESSAGE = re.compile(rf"(?:{HOOK}|{CHANNEL})/messages/(\d+)")
_UNESCAPED = re.compile(r"\\([^A-Za-z0-9\s])")
_MASKED = re.compile(r"(?<!\\)\[((?:\\.|[^\]\\])*)\]\(<([^>]*)>\)")


class DiscordServer(FakeServer):
    """The webhook's side; `BotServer` is the bot's."""

    publishes = HOOK
    rejection = Reply(
        400,
        {
            "message": "Invalid Form Body",
            "code": 50035,
            "errors": {"content": {"_errors": [{"code": "X", "message": "Must be 2000 or fewer"}]}},
        },
    )
    forbidden = Reply(403, {"message": "Not this time", "code": 1})
    limited = Reply(429, {"message": "You are being rate limited.", "retry_after": 64.57})
    secrets: ClassVar[list[str]] = [HOOK_TOKEN]
    author = "123456"
    queries = frozenset({"wait", "thread_id"})

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[int, dict[str, Any]] = {}
        self.files: list[bytes] = []
        self.reads_history = True
        self.channel: dict[str, Any] = {"type": 0, "name": "news", "permission_overwrites": []}
        self.roles = {"9": EVERYONE, "31": 0}  # @everyone has the server's own number
        self.member: dict[str, Any] = {"user": {"id": self.author}, "roles": ["31"]}
        self.above: dict[str, Any] = {"type": 0, "name": "talk", "permission_overwrites": []}
        self._by_nonce: dict[str, dict[str, Any]] = {}

    @property
    def options(self) -> dict[str, Any]:
        hook = f"{self.base_url}/api/webhooks/123456/{HOOK_TOKEN}"
        return {"webhook": hook, "timeout": 0.8}

    @property
    def arrived(self) -> int:
        return len(self.messages)

    @property
    def shown(self) -> list[str]:
        return [_shown(message) for message in self.messages.values()]

    def publish(self, text: str, *, age: timedelta = timedelta(0), **more: Any) -> dict[str, Any]:
        """Put a message there, as the bot's owner would."""
        number = 1 + max(self.messages, default=0)
        posted = datetime.now(UTC) + self.clock - age
        message = {
            "id": str(number),
            "channel_id": "42",
            "author": {"id": self.author},
            "timestamp": posted.isoformat(),
            "content": text,
            "embeds": [],
            "attachments": [],
            **more,
        }
        self.messages[number] = message
        return message

    def answer(self, request: Request) -> Reply:
        if not self.knows(request):
            return Reply(401, {"message": "401: Unauthorized", "code": 0})
        if found := MESSAGE.fullmatch(request.path):
            return self._change(request, int(found[1]))
        if request.method == "POST" and request.path == self.publishes:
            return self._post(request)
        reads = {
            HOOK: {"id": "123456", "name": "The Gazette", "guild_id": "9", "channel_id": "42"},
            CHANNEL: {"id": "42", "guild_id": "9", "last_message_id": self._last(), **self.channel},
            "/api/v10/users/@me": {"id": self.author, "username": "gazette"},
            "/api/v10/channels/41": {"id": "41", "guild_id": "9", **self.above},
            "/api/v10/guilds/9": {
                "id": "9",
                "owner_id": "1",
                "roles": [{"id": id_, "permissions": str(to)} for id_, to in self.roles.items()],
            },
            f"/api/v10/guilds/9/members/{self.author}": self.member,
        }
        if request.path == f"{CHANNEL}/messages":
            return Reply(200, self._page(request))
        if request.path in reads:
            return Reply(200, reads[request.path])
        return Reply(404, {"message": "404: Not Found", "code": 0})

    def _last(self) -> str | None:
        return str(max(self.messages)) if self.messages else None

    def knows(self, request: Request) -> bool:
        return request.path.startswith(HOOK)

    def _post(self, request: Request) -> Reply:
        assert request.query.keys() <= self.queries
        wish = self._wish(request)
        nonce = wish.pop("nonce", "")
        assert len(nonce) <= 25 and bool(nonce) == wish.pop("enforce_nonce", False)
        if nonce in self._by_nonce:
            return Reply(200, self._by_nonce[nonce])
        if len(wish.get("content", "")) > 2000:
            return self.rejection
        files = wish.pop("attachments", [])
        assert all(isinstance(each["id"], str) for each in files)
        message = self.publish(wish.pop("content", ""), attachments=files, **wish)
        if nonce:
            self._by_nonce[nonce] = message
        return Reply(200, message)

    def _wish(self, request: Request) -> dict[str, Any]:
        wish: dict[str, Any]
        if "form" in request.headers["content-type"]:
            form = request.form
            self.files += form.files
            wish = json.loads(form.fields["payload_json"])
        else:
            wish = request.json
        assert wish.pop("allowed_mentions") == {"parse": []}
        assert wish.get("content") or wish.get("embeds")
        for embed in wish.get("embeds", ()):
            assert 0 < len(embed["title"]) <= 256 and len(embed.get("description", "")) <= 4096
        return wish

    def _change(self, request: Request, number: int) -> Reply:
        if number not in self.messages:
            return Reply(404, {"message": "Unknown Message", "code": 10008})
        if request.method == "DELETE":
            del self.messages[number]
            return Reply(204, b"")
        self.messages[number].update(self._wish(request))
        return Reply(200, self.messages[number])

    def _page(self, request: Request) -> list[dict[str, Any]]:
        if not self.reads_history:
            return []
        before = int(request.query.get("before", 10**20))
        newest = [self.messages[number] for number in sorted(self.messages, reverse=True)]
        return [each for each in newest if int(each["id"]) < before][: int(request.query["limit"])]


class BotServer(DiscordServer):
    publishes = f"{CHANNEL}/messages"
    queries = frozenset[str]()
    timeline = f"{CHANNEL}/messages"
    secrets: ClassVar[list[str]] = [BOT_TOKEN]
    author = "77"

    @property
    def options(self) -> dict[str, Any]:
        base_url = f"{self.base_url}/api/v10"
        return {"base_url": base_url, "token": BOT_TOKEN, "channel": 42, "timeout": 0.8}

    def knows(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bot {BOT_TOKEN}"


def _shown(message: dict[str, Any]) -> str:
    """What readers see, and where links lead."""
    lines = [message["content"]]
    for embed in message["embeds"]:
        lines += [embed["title"], embed.get("url", ""), embed.get("description", "")]
    text = "\n".join(lines)
    links = [link for _, link in _MASKED.findall(text)]
    plain = _UNESCAPED.sub(r"\1", _MASKED.sub(r"\1", text))
    return "\n".join((plain.replace("\u2060", ""), *links))
