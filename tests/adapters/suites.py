"""What holds for every adapter that finds its notes or attaches pictures, on a fake of its network.

A new one inherits from these instead of NoteAdapterSuite; the fake says where its lists are.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol

import pytest

from publisher.adapters.http.notes import FindsOwnNotes
from publisher.adapters.http.pictures import AttachesPictures
from publisher.errors import AuthExpired, OutcomeUnknown, RateLimited, Unavailable
from publisher.model.messages import Note, Picture
from publisher.testing import KEY, Behaviour, NoteAdapterSuite
from tests.adapters.fake_server import Reply, Request

URL = "https://gazette.example/articles/bridge?utm_source=social"
NOTE = Note(text=f"The bridge is open & safe <again>.\n\n{URL}\n#bridge", url=URL, language="en")
PICTURE = Picture(b"\x89PNG picture", "image/png", "A bridge in fog")
WITH_PICTURE = replace(NOTE, picture=PICTURE)


class Fake(Protocol):
    """A fake network that lists its notes under `timeline` and takes pictures at `uploads`."""

    timeline: str
    uploads: str
    publishes: str
    base_url: str
    clock: timedelta
    garbled: Reply
    replies: dict[str, Reply]
    requests: list[Request]
    media: list[Any]

    @property
    def attempts(self) -> int: ...

    @property
    def arrived(self) -> int: ...

    def behave(self, behaviour: Behaviour) -> None: ...

    def publish(self, text: str, *, age: timedelta = ..., **more: Any) -> dict[str, Any]:
        """Put a note there, as the account's owner would."""

    def attached(self) -> Sequence[str]:
        """The ids of the pictures in the latest request."""


class OwnNotesSuite(NoteAdapterSuite):
    """An answer that was lost is found; `garbled` are successes that nobody can read."""

    garbled: ClassVar[Sequence[Reply]]
    unreadable: ClassVar[Sequence[object]]
    odd: ClassVar[Sequence[object]]
    ahead = timedelta(minutes=10)  # how far the network's clock may be ahead, or behind

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        super().pytest_generate_tests(metafunc)
        for name, values in (
            ("garbled", self.garbled),
            ("unreadable", self.unreadable),
            ("odd", self.odd),
        ):
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, values)

    def test_an_unreadable_success_is_unknown_then_found(
        self, network: Fake, channel: FindsOwnNotes[Any], garbled: Reply
    ) -> None:
        since = datetime.now(UTC)
        network.garbled = garbled
        network.behave(Behaviour.GARBLES)
        with pytest.raises(OutcomeUnknown):
            channel.send(NOTE, KEY)
        network.behave(Behaviour.WORKS)
        assert channel.find(KEY, NOTE, since) is not None
        assert network.attempts == network.arrived == 1

    def test_a_failure_before_acting_leaves_nothing(
        self, network: Fake, channel: FindsOwnNotes[Any]
    ) -> None:
        network.replies[network.publishes] = Reply(500, b"")
        since = datetime.now(UTC)
        with pytest.raises(OutcomeUnknown):
            channel.send(NOTE, KEY)
        assert channel.find(KEY, NOTE, since) is None

    def test_a_limit_ends_when_the_network_says(
        self, network: Fake, channel: FindsOwnNotes[Any]
    ) -> None:
        network.behave(Behaviour.LIMITS)
        with pytest.raises(RateLimited) as caught:
            channel.send(NOTE, KEY)
        until = caught.value.retry_at
        assert until is not None
        assert timedelta(minutes=4) < until - datetime.now(UTC) <= timedelta(minutes=5)

    def test_an_older_note_with_the_same_link_is_not_ours(
        self, network: Fake, channel: FindsOwnNotes[Any]
    ) -> None:
        network.publish(NOTE.text, age=timedelta(seconds=30))
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
        ours = network.publish(NOTE.text)
        found = channel.find(KEY, NOTE, datetime.now(UTC))
        assert found is not None and found.remote_id == ours["id"]

    @pytest.mark.parametrize("sign", [-1, 1])
    def test_the_networks_clock_counts(
        self, network: Fake, channel: FindsOwnNotes[Any], sign: int
    ) -> None:
        network.clock = sign * self.ahead
        network.publish(NOTE.text, age=timedelta(minutes=1))
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
        ours = network.publish(NOTE.text)
        found = channel.find(KEY, NOTE, datetime.now(UTC))
        assert found is not None and found.remote_id == ours["id"]

    def test_a_foreign_text_with_the_same_link_is_not_ours(
        self, network: Fake, channel: FindsOwnNotes[Any]
    ) -> None:
        network.publish(f"Have you all seen what they wrote about us? {URL}")
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is None

    def test_who_we_are_is_asked_once(self, network: Fake, channel: FindsOwnNotes[Any]) -> None:
        for _ in range(3):
            assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
        assert sum(request.path != network.timeline for request in network.requests) == 1

    def test_find_turns_pages(self, network: Fake, channel: FindsOwnNotes[Any]) -> None:
        ours = network.publish(NOTE.text)
        for number in range(150):
            network.publish(f"Other news, number {number}")
        found = channel.find(KEY, NOTE, datetime.now(UTC) - timedelta(minutes=1))
        assert found is not None and found.remote_id == ours["id"]
        assert network.attempts == 0

    def test_find_does_not_guess_beyond_its_pages(
        self, network: Fake, channel: FindsOwnNotes[Any]
    ) -> None:
        for number in range(510):
            network.publish(f"News, number {number}")
        with pytest.raises(Unavailable, match="too many"):
            channel.find(KEY, NOTE, datetime.now(UTC) - timedelta(minutes=1))

    def test_an_unreadable_timeline_is_no_answer(
        self, network: Fake, channel: FindsOwnNotes[Any], unreadable: object
    ) -> None:
        network.replies[network.timeline] = Reply(200, unreadable)
        with pytest.raises(Unavailable):
            channel.find(KEY, NOTE, datetime.now(UTC))

    def test_odd_notes_are_skipped(
        self, network: Fake, channel: FindsOwnNotes[Any], odd: object
    ) -> None:
        network.replies[network.timeline] = Reply(200, odd)
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is None

    def test_its_repr_is_safe(self, network: Any, channel: FindsOwnNotes[Any]) -> None:
        shown = repr(channel) + repr(vars(channel))
        assert not [secret for secret in network.secrets if secret in shown]


class PicturesSuite(NoteAdapterSuite):
    """No picture takes its note along."""

    def with_pictures(self, network: Any) -> AttachesPictures[Any]:
        adapter = self.build(network, pictures=True)
        assert isinstance(adapter, AttachesPictures)
        return adapter

    def test_no_picture_unless_asked_for(
        self, network: Fake, channel: AttachesPictures[Any]
    ) -> None:
        channel.send(WITH_PICTURE, KEY)
        assert not network.media and not network.attached()
        for adapter, pictures in ((channel, 0), (self.with_pictures(network), 1)):
            limits = adapter.current_limits()
            assert limits is not None and limits.pictures == pictures

    @pytest.mark.parametrize(
        ("reply", "error"),
        [
            (Reply(500, b"<html>"), Unavailable),
            (Reply(503, b""), Unavailable),
            (Reply(200, b"<html>"), Unavailable),
            (Reply(401, {"error": "The access token is invalid"}), AuthExpired),
            (Reply(429, {}, {"Retry-After": "60"}), RateLimited),
        ],
    )
    def test_a_picture_that_may_go_up_later_posts_nothing(
        self, network: Fake, reply: Reply, error: type[Exception]
    ) -> None:
        network.replies[network.uploads] = reply
        with pytest.raises(error) as caught:
            self.with_pictures(network).send(WITH_PICTURE, KEY)
        assert type(caught.value) is error
        assert network.attempts == 0

    def test_a_picture_that_never_goes_up_is_left_out(self, network: Fake) -> None:
        network.replies[network.uploads] = Reply(500, b"")
        channel = self.with_pictures(network)
        with pytest.raises(Unavailable):
            channel.send(WITH_PICTURE, KEY)
        channel.patience = 0.0
        assert channel.send(WITH_PICTURE, KEY).remark.startswith("without its picture")

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(422, {"error": "Validation failed: File content type is invalid"}),
            Reply(400, {"detail": "Your media is too large"}),
            Reply(403, {"title": "Forbidden"}),
            Reply(403, {"detail": "Your account is suspended"}),
            Reply(403, {"error": "This action is outside the authorized scopes"}),
            Reply(404, b""),
            Reply(413, b"<html>Request Entity Too Large</html>"),
            Reply(415, b""),
        ],
    )
    def test_a_refused_picture_does_not_take_its_note_along(
        self, network: Fake, reply: Reply
    ) -> None:
        network.replies[network.uploads] = reply
        receipt = self.with_pictures(network).send(WITH_PICTURE, KEY)
        assert f"without its picture: {network.base_url[7:]}: HTTP {reply.status}" in receipt.remark
        assert network.arrived == 1 and not network.attached()

    def test_a_picture_that_went_up_is_not_sent_twice(self, network: Fake) -> None:
        channel = self.with_pictures(network)
        network.replies[network.publishes] = Reply(503, b"")
        with pytest.raises(Unavailable):
            channel.send(WITH_PICTURE, KEY)
        del network.replies[network.publishes]
        assert not channel.send(WITH_PICTURE, KEY).remark
        assert len(network.media) == 1 and network.arrived == 1
