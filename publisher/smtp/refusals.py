"""What a mail server's refusal is about: recipient, message, sender, or the server itself.

Follows RFC 5321, section 4.2 (codes), RFC 3463 and its registry (enhanced status codes), and the
words of real servers (phrases.toml), which go before their codes: many say `550 5.7.1` of a quota.
Where in the
dialogue it was said matters as much: before a recipient is named, nothing is about one.
"""

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from publisher.errors import Reason
from publisher.smtp.replies import Reply

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOON: Final = timedelta(minutes=1)
"""A rate that counts over no longer than this is kept by going slower; else the channel waits."""

_PERIODS: Final = {"day": DAY, "hour": HOUR, "minute": SOON, "second": timedelta(seconds=1)}
_LONGEST: Final = timedelta(days=2)  # what a server may ask for; a person is asked after that
_READ: Final = 700  # characters; a hostile server may say more
_LATER, _NEVER = 4, 5  # the first digit of a code
_CLOSING: Final = 421

_NO_SUCH: Final = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.7.17", "5.7.18"}
_FULL: Final = {"5.2.2", "4.2.2"}
_SENDER: Final = re.compile(r"5\.(?:1\.[78]|7\.(?:2\d|60|50[1-3]|51\d|7\d\d))")
_RECIPIENT_REFUSED: Final = re.compile(r"5\.7\.1(?:2[49]|3[3-6])|5\.2\.3")
_RECIPIENT_THROTTLED: Final = re.compile(r"[45]\.2\.12[0-2]")
_TOO_LONG: Final = {"5.3.4", "5.2.3"}
_IN_TROUBLE: Final = re.compile(r"4\.[34]\.\d+")
_ENHANCED: Final = re.compile(r"[45]\.\d{1,3}\.\d{1,3}\b")
_NUMBERS: Final = {"a": 1, "an": 1, "one": 1, "a few": 5, "few": 5, "some": 5, "several": 5}
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class Stage(Enum):
    """Where in the dialogue a reply stands."""

    OPENING = auto()  # the greeting, EHLO, AUTH
    MAIL = auto()
    RECIPIENT = auto()
    DATA = auto()  # the command itself
    MESSAGE = auto()  # the answer to a whole email


class Refusal(NamedTuple):
    """What a refusal is about; `wait` is how long to leave it, where that is known."""

    reason: Reason
    wait: timedelta | None = None


def read(reply: Reply, stage: Stage, *, sender: str = "", recipient: str = "") -> Refusal:
    """What a reply of 4yz or 5yz is about, said to an email of `sender` to `recipient`."""
    said = _Said(reply, stage, sender.lower(), recipient.lower())
    return said.about_how_much() or Refusal(said.about_whom())


class _Said:
    """One refusal: its code, its enhanced code, its words, and which of the two it names."""

    def __init__(self, reply: Reply, stage: Stage, sender: str, recipient: str) -> None:
        text = " ".join(reply.lines)[:_READ].lower()
        self.code = reply.code
        found = _ENHANCED.search(text)
        self.enhanced = found[0] if found else ""
        self.words = " ".join(_ENHANCED.sub(" ", text).split())
        self.stage = stage
        others = self.words.replace(sender, " ") if sender else self.words
        name = re.escape(recipient.rpartition("@")[0])
        self._names_them = bool(name) and bool(re.search(rf"(?<!\w){name}(?!\w)", others))
        self._names_us = others != self.words and not self._names_them

    def about_how_much(self) -> Refusal | None:
        """Connections, rates and quotas, which any code may be about."""
        if self._says("session"):
            return Refusal(Reason.SESSION)
        if self._says("connections"):
            return Refusal(Reason.CONNECTIONS)
        if self._has_recipient and self._about_the_mailbox():
            return None
        return self._quota()

    def about_whom(self) -> Reason:
        """Everything else."""
        if self._has_recipient and (mailbox := self._about_the_mailbox()):
            return mailbox
        return self._for_now() if self.code // 100 == _LATER else self._for_good()

    @property
    def _has_recipient(self) -> bool:
        return self.stage in {Stage.RECIPIENT, Stage.DATA, Stage.MESSAGE}

    def _says(self, what: str) -> bool:
        return _phrases("about")[what].search(self.words) is not None

    def _about_the_mailbox(self) -> Reason | None:
        """A mailbox that takes nothing just now, whatever the code."""
        if self._names_us:
            return None
        throttled = _RECIPIENT_THROTTLED.fullmatch(self.enhanced)
        if throttled or self._says("recipient_throttled"):
            return Reason.RECIPIENT_THROTTLED
        if self._says("sending") or self._says("too_long"):
            full = self.enhanced in _FULL and self._says("mailbox")
        else:
            no_room = self.code in {452, 552} or self._says("mailbox")
            full = self.enhanced in _FULL or (no_room and self._says("full"))
        return Reason.MAILBOX_FULL if full else None

    def _quota(self) -> Refusal | None:
        """So many in a time; what is said of sizes and scores is another matter."""
        if self._says("too_long") or self._says("not_a_quota"):
            return None
        wait = named_wait(self.words)
        if self._says("quota"):
            short = self._says("rate") and wait is not None and wait <= SOON
            return Refusal(Reason.RATE, wait) if short else Refusal(Reason.QUOTA, wait or HOUR)
        if not self._says("rate"):
            return None
        return Refusal(Reason.QUOTA if wait is not None and wait > SOON else Reason.RATE, wait)

    def _for_now(self) -> Reason:
        """4yz."""
        if self._says("relay") or self._says("account"):
            return Reason.ACCOUNT
        if self.code == _CLOSING or self.stage in {Stage.OPENING, Stage.MAIL}:
            return Reason.SERVER
        if _IN_TROUBLE.fullmatch(self.enhanced) or (self.code == 452 and not self.enhanced):  # noqa: PLR2004 - RFC 5321
            return Reason.SERVER
        perhaps = self.enhanced in {"4.7.1", "4.2.0"} and not self._says("impatient")
        if self.code in {450, 451} and (perhaps or self._says("grey")):
            return Reason.GREYLISTED
        return Reason.LATER if self.enhanced.startswith("4.7.") else Reason.UNSTATED

    def _for_good(self) -> Reason:
        """5yz, from what is surest to what is a guess."""
        if self._says("grey"):
            return Reason.GREYLISTED
        reason = self._about_us() or (self._about_a_recipient() if self._has_recipient else None)
        if reason:
            return reason
        if self._says("later"):
            return Reason.LATER
        if self.enhanced in _TOO_LONG or self._says("too_long"):
            return Reason.TOO_LONG
        if self.stage in {Stage.OPENING, Stage.MAIL, Stage.DATA}:
            return Reason.SENDER
        content = self._says("content") or self.enhanced.startswith(("5.6.", "5.7."))
        return Reason.CONTENT_REFUSED if content else Reason.UNSTATED

    def _about_us(self) -> Reason | None:
        """The sender, the account or the machine: nobody else is meant."""
        if self._says("recipient_refused") and self._has_recipient:
            return Reason.RECIPIENT_REFUSED
        if self._says("relay"):
            return Reason.ACCOUNT
        if _SENDER.fullmatch(self.enhanced) or self._says("sender"):
            return Reason.SENDER
        if self.enhanced in _NO_SUCH and self._has_recipient:
            return None
        if self._says("account"):
            return Reason.ACCOUNT
        dead = self._has_recipient and self._says("no_such")
        return Reason.SENDER if self._says("machine") and not dead else None

    def _about_a_recipient(self) -> Reason | None:
        nobody = self.stage is Stage.DATA and "valid recipient" in self.words  # RCPT was accepted
        if nobody or self._may_be_ours():
            return None
        if self.enhanced in _NO_SUCH or self._is_hotmails():
            return Reason.NO_SUCH_RECIPIENT
        if self._says("no_such") and not self._says("content"):
            return Reason.NO_SUCH_RECIPIENT
        if _RECIPIENT_REFUSED.fullmatch(self.enhanced):
            return Reason.RECIPIENT_REFUSED
        return None

    def _may_be_ours(self) -> bool:
        """Whether the account or mailbox that is gone may be the sender's: nobody is suppressed."""
        if self.stage is Stage.RECIPIENT or self._names_them or self.enhanced.startswith("5.1."):
            return self._names_us
        return self._names_us or self._says("somebodys_account")

    def _is_hotmails(self) -> bool:
        """Microsoft's two ways to say that there is no such mailbox."""
        unavailable = self.enhanced == "5.5.0" and "mailbox unavailable" in self.words
        return unavailable or (self.enhanced == "5.4.1" and "recipient address" in self.words)


def named_wait(words: str) -> timedelta | None:
    """The time that a server names, in lower case: `try again in 5 minutes`, `per hour`."""
    named = _phrases("about")["named_wait"].search(words)
    if named:
        number = _NUMBERS.get(named[1]) or int(named[1])
        seconds = min(number * _UNITS[named[2][0]], _LONGEST.total_seconds())
        return timedelta(seconds=max(1, seconds))
    periods = _phrases("periods").items()
    return next((_PERIODS[name] for name, pattern in periods if pattern.search(words)), None)


@cache
def _phrases(table: str) -> Mapping[str, re.Pattern[str]]:
    """A table of phrases.toml, read when a server first refuses something."""
    file = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))
    found = {}
    for name, pieces in file[table].items():
        pattern = "".join(pieces)
        for short, meaning in file["short"].items():
            pattern = pattern.replace(f"<{short}>", meaning)
        found[name] = re.compile(pattern)
    return found
