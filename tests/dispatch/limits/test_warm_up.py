"""A large list that has moved in is mailed a few at a time, and only by a sender that is new."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publisher.config import Channel, load
from publisher.dispatch.limits.channel import RateLimits
from publisher.dispatch.limits.warm_up import LARGE, USUAL, begin, foretold, warm_up_of
from publisher.outbox.outbox import Outbox
from tests.dispatch.scripted import Scripted

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CONFIG = """\
site: {{title: Gazette, url: https://gazette.example, timezone: Europe/Berlin}}
content: {{folder: .}}
channels:
  mail: {{adapter: smtp, host: mail.example{options}}}
"""


@pytest.fixture
def outbox(database_url: str, tmp_path: Path) -> Iterator[Outbox]:
    with Outbox.open(database_url, folder=tmp_path) as opened:
        yield opened


def channel(folder: Path, options: str = "") -> Channel:
    (folder / "config.yaml").write_text(CONFIG.format(options=options))
    return load(folder / "config.yaml", {}).channels["mail"]


def limits(mail: Channel, outbox: Outbox, now: datetime) -> RateLimits:
    return RateLimits.of(mail, Scripted(), outbox, NOON.tzinfo, now)  # type: ignore[arg-type]


def test_it_begins_with_few_and_ends_by_itself(tmp_path: Path, outbox: Outbox) -> None:
    mail = channel(tmp_path)
    assert warm_up_of(mail, outbox, NOON) is None
    assert begin(mail, outbox, 6_000)
    assert limits(mail, outbox, NOON).grant(10_000, NOON).rows == 500
    later = NOON + DAY + timedelta(minutes=5)
    assert limits(mail, outbox, later).grant(10_000, later).rows == 1_000
    assert warm_up_of(mail, outbox, NOON + 3 * DAY) is USUAL
    assert warm_up_of(mail, outbox, NOON + 4 * DAY) is None


@pytest.mark.parametrize(
    ("options", "readers"),
    [("", LARGE - 1), (", warm_up: false", LARGE), (", warm_up: 50 a day", LARGE)],
)
def test_a_small_list_and_what_config_yaml_says(
    tmp_path: Path, outbox: Outbox, options: str, readers: int
) -> None:
    mail = channel(tmp_path, options)
    assert not begin(mail, outbox, readers)
    assert outbox.warm_ups.readers("mail") == 0


def test_it_can_be_switched_off_afterwards(tmp_path: Path, outbox: Outbox) -> None:
    assert begin(channel(tmp_path), outbox, LARGE)
    assert warm_up_of(channel(tmp_path, ", warm_up: false"), outbox, NOON) is None


def test_how_long_it_takes() -> None:
    assert "12,000 readers take about 5 days" in foretold(USUAL, 12_000)
    assert foretold(USUAL, 400).endswith("400 readers take about 1 day")
