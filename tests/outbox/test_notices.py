from datetime import datetime, timedelta

import pytest

from publisher.model.channels import Notice
from publisher.outbox.outbox import Outbox

MINUTE = timedelta(minutes=1)


@pytest.fixture
def paused(outbox: Outbox, now: datetime) -> Notice:
    assert outbox.notices.record("paused mail", "no login", "{}", now, reported=False)
    return outbox.notices.all()["paused mail"]


def test_a_fact_is_handed_out_once(outbox: Outbox, paused: Notice, now: datetime) -> None:
    assert not outbox.notices.record("paused mail", "no login", "{}", now, reported=False)
    assert outbox.notices.take(now - MINUTE) is None
    assert outbox.notices.take(now) == paused
    assert outbox.notices.take(now) is None
    assert outbox.notices.record("paused mail", "suspended", "{}", now, reported=False)
    assert outbox.notices.take(now) is not None


def test_what_is_over_may_come_again(outbox: Outbox, paused: Notice, now: datetime) -> None:
    outbox.notices.forget(paused.topic)
    assert outbox.notices.take(now) is None
    assert outbox.notices.record("paused mail", "no login", "{}", now, reported=False)


def test_what_a_person_did_is_not_told(outbox: Outbox, now: datetime) -> None:
    assert outbox.notices.record("paused mail", "by hand", "{}", now, reported=True)
    assert not outbox.notices.record("paused mail", "by hand", "{}", now, reported=False)
    assert outbox.notices.take(now) is None


def test_what_could_not_be_told_is_tried_again(
    outbox: Outbox, paused: Notice, now: datetime
) -> None:
    for tries in range(2):
        taken = outbox.notices.take(now + tries * MINUTE)
        assert taken is not None and taken.tries == tries
        outbox.notices.put_off(taken, now + (tries + 1) * MINUTE)
    assert outbox.notices.take(now + MINUTE) is None
    taken = outbox.notices.take(now + 2 * MINUTE)
    assert taken is not None
    outbox.notices.put_off(taken, None)
    assert outbox.notices.take(now + 9 * MINUTE) is None
    assert outbox.notices.all()[paused.topic].tries == 3
