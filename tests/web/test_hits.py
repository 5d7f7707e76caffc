"""What counts as a person who opens something."""

import pytest

from publisher.web.hits import BURST, HOLD, Hit, Hits, is_robot, network_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
ANN, BOB = "203.0.113.0/24", "198.51.100.0/24"


@pytest.mark.parametrize(
    ("agent", "robot"),
    [
        (FIREFOX, False),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15", False),
        ("Mozilla/4.0 (compatible; ms-office; MSOffice 16)", False),
        ("", True),
        ("Mozilla/5.0", True),
        ("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com)", True),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", True),
        ("YahooMailProxy; https://help.yahoo.com/", True),
        ("Barracuda Sentinel (EE)", True),
        ("python-requests/2.32", True),
        ("facebookexternalhit/1.1", True),
        ("Mozilla/5.0 HeadlessChrome/120", True),
    ],
)
def test_programs_scanners_and_proxies_are_no_people(agent: str, robot: bool) -> None:  # noqa: FBT001
    assert is_robot({"user-agent": agent}) is robot


def test_what_is_fetched_in_advance_counts_for_nothing() -> None:
    assert is_robot({"user-agent": FIREFOX, "sec-purpose": "prefetch;prerender"})
    assert is_robot({"user-agent": FIREFOX, "x-purpose": "preview"})


def test_networks() -> None:
    assert network_of("203.0.113.7") == ANN
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"
    assert network_of("testclient") == ""


def test_an_opening_counts_once_and_after_a_while() -> None:
    hits = Hits()
    for at in (0.0, 0.5, 1.0):
        hits.add(Hit(at, ANN, 7, 1))
    hits.add(Hit(1.0, BOB, 7, 1))
    assert hits.settled(HOLD - 1) == []
    assert [hit.network for hit in hits.settled(2 * HOLD)] == [ANN, BOB]
    assert hits.settled(3 * HOLD) == []


def test_who_opens_every_link_at_once_is_a_scanner() -> None:
    hits = Hits()
    for link in range(BURST):
        hits.add(Hit(float(link) / 10, ANN, 7, link))
    hits.add(Hit(0.2, BOB, 7, 1))
    assert [hit.network for hit in hits.settled(2 * HOLD)] == [BOB]
    hits.add(Hit(3 * HOLD, ANN, 7, 3))
    hits.add(Hit(3 * HOLD, ANN, 8, 3))
    assert [hit.edition for hit in hits.settled(5 * HOLD)] == [8]


def test_few_seconds_of_memory_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher.web.hits.MOST", 3)
    hits = Hits()
    for number in range(10):
        hits.add(Hit(0.0, f"net {number}", 7, 1))
    assert len(hits.settled(2 * HOLD)) == 3
