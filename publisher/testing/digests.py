"""DigestSuite: what holds for every adapter that takes a digest as one message."""
# ruff: noqa: S101 - a test suite asserts

from typing import Any

from publisher.adapters.base import Adapter, send_whole
from publisher.model.messages import Digest, DigestItem
from publisher.testing.network import WebNetwork
from publisher.testing.suite import KEY, AdapterSuite

SITE = "https://gazette.example"
MARKED = "*One* _two_ ~three~ `four` [five](https://evil.example) <six> &amp; |seven| #8 \\nine"


def digest_of(*items: DigestItem, title: str = "The week in the Gazette") -> Digest:
    """A digest as planning makes it: its text lists what its items say."""
    lines = (f"{item.title}\n{item.url}" for item in items)
    return Digest(title, "\n\n".join((title, *lines)), items, url=f"{SITE}/week", language="en")


class DigestSuite(AdapterSuite):
    """What holds for every adapter that takes digests; inherit it beside NoteAdapterSuite."""

    def digest(self) -> Digest:
        """Two posts."""
        return digest_of(
            DigestItem("The bridge is open", f"{SITE}/bridge?a=1&b=2", "At last, after two years."),
            DigestItem("The market moves", f"{SITE}/market"),
        )

    def seen(self, channel: Adapter[Any], network: WebNetwork, digest: Digest) -> str:
        """What readers see of `digest`, as one message."""
        assert send_whole(channel, digest, KEY).remote_id
        assert (network.attempts, network.arrived) == (1, 1)
        return network.shown[-1]

    def test_it_takes_digests(self) -> None:
        """`kinds` names Digest."""
        assert Digest in self.adapter.kinds

    def test_a_digest_is_one_message(self, channel: Adapter[Any], network: WebNetwork) -> None:
        """With every title, what is said of it, and a link to each post."""
        digest = self.digest()
        seen = self.seen(channel, network, digest)
        assert digest.title in seen
        for item in digest.items:
            assert item.title in seen and item.url in seen and item.description in seen  # noqa: PT018 - three facets

    def test_a_long_digest_keeps_its_links(
        self, channel: Adapter[Any], network: WebNetwork
    ) -> None:
        """Where descriptions find no room, titles and links still do."""
        items = [
            DigestItem(f"Story number {number}", f"{SITE}/{number}", "word " * 200)
            for number in range(20)
        ]
        seen = self.seen(channel, network, digest_of(*items))
        assert all(item.title in seen and item.url in seen for item in items)

    def test_plain_words_stay_plain(self, channel: Adapter[Any], network: WebNetwork) -> None:
        """Whatever a network reads as markup, a title is shown as it was written."""
        digest = digest_of(DigestItem(MARKED, f"{SITE}/odd", MARKED), title=MARKED)
        assert self.seen(channel, network, digest).count(MARKED) == 3  # noqa: PLR2004 - title, post, words

    def test_links_that_hold_marks_lead_where_they_should(
        self, channel: Adapter[Any], network: WebNetwork
    ) -> None:
        """Nothing in an address ends it."""
        odd = f"{SITE}/a_b*(c)|d~e?f=[g]&h=%3E"
        assert odd in self.seen(channel, network, digest_of(DigestItem("Odd", odd)))
