"""`publish run`: plans due slots and sends due rows, tick by tick, until stopped."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from publisher.dispatch import Watch
from publisher.errors import DatabaseGone
from publisher.events.incoming import spelt
from publisher.events.mailbox.scan import NOT_FOR_US as OTHERS
from publisher.plan.series import series_named
from publisher.plan.silence import Silence
from publisher.plan.unrenderable import words
from publisher.runners.outputs import Outputs, has_outputs
from publisher.runners.progress_log import ProgressLog, SendingLog
from publisher.runners.ticker import Periodic, run, stop_on_signals
from publisher.runners.tokens import TOKENS_SECONDS, Tokens
from publisher.wiring import Publisher

TICK_SECONDS = 5.0
SILENCE_SECONDS = 3600.0
URGENT_SECONDS = 0.5
"""How long somebody waits for a confirmation at most, until it is on its way."""
NOTED_EVERY = timedelta(seconds=30)
TRY_AGAIN_AFTER = timedelta(minutes=1)


@dataclass(slots=True)
class Service:
    """One process that publishes on schedule; any number may run beside it."""

    publisher: Publisher
    say: Callable[[str], None]
    stop: threading.Event
    _gone: DatabaseGone | None = None
    _reported: dict[str, str] = field(default_factory=dict)
    _failed: dict[str, datetime] = field(default_factory=dict)
    _in_vain: int = 0
    _ticked: datetime | None = None
    _log: SendingLog = field(init=False)
    _outputs: Outputs = field(init=False)
    _tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        self._log = SendingLog(self.publisher)
        self._outputs = Outputs(self.publisher, self.say)
        self._tokens = Tokens(self.publisher, self.say)

    def serve(self) -> None:
        """Tick until `stop` is set; what is in flight is finished first.

        Raises:
            DatabaseGone: the database was replaced or deleted meanwhile.
        """
        stop_on_signals(self.stop)
        calls = {"plan": self.plan, "send": self.send, "notify": self.notify}
        calls |= {"archive": self.archive} if has_outputs(self.publisher.config) else {}
        ticks = [Periodic(name, TICK_SECONDS, call) for name, call in calls.items()]
        ticks.append(Periodic("urgent", URGENT_SECONDS, self.send_urgent))
        ticks.append(Periodic("tokens", TOKENS_SECONDS, self.look_after_tokens))
        ticks.append(Periodic("silence", SILENCE_SECONDS, self.ask_silent))
        if box := self.publisher.config.mailbox:
            ticks.append(Periodic("mailbox", box.every.total_seconds(), self.read_mailbox))
        run(ticks, stop=self.stop, report=self._report)
        if self._gone:
            raise self._gone

    def send(self) -> None:
        """Send what is due, and log what was sent."""
        self._log.begin()
        progress = ProgressLog(self.say, self.publisher.local_time)

        def settled(count: int) -> None:
            self._log.settled(count)
            progress.settled(count)

        watch = Watch(progress.expects, settled, self.say, self.stop.is_set)
        self.publisher.dispatcher.send_due(watch=watch)
        self._reported.pop("send", None)
        for line in self._log.lines():
            self.say(line)

    def send_urgent(self) -> None:
        """Send emails of the system as soon as another process has queued them.

        What could not go is left to the next tick of `send`.
        """
        count = self.publisher.outbox.system.count(self.publisher.clock())
        if count > self._in_vain:
            watch = Watch(say=self.say, stopping=self.stop.is_set)
            self.publisher.dispatcher.send_urgent(watch)
            self._reported.pop("urgent", None)
            count = self.publisher.outbox.system.count(self.publisher.clock())
        self._in_vain = count

    def look_after_tokens(self) -> None:
        """Renew tokens in time, and announce which a person must renew."""
        self._tokens.look()
        self._reported.pop("tokens", None)

    def ask_silent(self) -> None:
        """Ask who has opened nothing for long whether they still want a newsletter."""
        publisher = self.publisher
        silence = Silence(publisher.config, publisher.outbox, publisher.system_mails)
        silence.look(publisher.clock())
        self._reported.pop("silence", None)

    def notify(self) -> None:
        """Notify whoever is to be notified of what needs a person."""
        self.publisher.notifier.look(self.say)

    def archive(self) -> None:
        """Write what was sent into the site's folder, where config.yaml names one."""
        self._outputs.look()
        self._reported.pop("archive", None)

    def read_mailbox(self) -> None:
        """Record what servers and readers have written, and log it."""
        counts = self.publisher.incoming.look(self.say, self.stop.is_set)
        self._reported.pop("mailbox", None)
        found = Counter({what: count for what, count in (counts or {}).items() if what != OTHERS})
        if found:
            self.say(f"mailbox: {spelt(found)}")

    def plan(self) -> None:
        """Plan what is due; a long mailing holds nothing up.

        A failure is reported once, tried again every minute, and holds nothing else up.
        """
        self._note_tick()
        planner = self.publisher.planner
        due = planner.due(self.publisher.clock())
        self._reported.pop("plan", None)
        planner.refresh()  # all of them read the posts once
        for owner, slot in due:
            if self.stop.is_set():
                return
            failed, now = self._failed.get(owner), self.publisher.clock()
            if failed is None or not failed <= now < failed + TRY_AGAIN_AFTER:
                self._plan_one(owner, slot)
        planner.refresh()

    def _note_tick(self) -> None:
        """Let those who watch over this process see that it is at work."""
        now = self.publisher.clock()
        if self._ticked is None or not self._ticked <= now < self._ticked + NOTED_EVERY:
            self.publisher.outbox.figures.note_tick(now)
            self._ticked = now

    def _plan_one(self, owner: str, slot: datetime) -> None:
        try:
            self._queue(owner, slot)
        except Exception as error:  # noqa: BLE001  one broken template must not stop the others
            label = series_named(self.publisher.config, owner).label
            self._failed[owner] = self.publisher.clock()
            self._report(label, error)
            self.publisher.notifier.slot_failed(self.say, label, slot, words(error))
        else:
            label = series_named(self.publisher.config, owner).label
            self._failed.pop(owner, None)
            self.publisher.notifier.slot_planned(self.say, label)
            self._reported.pop(label, None)

    def _queue(self, owner: str, slot: datetime) -> None:
        proposal, enqueued = self.publisher.planner.publish(owner, slot)
        if enqueued and enqueued.new and (proposal.readers or not proposal.segment):
            outcome = proposal.unsent_because or f"{enqueued.deliveries:,} queued"
            local = slot.astimezone(self.publisher.config.site.zone)
            self.say(f"{proposal.label}: slot {local:%Y-%m-%d %H:%M %Z}: {outcome}")
            remarks = [f"warning: {warning}" for warning in proposal.warnings]
            for remark in [*remarks, *proposal.problems]:
                self.say(f"{proposal.label}: {remark}")

    def _report(self, name: str, error: Exception) -> None:
        """Report what failed, but not at every tick that it still does.

        A database that is no longer the one that was opened ends the process.
        """
        if isinstance(error, DatabaseGone):
            self._gone = error
            self.stop.set()
            return
        text = words(error)
        if self._reported.get(name) != text:
            self._reported[name] = text
            self.say(f"{name}: {text}; retrying")
