"""OwnNotesSuite: what holds for every adapter that finds its notes among the account's own."""
# ruff: noqa: S101 - a test suite asserts

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol

import pytest

from publisher.adapters.http.notes import FindsOwnNotes
from publisher.errors import OutcomeUnknown, RateLimited, Unavailable
from publisher.testing.network import Behaviour, Network
from publisher.testing.notes import NOTE, URL, NoteAdapterSuite
from publisher.testing.servers import Reply, Request
from publisher.testing.suite import KEY


class NotesNetwork(Network, Protocol):
    """A FakeServer that lists the account's notes at `timeline`."""

    timeline: str
    publishes: str
    clock: timedelta
    garbled: Reply
    replies: dict[str, Reply]
    requests: list[Request]

    def publish(self, text: str, *, age: timedelta = ...) -> dict[str, Any]:
        """Put a note there, as the account's owner would, and give it as it is listed."""


class OwnNotesSuite(NoteAdapterSuite):
    """An answer that was lost is found; inherit it in the place of NoteAdapterSuite.

    The class lists three kinds of odd answers: `garbled` to what publishes, `unreadable` where the
    notes are listed, and `odd` lists, in which nothing is the note that is looked for.
    """

    garbled: ClassVar[Sequence[Reply]]
    unreadable: ClassVar[Sequence[object]]
    odd: ClassVar[Sequence[object]]
    ahead = timedelta(minutes=10)  # how far the network's clock may be ahead, or behind

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run a test for each odd answer that the class lists."""
        super().pytest_generate_tests(metafunc)
        for name, values in (
            ("garbled", self.garbled),
            ("unreadable", self.unreadable),
            ("odd", self.odd),
        ):
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, values)

    def test_an_unreadable_success_is_unknown_then_found(
        self, network: NotesNetwork, channel: FindsOwnNotes[Any], garbled: Reply
    ) -> None:
        """What says that it worked, but not how the note is called, is asked for afterwards."""
        since = datetime.now(UTC)
        network.garbled = garbled
        network.behave(Behaviour.GARBLES)
        with pytest.raises(OutcomeUnknown):
            channel.send(NOTE, KEY)
        network.behave(Behaviour.WORKS)
        assert channel.find(KEY, NOTE, since) is not None
        assert network.attempts == network.arrived == 1

    def test_a_failure_before_acting_leaves_nothing(
        self, network: NotesNetwork, channel: FindsOwnNotes[Any]
    ) -> None:
        """A 500 may have posted nothing, too."""
        network.replies[network.publishes] = Reply(500, b"")
        since = datetime.now(UTC)
        with pytest.raises(OutcomeUnknown):
            channel.send(NOTE, KEY)
        assert channel.find(KEY, NOTE, since) is None

    def test_a_limit_ends_when_the_network_says(
        self, network: NotesNetwork, channel: FindsOwnNotes[Any]
    ) -> None:
        """Neither earlier nor later: the fake says five minutes."""
        network.behave(Behaviour.LIMITS)
        with pytest.raises(RateLimited) as caught:
            channel.send(NOTE, KEY)
        until = caught.value.retry_at
        assert until is not None
        assert timedelta(minutes=4) < until - datetime.now(UTC) <= timedelta(minutes=5)

    def test_an_older_note_with_the_same_link_is_not_ours(
        self, network: NotesNetwork, channel: FindsOwnNotes[Any]
    ) -> None:
        """What stood there before the attempt is none of its doing."""
        network.publish(NOTE.text, age=timedelta(seconds=30))
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
        ours = network.publish(NOTE.text)
        found = channel.find(KEY, NOTE, datetime.now(UTC))
        assert found is not None
        assert found.remote_id == ours["id"]

    @pytest.mark.parametrize("sign", [-1, 1])
    def test_the_networks_clock_counts(
        self, network: NotesNetwork, channel: FindsOwnNotes[Any], sign: int
    ) -> None:
        """Whatever our own clock says."""
        network.clock = sign * self.ahead
        network.publish(NOTE.text, age=timedelta(minutes=1))
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
        ours = network.publish(NOTE.text)
        found = channel.find(KEY, NOTE, datetime.now(UTC))
        assert found is not None
        assert found.remote_id == ours["id"]

    def test_a_foreign_text_with_the_same_link_is_not_ours(
        self, network: NotesNetwork, channel: FindsOwnNotes[Any]
    ) -> None:
        """The account's owner may have linked there by hand."""
        network.publish(f"Have you all seen what they wrote about us? {URL}")
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is None

    def test_who_we_are_is_asked_once(
        self, network: NotesNetwork, channel: FindsOwnNotes[Any]
    ) -> None:
        """Some networks charge for the question."""
        for _ in range(3):
            assert channel.find(KEY, NOTE, datetime.now(UTC)) is None
        assert sum(request.path != network.timeline for request in network.requests) == 1

    def test_find_turns_pages(self, network: NotesNetwork, channel: FindsOwnNotes[Any]) -> None:
        """A busy account has posted much since then."""
        ours = network.publish(NOTE.text)
        for number in range(150):
            network.publish(f"Other news, number {number}")
        found = channel.find(KEY, NOTE, datetime.now(UTC) - timedelta(minutes=1))
        assert found is not None
        assert found.remote_id == ours["id"]
        assert network.attempts == 0

    def test_find_does_not_guess_beyond_its_pages(
        self, network: NotesNetwork, channel: FindsOwnNotes[Any]
    ) -> None:
        """Who has not seen everything cannot say that it is not there."""
        for number in range(510):
            network.publish(f"News, number {number}")
        with pytest.raises(Unavailable, match="too many"):
            channel.find(KEY, NOTE, datetime.now(UTC) - timedelta(minutes=1))

    def test_an_unreadable_timeline_is_no_answer(
        self, network: NotesNetwork, channel: FindsOwnNotes[Any], unreadable: object
    ) -> None:
        """Nor is one that holds no list."""
        network.replies[network.timeline] = Reply(200, unreadable)
        with pytest.raises(Unavailable):
            channel.find(KEY, NOTE, datetime.now(UTC))

    def test_odd_notes_are_skipped(
        self, network: NotesNetwork, channel: FindsOwnNotes[Any], odd: object
    ) -> None:
        """What is no note, or has no words, is not ours."""
        network.replies[network.timeline] = Reply(200, odd)
        assert channel.find(KEY, NOTE, datetime.now(UTC)) is None

    def test_its_repr_is_safe(self, network: Any, channel: FindsOwnNotes[Any]) -> None:
        """Neither its own nor those of what it holds show a secret."""
        shown = repr(channel) + repr(vars(channel))
        assert not [secret for secret in network.secrets if secret in shown]
