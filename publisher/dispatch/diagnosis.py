"""What a mail server's refusal is about: the reader, the mail, the sender, or the server itself.

Follows RFC 5321, section 4.2 (codes), RFC 3463 and its registry (enhanced status codes). Where a
server gives no enhanced code, or one that says nothing, its words decide.
"""

import re
from enum import Enum, auto

from publisher.errors import DeliveryError


class Meaning(Enum):
    """Whom or what a refusal is about."""

    NO_SUCH_READER = auto()  # the mailbox or its domain does not exist, or is closed for good
    MAILBOX_FULL = auto()  # the reader has no room now
    GREYLISTED = auto()  # a stranger is asked to come again in a few minutes
    SERVER = auto()  # the server is in trouble, whoever the reader is
    THROTTLED = auto()  # the sender is too fast, or not trusted yet
    REFUSED = auto()  # the sender or the mail is refused, whoever the reader is
    OTHER = auto()  # this message, this time


_NO_SUCH_READER = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
_ABOUT_THE_SENDER = re.compile(r"5\.(7\.\d+|1\.[78]|3\.\d+|5\.\d+)")
_SAYS_NOTHING = {"", "5.0.0", "5.1.0", "5.2.0", "5.5.0"}
_SERVER = re.compile(r"4\.[34]\.\d+")

_UNKNOWN = re.compile(
    r"(?:user|recipient|mailbox|address|account)\W+(?:\S+\W+)?(?:is |was )?"
    r"(?:unknown|not found|does(?: not|n.t) exist|not exist|disabled|inactive)"
    r"|(?:unknown|no such|invalid|non-?existent) (?:\w+ )?"
    r"(?:user|recipient|mailbox|address|account)",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"over ?quota|quota (?:is )?exceeded|exceed\w* (?:\w+ )*quota"
    r"|(?:mailbox|mail box|inbox|account) (?:\w+ )?(?:is )?(?:full|over)",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"block|spam|blacklist|denied|policy|reputation|not allowed|not permitted|relay"
    r"|\b(?:spf|dkim|dmarc)\b|unauthenticated|unsolicited",
    re.IGNORECASE,
)
_GREY = re.compile(r"gr[ae]y-?\s?list", re.IGNORECASE)
_READ = 400  # characters; a hostile server may say more
_FAST = re.compile(r"rate|too (?:many|fast|much)|throttl|limit|reputation", re.IGNORECASE)


def diagnose(error: DeliveryError) -> Meaning:
    """What a mail server's reply means, by its code and its words."""
    code, _, enhanced = error.status.partition(" ")
    words = (str(error).partition(": ")[2] or str(error))[:_READ]
    if code[:1] == "5":
        return _for_good(code, enhanced, words)
    return _for_now(code, enhanced, words) if code[:1] == "4" else Meaning.OTHER


def _for_good(code: str, enhanced: str, words: str) -> Meaning:
    """5yz."""
    if enhanced in _NO_SUCH_READER:
        return Meaning.NO_SUCH_READER
    if enhanced == "5.2.2" or (code == "552" and not enhanced and _FULL.search(words)):
        return Meaning.MAILBOX_FULL
    if enhanced in _SAYS_NOTHING:
        return _by_words(code, words)
    return Meaning.REFUSED if _ABOUT_THE_SENDER.fullmatch(enhanced) else Meaning.OTHER


def _by_words(code: str, words: str) -> Meaning:
    """5yz whose enhanced code says nothing; 550, 551 and 553 may be about one reader."""
    about_a_reader = code in {"550", "551", "553"}
    if about_a_reader and _UNKNOWN.search(words) and not _POLICY.search(words):
        return Meaning.NO_SUCH_READER
    if about_a_reader and not _POLICY.search(words):
        return Meaning.OTHER
    return Meaning.REFUSED


def _for_now(code: str, enhanced: str, words: str) -> Meaning:
    """4yz."""
    if code == "421" or _SERVER.fullmatch(enhanced):
        return Meaning.SERVER
    if enhanced == "4.2.2" or (not enhanced and _FULL.search(words)):
        return Meaning.MAILBOX_FULL
    if code in {"450", "451"} and _is_grey(enhanced, words):
        return Meaning.GREYLISTED
    if enhanced.startswith("4.7."):
        return Meaning.THROTTLED
    return Meaning.SERVER if code == "452" and not enhanced else Meaning.OTHER


def _is_grey(enhanced: str, words: str) -> bool:
    if _GREY.search(words):
        return True
    return enhanced in {"4.7.1", "4.2.0"} and not _FAST.search(words)
