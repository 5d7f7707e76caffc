"""ChangesSuite: what holds for adapters that take back or change what they posted."""
# ruff: noqa: S101 - a test suite asserts

from typing import Any

import pytest

from publisher.adapters.base import Adapter, Deletes, Edits, send_whole
from publisher.errors import DeliveryError
from publisher.model.messages import Note
from publisher.testing.network import Behaviour, WebNetwork
from publisher.testing.suite import KEY, OTHER_KEY, AdapterSuite


class ChangesSuite(AdapterSuite):
    """What holds for adapters that delete or edit; inherit it beside NoteAdapterSuite."""

    def test_it_changes_something(self, channel: Adapter[Any]) -> None:
        """Else this suite is not for it."""
        assert isinstance(channel, Deletes | Edits)

    def test_what_is_deleted_is_gone(self, channel: Adapter[Any], network: WebNetwork) -> None:
        """It alone; and twice is no mistake."""
        if not isinstance(channel, Deletes):
            return
        kept = send_whole(channel, self.other(), OTHER_KEY)
        receipt = send_whole(channel, self.message(), KEY)
        assert receipt.remote_id != kept.remote_id
        channel.delete(receipt)
        assert network.arrived == 1
        channel.delete(receipt)
        assert network.arrived == 1

    def test_what_is_edited_reads_otherwise(
        self, channel: Adapter[Any], network: WebNetwork
    ) -> None:
        """The message stays where it is; the same words again are no mistake."""
        if not isinstance(channel, Edits):
            return
        receipt = send_whole(channel, self.message(), KEY)
        better = Note(text="The bridge is open again, at last.")
        for _ in range(2):
            edited = channel.edit(receipt, better)
            assert edited.remote_id == receipt.remote_id
            assert edited.handle == receipt.handle
        assert (network.attempts, network.arrived) == (1, 1)
        assert better.text in network.shown[-1]

    def test_a_change_that_fails_says_so(self, channel: Adapter[Any], network: WebNetwork) -> None:
        """A network that is down, or an account that it refuses, is an error."""
        receipt = send_whole(channel, self.message(), KEY)
        for how in self.behaviours & {Behaviour.REFUSES_ACCOUNT, Behaviour.DOWN}:
            network.behave(how)
            if isinstance(channel, Deletes):
                with pytest.raises(DeliveryError):
                    channel.delete(receipt)
            if isinstance(channel, Edits):
                with pytest.raises(DeliveryError):
                    channel.edit(receipt, self.other())
        network.behave(Behaviour.WORKS)
        assert network.arrived == 1
