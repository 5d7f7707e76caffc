"""Whoever runs it hears once of what needs a person: a pause, a failing slot, unknown messages.

What is to be told stands in the database, a row for each fact, so that neither a restart nor
another process tells it again. Telling never raises: it must not hurt the sending.
"""

import html
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from publisher.adapters.base import Adapter
from publisher.config import Config, Notify
from publisher.dispatch.endings import ending_of
from publisher.errors import OutcomeUnknown, PublisherError
from publisher.model.channels import ChannelState, Notice
from publisher.model.messages import Email, Message
from publisher.outbox.outbox import Outbox

AGAIN_AFTER = timedelta(days=1)
"""A channel that pauses for a while again and again is told of once in so long."""

MORE_AFTER = timedelta(hours=1)
"""Further unknown messages of a channel are told of no sooner."""

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
MOST_TRIES = 24
_UNTIL_RESUMED, _FOR_A_WHILE = "until resumed", "for a while"
_NUMBERS = re.compile(r"\d+")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Fact:
    """What is told: `event` and `about` for programs, `text` and `hint` for people."""

    event: str
    about: str
    text: str
    hint: str


@dataclass(slots=True)
class Notifier:
    """Tells the email address and the webhook of `notify`; nobody, if there is no such block."""

    config: Config
    outbox: Outbox
    adapters: Mapping[str, Adapter[Message]]
    clock: Callable[[], datetime]

    def look(self, say: Say, *, at_the_end: bool = False) -> None:
        """Take note of what needs a person, and tell of it.

        `at_the_end` says that this process asks no more about what is unknown.
        """
        if self.config.notify is None:
            return
        with self._unhurt(say):
            known = self.outbox.notices.all()
            for target in self._targets():
                self._note_pauses(target, known)
                self._note_unknown(target, known, asked_about=at_the_end)
                self._note_endings(target, known)
            self._tell(say)

    def slot_failed(self, say: Say, owner: str, slot: datetime, why: str) -> None:
        """Take note of a slot that could not be planned; further ones of `owner` add nothing."""
        moment = f"{slot.astimezone(self.config.site.zone):%Y-%m-%d %H:%M %Z}"
        text = f"{owner}: the edition of {moment} could not be made: {why}"
        fact = Fact("slot_failed", owner, text, "It is tried again until it works.")
        with self._unhurt(say):
            known = self.outbox.notices.all() if self._targets() else {}
            for target in self._targets():
                if f"{target} slot {owner}" not in known:
                    self._note(f"{target} slot {owner}", slot.isoformat(), fact)

    def slot_planned(self, say: Say, owner: str) -> None:
        """A slot of `owner` was planned: the next failure is told again."""
        with self._unhurt(say):
            for target in self._targets():
                self.outbox.notices.forget(f"{target} slot {owner}")

    def paused_by_a_person(self, channel: str) -> None:
        """Nobody need be told of it."""
        state = self.outbox.channels.get(channel)
        for target in self._targets():
            topic, fact = f"{target} paused {channel}", _paused(channel, state)
            self._note(topic, _mark(state), fact, told=True)

    @contextmanager
    def _unhurt(self, say: Say) -> Iterator[None]:
        """Whatever goes wrong in telling costs a line."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  a notice that is lost must lose no message
            say(f"notify: {_words(error)}")

    def _targets(self) -> list[str]:
        notify = self.config.notify
        there = {"email": notify and notify.email, "webhook": notify and notify.webhook}
        return [name for name, given in there.items() if given]

    def _note(self, topic: str, mark: str, fact: Fact, *, told: bool = False) -> None:
        content = json.dumps(asdict(fact), ensure_ascii=False)
        self.outbox.notices.record(topic, mark, content, self.clock(), reported=told)

    def _note_pauses(self, target: str, known: Mapping[str, Notice]) -> None:
        for name in self.config.channels:
            state, topic = self.outbox.channels.get(name), f"{target} paused {name}"
            if state.is_paused(self.clock()):
                self._note(topic, _mark(state), _paused(name, state))
            elif before := known.get(topic):  # should the same pause come again, is it news?
                lasting = before.mark.startswith(_UNTIL_RESUMED)
                if lasting or self.clock() >= before.at + AGAIN_AFTER:
                    self.outbox.notices.forget(topic)

    def _note_unknown(self, target: str, known: Mapping[str, Notice], *, asked_about: bool) -> None:
        unknown = self.outbox.notices.unknown_rows(asked_about=asked_about)
        for name, (count, highest) in unknown.items():
            topic = f"{target} unknown {name}"
            before = known.get(topic)
            if before and (highest <= int(before.mark) or self.clock() < before.at + MORE_AFTER):
                continue
            self._note(topic, str(highest), _unknown(name, count))

    def _note_endings(self, target: str, known: Mapping[str, Notice]) -> None:
        """Tokens that a person must renew: once a stage; a new token begins anew."""
        for name in self.config.channels:
            topic = f"{target} token {name}"
            if ending := ending_of(self.adapters[name], self.clock()):
                hint = ending.hint(name)
                text = f"{name}: {ending.words}"
                self._note(topic, ending.mark, Fact("token_ends", name, text, hint.capitalize()))
            elif topic in known:
                self.outbox.notices.forget(topic)

    def _tell(self, say: Say) -> None:
        """Tell all that is due; what fails is tried again later, longer each time."""
        while notice := self.outbox.notices.take(self.clock()):
            try:
                self._tell_one(notice)
            except OutcomeUnknown:
                continue  # once is enough, and it may have arrived
            except Exception as error:  # noqa: BLE001  an adapter's bug must lose no message
                wait = min(FIRST_WAIT * 2 ** min(notice.tries, 10), LONGEST_WAIT)
                later = self.clock() + wait if notice.tries < MOST_TRIES else None
                self.outbox.notices.put_off(notice, later)
                say(f"notify: {notice.topic} could not be sent: {_words(error)}")

    def _tell_one(self, notice: Notice) -> None:
        target = notice.topic.partition(" ")[0]
        notify = self.config.notify
        if notify is None or target not in self._targets():
            return
        fact = Fact(**json.loads(notice.content))
        if target == "webhook":
            self._call(notify, fact, notice.at)
        else:
            channel = notify.channel
            self.adapters[channel].send(self._mail(notify, fact), secrets.token_hex(16))

    def _call(self, notify: Notify, fact: Fact, at: datetime) -> None:
        from publisher.adapters.http.api import call_webhook

        if notify.webhook is not None:
            site = self.config.site.title
            text = f"{site}: {fact.text}\n{fact.hint}"
            values = {**asdict(fact), "site": site, "at": at.isoformat()}
            call_webhook(notify.webhook, {**values, "text": text, "content": text})

    def _mail(self, notify: Notify, fact: Fact) -> Email:
        newsletters = self.config.newsletters.values()
        senders = [each.sender for each in newsletters if each.channel == notify.channel]
        return Email(
            sender=notify.sender or (senders or [each.sender for each in newsletters])[0],
            recipient=notify.email,
            recipient_name="",
            subject=f"[{self.config.site.title}] {fact.text.splitlines()[0]}"[:200],
            html=f"<p>{html.escape(fact.text)}</p><p>{html.escape(fact.hint)}</p>",
            text=f"{fact.text}\n\n{fact.hint}\n",
            date=self.clock(),
        )


def _mark(state: ChannelState) -> str:
    """What tells this pause from another; counts and times in the words do not."""
    kind = _FOR_A_WHILE if state.paused_until else _UNTIL_RESUMED
    return f"{kind}: {_NUMBERS.sub('#', state.reason)}"


def _paused(channel: str, state: ChannelState) -> Fact:
    text = f"{channel} is paused: {state.reason}"
    if state.paused_until:
        until = f"{state.paused_until:%Y-%m-%d %H:%M} UTC"
        return Fact("channel_paused", channel, text, f"It goes on by itself at {until}.")
    hint = f"Fix what it names, then run: publish resume {channel}"
    if f"`publish connect {channel}`" in state.reason:
        hint = f"Run: publish connect {channel}"
    return Fact("channel_paused", channel, text, hint)


def _unknown(channel: str, count: int) -> Fact:
    messages = "1 message" if count == 1 else f"{count:,} messages"
    text = f"{channel}: nobody can tell whether {messages} arrived"
    hint = f"Look: publish queue list --state unknown --channel {channel}. Then: publish resolve"
    return Fact("messages_unknown", channel, text, hint)


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, PublisherError) else type(error).__name__
