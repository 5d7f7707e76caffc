"""The guide is enough: an adapter for Telegram in 70 lines, its test in 50."""

from datetime import UTC, datetime, timedelta

import pytest

from publisher.errors import AuthExpired, RateLimited, Rejected
from publisher.model.messages import Note
from publisher.testing import KEY, Behaviour, NoteAdapterSuite
from tests.adapters.fake_server import FakeServer, Reply, Request
from tests.adapters.telegram import Telegram, count_units

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


class TelegramServer(FakeServer):
    publishes = f"/bot{TOKEN}/sendMessage"
    rejection = Reply(400, {"ok": False, "description": "Bad Request: message is too long"})
    limited = Reply(429, {"description": "Too Many Requests", "parameters": {"retry_after": 35}})
    secrets = (TOKEN,)

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    @property
    def options(self) -> dict[str, object]:
        return {"base_url": self.base_url, "token": TOKEN, "chat": "@gazette", "timeout": 0.4}

    @property
    def arrived(self) -> int:
        return len(self.texts)

    def answer(self, request: Request) -> Reply:
        if request.path == self.publishes:
            self.texts.append(request.json["text"])
        message = {"message_id": len(self.texts), "chat": {"id": -1, "username": "gazette"}}
        return Reply(200, {"ok": True, "result": message})


class TestTelegram(NoteAdapterSuite):
    adapter = Telegram
    server = TelegramServer

    def test_the_body_says_until_when(self, channel: Telegram, network: TelegramServer) -> None:
        error = self.provoke(channel, network, Behaviour.LIMITS)
        assert isinstance(error, RateLimited) and error.retry_at is not None
        assert timedelta(seconds=30) < error.retry_at - datetime.now(UTC) < timedelta(seconds=36)

    @pytest.mark.parametrize(
        ("status", "words", "kind"),
        [
            (403, "Forbidden: bot was kicked from the channel chat", AuthExpired),
            (400, "Bad Request: chat not found", AuthExpired),
            (404, "Not Found", AuthExpired),
            (400, "Bad Request: message text is empty", Rejected),
        ],
    )
    def test_whom_a_refusal_means(
        self, channel: Telegram, network: TelegramServer, status: int, words: str, kind: type
    ) -> None:
        network.replies[network.publishes] = Reply(status, {"ok": False, "description": words})
        with pytest.raises(kind, match=words) as caught:
            channel.send(Note("Hello"), KEY)
        assert type(caught.value) is kind and network.arrived == 0

    def test_it_counts_as_telegram_does(self, channel: Telegram) -> None:
        assert count_units("é日👍") == 4
        with pytest.raises(Rejected, match="4096 are allowed on Telegram"):
            channel.send(Note("👍" * 2049), KEY)
