from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from publisher.adapters.telegram import Telegram
from publisher.errors import AuthExpired, NotAllowed, OutcomeUnknown, RateLimited, Rejected
from publisher.model.messages import Digest, DigestItem, Note, Picture
from publisher.testing import (
    EXPECTED,
    KEY,
    Behaviour,
    ChangesSuite,
    DigestSuite,
    Network,
    NoteAdapterSuite,
)
from publisher.testing.servers import Reply
from tests.adapters.telegram_server import CHAT, TOKEN, TelegramServer, no

URL = "https://gazette.example/articles/bridge_(old)?utm_source=social"
NOTE = Note(
    text=f"🌉 Bridge\n\nOpen again.\n\n{URL}\n#bridge",
    url=URL,
    link=URL,
    title="🌉 Bridge",
    image="https://gazette.example/bridge.jpg",
)
PICTURE = Picture(b"\xff\xd8 picture", "image/jpeg", "A bridge in fog")
WITH_PICTURE = replace(NOTE, picture=PICTURE)
PHOTO = f"/bot{TOKEN}/sendPhoto"


class TestTelegram(NoteAdapterSuite, DigestSuite, ChangesSuite):
    adapter = Telegram
    server = TelegramServer
    behaviours = frozenset(Behaviour)
    expected: ClassVar = {**EXPECTED, Behaviour.FORBIDS: AuthExpired}

    def build(self, network: Network, **options: Any) -> Telegram:
        channel = super().build(network, **options)
        assert isinstance(channel, Telegram)
        return channel

    def test_what_is_posted(self, channel: Telegram, network: TelegramServer) -> None:
        receipt = channel.send(NOTE, KEY)
        assert network.requests[-1].json == {
            "chat_id": "@gazette",
            "text": NOTE.text,
            "entities": [
                {"type": "bold", "offset": 0, "length": 9},
                {"type": "text_link", "url": URL, "offset": 24, "length": len(URL)},
            ],
            "link_preview_options": {"url": URL},
        }
        assert receipt.remote_url == "https://t.me/gazette/1"
        assert receipt.handle == {"chat": "-1001234567890", "kind": "text"}

    def test_the_options_are_posted(self, network: TelegramServer) -> None:
        channel = self.build(network, silent=True, topic=7, preview="large", chat=-1001234567890)
        channel.send(NOTE, KEY)
        posted = network.requests[-1].json
        assert (posted["disable_notification"], posted["message_thread_id"]) == (True, 7)
        assert posted["chat_id"] == "-1001234567890"
        assert posted["link_preview_options"] == {"url": URL, "prefer_large_media": True}
        self.build(network, preview="none").send(NOTE, KEY)
        assert network.requests[-1].json["link_preview_options"] == {"is_disabled": True}

    @pytest.mark.parametrize(
        "options",
        [
            {"chat": "gazette"},
            {"chat": "@gazette/1"},
            {"topic": 0},
            {"token": "a b"},
            {"token": "a\nb"},
        ],
    )
    def test_wrong_options(self, network: TelegramServer, options: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            self.build(network, **options)

    def test_a_digest_stands_out_and_links(
        self, channel: Telegram, network: TelegramServer
    ) -> None:
        items = (DigestItem("👍 One", f"{URL}/1", "First"), DigestItem("Two", f"{URL}/2"))
        channel.send(Digest("The week", "…", items, url=URL), KEY)
        posted = network.requests[-1].json
        assert posted["text"] == "The week\n\n• 👍 One\nFirst\n\n• Two"
        assert posted["entities"] == [
            {"type": "bold", "offset": 0, "length": 8},
            {"type": "text_link", "url": URL, "offset": 0, "length": 8},
            {"type": "text_link", "url": f"{URL}/1", "offset": 12, "length": 6},
            {"type": "text_link", "url": f"{URL}/2", "offset": 28, "length": 3},
        ]
        assert posted["link_preview_options"] == {"is_disabled": True}

    def test_a_digest_without_room_goes_as_its_text(
        self, channel: Telegram, network: TelegramServer
    ) -> None:
        items = tuple(DigestItem("t" * 500, URL) for _ in range(9))
        channel.send(Digest("The week", "Short words", items), KEY)
        assert network.shown == ["Short words"]

    def test_a_picture_goes_with_its_caption(self, network: TelegramServer) -> None:
        channel = self.build(network, pictures=True)
        receipt = channel.send(WITH_PICTURE, KEY)
        assert network.photos == [PICTURE.content] and not receipt.remark
        assert receipt.handle["kind"] == "photo" and network.requests[-1].path == PHOTO
        assert channel.edit(receipt, replace(NOTE, text="Open.")).handle == receipt.handle
        assert network.shown == ["Open."]

    def test_no_picture_unless_asked_for(self, network: TelegramServer, channel: Telegram) -> None:
        assert not channel.send(WITH_PICTURE, KEY).remark and not network.photos
        for adapter, pictures in ((channel, 0), (self.build(network, pictures=True), 1)):
            limits = adapter.current_limits()
            assert limits is not None and limits.pictures == pictures

    def test_a_text_too_long_for_a_caption_has_its_picture_as_preview(
        self, network: TelegramServer
    ) -> None:
        long = replace(WITH_PICTURE, text="y" * 1025, url="")
        receipt = self.build(network, pictures=True).send(long, KEY)
        assert receipt.remark.startswith("its picture is only a preview")
        posted = network.requests[-1].json
        assert posted["link_preview_options"] == {"url": NOTE.image, "prefer_large_media": True}
        bare = self.build(network, pictures=True).send(replace(long, image=""), KEY)
        assert bare.remark.startswith("without its picture, beside which the text counts 1025")

    @pytest.mark.parametrize(
        "reply",
        [
            no(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
            no(400, "Bad Request: IMAGE_PROCESS_FAILED"),
            no(400, "Bad Request: not enough rights to send photos to the chat"),
            no(403, "Forbidden: CHAT_SEND_PHOTOS_FORBIDDEN"),
            Reply(413, b"<html>Request Entity Too Large</html>"),
        ],
    )
    def test_a_refused_picture_does_not_take_its_note_along(
        self, network: TelegramServer, reply: Reply
    ) -> None:
        network.replies[PHOTO] = reply
        receipt = self.build(network, pictures=True).send(WITH_PICTURE, KEY)
        assert "without its picture" in receipt.remark and network.arrived == 1
        assert receipt.handle["kind"] == "text"

    def test_a_lost_answer_to_a_picture_is_not_repeated(self, network: TelegramServer) -> None:
        network.replies[PHOTO] = Reply(502, b"<html>")
        with pytest.raises(OutcomeUnknown):
            self.build(network, pictures=True).send(WITH_PICTURE, KEY)
        assert network.arrived == 0

    def test_the_body_says_until_when(self, channel: Telegram, network: TelegramServer) -> None:
        error = self.provoke(channel, network, Behaviour.LIMITS)
        assert isinstance(error, RateLimited) and error.retry_at is not None
        assert timedelta(seconds=30) < error.retry_at - datetime.now(UTC) < timedelta(seconds=36)

    @pytest.mark.parametrize("status", [None, 200])
    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            (no(403, "Forbidden: bot was kicked from the channel chat"), AuthExpired),
            (no(400, "Bad Request: chat not found"), AuthExpired),
            (no(400, "Bad Request: need administrator rights in the channel chat"), AuthExpired),
            (no(400, "Bad Request: message thread not found"), AuthExpired),
            (no(404, "Not Found"), AuthExpired),
            (no(401, "Unauthorized"), AuthExpired),
            (no(400, "Bad Request: message text is empty"), Rejected),
            (no(500, "Internal Server Error"), OutcomeUnknown),
            (
                no(429, "Too Many Requests: retry after 5", parameters={"retry_after": 5}),
                RateLimited,
            ),
        ],
    )
    def test_whom_a_refusal_means(
        self,
        channel: Telegram,
        network: TelegramServer,
        reply: Reply,
        status: int | None,
        kind: type,
    ) -> None:
        network.replies[network.publishes] = Reply(status or reply.status, reply.content)
        with pytest.raises(kind, match=reply.content["description"]) as caught:
            channel.send(Note("Hello"), KEY)
        assert type(caught.value) is kind and network.arrived == 0

    @pytest.mark.parametrize("code", [None, "x", True, 42, 10**30, [], {}])
    def test_an_odd_error_inside_a_success_is_a_no(
        self, channel: Telegram, network: TelegramServer, code: object
    ) -> None:
        network.replies[network.publishes] = Reply(200, {"ok": False, "error_code": code})
        with pytest.raises(Rejected):
            channel.send(Note("Hello"), KEY)

    @pytest.mark.parametrize(
        "content",
        [{"ok": True}, {"ok": True, "result": []}, {"result": {"message_id": {}}}, [], None, "ok"],
    )
    def test_a_success_of_another_shape_is_unknown(
        self, channel: Telegram, network: TelegramServer, content: object
    ) -> None:
        network.replies[network.publishes] = Reply(200, content)
        with pytest.raises(OutcomeUnknown):
            channel.send(Note("Hello"), KEY)

    def test_a_group_with_a_new_number_says_which(
        self, channel: Telegram, network: TelegramServer
    ) -> None:
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        moved = no(400, words, parameters={"migrate_to_chat_id": -1009876543210})
        network.replies[network.publishes] = moved
        with pytest.raises(AuthExpired, match="set chat to -1009876543210"):
            channel.send(NOTE, KEY)

    @pytest.mark.parametrize(
        ("chat", "url"),
        [
            ({"id": -1001234567890}, "https://t.me/c/1234567890/1"),
            ({"id": -99}, ""),
            ({"id": 7, "username": "ann"}, "https://t.me/ann/1"),
            ({"id": -1001, "username": {}}, "https://t.me/c/1/1"),
        ],
    )
    def test_its_address(
        self, channel: Telegram, network: TelegramServer, chat: dict[str, Any], url: str
    ) -> None:
        network.chat = chat
        assert channel.send(NOTE, KEY).remote_url == url

    @pytest.mark.parametrize(
        ("chat", "member", "missing"),
        [
            ("channel", {"status": "left"}, "not a member"),
            ("channel", {"status": "member"}, "no administrator"),
            ("channel", {"status": "administrator", "can_post_messages": False}, "right to post"),
            ("supergroup", {"status": "restricted", "can_send_messages": False}, "restricted"),
            ("supergroup", {"status": "kicked"}, "not a member"),
            ("supergroup", {"status": "member"}, "members may not"),
        ],
    )
    def test_check_asks_whether_the_bot_may_post(
        self,
        channel: Telegram,
        network: TelegramServer,
        chat: str,
        member: dict[str, Any],
        missing: str,
    ) -> None:
        network.chat |= {"type": chat, "permissions": {"can_send_messages": False}}
        network.member = member
        with pytest.raises(
            AuthExpired, match=f"@gazette_bot may not post in The Gazette.*{missing}"
        ):
            channel.check()

    @pytest.mark.parametrize(
        ("chat", "member"),
        [
            ("channel", {"status": "creator"}),
            ("supergroup", {"status": "member"}),
            ("supergroup", {"status": "administrator"}),
            ("private", {}),
            ("channel", {"status": []}),
        ],
    )
    def test_check_passes(
        self, channel: Telegram, network: TelegramServer, chat: str, member: dict[str, Any]
    ) -> None:
        network.chat["type"], network.member = chat, member
        standing = channel.check()
        assert (standing.account, standing.may) == ("@gazette_bot", ("post in The Gazette",))

    def test_check_shows_where_the_bot_could_post(self, network: TelegramServer) -> None:
        channel = self.build(network, chat="")
        with pytest.raises(NotAllowed, match="needs a `chat` to post in; make it an administrator"):
            channel.check()
        about = {"chat": {"id": CHAT["id"], "title": "forged: `x`"}}
        odd: list[Any] = [7, {"message": 3}, {"message": {"chat": {"id": -5}}}]
        network.updates = [*odd, {"update_id": 1, "my_chat_member": about}, {"channel_post": about}]
        with pytest.raises(NotAllowed) as caught:
            channel.check()
        assert str(caught.value).endswith('channels.example: chat: "-1001234567890" (The Gazette)')
        network.member["can_post_messages"] = False
        with pytest.raises(NotAllowed, match=r"\(The Gazette: it lacks the right"):
            channel.check()
        network.replies[f"/bot{TOKEN}/getUpdates"] = no(409, "Conflict: webhook is active")
        with pytest.raises(NotAllowed, match="make it an administrator"):
            channel.check()
        with pytest.raises(NotAllowed, match="no `chat` says where the bot posts"):
            channel.send(NOTE, KEY)

    def test_a_chat_that_is_not_there_is_named(self, network: TelegramServer) -> None:
        channel = self.build(network, chat="@gazete")
        network.updates = [{"update_id": 1, "channel_post": {"chat": CHAT}}]
        seen = r'sees no chat @gazete; write one of these below channels.example: chat: "-1001'
        with pytest.raises(NotAllowed, match=seen):
            channel.check()

    @pytest.mark.parametrize("given", ["gazette", "@", "@a b", "https://t.me/+abc", "1" * 21])
    def test_what_names_no_chat_is_a_mistake(self, network: TelegramServer, given: str) -> None:
        with pytest.raises(ValidationError, match='must be "@name", the number of a chat'):
            Telegram.settings.model_validate({**network.options, "chat": given})

    @pytest.mark.parametrize(
        ("given", "chat"),
        [
            ("https://t.me/gazette", "@gazette"),
            ("t.me/gazette/12", "@gazette"),
            ("https://t.me/c/1234567890/5", "-1001234567890"),
            ("https://t.me/c/1234567890/7/5", "-1001234567890"),
            (-1001234567890, "-1001234567890"),
        ],
    )
    def test_a_link_names_a_chat(self, network: TelegramServer, given: object, chat: str) -> None:
        settings = Telegram.settings.model_validate({**network.options, "chat": given})
        assert settings.chat == chat

    def test_what_is_too_old_to_delete_says_so(
        self, channel: Telegram, network: TelegramServer
    ) -> None:
        receipt = channel.send(NOTE, KEY)
        path = f"/bot{TOKEN}/deleteMessage"
        network.replies[path] = no(400, "Bad Request: message can't be deleted")
        with pytest.raises(Rejected, match="can't be deleted"):
            channel.delete(receipt)

    def test_it_counts_as_telegram_does(self, channel: Telegram) -> None:
        with pytest.raises(Rejected, match="4096 are allowed on Telegram"):
            channel.send(Note("👍" * 2049), KEY)

    @pytest.mark.parametrize("number", ["abc", "", None, {}, "1" * 200])
    def test_a_number_that_is_none_is_no_receipt(self, channel: Telegram, number: object) -> None:
        assert channel.receipt({"message_id": number, "chat": {"username": "gazette"}}) is None
