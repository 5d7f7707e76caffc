"""What the columns of other tools' lists of readers mean: who has left, bounced or complained.

Known by name and by value: listmonk, Ghost, Mailchimp, Substack, Buttondown, SendPortal, Mailman,
Kit, beehiiv, MailerLite, Sendy, Campaign Monitor, Brevo, Klaviyo, AWeber, HubSpot, and whatever
calls its columns alike.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from publisher.cli.imports.languages import in_english
from publisher.model.contacts import ImportState


class Verdict(NamedTuple):
    """What a cell says of its reader; `reason` is empty where nobody is suppressed."""

    says: ImportState
    reason: str = ""


Reading = Callable[[str], Verdict | None]
"""Reads a cell in lower case; None: it is not understood."""

ACTIVE: Final = Verdict(ImportState.ACTIVE)
PENDING: Final = Verdict(ImportState.PENDING)
LEFT: Final = Verdict(ImportState.UNSUBSCRIBED)
BOUNCED: Final = Verdict(ImportState.SUPPRESSED, "bounced")
COMPLAINED: Final = Verdict(ImportState.SUPPRESSED, "complained")
BLOCKED: Final = Verdict(ImportState.SUPPRESSED, "blocklisted")

_WORDS: Final[Mapping[Verdict, str]] = {
    ACTIVE: "active|subscribed|enabled|confirmed|regular|premium|free|paid|comped|gift|gifted|trial"
    "|trialed|trialing|member|opted in|opt in|express|implied|past due|churning|unpaid|verified"
    "|soft bounced|soft bounce|resubscribed|allowed|receiving|sub",
    PENDING: "pending|unconfirmed|not confirmed|unactivated|not activated|awaiting confirmation"
    "|confirmation pending|pending confirmation|waiting|validating|needs attention|upcoming"
    "|unverified|not verified|opt in pending|double opt in pending|invited",
    LEFT: "unsubscribed|unsubscribe|unsub|inactive|disabled|deleted|removed|cancelled|canceled|left"
    "|opted out|opt out|optout|not subscribed|nonsubscribed|non subscribed|never subscribed|paused"
    "|archived|churned|expired|by user|by moderator|by admin|nonmember|excluded|stopped|no mail"
    "|not opted in|denied|rejected|unknown|not active|transactional",
    BOUNCED: "bounced|bounce|cleaned|hard bounced|hard bounce|hard|bouncing|by bounces|by bounce"
    "|undeliverable|invalid|unreachable|undelivered",
    COMPLAINED: "complained|complaint|complainer|spam|marked as spam|spam complaint|reported spam"
    "|spam report|spammy|junk|abuse|abuse complaint",
    BLOCKED: "blocklisted|blacklisted|blocked|suppressed|banned|do not mail|do not email"
    "|unmailable|global unsubscribed",
}
_STATES: Final = {word: verdict for verdict, words in _WORDS.items() for word in words.split("|")}
_SURELY: Final = frozenset(
    [
        "unsubscribed",
        "opted out",
        "bounced",
        "hard bounced",
        "hard bounce",
        "complained",
        "marked as spam",
        "spam complaint",
        "blocklisted",
        "blacklisted",
    ]
)
_LONGEST: Final = 30  # characters; a cell that is longer is no word for a state
_YES: Final = frozenset(
    "true yes y 1 x t on ok ✓ ✔ ja wahr oui vrai si sí sì verdadero sim".split()  # noqa: SIM905 - legible
)
_NO: Final = frozenset(
    ["false", "no", "n", "0", "f", "off", "nein", "falsch", "non", "faux", "falso", "nee", "não"]
)
_NOTHING: Final = frozenset(
    {"", "-", "\N{EM DASH}", "none", "null", "nil", "n/a", "na", "nan", "never", "[]", "{}", r"\n"}
    | {"0000-00-00", "0000-00-00 00:00:00"}
)
_DATE: Final = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?!\d).*|\d{8}(t?\d{4,6}z?)?|\d{9,13}(\.\d+)?"
    r"|([a-z]{3,9},? )?[a-z]{3,9}\.? \d{1,2}(st|nd|rd|th)?,? \d{4}\b.*"
    r"|([a-z]{3,9},? )?\d{1,2}(st|nd|rd|th)?\.?[ -][a-z]{3,9}\.?,?[ -]\d{2,4}\b.*"
)


def _word(cell: str) -> str:
    return re.sub(r"[\s_-]+", " ", cell).strip()


def _status(cell: str) -> Verdict | None:
    return _STATES.get(_word(cell)) or _STATES.get(in_english(_word(cell)))


def surely_gone(cell: str) -> bool:
    """Whether a cell says, in a column of whatever name, that its reader is not to be mailed."""
    cell = cell.strip()
    return len(cell) <= _LONGEST and cell[:1].isalpha() and _is_surely_gone(cell)


@lru_cache(1_000)
def _is_surely_gone(cell: str) -> bool:
    return in_english(_word(cell.casefold())) in _SURELY


def _flag(verdict: Verdict) -> Reading:
    """A column of those who have left: a flag, the moment, or the word for it."""

    def read(cell: str) -> Verdict | None:
        if cell in _NOTHING or cell in _NO:
            return ACTIVE
        return verdict if cell in _YES or _DATE.fullmatch(cell) else _status(cell)

    return read


def _detail(verdict: Verdict) -> Reading:
    """Why, how or at whose hand somebody left: any word says that they did."""
    return lambda cell: ACTIVE if cell in _NOTHING or cell in _NO else verdict


def _consent(without: Verdict) -> Reading:
    """A column of those who want mail; an empty cell says nothing that can be relied on."""

    def read(cell: str) -> Verdict | None:
        if cell in _NO:
            return without
        return ACTIVE if cell in _YES or _DATE.fullmatch(cell) else _status(cell)

    return read


def _confirmed_at(cell: str) -> Verdict | None:
    """The moment of confirming; without one, nobody has confirmed."""
    if cell in _NOTHING or cell in _NO:
        return PENDING
    return ACTIVE if cell in _YES or _DATE.fullmatch(cell) else None


def _either(cell: str) -> Verdict | None:
    """A column that may be about something else: only what is surely understood counts."""
    return _STATES.get(_word(cell), ACTIVE)


def _newsletter_wanted(cell: str) -> Verdict | None:
    return LEFT if cell in _NO else _either(cell)


_SENDPORTAL: Final = {"1": BOUNCED, "2": COMPLAINED, "3": LEFT, "4": LEFT, "5": ACTIVE}
_MAILMAN: Final = {"b": BOUNCED, "u": LEFT, "a": LEFT, "?": LEFT, "x": LEFT}


def _unsubscribe_event(cell: str) -> Verdict | None:
    return ACTIVE if cell in _NOTHING else _SENDPORTAL.get(cell)


def _nomail(cell: str) -> Verdict | None:
    """Mailman 2: `off`, or `[B]`, `[U]`, `[A]` for who stopped the mail."""
    reason = re.fullmatch(r"(?:on )?\[?([buax?])\]?", cell)
    return _MAILMAN[reason[1]] if reason and cell not in _YES else _flag(LEFT)(cell)


_EXACT: Final[Mapping[str, Reading]] = {
    "nomail": _nomail,
    "unsubscribe event id": _unsubscribe_event,
    "suppressed": _detail(BLOCKED),
    "email suppressions": _detail(BLOCKED),
    "hard bounce reason": _detail(BOUNCED),
    "clean campaign title": _detail(BOUNCED),
    "clean campaign id": _detail(BOUNCED),
    "unsubscribed from all email": _flag(LEFT),
    "newsletter": _newsletter_wanted,
    "type": _either,
    "subscriber type": _either,
    "subscription type": _either,
    "subscription": _either,
    "role": _either,
    "member": _consent(LEFT),
    "accepts marketing": _consent(LEFT),
    "accepts email marketing": _consent(LEFT),
}
_ABOUT_ELSE: Final = re.compile(
    r"\b(ur[li]|links?|href|count|score|rate|ratio|total|number|num|percent(age)?|ip|last|sms|phone"
    r"|whatsapp|push|stripe|payment|order|plan|tier|marital|province|region|billing|shipping|soft)\b"
    r"|^(active subscription|active since|is spam|cancel date)$"
)
_DETAIL: Final = re.compile(
    r"\b(campaign|reason|source|method|message|code|by|comment|note|title|details?|id|other)\b"
)
_MOMENT: Final = r"(at|time|date|on|ts|timestamp)"
_GONE: Final[Sequence[tuple[re.Pattern[str], Verdict]]] = (
    (re.compile(r"\b(complain\w*|(is )?spam\w*|abuse\w*|junk)\b"), COMPLAINED),
    (
        re.compile(r"\b(bounce[sd]?|bouncing|cleaned|clean|undeliver\w*|invalid\w*|unreachable)\b"),
        BOUNCED,
    ),
    (
        re.compile(
            r"\b(e ?mail ?)?(black|block|deny) ?list\w*|\b(blocked|banned|suppress\w*|dnm)\b"
            r"|\bdo not ((e ?)?mail|contact)\b"
        ),
        BLOCKED,
    ),
    (
        re.compile(
            r"\b(unsub\w*|opt(ed)? ?outs?|optouts?|not subscribed|nonsubscribed|removed|removal"
            r"|deleted|deletion|disabled|cancel\w*|left|archived|excluded|no ?mail|inactive"
            r"|churn\w*|stop(ped)? (time|status)|deactivated|suspended)\b"
        ),
        LEFT,
    ),
    (re.compile(r"\b(unconfirmed|pending|unverified|unactivated)\b"), PENDING),
)
_CONFIRMED_AT: Final = re.compile(
    rf"(double )?(opt ?in )?(confirm(ed|ation)?|verified|verification) {_MOMENT}"
    rf"|{_MOMENT} (confirmed|verified)"
)
_JOINED_AT: Final = re.compile(
    rf"\b(subscri\w*|opt(ed)? ?in|join\w*|sign(ed)? ?up|activat\w*|consent\w*) {_MOMENT}\b"
    rf"|^{_MOMENT} \w+|\b(since)\b|\btimestamp\b"
)
_STATUS: Final = re.compile(r"\b(status|state)\b")
_CONFIRMED: Final = re.compile(r"\b(confirmed|verified|activated)\b")
_WANTED: Final = re.compile(
    r"\b(subscribed|active|enabled|opt(ed)? ?in|optin|consent|permission|wants)\b"
)


def plain_header(head: str) -> str:
    """`E-mail Address`, `email_address` and `EmailAddress` are one: `e mail address`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", head.strip().strip("\ufeff*: "))
    return re.sub(r"[\s_\-./:]+", " ", apart.casefold()).strip()


def about_else(head: str) -> bool:
    """Whether a plain header speaks of a link, a number or another way to reach a reader."""
    return _ABOUT_ELSE.search(head) is not None


def reading_of(head: str) -> Reading | None:
    """How a column's cells are read, by its plain header; None: it says nothing of standing."""
    head = in_english(head)
    if head in _EXACT:
        return _EXACT[head]
    if about_else(head):
        return None
    gone = next((verdict for pattern, verdict in _GONE if pattern.search(head)), None)
    if gone:
        return _detail(gone) if _DETAIL.search(head) else _flag(gone)
    return _reading_of_wish(head)


def _reading_of_wish(head: str) -> Reading | None:
    """Of columns that say who wants mail."""
    if _CONFIRMED_AT.fullmatch(head):
        return _confirmed_at
    if _JOINED_AT.search(head) or _DETAIL.search(head):
        return None
    if _STATUS.search(head):
        return _status
    if _CONFIRMED.search(head):
        return _consent(PENDING)
    return _consent(LEFT) if _WANTED.search(head) else None


@dataclass(slots=True)
class RowStatus:
    """A column that says where readers stand; `name` is its header as it is written."""

    place: int
    name: str
    read: Reading
    _known: dict[str, Verdict | None] = field(default_factory=dict)

    def verdict(self, cell: str) -> Verdict | None:
        """What a cell says; None: it is not understood."""
        if cell in self._known:
            return self._known[cell]
        verdict = self.read(cell.strip().casefold())
        if len(self._known) < _FEW:  # words come again and again, moments do not
            self._known[cell] = verdict
        return verdict


_FEW: Final = 100


def standings(heads: Sequence[str], ignored: Sequence[str] = ()) -> Iterator[RowStatus]:
    """The columns of a file that say where readers stand, but for those to be `ignored`."""
    spared = {plain_header(name) for name in ignored}
    for place, head in enumerate(heads):
        plain = plain_header(head)
        read = None if plain in spared else reading_of(plain)
        if read:
            yield RowStatus(place, head.strip(), read)
