"""CPU microseconds a mail of each step run alone: `python -m benchmarks.steps CONFIG AT`.

Planning and the exchange work on the real rows, with no network; the splice makes their parcels and
the bytes; SMTP makes and sends one parcel over and over, without any rows.
"""

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from publisher.adapters.base import SendsMany
from publisher.config import load
from publisher.dispatch.render import Messages
from publisher.mime.template import ByteTemplate
from publisher.model.deliveries import Outcome, State, Ticket
from publisher.model.messages import Answer, Parcel
from publisher.outbox.deliveries.workers import worker_name
from publisher.runners.now import Request, propose_one
from publisher.wiring import Publisher, build

GROUP = 10
LEASE = timedelta(minutes=10)


class Stopwatch:
    """CPU seconds of this process, by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure what the block does."""
        begun = time.process_time()
        yield
        self.seconds[name] = time.process_time() - begun


def plan(publisher: Publisher, at: str, watch: Stopwatch) -> int:
    """Queue a row for each reader; says how many."""
    slot = datetime.fromisoformat(at).replace(tzinfo=publisher.config.site.zone)
    proposal = propose_one(publisher, Request(["daily"], slot, slot), "daily", pictures=False)
    with watch.step("planning"):
        return publisher.planner.enqueue(proposal).deliveries


def exchange(publisher: Publisher, watch: Stopwatch) -> list[Ticket]:
    """Claim and settle every row, so many at a time, as if each had been sent at once."""
    found: list[Ticket] = []
    tickets: list[Ticket] = []
    with (
        publisher.outbox.exchanges.exchanger("mail", worker_name()) as exchanger,
        watch.step("exchange"),
    ):
        while True:
            words = "2.0.0 taken as 0000"
            sent = [Outcome(ticket.id, State.SENT, remote_id=words) for ticket in tickets]
            tickets = exchanger.exchange(sent, GROUP, now=datetime.now(UTC), lease=LEASE)
            if not tickets:
                return found
            found += tickets


def splice(publisher: Publisher, tickets: Sequence[Ticket], watch: Stopwatch) -> Parcel:
    """Make every email; gives the last parcel."""
    messages = Messages(publisher.config, publisher.outbox)
    parcel = messages.parcel(tickets[0])
    template = ByteTemplate(parcel.template)
    with watch.step("splice"):
        for ticket in tickets:
            parcel = messages.parcel(ticket)
            template.fill(parcel)
    return parcel


def send(publisher: Publisher, parcel: Parcel, emails: int, watch: Stopwatch) -> None:
    """The one parcel, as often as there are readers."""
    numbers = count(1)
    done = 0

    def exchange(answers: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
        nonlocal done
        if any(answer.receipt is None for answer in answers):
            raise SystemExit(f"a mail was not taken: {answers[0].error}")
        room = min(room, emails - done)
        done += room
        numbered = [parcel._replace(id=next(numbers)) for _ in range(room)]
        return numbered or (None if done == emails else [])

    adapter = publisher.adapters["mail"]
    if not isinstance(adapter, SendsMany):
        raise SystemExit("the adapter does not send in bulk")
    with watch.step("SMTP"):
        adapter.send_many(exchange)


def main(config: Path, at: str) -> None:
    """Print microseconds a mail, by step, as JSON."""
    watch = Stopwatch()
    with build(load(config, os.environ)) as publisher:
        emails = plan(publisher, at, watch)
        tickets = exchange(publisher, watch)
        send(publisher, splice(publisher, tickets, watch), emails, watch)
    print(json.dumps({name: used / emails * 1e6 for name, used in watch.seconds.items()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
