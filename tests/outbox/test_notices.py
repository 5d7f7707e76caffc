from datetime import datetime, timedelta

import pytest

from publisher.outbox import Notice, Outbox

MINUTE = timedelta(minutes=1)


@pytest.fixture
def paused(outbox: Outbox, now: datetime) -> Notice:
    assert outbox.notice("paused mail", "no login", "{}", now, told=False)
    return outbox.noticed()["paused mail"]


def test_a_fact_is_handed_out_once(outbox: Outbox, paused: Notice, now: datetime) -> None:
    assert not outbox.notice("paused mail", "no login", "{}", now, told=False)
    assert outbox.take_notice(now - MINUTE) is None
    assert outbox.take_notice(now) == paused
    assert outbox.take_notice(now) is None
    assert outbox.notice("paused mail", "suspended", "{}", now, told=False)
    assert outbox.take_notice(now) is not None


def test_what_is_over_may_come_again(outbox: Outbox, paused: Notice, now: datetime) -> None:
    outbox.forget_notice(paused.topic)
    assert outbox.take_notice(now) is None
    assert outbox.notice("paused mail", "no login", "{}", now, told=False)


def test_what_a_person_did_is_not_told(outbox: Outbox, now: datetime) -> None:
    assert outbox.notice("paused mail", "by hand", "{}", now, told=True)
    assert not outbox.notice("paused mail", "by hand", "{}", now, told=False)
    assert outbox.take_notice(now) is None


def test_what_could_not_be_told_is_tried_again(
    outbox: Outbox, paused: Notice, now: datetime
) -> None:
    for tries in range(2):
        taken = outbox.take_notice(now + tries * MINUTE)
        assert taken is not None and taken.tries == tries
        outbox.put_off_notice(taken, now + (tries + 1) * MINUTE)
    assert outbox.take_notice(now + MINUTE) is None
    taken = outbox.take_notice(now + 2 * MINUTE)
    assert taken is not None
    outbox.put_off_notice(taken, None)
    assert outbox.take_notice(now + 9 * MINUTE) is None
    assert outbox.noticed()[paused.topic].tries == 3
