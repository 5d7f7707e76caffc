"""Readers who were silent for long are asked once, and leave if they do not answer."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from publisher.outbox.counts import month_of
from publisher.outbox.db.tables import subscriptions
from publisher.plan.silence import Silence
from tests.plan.conftest import World
from tests.plan.test_system_mails import PAGES, confirm, link_in, only, sent

DAY = timedelta(days=1)


@pytest.fixture
def counted(world: World) -> World:
    """A newsletter that counts, with one reader of whom nothing was seen for a year."""
    config = world.publisher.config
    wishes = {"count": True, "ask_silent": 365 * DAY, "drop_silent": 30 * DAY}
    daily = config.newsletters["daily"].model_copy(update=wishes)
    config = replace(
        config,
        web=config.web.model_copy(update={"url": PAGES}),
        newsletters={**config.newsletters, "daily": daily},
    )
    publisher = world.publisher
    publisher.config = publisher.dispatcher.config = publisher.system_mails.config = config
    publisher.outbox.subscribers.add("daily", "ann@reader.example", "Ann")
    look(world)
    world.clock.move_to(world.now + 400 * DAY)
    return world


def look(world: World) -> None:
    publisher = world.publisher
    Silence(publisher.config, publisher.outbox, publisher.system_mails).look(world.now)


def state(world: World) -> str:
    (reader,) = world.publisher.outbox.subscribers.stream("daily")
    return reader.state


def months(world: World) -> list[int | None]:
    with world.publisher.outbox.database.reading() as connection:
        return list(connection.scalars(select(subscriptions.c.seen_month)))


def test_they_are_asked_once_and_leave_without_an_answer(counted: World) -> None:
    look(counted)
    look(counted)
    asked = only(counted)
    assert asked["Subject"] == "Do you still want Gazette (daily)?"
    assert asked["List-Unsubscribe"]
    counted.clock.move_to(counted.now + 20 * DAY)
    look(counted)
    assert state(counted) == "active"
    counted.clock.move_to(counted.now + 11 * DAY)
    look(counted)
    assert state(counted) == "unsubscribed"
    assert only(counted)["Subject"] == "You have left Gazette (daily)"
    contact = counted.publisher.outbox.subscribers.show("ann@reader.example")
    assert contact is not None
    assert contact.history[-1].reason == "did not answer whether they still want it"


def test_who_answers_stays(counted: World) -> None:
    look(counted)
    assert confirm(counted, link_in(only(counted), "confirm")) is not None
    assert months(counted) == [month_of(counted.now)]
    for _ in range(4):
        counted.clock.move_to(counted.now + 30 * DAY)
        look(counted)
    assert state(counted) == "active"
    assert sent(counted) == []


def test_a_question_that_never_went_out_costs_nobody_a_subscription(counted: World) -> None:
    counted.publisher.outbox.channels.pause("mail", "manually")
    look(counted)
    counted.clock.move_to(counted.now + 60 * DAY)
    look(counted)
    assert state(counted) == "active"


def test_a_newsletter_that_asks_no_more_keeps_no_months(counted: World) -> None:
    assert months(counted) != [None]
    counted.publisher.config = replace(counted.publisher.config, newsletters={})
    look(counted)
    assert months(counted) == [None]
