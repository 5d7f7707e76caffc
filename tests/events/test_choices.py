"""Choices as people write them into an email."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.events.requests.choices import has_choices, read_wishes
from publisher.model.contacts import Cadence, Choices

TOPICS = ("tv", "Sports", "Local News")
NOW = Choices(topics=("tv",), cadence=Cadence.DAILY, day=2, hour=9)
WEEKLY, DAILY, EACH = Cadence.WEEKLY, Cadence.DAILY, Cadence.EACH


@pytest.mark.parametrize(
    ("lines", "topics", "cadence", "day", "hour"),
    [
        (["topics: tv, sports", "weekly friday 18:00"], ("tv", "Sports"), WEEKLY, 4, 18),
        (["Topics: SPORTS; local news"], ("Sports", "Local News"), DAILY, 2, 9),
        (["topics: all"], (), DAILY, 2, 9),
        (["topics:"], (), DAILY, 2, 9),
        (["Weekly, on Friday at 6 pm"], ("tv",), WEEKLY, 4, 18),
        (["friday"], ("tv",), WEEKLY, 4, 9),
        (["weekly"], ("tv",), WEEKLY, 2, 9),
        (["daily 7"], ("tv",), DAILY, 2, 7),
        (["daily 12 am"], ("tv",), DAILY, 2, 0),
        (["each edition"], ("tv",), EACH, 2, 9),
        (["wöchentlich Freitag 18 Uhr"], ("tv",), WEEKLY, 4, 18),
        (["Themen: alle", "täglich 7:00"], (), DAILY, 2, 7),
        (["hebdomadaire vendredi 18h"], ("tv",), WEEKLY, 4, 18),
        (["毎週 金曜日 18時"], ("tv",), WEEKLY, 4, 18),
        (["- how often: weekly friday 18:00"], ("tv",), WEEKLY, 4, 18),
        (["weekly monday", "daily"], ("tv",), DAILY, 0, 9),
    ],
)
def test_lines(
    lines: list[str], topics: tuple[str, ...], cadence: Cadence, day: int, hour: int
) -> None:
    found = read_wishes(lines, NOW, TOPICS)
    assert found.choices == Choices(topics, cadence, day, hour) and not found.unclear


def test_name_language_and_zone() -> None:
    found = read_wishes(["language: de", "time zone: auckland", "name: Ann Smith"], NOW, TOPICS)
    assert (found.language, found.timezone, found.name) == ("de", "Pacific/Auckland", "Ann Smith")
    assert found.choices is None and found


def test_what_is_not_understood_is_told() -> None:
    lines = ["topics: tv, cooking", "zone: Atlantis", "when: in the morning", "language: 1"]
    found = read_wishes(lines, NOW, TOPICS)
    assert found.choices == NOW
    assert found.unclear == ("cooking", "zone: Atlantis", "when: in the morning", "language: 1")
    assert read_wishes(["topics: cooking"], NOW, TOPICS).choices is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Hello",
        "I read you daily and love it",
        "See you on friday or saturday then",
        "18:00",
        "-",
    ],
)
def test_other_lines_choose_nothing(line: str) -> None:
    assert not has_choices([line])


def test_an_hour_that_there_is_not_stays_as_it_was() -> None:
    for line in ("daily 25:00", "daily 13 pm", "daily 99"):
        found = read_wishes([line], NOW, TOPICS).choices
        assert found is not None and found.hour == 9


@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_lines_are_read(lines: list[str]) -> None:
    read_wishes(lines, NOW, TOPICS)
    read_wishes(lines, NOW, None)
