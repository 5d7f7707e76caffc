"""The contract carries networks of other kinds: steps, obligatory pictures, several relays."""

from dataclasses import replace
from typing import Any

import pytest

from publisher.adapters.base import send_whole
from publisher.errors import Rejected, Unavailable
from publisher.model.messages import Later, Note, Receipt
from publisher.testing import KEY, AdapterSuite, Behaviour, Network, NoteAdapterSuite
from tests.adapters.contract.instagram import Instagram
from tests.adapters.contract.nostr import Nostr
from tests.adapters.contract.servers import ContainerServer, RelayServer
from tests.adapters.contract.threads import Threads

URL = "https://gazette.example/bridge.jpg"


class TestThreads(NoteAdapterSuite):
    adapter = Threads
    server = ContainerServer

    def test_the_container_that_takes_a_while_is_asked_for_later(
        self, channel: Threads, network: ContainerServer
    ) -> None:
        network.status = "IN_PROGRESS"
        first = channel.send(self.message(), KEY)
        assert isinstance(first, Later)
        second = channel.go_on(self.message(), KEY, first.state)
        assert isinstance(second, Later) and second.state == first.state and second.at
        assert network.arrived == 0

    def test_a_container_that_died_of_age_is_made_anew(
        self, channel: Threads, network: ContainerServer
    ) -> None:
        network.status = "EXPIRED"
        first = channel.send(self.message(), KEY)
        assert isinstance(first, Later)
        network.status = "FINISHED"
        second = channel.go_on(self.message(), KEY, first.state)
        assert isinstance(second, Later) and second.state != first.state
        assert channel.go_on(self.message(), KEY, second.state) == Receipt("t-c2")


class TestInstagram(AdapterSuite):
    adapter = Instagram
    server = ContainerServer

    def message(self) -> Note:
        return Note(text="The bridge is open again.", image=URL)

    def other(self) -> Note:
        return Note(text="The market moves.", image=URL)

    def test_no_picture_no_post(self, channel: Instagram, network: ContainerServer) -> None:
        with pytest.raises(Rejected, match="needs a picture"):
            send_whole(channel, replace(self.message(), image=""), KEY)
        assert not network.containers

    def test_the_network_fetches_the_picture(
        self, channel: Instagram, network: ContainerServer
    ) -> None:
        send_whole(channel, self.message(), KEY)
        assert network.threads["t-c1"]["image_url"] == URL


class TestNostr(NoteAdapterSuite):
    adapter = Nostr
    server = RelayServer

    def build(self, network: Network, **options: Any) -> Nostr:
        channel = super().build(network, **options)
        assert isinstance(channel, Nostr)
        return channel

    def test_two_relays_keep_one_event(self, network: RelayServer) -> None:
        with RelayServer() as other:
            channel = self.build(network, relays=[network.base_url, other.base_url])
            receipt = send_whole(channel, self.message(), KEY)
            assert network.events.keys() == other.events.keys() == {receipt.remote_id}

    def test_a_relay_that_is_down_gets_it_later(self, network: RelayServer) -> None:
        with RelayServer() as other:
            channel = self.build(network, relays=[network.base_url, other.base_url])
            other.behave(Behaviour.DOWN)
            first = channel.send(self.message(), KEY)
            assert isinstance(first, Later) and network.arrived == 1
            other.behave(Behaviour.WORKS)
            receipt = channel.go_on(self.message(), KEY, first.state)
            assert isinstance(receipt, Receipt) and receipt.remark == ""
            assert other.arrived == 1 and network.attempts == 1

    def test_a_relay_that_stays_down_is_named(self, network: RelayServer) -> None:
        with RelayServer() as other:
            channel = self.build(network, relays=[network.base_url, other.base_url])
            other.behave(Behaviour.DOWN)
            receipt = send_whole(channel, self.message(), KEY, lambda _: None)
            assert "not on every relay: 127.0.0.1" in receipt.remark

    def test_no_relay_no_post(self, channel: Nostr, network: RelayServer) -> None:
        network.behave(Behaviour.DOWN)
        with pytest.raises(Unavailable):
            channel.send(self.message(), KEY)
