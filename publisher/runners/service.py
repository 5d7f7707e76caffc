"""`publish run`: plans due slots and sends due rows, tick by tick, until stopped."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from publisher.dispatch import Watch
from publisher.errors import DatabaseGone
from publisher.plan.unrenderable import words
from publisher.runners.outcomes import SendingLog
from publisher.runners.progress_log import Teller
from publisher.runners.ticker import Job, run, stop_on_signals
from publisher.wiring import Publisher

TICK_SECONDS = 5.0
TRY_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(slots=True)
class Service:
    """One process that publishes on schedule; any number may run beside it."""

    publisher: Publisher
    say: Callable[[str], None]
    stop: threading.Event
    _gone: DatabaseGone | None = None
    _told: dict[str, str] = field(default_factory=dict)
    _failed: dict[str, datetime] = field(default_factory=dict)
    _log: SendingLog = field(init=False)

    def __post_init__(self) -> None:
        self._log = SendingLog(self.publisher)

    def serve(self) -> None:
        """Tick until `stop` is set; what is in flight is finished first.

        Raises:
            DatabaseGone: the database was replaced or deleted meanwhile.
        """
        stop_on_signals(self.stop)
        calls = {"plan": self.plan, "send": self.send, "notify": self.notify}
        jobs = [Job(name, TICK_SECONDS, call) for name, call in calls.items()]
        run(jobs, stop=self.stop, report=self._report)
        if self._gone:
            raise self._gone

    def send(self) -> None:
        """Send what is due, and tell what was sent."""
        self._log.begin()
        teller = Teller(self.say, self.publisher.config.site.zone)
        watch = Watch(
            expects=teller.expects,
            settled=self._counted_by(teller),
            say=self.say,
            stopping=self.stop.is_set,
        )
        self.publisher.dispatcher.send_due(watch=watch)
        self._told.pop("send", None)
        for line in self._log.lines():
            self.say(line)

    def _counted_by(self, teller: Teller) -> Callable[[int], None]:
        def settled(count: int) -> None:
            self._log.settled(count)
            teller.settled(count)

        return settled

    def notify(self) -> None:
        """Tell whoever is to be told of what needs a person."""
        self.publisher.notifier.look(self.say)

    def plan(self) -> None:
        """Plan what is due; a long mailing on the other job holds nothing up.

        What cannot be planned is told once, tried again every minute, and holds nothing else up.
        """
        planner = self.publisher.planner
        due = planner.due(self.publisher.clock())
        self._told.pop("plan", None)
        for owner, slot in due:
            if self.stop.is_set():
                return
            if self._rested(owner):
                self._plan_one(owner, slot)
        planner.refresh()

    def _plan_one(self, owner: str, slot: datetime) -> None:
        try:
            self._queue(owner, slot)
        except Exception as error:  # noqa: BLE001  one broken template must not stop the others
            self._failed[owner] = self.publisher.clock()
            self._report(owner, error)
            self.publisher.notifier.slot_failed(self.say, owner, slot, words(error))
        else:
            self._failed.pop(owner, None)
            self.publisher.notifier.slot_planned(self.say, owner)
            self._told.pop(owner, None)

    def _queue(self, owner: str, slot: datetime) -> None:
        planner = self.publisher.planner
        planner.refresh()
        proposal, enqueued = planner.publish(owner, slot)
        if enqueued and enqueued.new:
            outcome = proposal.unsent_because or f"{enqueued.deliveries:,} queued"
            local = slot.astimezone(self.publisher.config.site.zone)
            self.say(f"{owner}: slot {local:%Y-%m-%d %H:%M %Z}: {outcome}")
            for warning in proposal.warnings:
                self.say(f"{owner}: warning: {warning}")
            for problem in proposal.problems:
                self.say(f"{owner}: {problem}")

    def _rested(self, owner: str) -> bool:
        failed = self._failed.get(owner)
        return failed is None or not failed <= self.publisher.clock() < failed + TRY_AGAIN_AFTER

    def _report(self, name: str, error: Exception) -> None:
        """Tell of what failed, but not at every tick that it still does.

        A database that is not the one any more that was opened ends the process.
        """
        if isinstance(error, DatabaseGone):
            self._gone = error
            self.stop.set()
            return
        text = words(error)
        if self._told.get(name) != text:
            self._told[name] = text
            self.say(f"{name}: {text}; tried again until it works")
