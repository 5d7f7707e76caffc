"""Telegram (core.telegram.org/bots/api), written by docs/how-to/adding-a-network.md alone."""

from typing import TYPE_CHECKING, Any

from pydantic import Field

from publisher.adapters.http.notes import HttpSettings, NoteAdapter, Posting, Refusals
from publisher.adapters.http.options import BaseUrl, Token
from publisher.adapters.http.replies import dig, network_id
from publisher.model.messages import Limits, Receipt

if TYPE_CHECKING:
    from requests import Response


class TelegramSettings(HttpSettings):
    """The bot's token, and where it posts: `@channel`, or a chat's number."""

    base_url: BaseUrl = "https://api.telegram.org"
    token: Token
    chat: str = Field(pattern=r"^(@\w+|-?\d+)$")
    silent: bool = False


def count_units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Telegram(NoteAdapter[TelegramSettings]):
    """A bot in a channel or group; Telegram drops no repeats, and shows a bot none of its texts."""

    settings = TelegramSettings
    cards = True
    limits = Limits(4096, count_units)
    account_refusals = (
        Refusals((400,), "chat not found|rights|upgraded to a supergroup", "fix the bot or `chat`"),
        Refusals((403,), advice="let the bot post into the chat again"),
        Refusals((404,), "^not found$", "fix the token"),
    )
    result = ("result",)
    retry_after = ("parameters", "retry_after")

    def post(self, posting: Posting) -> "Response":
        """Send the text as it stands, without markup."""
        content = {
            "chat_id": self.options.chat,
            "text": posting.message.text,
            "disable_notification": self.options.silent,
        }
        return self._call("POST", "sendMessage", acts=True, json=content)

    def receipt(self, shown: object) -> Receipt | None:
        """A message has a number, and an address where the channel is public."""
        remote_id = network_id(dig(shown, "message_id"))
        name = network_id(dig(shown, "chat", "username"))
        return (
            Receipt(remote_id, f"https://t.me/{name}/{remote_id}" if name else "")
            if remote_id
            else None
        )

    def check(self) -> None:
        """Ask who the bot is, and whether it sees the chat."""
        self._call("GET", "getMe")
        self._call("GET", "getChat", params={"chat_id": self.options.chat})

    def _call(self, method: str, name: str, **content: Any) -> "Response":
        token = self.options.token.get_secret_value()
        return self.api.call(method, f"/bot{token}/{name}", **content)
