from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from publisher.adapters.matrix import KEY as IN_EVENT
from publisher.adapters.matrix import Matrix
from publisher.errors import AuthExpired, NotAllowed, RateLimited, Unavailable
from publisher.model.messages import Note
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
from tests.adapters.matrix_server import ACCOUNT, CLIENT, ROOM, MatrixServer

URL = "https://gazette.example/bridge?a=1&b=2"
NOTE = Note(text=f"Bridge <open>\n\n@room & all\n\n{URL}", url=URL, title="Bridge <open>")


class TestMatrix(NoteAdapterSuite, DigestSuite, ChangesSuite):
    adapter = Matrix
    server = MatrixServer
    expected: ClassVar = {**EXPECTED, Behaviour.FORBIDS: AuthExpired}

    def build(self, network: Network, **options: Any) -> Matrix:
        channel = super().build(network, **options)
        assert isinstance(channel, Matrix)
        return channel

    def test_what_is_posted(self, channel: Matrix, network: MatrixServer) -> None:
        receipt = channel.send(NOTE, KEY)
        (event,) = network.events
        assert event["content"] == {
            "msgtype": "m.text",
            "body": NOTE.text,
            "format": "org.matrix.custom.html",
            "formatted_body": "<strong>Bridge &lt;open&gt;</strong><br><br>@room &amp; all<br><br>"
            '<a href="https://gazette.example/bridge?a=1&amp;b=2">'
            "https://gazette.example/bridge?a=1&amp;b=2</a>",
            "m.mentions": {},
            IN_EVENT: KEY,
        }
        assert receipt.remote_url == "https://matrix.to/#/%21gazette%3Aexample.org/$event-0"
        assert list(network.transactions) == [KEY]

    def test_a_silent_room_gets_notices(self, network: MatrixServer) -> None:
        self.build(network, silent=True).send(NOTE, KEY)
        assert network.events[-1]["content"]["msgtype"] == "m.notice"

    def test_a_longest_note_may_be_edited(self, channel: Matrix, network: MatrixServer) -> None:
        receipt = channel.send(NOTE, KEY)
        for text in ('"' * 8000, "&\n" * 4000, "🌉" * 2000):
            channel.edit(receipt, Note(text=text))
            assert text in network.shown[-1]

    def test_words_come_back_after_an_edit_to_others(
        self, channel: Matrix, network: MatrixServer
    ) -> None:
        receipt = channel.send(NOTE, KEY)
        for text in ("one", "two", "one"):
            channel.edit(receipt, Note(text=text))
        assert network.shown == ["one"]

    @pytest.mark.parametrize("room", ["#gazette:example.org", "!a b", "!a/b", "gazette", "!"])
    def test_a_room_is_named_by_its_id(self, network: MatrixServer, room: str) -> None:
        with pytest.raises(ValidationError):
            self.build(network, room=room)

    def test_milliseconds_are_read(self, channel: Matrix, network: MatrixServer) -> None:
        network.behave(Behaviour.LIMITS)
        with pytest.raises(RateLimited) as caught:
            channel.send(NOTE, KEY)
        assert caught.value.retry_at
        wait = caught.value.retry_at - datetime.now(UTC)
        assert timedelta(seconds=50) < wait <= timedelta(seconds=60)

    def test_anybody_may_write_the_key(self, channel: Matrix, network: MatrixServer) -> None:
        since = datetime.now(UTC)
        network.put({"body": "I am it", IN_EVENT: KEY}, sender="@eve:example.org")
        assert channel.find(KEY, NOTE, since) is None

    def test_it_is_found_on_the_second_page(self, channel: Matrix, network: MatrixServer) -> None:
        since = datetime.now(UTC)
        receipt = channel.send(NOTE, KEY)
        for _ in range(100):
            network.put({"body": "talk"}, sender="@bob:example.org")
        assert channel.find(KEY, NOTE, since) == receipt

    @pytest.mark.parametrize("answer", [[], {}, {"chunk": {}}, b"<html>"])
    def test_a_page_of_another_shape_says_nothing(
        self, channel: Matrix, network: MatrixServer, answer: object
    ) -> None:
        network.replies[f"{CLIENT}/rooms/%21gazette%3Aexample.org/messages"] = Reply(200, answer)
        with pytest.raises(Unavailable):
            channel.find(KEY, NOTE, datetime.now(UTC))

    @pytest.mark.parametrize("event", [7, None, [], {"content": 3}, {"content": {IN_EVENT: KEY}}])
    def test_odd_events_are_none_of_its_own(
        self, channel: Matrix, network: MatrixServer, event: object
    ) -> None:
        page = Reply(200, {"chunk": [event]})
        network.replies[f"{CLIENT}/rooms/%21gazette%3Aexample.org/messages"] = page
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is None

    def test_check_names_the_account(self, channel: Matrix, network: MatrixServer) -> None:
        assert channel.check().account == ACCOUNT
        network.rooms = ["!other:example.org"]
        with pytest.raises(NotAllowed, match=f"{ACCOUNT} is not in the room"):
            channel.check()

    @pytest.mark.parametrize(
        ("levels", "version", "allowed"),
        [
            ({}, "11", True),
            ({"events_default": 50}, "11", False),
            ({"events_default": 50}, "12", True),  # whose creators stand in no list
            ({"events_default": 50, "users": {ACCOUNT: 50}}, "11", True),
            ({"events_default": 50, "users_default": 50}, "11", True),
            ({"events": {"m.room.message": 10}}, "11", False),
            ({"events_default": 50, "events": {"m.room.message": 0}}, "11", True),
            ({"events_default": "x", "users": []}, "11", True),
        ],
    )
    def test_check_asks_for_power(
        self,
        channel: Matrix,
        network: MatrixServer,
        levels: dict[str, Any],
        version: str,
        *,
        allowed: bool,
    ) -> None:
        network.state |= {"m.room.power_levels": levels, "m.room.create": {"room_version": version}}
        if allowed:
            channel.check()
        else:
            with pytest.raises(NotAllowed, match="power level 0 in the room, which wants"):
                channel.check()
        assert channel.options.room == ROOM
