"""NoteAdapterSuite: what holds for every adapter that takes notes."""
# ruff: noqa: S101 - a test suite asserts

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from publisher.adapters.base import Adapter, Prices, send_whole
from publisher.errors import Rejected
from publisher.model.messages import Note, Picture
from publisher.testing.network import Network
from publisher.testing.suite import KEY, OTHER_KEY, AdapterSuite

URL = "https://gazette.example/articles/bridge?utm_source=social"
NOTE = Note(text=f"The bridge is open & safe <again>.\n\n{URL}\n#bridge", url=URL, language="en")
PICTURE = Picture(b"\x89PNG picture", "image/png", "A bridge in fog")
WITH_PICTURE = replace(NOTE, picture=PICTURE)


class NoteAdapterSuite(AdapterSuite):
    """What holds for every adapter that takes notes."""

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
        assert Note in self.adapter.kinds

    def test_the_longest_note_fits(self, channel: Adapter[Any], network: Network) -> None:
        """A text of exactly the allowed length is sent, a longer one is rejected."""
        limits = channel.current_limits()
        if limits is None:
            return
        fits = "y" * limits.length
        assert limits.count(fits) == limits.length
        send_whole(channel, Note(text=fits), KEY)
        with pytest.raises(Rejected):
            send_whole(channel, Note(text=fits + "y"), OTHER_KEY)
        assert network.arrived == 1

    def test_a_price_is_in_dollars(self, channel: Adapter[Any]) -> None:
        """An adapter that costs money says how much, before it is spent."""
        if isinstance(channel, Prices):
            assert channel.price(self.message()) > Decimal(0)
