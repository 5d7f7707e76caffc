"""Editions and emails say things as their readers do."""

from dataclasses import replace

import pytest

from publisher.config import Config
from publisher.model.contacts import Cadence, Choices, Segment
from publisher.model.posts import Pick
from publisher.plan.series import segment_of
from publisher.plan.system_mails import title_of
from publisher.rendering.merge_fields import variants
from tests.plan.conftest import START, World
from tests.rendering.samples import picks


def titled(config: Config) -> Config:
    changed = {"show": ("date",), "title": "The Day"}
    daily = config.newsletters["daily"].model_copy(update=changed)
    return replace(config, newsletters={**config.newsletters, "daily": daily})


@pytest.mark.parametrize(
    ("choices", "zone", "day"),
    [
        (Choices((), Cadence.WEEKLY, 4, 18), "Pacific/Auckland", 2),
        (Choices((), Cadence.WEEKLY, 4, 18), "", 1),
        (Choices(), "", 1),
    ],
)
def test_an_edition_is_dated_as_its_readers_do(
    world: World, choices: Choices, zone: str, day: int
) -> None:
    config, evening = titled(world.publisher.config), START.replace(hour=20)
    renderer = replace(world.publisher.planner.renderer, config=config)
    post = replace(picks()[0].post, date=evening)
    key = Segment.of(choices, "de", zone).key
    series = segment_of(config.newsletters["daily"], key, config.site.zone)
    text = variants(renderer.edition(series, [Pick(post, "lead")], evening).text)[0]
    assert text.count(f"{day}. Juni 2026") == text.count("Juni") == 2
    assert "„The Day“ von Gazette" in text


def test_a_newsletter_is_called_by_its_title(world: World) -> None:
    config = world.publisher.config
    assert title_of(config, "daily") == "Gazette (daily)"
    assert title_of(titled(config), "daily") == "The Day"
