import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from publisher.adapters.base import Edits, Finds
from publisher.adapters.discord import Discord
from publisher.adapters.http.chats import escaped
from publisher.adapters.http.discord import rights
from publisher.adapters.http.discord.looks import count_escaped
from publisher.adapters.http.text.counting import utf16_units
from publisher.errors import (
    AuthExpired,
    Doubtful,
    NotAllowed,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from publisher.model.credentials import Credentials
from publisher.model.messages import Digest, DigestItem, Note, Picture
from publisher.testing import (
    KEY,
    OTHER_KEY,
    Behaviour,
    ChangesSuite,
    DigestSuite,
    Kept,
    Network,
    NoteAdapterSuite,
    OwnNotesSuite,
)
from publisher.testing.servers import Reply
from tests.adapters import discord_server
from tests.adapters.discord_server import CHANNEL, HOOK, HOOK_TOKEN, BotServer, DiscordServer

URL = "https://gazette.example/articles/bridge_(old)?utm_source=social"
NOTE = Note(
    text=f"Open *again*, <@1> says.\n\n{URL}\n#bridge",
    url=URL,
    link=URL,
    title="The bridge",
    description="Open *again*, <@1> says.",
    image="https://gazette.example/bridge.jpg",
)
PICTURE = Picture(b"\xff\xd8 picture", "image/jpeg", "A bridge in fog")
WITH_PICTURE = replace(NOTE, picture=PICTURE)


def ow(id_: str, *, allow: int = 0, deny: int = 0) -> dict[str, object]:
    """An overwrite of permissions as Discord shows it."""
    return {"id": id_, "type": 0, "allow": str(allow), "deny": str(deny)}


class DiscordSuite(NoteAdapterSuite, DigestSuite, ChangesSuite):
    """What holds for the webhook and for the bot."""

    adapter = Discord

    def build(self, network: Network, **options: Any) -> Discord:
        channel = super().build(network, **options)
        assert isinstance(channel, Discord)
        return channel

    def wish(self, network: DiscordServer) -> dict[str, Any]:
        """The latest message, as it was sent."""
        posts = [request for request in network.requests if request.method == "POST"]
        wish: dict[str, Any] = posts[-1].json
        return wish

    def test_a_note_has_a_card(self, channel: Discord, network: DiscordServer) -> None:
        receipt = channel.send(NOTE, KEY)
        posted = self.wish(network)
        assert posted["content"] == "Open \\*again\\*, \\<@1> says.\n\n\\#bridge"
        card = {"title": "The bridge", "url": URL, "image": {"url": NOTE.image}}
        assert posted["embeds"] == [card]
        assert receipt.remote_url == "https://discord.com/channels/9/42/1"

    def test_a_link_within_the_words_stays(self, channel: Discord, network: DiscordServer) -> None:
        channel.send(replace(NOTE, text=f"See {URL} now", description="More words"), KEY)
        posted = self.wish(network)
        assert posted["content"] == f"See <{URL}> now"
        assert posted["embeds"][0]["description"] == "More words"

    @pytest.mark.parametrize("words", ["*" * 5000, "👩‍👩‍👧‍👦" * 500, "[word] " * 700])
    def test_what_a_card_says_is_cut_between_characters(
        self, channel: Discord, network: DiscordServer, words: str
    ) -> None:
        channel.send(replace(NOTE, title=words, description=words), KEY)
        [card] = self.wish(network)["embeds"]
        for shown, room in ((card["title"], 256), (card["description"], 4096)):
            assert room - 20 < utf16_units(shown) <= room
            kept = re.sub(r"\\(.)", r"\1", shown).removesuffix("…")
            assert words.startswith(kept) and kept[-1] in "*👦]"

    def test_a_title_is_not_said_twice(self, channel: Discord, network: DiscordServer) -> None:
        channel.send(replace(NOTE, text=f"The bridge\n\nOpen.\n\n{URL}"), KEY)
        assert self.wish(network)["content"] == "Open."

    def test_a_card_has_more_room_for_a_digest(self, network: DiscordServer) -> None:
        words = "word " * 500
        digest = Digest("The week", f"The week\n\n{words}", (DigestItem("One", URL, "d" * 4096),))
        self.build(network).send(replace(digest, items=digest.items * 3), KEY)
        assert self.wish(network)["embeds"][0]["title"] == "The week"
        long = replace(digest, items=tuple(DigestItem("t" * 900, URL) for _ in range(5)))
        self.build(network).send(long, OTHER_KEY)
        assert self.wish(network)["embeds"][0]["description"] == words.strip()
        with pytest.raises(Rejected, match="the digest counts 2510 characters, 2000 are allowed"):
            self.build(network, card=False).send(digest, "f" * 32)
        with pytest.raises(Rejected, match="4096 are allowed"):
            self.build(network).send(replace(digest, text="y" * 4097), "f" * 32)

    def test_a_card_is_an_option(self, network: DiscordServer) -> None:
        self.build(network, card=False).send(NOTE, KEY)
        posted = self.wish(network)
        assert posted["content"] == escaped(NOTE.text) and URL in posted["content"]
        assert "embeds" not in posted and "flags" not in posted

    def test_a_digest_without_a_card_is_a_text(self, network: DiscordServer) -> None:
        items = (DigestItem("One", f"{URL}/1", "First"), DigestItem("https://a.example", f"{URL}>"))
        digest = Digest("The week", "…", items, url=URL)
        self.build(network, card=False).send(digest, KEY)
        assert self.wish(network)["content"] == (
            f"**[The week](<{URL}>)**\n\n• [One](<{URL}/1>)\nFirst\n\n"
            f"• [https:\u2060//a.example](<{URL}%3E>)"
        )
        self.build(network).send(replace(digest, url=""), OTHER_KEY)
        [card] = self.wish(network)["embeds"]
        assert card["title"] == "The week" and card["description"].startswith("• [One]")

    def test_a_picture_goes_along_with_its_alternative_text(self, network: DiscordServer) -> None:
        channel = self.build(network, pictures=True)
        receipt = channel.send(WITH_PICTURE, KEY)
        [message] = network.messages.values()
        [file] = message["attachments"]
        assert network.files == [PICTURE.content] and file["description"] == "A bridge in fog"
        assert message["embeds"][0]["image"] == {"url": f"attachment://{file['filename']}"}
        assert isinstance(channel, Edits) and not receipt.remark
        channel.edit(receipt, replace(WITH_PICTURE, text="Open."))
        assert message["content"] == "Open."
        assert message["embeds"][0]["image"] == {"url": f"attachment://{file['filename']}"}

    def test_a_picture_without_a_card_is_alone(self, network: DiscordServer) -> None:
        self.build(network, pictures=True, card=False).send(WITH_PICTURE, KEY)
        [message] = network.messages.values()
        assert message["flags"] == 4 and message["attachments"] and not message["embeds"]

    def test_no_picture_unless_asked_for(self, channel: Discord, network: DiscordServer) -> None:
        assert not channel.send(WITH_PICTURE, KEY).remark and not network.files

    def test_a_refused_picture_does_not_take_its_note_along(self, network: DiscordServer) -> None:
        class Small(type(network)):  # type: ignore[misc] # whichever server it is
            def answer(self, request: Any) -> Reply:
                if "form" in request.headers.get("content-type", ""):
                    return Reply(413, {"message": "Request entity too large", "code": 40005})
                reply: Reply = super().answer(request)
                return reply

        with Small() as small:
            receipt = self.build(small, pictures=True).send(WITH_PICTURE, KEY)
            assert "without its picture" in receipt.remark and "too large" in receipt.remark
            assert small.arrived == 1

    def test_it_says_what_is_wrong_with_a_form(
        self, channel: Discord, network: DiscordServer
    ) -> None:
        assert "Must be 2000 or fewer" in str(self.provoke(channel, network, Behaviour.REJECTS))

    def test_without_its_server_a_message_has_no_address(
        self, channel: Discord, network: DiscordServer
    ) -> None:
        network.replies[channel.place] = Reply(500, b"")
        network.replies[f"/api/v10{channel.place}"] = Reply(500, b"")
        if network.publishes == f"/api/v10{channel.place}":
            return
        assert channel.send(NOTE, KEY).remote_url == ""

    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            (Reply(404, {"message": "Unknown Webhook", "code": 10015}), AuthExpired),
            (Reply(404, {"message": "Unknown Channel", "code": 10003}), AuthExpired),
            (Reply(403, {"message": "Missing Access", "code": 50001}), AuthExpired),
            (Reply(403, {"message": "Missing Permissions", "code": 50013}), AuthExpired),
            (Reply(400, {"message": "Thread is archived", "code": 50083}), AuthExpired),
            (Reply(401, {"message": "401: Unauthorized", "code": 0}), AuthExpired),
            (Reply(403, {"message": "Blocked by AutoMod", "code": 200000}), Doubtful),
            (Reply(400, {"message": "Cannot send an empty message", "code": 50006}), Rejected),
            (Reply(400, {"errors": {"_errors": 5, "x": {"_errors": [7]}}}), Rejected),
            (Reply(429, b"<html>", {"Retry-After": "5"}), RateLimited),
            (Reply(502, b"<html>"), OutcomeUnknown),
            (Reply(200, {"id": {}}), OutcomeUnknown),
            (Reply(204, b""), OutcomeUnknown),
        ],
    )
    def test_whom_a_refusal_means(
        self, channel: Discord, network: DiscordServer, reply: Reply, kind: type
    ) -> None:
        network.replies[network.publishes] = reply
        with pytest.raises(kind) as caught:
            channel.send(Note("Hello"), KEY)
        assert type(caught.value) is kind

    def test_the_body_says_until_when(self, channel: Discord, network: DiscordServer) -> None:
        error = self.provoke(channel, network, Behaviour.LIMITS)
        assert isinstance(error, RateLimited) and error.retry_at is not None
        assert timedelta(seconds=55) < error.retry_at - datetime.now(UTC) < timedelta(seconds=65)


class TestDiscordWebhook(DiscordSuite):
    server = DiscordServer

    def test_nobody_can_ask_a_webhook(self, channel: Discord) -> None:
        assert not isinstance(channel, Finds)
        assert channel.repeatable_for == timedelta(0)

    def test_its_own_options_are_posted(self, network: DiscordServer) -> None:
        avatar = "https://gazette.example/logo.png"
        self.build(network, username="Gazette", avatar=avatar, thread=55).send(NOTE, KEY)
        posted = self.wish(network)
        assert (posted["username"], posted["avatar_url"]) == ("Gazette", avatar)
        assert network.requests[-1].query == {"wait": "true", "thread_id": "55"}

    @pytest.mark.parametrize(
        "options",
        [
            {"webhook": "https://discord.com/api/webhooks/123"},
            {"webhook": f"https://discord.com/api/webhooks/1/{HOOK_TOKEN}/slack"},
            {"webhook": f"http://discord.com/api/webhooks/1/{HOOK_TOKEN}"},
            {"channel": "1"},
            {"token": "x", "channel": "1"},
            {"webhook": None, "channel": "1", "thread": "2"},
            {"webhook": None, "token": "x"},
            {"webhook": None, "token": "x", "channel": "general"},
            {"webhook": None, "token": "x", "channel": "1", "username": "G"},
            {"avatar": "logo.png"},
        ],
    )
    def test_wrong_options(self, network: DiscordServer, options: dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as caught:
            self.build(network, **options)
        assert HOOK_TOKEN not in str(caught.value)

    @pytest.mark.parametrize("host", ["discord.com", "canary.discord.com", "discordapp.com"])
    @pytest.mark.parametrize("path", ["/api", "/api/v9", ""])
    def test_addresses_as_discord_copies_them(self, host: str, path: str) -> None:
        options = {"webhook": f"https://{host}{path}/webhooks/123456/{HOOK_TOKEN}"}
        settings = Discord.settings.model_validate(options)
        channel = Discord(settings, name="example")
        assert f"/api/v10{channel.place}" == HOOK
        assert HOOK_TOKEN not in repr(channel) + repr(settings) + str(vars(channel.api).keys())


class TestDiscordBot(DiscordSuite, OwnNotesSuite):
    server = BotServer
    garbled: ClassVar[Sequence[Reply]] = [Reply(200, b""), Reply(200, []), Reply(200, {"id": ""})]
    unreadable: ClassVar[Sequence[object]] = (
        b"<html>",
        {"message": "odd"},
        [{"id": {}, "content": "Other news"}],
        [{"id": "1", "nonce": KEY[:25], "author": {"id": "77"}}],
    )
    odd: ClassVar[Sequence[object]] = (
        [],
        [None, 5, "x", {"id": "1", "timestamp": "2020-01-01T00:00:00Z"}],
        [{"content": {}, "embeds": 5, "author": {"id": "77"}, "id": 3}],
        [{"content": None, "embeds": [5, {"url": {}}], "author": {"id": "77"}, "id": "3"}],
    )

    def test_its_own_fields_are_posted(self, channel: Discord, network: BotServer) -> None:
        channel.send(NOTE, KEY)
        posted = self.wish(network)
        assert (posted["nonce"], posted["enforce_nonce"]) == (KEY[:25], True)
        assert network.requests[-1].headers["user-agent"].startswith("DiscordBot (")

    def test_who_we_are_is_asked_once(self, network: Any, channel: Any) -> None:
        network.publish("Other news")
        for _ in range(3):
            assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
        assert sum(request.path == "/api/v10/users/@me" for request in network.requests) == 1

    def test_a_failure_before_acting_leaves_nothing(self, network: Any, channel: Any) -> None:
        network.replies[network.publishes] = Reply(500, b"")
        with pytest.raises(OutcomeUnknown):
            channel.send(NOTE, KEY)
        del network.replies[network.publishes]  # which is the timeline's address, too
        network.publish("Other news")
        assert channel.find(KEY, NOTE, datetime.now(UTC) - timedelta(minutes=1)) is None

    def test_a_limit_ends_when_the_network_says(self, network: Any, channel: Any) -> None:
        self.test_the_body_says_until_when(channel, network)

    def test_a_message_of_somebody_else_is_not_ours(self, channel: Any, network: BotServer) -> None:
        network.publish(NOTE.text, author={"id": "5"})
        assert channel.find(KEY, NOTE, datetime.now(UTC) - timedelta(minutes=1)) is None

    def test_a_digest_is_found_by_its_links(self, channel: Any) -> None:
        channel.send(self.digest(), KEY)
        since = datetime.now(UTC) - timedelta(minutes=1)
        found = channel.find(OTHER_KEY, self.digest(), since)
        assert found is not None and found.remote_id == "1"
        longer = replace(self.digest(), items=(*self.digest().items, DigestItem("New", f"{URL}/3")))
        assert channel.find(OTHER_KEY, longer, since) is None

    def test_who_may_not_read_the_history_cannot_tell(
        self, channel: Any, network: BotServer
    ) -> None:
        channel.send(NOTE, KEY)
        network.reads_history = False
        with pytest.raises(Unavailable, match="history"):
            channel.find(KEY, NOTE, datetime.now(UTC) - timedelta(minutes=1))

    def test_check_sees_the_channel(self, channel: Discord, network: BotServer) -> None:
        standing = channel.check()
        may = ("View Channel", "Send Messages", "Embed Links", "Read Message History")
        assert (standing.account, standing.may) == ("gazette in #news", may)
        assert standing.lasts
        network.replies[CHANNEL] = Reply(403, {"message": "Missing Access", "code": 50001})
        with pytest.raises(NotAllowed, match="Missing Access"):
            channel.check()

    @pytest.mark.parametrize(
        ("options", "channel_is", "lacks"),
        [
            ({}, [ow("9", deny=rights.SEND)], "Send Messages"),
            ({}, [ow("31", deny=rights.VIEW)], "View Channel"),
            ({}, [ow("31", deny=rights.LINKS)], "Embed Links"),
            ({"card": False}, [ow("31", deny=rights.LINKS)], ""),
            ({"pictures": True}, [], "Attach Files"),
            ({"pictures": True}, [ow("31", allow=rights.FILES)], ""),
            ({}, [ow("9", deny=rights.SEND), ow("31", allow=rights.SEND)], ""),
            ({}, [ow("31", deny=rights.SEND), ow("77", allow=rights.SEND)], ""),
            ({}, [ow("77", deny=rights.SEND), ow("31", allow=rights.SEND)], "Send Messages"),
            ({}, [ow("5", deny=rights.SEND)], ""),  # a role that it has not
            ({}, "odd", ""),
            ({}, [7, None, {"id": "9", "deny": []}, {"deny": "2048"}], ""),
        ],
    )
    def test_check_computes_what_the_bot_may_do(
        self, network: BotServer, options: dict[str, Any], channel_is: object, lacks: str
    ) -> None:
        network.channel["permission_overwrites"] = channel_is
        channel = self.build(network, **options)
        if lacks:
            with pytest.raises(NotAllowed, match=f"the bot lacks {lacks} in #news"):
                channel.check()
        else:
            channel.check()
        assert {request.method for request in network.requests} == {"GET"}

    def test_an_administrator_may_do_everything(self, network: BotServer) -> None:
        network.roles["31"] = 1 << 3
        network.channel["permission_overwrites"] = [ow("77", deny=rights.SEND)]
        assert "Attach Files" in self.build(network, pictures=True).check().may

    def test_a_thread_has_the_rights_of_its_channel(
        self, channel: Discord, network: BotServer
    ) -> None:
        network.channel = {"type": 11, "name": "a thread", "parent_id": "41"}
        with pytest.raises(NotAllowed, match="lacks Send Messages in Threads in #a thread"):
            channel.check()
        network.above["permission_overwrites"] = [ow("9", allow=rights.IN_THREADS)]
        channel.check()

    def test_another_bot_looks_for_its_own_messages(self, network: BotServer) -> None:
        """While a service runs, `publish connect` may let another bot in."""
        store = Kept()
        channel = self.build(network, token=None)
        assert isinstance(channel, Finds)
        channel.use_credentials(store)
        since = datetime.now(UTC)
        for version, author in enumerate(("77", "78"), 1):
            store.stored = Credentials({"token": discord_server.BOT_TOKEN}, version=version)
            network.author = author
            receipt = channel.send(NOTE, str(version) * 32)
            assert channel.find(str(version) * 32, NOTE, since) == receipt

    @pytest.mark.parametrize(("until", "silent"), [(1, True), (-1, False), (None, False)])
    def test_a_time_out_is_told(
        self, channel: Discord, network: BotServer, until: int | None, *, silent: bool
    ) -> None:
        end = datetime.now(UTC) + timedelta(hours=until) if until else None
        network.member["communication_disabled_until"] = end.isoformat() if end else None
        if silent:
            with pytest.raises(NotAllowed, match="time-out"):
                channel.check()
        else:
            channel.check()

    def test_a_conversation_with_one_person_has_no_rights(
        self, channel: Discord, network: BotServer
    ) -> None:
        network.channel |= {"guild_id": None, "name": None}
        assert channel.check().may == ()

    @pytest.mark.parametrize("channel", ["general", "#news", "https://discord.com/channels/9", "٤"])
    def test_what_names_no_channel_is_a_mistake(self, network: BotServer, channel: str) -> None:
        with pytest.raises(ValidationError, match="must be the number of a channel, or a link"):
            Discord.settings.model_validate({**network.options, "channel": channel})

    def test_a_channel_is_named_by_its_address(self, network: BotServer) -> None:
        settings = Discord.settings.model_validate(
            {**network.options, "channel": "https://discord.com/channels/9/42"}
        )
        assert settings.channel == "42"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("snake_case *x* 2 * 3", "snake\\_case \\*x\\* 2 \\* 3"),
        ("> quote\n  - item\n# head\n#tag", "\\> quote\n  \\- item\n\\# head\n\\#tag"),
        ("a > b - c # d", "a > b - c # d"),
        ("https://a.example/_x_*y* ||z||", "https://a.example/_x_*y* \\|\\|z\\|\\|"),
        (
            "\\ `code` <@1> [t](https://e.example)",
            "\\\\ \\`code\\` \\<@1> \\[t\\](https://e.example)",
        ),
        ("", ""),
    ],
)
def test_words_are_shown_as_they_are(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_escapes_and_brackets_count() -> None:
    assert count_escaped("a*b 👍") == 7
    assert count_escaped("https://a.example") == 19
