"""A channel that is another network now: nobody asks there for what went elsewhere before."""

from datetime import datetime, timedelta

from publisher.errors import OutcomeUnknown
from publisher.model.messages import Later, Message, Receipt
from tests.dispatch.conftest import Open
from tests.dispatch.scripted import FindingRepeating, Scripted


class Here(FindingRepeating):
    def stands_at(self) -> str:
        return "here.example"


class There(FindingRepeating):
    def stands_at(self) -> str:
        return "there.example"


class InSteps(Scripted):
    where = "here.example"
    at: datetime | None = None

    def stands_at(self) -> str:
        return self.where

    def send(self, message: Message, key: str) -> Receipt | Later:  # type: ignore[override]
        del message, key
        self.asked.append(f"begin {self.where}")
        return Later(f"container at {self.where}", self.at)

    def go_on(self, message: Message, key: str, state: str) -> Receipt | Later:
        del message, key
        self.asked.append(state)
        return Receipt("1")


def test_what_went_elsewhere_is_neither_asked_for_nor_repeated(any_station: Open) -> None:
    here, there = Here(), There()
    made = any_station(here)
    here.will(OutcomeUnknown("lost"))
    made.queue("a")
    made.send()
    made.dispatcher.adapters = {**made.adapters, "network": there}
    made.clock.move(minutes=5)
    made.send(eager=True)
    row = made.row
    assert (row.state.value, row.not_before) == ("unknown", None)
    why = "it went to folder at here.example, but network is folder at there.example now"
    assert row.error == why
    assert (there.asked, there.looked) == ([], 0)


def test_what_was_surely_not_sent_goes_to_the_new_network(any_station: Open) -> None:
    here, there = Here(), There()
    made = any_station(here)
    made.queue("a")
    made.dispatcher.adapters = {**made.adapters, "network": there}
    made.send()
    assert made.state == "sent" and made.row.network == "folder at there.example"


def test_a_step_that_was_done_elsewhere_begins_anew(any_station: Open) -> None:
    adapter = InSteps()
    made = any_station(adapter)
    adapter.at = made.clock.now + timedelta(minutes=1)
    made.queue("a")
    made.send()
    made.clock.move(minutes=1)
    adapter.where = "there.example"
    made.send()
    begun = ["begin here.example", "begin there.example"]
    assert adapter.asked == [*begun, "container at there.example"]
    assert made.state == "sent"
