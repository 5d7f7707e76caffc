from datetime import UTC, datetime, timedelta

import pytest

from publisher.model.channels import ChannelState
from publisher.outbox.outbox import Outbox

NOW = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=15)


def test_a_channel_sends_until_it_is_paused(outbox: Outbox) -> None:
    assert outbox.channels.get("x") == ChannelState(paused=False)
    assert outbox.channels.pause("x", "401")
    assert outbox.channels.get("x") == ChannelState(paused=True, reason="401")
    assert outbox.channels.get("y") == ChannelState()
    assert outbox.channels.resume("x")
    assert outbox.channels.get("x") == ChannelState()
    assert not outbox.channels.resume("x")
    assert not outbox.channels.resume("y")


def test_the_same_pause_is_news_once(outbox: Outbox) -> None:
    assert outbox.channels.pause("x", "401")
    assert not outbox.channels.pause("x", "401")
    assert outbox.channels.pause("x", "suspended")
    outbox.channels.resume("x")
    assert outbox.channels.pause("x", "suspended")


def test_a_pause_can_be_prolonged(outbox: Outbox) -> None:
    assert outbox.channels.pause("x", "429", LATER, NOW)
    assert not outbox.channels.pause("x", "429", LATER + timedelta(minutes=1), NOW)
    assert outbox.channels.get("x").paused_until == LATER + timedelta(minutes=1)


def test_a_pause_that_is_over_was_none(outbox: Outbox) -> None:
    outbox.channels.pause("x", "429", LATER, NOW)
    assert outbox.channels.get("x").is_paused(LATER - timedelta(seconds=1))
    assert not outbox.channels.get("x").is_paused(LATER)
    assert outbox.channels.pause("x", "429", LATER + timedelta(hours=1), LATER)


@pytest.mark.parametrize("reason", ["429", "401"])
def test_a_lasting_pause_is_not_shortened(outbox: Outbox, reason: str) -> None:
    outbox.channels.pause("x", "401")
    assert not outbox.channels.pause("x", reason, LATER, NOW)
    assert outbox.channels.get("x") == ChannelState(paused=True, reason="401")


def test_a_passing_pause_becomes_lasting(outbox: Outbox) -> None:
    outbox.channels.pause("x", "429", LATER, NOW)
    assert outbox.channels.pause("x", "401", now=NOW)
    assert outbox.channels.get("x") == ChannelState(paused=True, reason="401")
    assert outbox.channels.get("x").is_paused(LATER)
