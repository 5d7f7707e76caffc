"""NoteAdapterSuite: what holds for every adapter that takes notes."""
# ruff: noqa: S101 - a test suite asserts

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar
from uuid import uuid4

import pytest

from publisher.adapters.base import Adapter, Prices, send_whole
from publisher.errors import OutcomeUnknown, Rejected
from publisher.model.messages import Note, Picture
from publisher.testing import mistakes
from publisher.testing.network import Behaviour, Network
from publisher.testing.servers import FakeServer, odd_answers
from publisher.testing.suite import KEY, OTHER_KEY, AdapterSuite

URL = "https://gazette.example/articles/bridge?utm_source=social"
NOTE = Note(text=f"The bridge is open & safe <again>.\n\n{URL}\n#bridge", url=URL, language="en")
PICTURE = Picture(b"\x89PNG picture", "image/png", "A bridge in fog")
WITH_PICTURE = replace(NOTE, picture=PICTURE)


class NoteAdapterSuite(AdapterSuite):
    """What holds for every adapter that takes notes; `limited`: the network limits their length."""

    limited: ClassVar[bool] = True

    def message(self) -> Note:
        """A short note with a link."""
        url = "https://gazette.example/articles/bridge"
        return Note(text=f"The bridge is open again. {url}", url=url, title="Bridge", language="en")

    def other(self) -> Note:
        """Another note with another link."""
        url = "https://gazette.example/articles/market"
        return Note(text=f"The market moves. {url}", url=url, title="Market", language="en")

    def test_it_takes_notes(self) -> None:
        """`kinds` names Note."""
        assert Note in self.adapter.kinds, "name Note in `kinds`"

    def test_the_longest_note_fits(self, channel: Adapter[Any], network: Network) -> None:
        """A text of exactly the allowed length is sent, a longer one is rejected."""
        limits = channel.current_limits()
        if limits is None:
            unlimited = "set `limits` (publisher.model.messages.Limits), or limited = False here"
            assert not self.limited, unlimited
            return
        fits = "y" * limits.length
        assert limits.count(fits) == limits.length
        send_whole(channel, Note(text=fits), KEY)
        try:
            send_whole(channel, Note(text=fits + "y"), OTHER_KEY)
        except Rejected:
            assert network.arrived == 1
            return
        pytest.fail("a longer note is sent: call `refuse_longer` before (send of NoteAdapter does)")

    def test_the_words_arrive(self, channel: Adapter[Any], network: Network) -> None:
        """Every word of a note, and its link, go to the network."""
        if isinstance(network, FakeServer):
            send_whole(channel, self.message(), KEY)
            told = " ".join(request.words for request in network.requests)
            missing = [word for word in self.message().text.split() if word not in told]
            assert not missing, f"no request has the words {missing}: post message.text"

    def test_a_refusal_is_told(self, channel: Adapter[Any], network: Network) -> None:
        """In the network's own words: they alone say what to do."""
        if not isinstance(network, FakeServer):
            return
        for how in self.behaviours & {Behaviour.REJECTS, Behaviour.DENIES}:
            said = network.rejection if how is Behaviour.REJECTS else network.denial
            told = str(self.provoke(channel, network, how))
            words = f"{told!r} lacks the network's words, {said}: say in `problem` where they stand"
            assert any(text[:80] in told for text in said.texts), words

    def test_no_answer_is_a_crash(self, channel: Adapter[Any], network: Network) -> None:
        """Whatever shape a success has, it gives a safe receipt or is OutcomeUnknown.

        It may be a refusal where the network says no inside a success.
        """
        if not isinstance(network, FakeServer) or Behaviour.GARBLES not in self.behaviours:
            return
        denies = Behaviour.DENIES in self.behaviours
        fitting = (OutcomeUnknown, Rejected) if denies else OutcomeUnknown
        send_whole(channel, self.other(), OTHER_KEY)
        for number, odd in enumerate(odd_answers(network.replied)):
            network.garbled = odd
            network.behave(Behaviour.GARBLES)
            try:
                receipt = send_whole(channel, self.message(), f"{number:032x}")
            except fitting:
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is
                how = "read with dig, network_id and web_url"
                pytest.fail(f"{how}: {str(error)[:200]} ({type(error).__name__}) for {odd!r:.300}")
            assert not mistakes.unsafe(receipt), f"{mistakes.unsafe(receipt)}, for {odd!r:.300}"

    def test_threads_share_it(self, channel: Adapter[Any], network: Network) -> None:
        """Where `connections` says so, nothing of an attempt is kept on the adapter."""
        if channel.connections == 1 or not isinstance(network, FakeServer):
            return
        notes = [Note(text=f"Story number{number}") for number in range(24)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda note: send_whole(channel, note, uuid4().hex), notes))
        words = " ".join(network.posted).split()
        assert all(words.count(f"number{number}") == 1 for number in range(24)), "keep no state"

    def test_a_price_is_in_dollars(self, channel: Adapter[Any]) -> None:
        """An adapter that costs money says how much, before it is spent."""
        if isinstance(channel, Prices):
            assert channel.price(self.message()) > Decimal(0)
