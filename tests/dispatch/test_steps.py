"""A message that is sent in steps: what a step leaves is kept, and the next one goes on with it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from publisher.adapters.base import MOST_STEPS, Settings, send_whole
from publisher.errors import OutcomeUnknown, Rejected, Unavailable
from publisher.model.messages import Later, Message, Note, Receipt
from tests.dispatch.conftest import Clock, Open, Station
from tests.dispatch.scripted import Scripted


class InSteps(Scripted):
    """Makes a container, which is ready in a minute, and publishes it once."""

    def __init__(self, settings: Settings | None = None, *, name: str = "steps") -> None:
        super().__init__(settings, name=name)
        self.containers = 0
        self.ready_at: datetime | None = None

    def send(self, message: Message, key: str) -> Later:  # type: ignore[override] # a step first
        del message, key
        self.containers += 1
        return Later(f'{{"container": {self.containers}}}', self.ready_at, "the picture is read")

    def go_on(self, message: Message, key: str, state: str) -> Receipt:
        del message
        if state in self.arrived:
            return Receipt(state)
        receipt = self.take_step(key)
        self.arrived[-1] = state
        return receipt


def test_the_next_step_waits_for_its_moment(any_station: Open) -> None:
    adapter = InSteps()
    made = any_station(adapter)
    adapter.ready_at = made.clock.now + timedelta(minutes=1)
    made.queue("a")
    made.send()
    assert (made.state, made.row.step, made.row.attempts) == ("queued", '{"container": 1}', 0)
    assert made.row.error == "the picture is read"
    made.clock.move(seconds=59)
    made.send()
    assert made.state == "queued"
    made.clock.move(seconds=1)
    made.send()
    assert made.state == "sent" and adapter.containers == 1


def test_a_step_that_fails_is_done_again_with_the_same_state(any_station: Open) -> None:
    adapter = InSteps()
    made = any_station(adapter)
    adapter.will(Unavailable("not now"))
    made.queue("a")
    made.send(eager=True)
    made.clock.move(minutes=10)
    made.send(eager=True)
    assert made.state == "sent" and adapter.containers == 1


def test_who_is_refused_begins_anew_when_a_person_retries_it(any_station: Open) -> None:
    adapter = InSteps()
    made = any_station(adapter)
    adapter.will(Rejected("the container has expired"))
    made.queue("a")
    made.send(eager=True)
    made.clock.move(minutes=1)
    made.send(eager=True)
    assert made.state == "rejected" and made.row.step
    made.outbox.operator.retry([made.row.id])
    made.send(eager=True)
    made.clock.move(minutes=1)
    made.send(eager=True)
    assert made.state == "sent" and adapter.containers == 2


def test_a_lost_answer_is_settled_by_the_state(any_station: Open) -> None:
    adapter = InSteps()
    made = any_station(adapter)

    def published_but_lost() -> None:
        adapter.arrived.append('{"container": 1}')
        raise OutcomeUnknown("no answer")

    adapter.will(published_but_lost)
    made.queue("a")
    made.send(eager=True)
    made.clock.move(minutes=1)
    made.send(eager=True)
    assert made.state == "sent" and adapter.arrived == ['{"container": 1}']


def test_who_cannot_put_it_off_waits() -> None:
    adapter, waits = InSteps(), list[float]()
    receipt = send_whole(adapter, Note("Hello"), "0" * 32, waits.append)
    assert receipt.remote_id and waits == [0.0]


class NeverReady(InSteps):
    """A network that says for ever that it is at work."""

    wait: timedelta | None = timedelta(hours=4)

    def __init__(self, settings: Settings | None = None, *, name: str = "steps") -> None:
        super().__init__(settings, name=name)
        self.asked_for = 0

    def go_on(self, message: Message, key: str, state: str) -> Later:  # type: ignore[override] # one more
        del message, key, state
        self.asked_for += 1
        at = None if self.wait is None else self.clock() + self.wait
        return Later(f'{{"asked": {self.asked_for}}}', at, "the network works on it")

    clock: Clock


def never_ready(station: Open, options: str = "") -> tuple[Station, NeverReady]:
    adapter = NeverReady()
    made = station(adapter, options)
    adapter.clock = made.clock
    made.queue("a")
    return made, adapter


def test_waiting_for_a_step_ends_when_trying_does(any_station: Open) -> None:
    made, adapter = never_ready(any_station)
    for _ in range(12):
        made.send()
        assert made.state == "queued"
        made.clock.move(hours=4)
    made.send()
    assert made.state == "rejected"
    assert made.row.error == "gave up after 48 hours: the network works on it"
    assert adapter.arrived == []


def test_a_channel_sets_how_long_a_step_is_waited_for(station: Open) -> None:
    made, adapter = never_ready(station, ", retry_for: 3h")
    adapter.wait = timedelta(minutes=30)
    for _ in range(14):
        made.send()
        made.clock.move(minutes=30)
    assert made.row.error == "gave up after 3 hours: the network works on it"
    assert adapter.asked_for < 12


def test_a_pause_is_no_waiting_in_vain(station: Open) -> None:
    made, _ = never_ready(station)
    made.send()
    made.clock.move(hours=100)
    made.send()
    assert made.state == "queued"


def test_steps_without_an_end_that_follow_at_once_do_not_spin(station: Open) -> None:
    made, adapter = never_ready(station)
    adapter.wait = None
    made.send()
    assert made.state == "queued" and adapter.asked_for <= MOST_STEPS
    made.clock.move(minutes=1)
    made.send()
    assert made.state == "queued" and adapter.asked_for > MOST_STEPS


class Slow(InSteps):
    """Is ready a moment later, by the real clock."""

    def send(self, message: Message, key: str) -> Later:  # type: ignore[override] # a step first
        self.ready_at = datetime.now(UTC) + timedelta(milliseconds=120)
        return super().send(message, key)


@pytest.mark.parametrize("options", ["", ", min_interval: 1h", ", quota: 2/day"])
def test_a_step_that_is_due_shortly_is_waited_for_and_counts_for_no_limit(
    station: Open, options: str
) -> None:
    adapter = Slow()
    made = station(adapter, options)
    made.dispatcher.clock = lambda: datetime.now(UTC)
    made.queue("a")
    made.dispatcher.send_due()
    assert made.state == "sent"


def test_steps_that_follow_at_once_are_one_claim(any_station: Open) -> None:
    adapter = InSteps()
    made = any_station(adapter)
    seen = list[tuple[str, str | None]]()
    adapter.will(lambda: seen.append((made.state, made.row.step)))
    made.queue("a")
    made.send()
    assert seen == [("sending", '{"container": 1}')] and made.state == "sent"


class Dated(Scripted):
    """Remembers when each message says that it was made."""

    def send(self, message: Message, key: str) -> Receipt:
        assert isinstance(message, Note)
        self.asked_at = [*getattr(self, "asked_at", ()), message.created_at]
        return self.take_step(key)


def test_a_note_bears_the_moment_of_its_first_attempt_in_all_of_them(any_station: Open) -> None:
    adapter = Dated()
    made = any_station(adapter)
    made.queue("a")
    made.clock.move(minutes=30)
    adapter.will(Unavailable("not now"), Unavailable("not now"))
    for _ in range(3):
        made.send(eager=True)
        made.clock.move(hours=1)
    assert made.state == "sent" and len(adapter.asked_at) == 3
    assert set(adapter.asked_at) == {made.row.started_at}


class Thread(InSteps):
    """Its first part is public at once, unless it makes a container first."""

    public = True

    def send(self, message: Message, key: str) -> Later:  # type: ignore[override] # a step first
        made = super().send(message, key)
        posted = Receipt("part-1", "https://network.example/1") if self.public else None
        return replace(made, posted=posted)


@pytest.mark.parametrize("public", [True, False])
def test_only_what_has_begun_in_public_goes_on_in_quiet_hours(
    any_station: Open, *, public: bool
) -> None:
    adapter = Thread()
    adapter.public = public
    made = any_station(adapter, ", quiet_hours: 22:00-07:00")
    evening = made.clock.now.replace(hour=21, minute=59) + timedelta(days=1)
    made.clock.now = evening
    adapter.ready_at = evening + timedelta(minutes=2)
    made.queue("a")
    made.send()
    assert adapter.containers == 1
    made.queue("b")
    made.clock.move(minutes=3)
    made.send()
    assert made.states == ["sent" if public else "queued", "queued"]
    made.clock.move(hours=9)
    made.send()
    assert made.states[0] == "sent" and adapter.containers == 2
