"""A fake Telegram: one channel, its bot, and the refusals that the Bot API has in words."""

import json
import re
from typing import Any

from publisher.testing.servers import FakeServer, Reply, Request

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
CHAT = {"id": -1001234567890, "type": "channel", "title": "The Gazette", "username": "gazette"}
MEMBER = {"status": "administrator", "can_post_messages": True}


def no(status: int, words: str, **more: Any) -> Reply:
    """A refusal as Telegram writes it."""
    content = {"ok": False, "error_code": status, "description": words, **more}
    return Reply(status, content)


class TelegramServer(FakeServer):
    publishes = f"/bot{TOKEN}/sendMessage"
    rejection = no(400, "Bad Request: message is too long")
    denial = Reply(200, rejection.content)
    limited = no(429, "Too Many Requests: retry after 35", parameters={"retry_after": 35})
    forbidden = no(403, "Forbidden: bot is not a member of the channel chat")
    secrets = (TOKEN,)

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[int, dict[str, Any]] = {}
        self.chat: dict[str, Any] = dict(CHAT)
        self.member: dict[str, Any] = dict(MEMBER)
        self.photos: list[bytes] = []
        self.updates: list[dict[str, Any]] = []
        self.token = TOKEN

    @property
    def options(self) -> dict[str, object]:
        return {"base_url": self.base_url, "token": TOKEN, "chat": "@gazette", "timeout": 0.8}

    @property
    def arrived(self) -> int:
        return len(self.messages)

    @property
    def shown(self) -> list[str]:
        return [_shown(message) for message in self.messages.values()]

    def answer(self, request: Request) -> Reply:
        bot, _, method = request.path.rpartition("/")
        if bot != f"/bot{self.token}":
            well_formed = re.fullmatch(r"/bot\d+:[\w-]{35}", bot)
            return no(401, "Unauthorized") if well_formed else no(404, "Not Found")
        name = f"_{method}"
        answer: Reply = getattr(self, name)(_fields(request, self.photos))
        return answer

    def _getMe(self, _: Any) -> Reply:  # noqa: N802 - the method's own name
        return _yes({"id": 110201543, "is_bot": True, "username": "gazette_bot"})

    def _getChat(self, fields: dict[str, Any]) -> Reply:  # noqa: N802 - the method's own name
        if fields["chat_id"] not in ("@gazette", str(self.chat["id"])):
            return no(400, "Bad Request: chat not found")
        return _yes(self.chat)

    def _getUpdates(self, fields: dict[str, Any]) -> Reply:  # noqa: N802 - the method's own name
        assert not fields  # an offset would take updates away, allowed_updates change the bot
        return _yes(self.updates)

    def _getChatMember(self, fields: dict[str, Any]) -> Reply:  # noqa: N802 - the method's own name
        assert fields["user_id"] == 110201543
        return _yes(self.member)

    def _sendMessage(self, fields: dict[str, Any]) -> Reply:  # noqa: N802 - the method's own name
        return self._posted({"text": fields["text"], "entities": fields.get("entities", [])})

    def _sendPhoto(self, fields: dict[str, Any]) -> Reply:  # noqa: N802 - the method's own name
        caption, entities = fields["caption"], json.loads(fields["caption_entities"])
        photo = [{"file_id": "x", "width": 1, "height": 1}]
        return self._posted({"photo": photo, "caption": caption, "caption_entities": entities})

    def _posted(self, content: dict[str, Any]) -> Reply:
        if _length(content.get("text", "")) > 4096 or _length(content.get("caption", "")) > 1024:
            return no(400, "Bad Request: message is too long")
        number = 1 + max(self.messages, default=0)
        self.messages[number] = {"message_id": number, "chat": self.chat, "date": 1, **content}
        return _yes(self.messages[number])

    def _deleteMessage(self, fields: dict[str, Any]) -> Reply:  # noqa: N802 - the method's own name
        if self.messages.pop(fields["message_id"], None) is None:
            return no(400, "Bad Request: message to delete not found")
        return _yes(True)  # noqa: FBT003 - what Telegram says

    def _editMessageText(self, fields: dict[str, Any]) -> Reply:  # noqa: N802 - the method's own name
        return self._edited(fields, text=fields["text"], entities=fields["entities"])

    def _editMessageCaption(self, fields: dict[str, Any]) -> Reply:  # noqa: N802 - the method's own name
        entities = fields["caption_entities"]
        return self._edited(fields, caption=fields["caption"], caption_entities=entities)

    def _edited(self, fields: dict[str, Any], **content: Any) -> Reply:
        assert None not in fields.values()  # no method takes null for what it may do without
        message = self.messages[fields["message_id"]]
        assert fields["chat_id"] == str(CHAT["id"]) and content.keys() <= message.keys()
        if content.items() <= message.items():
            return no(400, "Bad Request: message is not modified: specified new message content")
        message.update(content)
        return _yes(message)


def _yes(result: object) -> Reply:
    return Reply(200, {"ok": True, "result": result})


def _fields(request: Request, photos: list[bytes]) -> dict[str, Any]:
    """The fields of a request, whether they came as JSON or as a form with a file."""
    kind = request.headers.get("content-type", "")
    if "form" not in kind:
        return dict(request.json) if "json" in kind else {}
    form = request.form
    photos += form.files
    return dict(form.fields)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _shown(message: dict[str, Any]) -> str:
    """The text, then where its links lead."""
    text: str = message.get("text", message.get("caption", ""))
    entities = message.get("entities", message.get("caption_entities", []))
    return "\n".join((text, *(each["url"] for each in entities if "url" in each)))
