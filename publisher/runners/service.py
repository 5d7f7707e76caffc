"""`publish run`: plans due slots and sends due rows, tick by tick, until stopped."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from publisher.dispatch import Watch
from publisher.errors import PublisherError
from publisher.runners.embedded import Job, run, stop_on_signals
from publisher.wiring import Publisher

TICK_SECONDS = 5.0


@dataclass(slots=True)
class Service:
    """One process that publishes on schedule; any number may run beside it."""

    publisher: Publisher
    say: Callable[[str], None]
    stop: threading.Event

    def serve(self) -> None:
        """Tick until `stop` is set; what is in flight is finished first."""
        stop_on_signals(self.stop)
        jobs = [Job("plan", TICK_SECONDS, self.plan), Job("send", TICK_SECONDS, self.send)]
        run(jobs, stop=self.stop, report=self._report)

    def send(self) -> None:
        """Send what is due."""
        watch = Watch(say=self.say, stopping=self.stop.is_set)
        self.publisher.dispatcher.send_due(watch=watch)

    def plan(self) -> None:
        """Plan what is due; a long mailing on the other job holds nothing up."""
        planner = self.publisher.planner
        now = self.publisher.clock()
        for owner, slot in planner.due(now):
            planner.refresh()
            proposal = planner.propose(owner, slot, now, pictures=True)
            enqueued = planner.enqueue(proposal)
            if enqueued.new:
                outcome = proposal.empty_because or f"{enqueued.deliveries:,} queued"
                self.say(f"{owner}: slot {slot:%Y-%m-%d %H:%M %Z}: {outcome}")

    def _report(self, name: str, error: Exception) -> None:
        if isinstance(error, PublisherError):
            self.say(error.message)
        else:
            self.say(f"{name}: {type(error).__name__}; the next tick tries again")
