"""The options that bound a channel: how they are read, and what is said of mistakes."""

from datetime import time, timedelta

import pytest

from publisher.config import Channel
from tests.config.conftest import Place

HEAD = "site: {title: G, url: https://g.example}\ncontent: {folder: posts}\nchannels:\n"
SECOND = timedelta(seconds=1)
RATE = "is not a valid rate: write 14 a second or 1000 an hour"


def channel(place: Place, options: str) -> Channel:
    return place.load(f"{HEAD}  mail: {{adapter: folder, {options}}}\n").channels["mail"]


def test_without_options_nothing_is_bounded(place: Place) -> None:
    mail = channel(place, "")
    assert (mail.rate, mail.warm_up, mail.quiet_hours, mail.quota) == (None, None, None, None)
    assert (mail.per_domain, mail.per_sender) == ({}, {})
    assert mail.retry_for == timedelta(hours=48)


def test_rates_are_read(place: Place) -> None:
    mail = channel(place, "rate: 14 a second, per_sender: 1000 an hour, per_domain: 5 a second")
    assert mail.rate == (14, SECOND)
    assert mail.per_sender == {"*": (1000, timedelta(hours=1))}
    assert mail.per_domain == {"*": (5, SECOND)}


def test_domains_and_senders_are_known_however_they_are_written(place: Place) -> None:
    mail = channel(
        place,
        'per_domain: {Gmail.com: 20 a second, bücher.example: 1 a second, "*": 5 a second}, '
        "per_sender: {News@G.example: 3 a second}",
    )
    assert list(mail.per_domain) == ["gmail.com", "xn--bcher-kva.example", "*"]
    assert list(mail.per_sender) == ["news@g.example"]


@pytest.mark.parametrize(
    ("written", "double"),
    [("200 a day", 1), ("{start: 200 a day}", 1), ("{start: 200 a day, double_every: 3 days}", 3)],
)
def test_a_warm_up_has_a_start_and_doubles(place: Place, written: str, double: int) -> None:
    plan = channel(place, f"warm_up: {written}").warm_up
    assert plan is not None
    assert not plan.is_off
    assert plan.start == (200, timedelta(days=1))
    assert plan.double_every == timedelta(days=double)


def test_a_warm_up_can_be_switched_off(place: Place) -> None:
    plan = channel(place, "warm_up: false").warm_up
    assert plan is not None and plan.is_off


@pytest.mark.parametrize("written", ["22:00-07:00", "22:00 - 7:00", "22:00 to 07:00"])
def test_quiet_hours_are_two_times(place: Place, written: str) -> None:
    assert channel(place, f"quiet_hours: {written}").quiet_hours == (time(22), time(7))


@pytest.mark.parametrize(
    ("options", "mistake"),
    [
        ("rate: fast", f'rate: "fast" {RATE}'),
        ("rate: [14]", "rate: must be a rate such as 14 a second"),
        ("rates: 14 a second", "rates: unknown option; did you mean rate?"),
        ("at_most: 12 a day", "at_most: unknown option; did you mean quota?"),
        ("apart: 20 minutes", "apart: unknown option; did you mean min_interval?"),
        ("quiet: 22:00-07:00", "quiet: unknown option; did you mean quiet_hours?"),
        (
            "per_domain: {gmail: 20 a second}",
            "per_domain: 'gmail' is not a valid domain; write one such as gmail.com or \"*\"",
        ),
        ("per_domain: {gmail.com: quick}", f'per_domain.gmail.com: "quick" {RATE}'),
        (
            "per_domain: {gmail.com: 2 a day, GMAIL.com: 3 a day}",
            "per_domain: duplicate key gmail.com",
        ),
        ("per_domain: [gmail.com]", "per_domain: must be rates such as {gmail.com: 20 a second}"),
        (
            "per_sender: {news: 20 a second}",
            (
                "per_sender: 'news' is not a valid address; "
                'write one such as news@gazette.example or "*"'
            ),
        ),
        (
            "warm_up: {start: 200 a day, doubles: 1 day}",
            "warm_up.doubles: unknown option; did you mean double_every?",
        ),
        (
            "warm_up: {start: 200 a day, double_every: 0}",
            "warm_up.double_every: must be more than 0 seconds",
        ),
        ("warm_up: [200]", "warm_up: must be a block of options"),
        (
            "quiet_hours: 22-7",
            'quiet_hours: "22-7" is not a valid time range: write "22:00-07:00"',
        ),
        (
            "quiet_hours: 22:00-22:00",
            'quiet_hours: "22:00-22:00" is not a valid time range: write "22:00-07:00"',
        ),
        ("quiet_hours: [22]", "quiet_hours: must be hours of the day such as 22:00-07:00"),
        ("retry_for: 0", "retry_for: must be more than 0 seconds"),
    ],
)
def test_a_mistake_is_located_and_says_how_to_mend_it(
    place: Place, options: str, mistake: str
) -> None:
    text = f"{HEAD}  mail: {{adapter: folder, {options}}}\n"
    assert place.mistake(text) == f"4: channels.mail.{mistake}"
