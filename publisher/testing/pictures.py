"""PicturesSuite: what holds for every adapter that attaches pictures."""
# ruff: noqa: S101 - a test suite asserts

from collections.abc import Sequence
from typing import Any, Protocol

import pytest

from publisher.adapters.http.pictures import AttachesPictures
from publisher.errors import AuthExpired, RateLimited, Unavailable
from publisher.testing.network import Network
from publisher.testing.notes import PICTURE, WITH_PICTURE, NoteAdapterSuite
from publisher.testing.servers import Reply, Request
from publisher.testing.suite import KEY


class PictureNetwork(Network, Protocol):
    """A FakeServer that takes pictures at `uploads`, and keeps them in `media`."""

    uploads: str
    publishes: str
    base_url: str
    replies: dict[str, Reply]
    requests: list[Request]
    media: list[Any]

    def attached(self) -> Sequence[str]:
        """The ids of the pictures in the latest request."""


class PicturesSuite(NoteAdapterSuite):
    """No picture takes its note along; inherit it in the place of NoteAdapterSuite."""

    def with_pictures(self, network: Any) -> AttachesPictures[Any]:
        """An adapter whose channel wants pictures."""
        adapter = self.build(network, pictures=True)
        assert isinstance(adapter, AttachesPictures)
        return adapter

    def test_no_picture_unless_asked_for(
        self, network: PictureNetwork, channel: AttachesPictures[Any]
    ) -> None:
        """`pictures` is off by default, and `limits` say so."""
        channel.send(WITH_PICTURE, KEY)
        assert not network.media
        assert not network.attached()
        for adapter, pictures in ((channel, 0), (self.with_pictures(network), 1)):
            limits = adapter.current_limits()
            assert limits is not None
            assert limits.pictures == pictures

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
        self, network: PictureNetwork, reply: Reply, error: type[Exception]
    ) -> None:
        """The note waits for it a while."""
        network.replies[network.uploads] = reply
        with pytest.raises(error) as caught:
            self.with_pictures(network).send(WITH_PICTURE, KEY)
        assert type(caught.value) is error
        assert network.attempts == 0

    def test_a_picture_that_never_goes_up_is_left_out(self, network: PictureNetwork) -> None:
        """After `patience`, the note goes without."""
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
        self, network: PictureNetwork, reply: Reply
    ) -> None:
        """It goes without, and its receipt says why."""
        network.replies[network.uploads] = reply
        receipt = self.with_pictures(network).send(WITH_PICTURE, KEY)
        assert f"without its picture: {network.base_url[7:]}: HTTP {reply.status}" in receipt.remark
        assert network.arrived == 1
        assert not network.attached()

    def test_its_alternative_text_arrives(self, network: PictureNetwork) -> None:
        """Who cannot see the picture reads it."""
        self.with_pictures(network).send(WITH_PICTURE, KEY)
        told = " ".join(request.words for request in network.requests)
        assert PICTURE.alt in told, "no request has the picture's `alt`: send it along, or describe"

    def test_a_picture_that_went_up_is_not_sent_twice(self, network: PictureNetwork) -> None:
        """A second attempt attaches what the first has uploaded."""
        channel = self.with_pictures(network)
        network.replies[network.publishes] = Reply(503, b"")
        with pytest.raises(Unavailable):
            channel.send(WITH_PICTURE, KEY)
        del network.replies[network.publishes]
        assert not channel.send(WITH_PICTURE, KEY).remark
        assert len(network.media) == 1
        assert network.arrived == 1
