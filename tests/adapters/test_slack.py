from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from publisher.adapters.base import Deletes, Edits, Finds
from publisher.adapters.http.slack.looks import count_encoded, encoded
from publisher.adapters.slack import Slack
from publisher.errors import (
    AuthExpired,
    Doubtful,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from publisher.model.messages import DigestItem, Note, Picture
from publisher.testing import (
    KEY,
    OTHER_KEY,
    USUAL,
    Behaviour,
    ChangesSuite,
    DigestSuite,
    Network,
    NoteAdapterSuite,
    OwnNotesSuite,
)
from publisher.testing.servers import Reply, Request
from tests.adapters.slack_server import CHANNEL, HOOK, BotServer, SlackServer, no

URL = "https://gazette.example/articles/bridge?a=1&b=x|y"
NOTE = Note(
    text=f"*Open* <!channel> & safe\n\n{URL}\n#bridge",
    url=URL,
    link=URL,
    title="The bridge",
    image="https://gazette.example/bridge.jpg",
)
PICTURE = Picture(b"", "", "A bridge in fog")
ENCODED = (
    "*Open* &lt;!channel&gt; &amp; safe\n\n"
    "<https://gazette.example/articles/bridge?a=1&amp;b=x%7Cy>\n#bridge"
)


class SlackSuite(NoteAdapterSuite, DigestSuite):
    """What holds for the webhook and for the bot."""

    adapter = Slack

    def build(self, network: Network, **options: Any) -> Slack:
        channel = super().build(network, **options)
        assert isinstance(channel, Slack)
        return channel

    def wish(self, network: SlackServer) -> dict[str, Any]:
        """The latest message, as it was sent."""
        sent = [request for request in network.requests if request.path == network.publishes]
        wish: dict[str, Any] = sent[-1].json
        return wish

    def test_words_stay_words(self, channel: Slack, network: SlackServer) -> None:
        channel.send(NOTE, KEY)
        posted = self.wish(network)
        assert posted["text"] == ENCODED
        assert posted["mrkdwn"] is False and posted["unfurl_links"] is True
        assert "blocks" not in posted

    def test_cards_are_an_option(self, network: SlackServer) -> None:
        self.build(network, unfurl=False).send(NOTE, KEY)
        posted = self.wish(network)
        assert posted["unfurl_links"] is False and posted["unfurl_media"] is False

    def test_a_picture_is_fetched_by_slack(self, network: SlackServer) -> None:
        channel = self.build(network, pictures=True)
        channel.send(replace(NOTE, picture=PICTURE), KEY)
        text, image = self.wish(network)["blocks"]
        assert [each["type"] for each in text["elements"][0]["elements"]] == [
            "text",
            "link",
            "text",
        ]
        assert image == {"type": "image", "image_url": NOTE.image, "alt_text": "A bridge in fog"}
        channel.send(NOTE, OTHER_KEY)  # whose picture Slack would not take
        assert "blocks" not in self.wish(network)
        limits = channel.current_limits()
        assert limits is not None and limits.pictures == 1 and limits.picture.by_url

    def test_a_refused_picture_does_not_take_its_note_along(self, network: SlackServer) -> None:
        class Picky(type(network)):  # type: ignore[misc] # whichever server it is
            def answer(self, request: Any) -> Reply:
                if request.path == self.publishes and "blocks" in request.json:
                    return no("invalid_blocks")
                reply: Reply = super().answer(request)
                return reply

        with Picky() as picky:
            note = replace(NOTE, picture=PICTURE)
            receipt = self.build(picky, pictures=True).send(note, KEY)
            assert "without its picture" in receipt.remark and "invalid_blocks" in receipt.remark
            assert picky.arrived == 1

    @pytest.mark.parametrize("status", [200, 400])
    @pytest.mark.parametrize(
        ("word", "kind"),
        [
            ("invalid_auth", AuthExpired),
            ("account_inactive", AuthExpired),
            ("token_revoked", AuthExpired),
            ("missing_scope", AuthExpired),
            ("not_in_channel", AuthExpired),
            ("channel_not_found", AuthExpired),
            ("is_archived", AuthExpired),
            ("restricted_action_read_only_channel", AuthExpired),
            ("msg_too_long", Rejected),
            ("no_text", Rejected),
            ("never_heard_of", Rejected),
        ],
    )
    def test_the_word_decides(
        self, channel: Slack, network: SlackServer, word: str, kind: type, status: int
    ) -> None:
        network.replies[network.publishes] = Reply(status, {"ok": False, "error": word})
        with pytest.raises(kind, match=word) as caught:
            channel.send(NOTE, KEY)
        assert type(caught.value) is kind

    @pytest.mark.parametrize(
        ("word", "kind"),
        [
            ("ratelimited", RateLimited),
            ("internal_error", OutcomeUnknown),
            ("fatal_error", OutcomeUnknown),
            ("service_unavailable", Unavailable),
        ],
    )
    def test_the_word_inside_a_success_decides(
        self, channel: Slack, network: SlackServer, word: str, kind: type
    ) -> None:
        network.replies[network.publishes] = Reply(200, {"ok": False, "error": word})
        with pytest.raises(kind) as caught:
            channel.send(NOTE, KEY)
        assert type(caught.value) is kind

    @pytest.mark.parametrize(
        "content", [b"", b"OK?", b"<html>ok</html>", {"ok": "yes"}, [], "fine"]
    )
    def test_another_success_is_unknown(
        self, channel: Slack, network: SlackServer, content: object
    ) -> None:
        network.replies[network.publishes] = Reply(200, content)
        with pytest.raises(OutcomeUnknown):
            channel.send(NOTE, KEY)


class TestSlackWebhook(SlackSuite):
    server = SlackServer

    def test_it_can_do_no_more(self, channel: Slack) -> None:
        for ability in (Finds, Edits, Deletes):
            assert not isinstance(channel, ability)
        assert channel.repeatable_for == timedelta(0)

    def test_its_receipt_is_the_key(self, channel: Slack) -> None:
        assert channel.send(NOTE, KEY).remote_id == KEY

    @pytest.mark.parametrize(
        ("status", "word", "kind"),
        [
            (403, "invalid_token", AuthExpired),
            (403, "action_prohibited", AuthExpired),
            (404, "no_service", AuthExpired),
            (404, "channel_not_found", AuthExpired),
            (410, "channel_is_archived", AuthExpired),
            (404, "something_new", Doubtful),
            (400, "invalid_payload", Rejected),
            (500, "rollup_error", OutcomeUnknown),
        ],
    )
    def test_errors_are_plain_words(
        self, channel: Slack, network: SlackServer, status: int, word: str, kind: type
    ) -> None:
        network.replies[HOOK] = Reply(status, word.encode())
        with pytest.raises(kind, match=word) as caught:
            channel.send(NOTE, KEY)
        assert type(caught.value) is kind
        assert "hook5ecret" not in str(caught.value)

    def test_check_finds_a_webhook_that_is_gone(self, channel: Slack, network: SlackServer) -> None:
        network.replies[HOOK] = Reply(404, b"no_service")
        with pytest.raises(AuthExpired, match="no_service"):
            channel.check()

    @pytest.mark.parametrize(
        "options",
        [
            {"webhook": "http://hooks.slack.com/services/T/B/x"},
            {"channel": CHANNEL},
            {"token": "x", "channel": CHANNEL},
            {"webhook": None, "token": "x"},
            {"webhook": None, "token": "x", "channel": "#general"},
        ],
    )
    def test_wrong_options(self, network: SlackServer, options: dict[str, Any]) -> None:
        with pytest.raises(ValidationError) as caught:
            self.build(network, **options)
        assert "hook5ecret" not in str(caught.value)


class TestSlackBot(SlackSuite, ChangesSuite, OwnNotesSuite):
    server = BotServer
    behaviours = USUAL | {Behaviour.DENIES}
    garbled: ClassVar[Sequence[Reply]] = [
        Reply(200, b""),
        Reply(200, b"ok"),
        Reply(200, {"ok": True, "ts": {}}),
        Reply(502, b"<html>"),
    ]
    unreadable: ClassVar[Sequence[object]] = (
        b"<html>",
        {"ok": True},
        {"ok": True, "messages": {}},
        {
            "ok": True,
            "messages": [
                {"metadata": {"event_type": "publisher_message", "event_payload": {"key": KEY}}}
            ],
        },
    )
    odd: ClassVar[Sequence[object]] = (
        {"ok": True, "messages": []},
        {"ok": True, "messages": [None, 5, {"ts": "x"}], "response_metadata": []},
        {"ok": True, "messages": [{"text": {}, "bot_id": "B7", "ts": "9" * 40, "metadata": 5}]},
    )

    def test_its_key_goes_along(self, channel: Slack, network: BotServer) -> None:
        receipt = channel.send(NOTE, KEY)
        metadata = self.wish(network)["metadata"]
        assert metadata == {"event_type": "publisher_message", "event_payload": {"key": KEY}}
        name = receipt.remote_id.replace(".", "")
        assert receipt.remote_url == f"https://gazette.slack.com/archives/{CHANNEL}/p{name}"

    def test_without_its_workspace_a_message_has_no_address(
        self, channel: Slack, network: BotServer
    ) -> None:
        network.replies["/api/auth.test"] = no("internal_error")
        assert channel.send(NOTE, KEY).remote_url == ""

    def test_the_key_finds_it_among_its_like(self, channel: Any) -> None:
        since = datetime.now(UTC) - timedelta(minutes=1)
        channel.send(NOTE, KEY)
        ours = channel.send(NOTE, OTHER_KEY)
        channel.send(NOTE, "f" * 32)
        found = channel.find(OTHER_KEY, NOTE, since)
        assert found is not None and found.remote_id == ours.remote_id
        assert channel.find("0" * 32, NOTE, since) is None

    def test_without_metadata_words_find_it(self, channel: Any, network: BotServer) -> None:
        since = datetime.now(UTC) - timedelta(minutes=1)
        network.shows_metadata = False
        channel.send(self.digest(), KEY)
        assert channel.find(KEY, self.digest(), since) is not None
        more = replace(self.digest(), items=(DigestItem("New", f"{URL}/3"),))
        assert channel.find(KEY, more, since) is None

    def test_who_may_not_read_cannot_tell(self, channel: Any, network: BotServer) -> None:
        network.scopes = "chat:write"
        with pytest.raises(Unavailable, match="may not be read") as caught:
            channel.find(KEY, NOTE, datetime.now(UTC))
        assert type(caught.value) is Unavailable

    def test_who_we_are_is_asked_once(self, network: Any, channel: Any) -> None:
        network.publish("Other news", metadata=None)
        for _ in range(3):
            assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
        assert sum(request.path == "/api/auth.test" for request in network.requests) == 1

    def test_an_edit_takes_the_picture_away_and_brings_it_back(self, network: BotServer) -> None:
        channel = self.build(network, pictures=True)
        receipt = channel.send(replace(NOTE, picture=PICTURE), KEY)
        assert isinstance(channel, Edits)
        channel.edit(receipt, replace(NOTE, text="Open."))
        assert network.shown == ["Open."]
        channel.edit(receipt, replace(NOTE, text="Open.", picture=PICTURE))
        assert NOTE.image in network.shown[0]

    def test_an_edit_does_without_a_picture_that_is_refused(self, network: BotServer) -> None:
        channel, update = self.build(network, pictures=True), network._chat_update
        receipt = channel.send(NOTE, KEY)

        def choosy(request: Request) -> Reply:
            blocks = request.json["blocks"]
            pictured = any(block["type"] == "image" for block in blocks)
            return no("invalid_blocks") if pictured else update(request)

        network._chat_update = choosy  # type: ignore[method-assign]
        assert isinstance(channel, Edits)
        channel.edit(receipt, replace(NOTE, text="Open.", picture=PICTURE))
        assert network.shown == ["Open."]

    @pytest.mark.parametrize(
        ("scopes", "channel_is", "error"),
        [
            ("channels:read", {}, "lacks chat:write"),
            (BotServer.scopes, {"is_member": False}, "/invite"),
            (BotServer.scopes, {"is_archived": True}, "archived"),
        ],
    )
    def test_check_tells_what_is_missing(
        self,
        channel: Slack,
        network: BotServer,
        scopes: str,
        channel_is: dict[str, bool],
        error: str,
    ) -> None:
        network.scopes = scopes
        network.channel |= channel_is
        with pytest.raises(AuthExpired, match=error):
            channel.check()

    @pytest.mark.parametrize(
        "scopes", ["", "chat:write", "chat:write,chat:write.public,channels:read"]
    )
    def test_check_passes(self, channel: Slack, network: BotServer, scopes: str) -> None:
        network.scopes = scopes
        network.channel["is_member"] = False
        standing = channel.check()
        assert standing is not None and standing.account == "gazette at The Gazette"
        assert standing.may == tuple(filter(None, scopes.split(",")))

    def test_check_says_when_a_rotated_token_ends(self, channel: Slack, network: BotServer) -> None:
        standing = channel.check()
        assert standing is not None and standing.lasts and standing.ends_at is None
        network.life = {"expires_in": 3600}
        standing = channel.check()
        assert standing is not None and standing.ends_at is not None and not standing.lasts
        assert timedelta(minutes=59) < standing.ends_at - datetime.now(UTC) <= timedelta(hours=1)

    @pytest.mark.parametrize("channel", ["general", "#news", "https://x.slack.com/archives", 7])
    def test_what_names_no_channel_is_a_mistake(self, network: BotServer, channel: object) -> None:
        with pytest.raises(ValidationError, match="must be the id of a channel"):
            Slack.settings.model_validate({**network.options, "channel": channel})

    def test_a_channel_is_named_by_its_address(self, network: BotServer) -> None:
        where = f"https://gazette.slack.com/archives/{CHANNEL}"
        settings = Slack.settings.model_validate({**network.options, "channel": where})
        assert settings.channel == CHANNEL


def test_only_three_characters_are_encoded() -> None:
    assert encoded("a & b <c> *d* |e|") == "a &amp; b &lt;c&gt; *d* |e|"
    assert encoded("<https://a.example>", "https://a.example") == "&lt;<https://a.example>&gt;"
    assert count_encoded("a&b👍") == 9
