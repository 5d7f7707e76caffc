"""The ends of editions' public addresses."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from publisher.plan.slugs import edition_slug

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("slot", "slug"),
    [
        (datetime(2026, 11, 26, 6, 0, tzinfo=UTC), "2026-11-26-0700"),
        (datetime(2026, 11, 26, 6, 0, 5, tzinfo=UTC), "2026-11-26-070005"),
        (datetime(2026, 11, 26, 6, 0, 0, 7, tzinfo=UTC), "2026-11-26-0700-000007"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25-0230"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25-0230-later"),
    ],
)
def test_an_edition_s_address_tells_when_it_was_planned_for(slot: datetime, slug: str) -> None:
    assert edition_slug(slot, BERLIN) == slug


def test_segments_and_further_editions_of_a_slot_have_addresses_of_their_own() -> None:
    slot = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
    given = [("", ""), ("weekly", ""), ("daily", ""), ("", "weekly"), ("weekly", "again")]
    slugs = {edition_slug(slot, BERLIN, segment, again) for segment, again in given}
    assert len(slugs) == len(given)
    assert all(slug.startswith("2026-11-26-0700") for slug in slugs)


def test_every_moment_of_a_year_has_one_address() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [start + timedelta(minutes=30 * number) for number in range(2 * 24 * 366)]
    assert len({edition_slug(moment, BERLIN) for moment in moments}) == len(moments)
