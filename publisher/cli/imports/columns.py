"""What the columns of other tools' lists of subscribers mean: who has left, bounced or complained.

The words and patterns are in words.toml.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from publisher.model.contacts import ImportState


class CellVerdict(NamedTuple):
    """What a cell means for its subscriber; `reason` is empty where nobody is suppressed."""

    says: ImportState
    reason: str = ""


Reading = Callable[[str], CellVerdict | None]
"""Reads a cell in lower case; None: it is not understood."""

ACTIVE: Final = CellVerdict(ImportState.ACTIVE)
PENDING: Final = CellVerdict(ImportState.PENDING)
LEFT: Final = CellVerdict(ImportState.UNSUBSCRIBED)
BOUNCED: Final = CellVerdict(ImportState.SUPPRESSED, "bounced")
COMPLAINED: Final = CellVerdict(ImportState.SUPPRESSED, "complained")
BLOCKED: Final = CellVerdict(ImportState.SUPPRESSED, "blocklisted")

WORDS: Final[Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_name("words.toml").read_text(encoding="utf-8")
)
_NAMED: Final = {
    "active": ACTIVE,
    "pending": PENDING,
    "unsubscribed": LEFT,
    **{verdict.reason: verdict for verdict in (BOUNCED, COMPLAINED, BLOCKED)},
}
_STATES: Final = {word: _NAMED[name] for name, words in WORDS["states"].items() for word in words}
_SURELY: Final = frozenset(WORDS["cells"]["gone"])
_LONGEST: Final = 30  # characters; a cell that is longer is no word for a state
_YES: Final = frozenset(WORDS["cells"]["yes"])
_NO: Final = frozenset(WORDS["cells"]["no"])
_NOTHING: Final = frozenset(WORDS["cells"]["nothing"])
_DATE: Final = re.compile("|".join(WORDS["cells"]["date"]))
_ENGLISH: Final = {word: meaning for meaning, words in WORDS["english"].items() for word in words}
_ENDING: Final = re.compile(r"\((?:e|ne|s|es)\)|·e")  # abonné(e), abonné·e
_ACCENTS: Final = re.compile(r"[\u0300-\u036f]")
_PATTERNS: Final = {name: re.compile("|".join(each)) for name, each in WORDS["patterns"].items()}
_GONE: Final = [(re.compile("|".join(each)), _NAMED[name]) for name, each in WORDS["gone"].items()]


def _tells(pattern: str, head: str) -> bool:
    return _PATTERNS[pattern].search(head) is not None


def in_english(text: str) -> str:
    """`Abgemeldet am`, in lower case, as `unsubscribed am`; what is not known stays as it is."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFD", _ENDING.sub("", text)))
    if plain in WORDS["phrases"]:
        return str(WORDS["phrases"][plain])
    words = plain.split()
    english = [_ENGLISH.get(word, word) for word in words]
    return text if english == words else " ".join(english)


def _word(cell: str) -> str:
    return re.sub(r"[\s_-]+", " ", cell).strip()


def _status(cell: str) -> CellVerdict | None:
    return _STATES.get(_word(cell)) or _STATES.get(in_english(_word(cell)))


def surely_gone(cell: str) -> bool:
    """Whether a cell, in a column of whatever name, means that nobody is to be emailed."""
    cell = cell.strip()
    return len(cell) <= _LONGEST and cell[:1].isalpha() and _is_surely_gone(cell)


@lru_cache(1_000)
def _is_surely_gone(cell: str) -> bool:
    return in_english(_word(cell.casefold())) in _SURELY


def _flag(verdict: CellVerdict) -> Reading:
    """A column of those who have left: a flag, the moment, or the word for it."""

    def read(cell: str) -> CellVerdict | None:
        if cell in _NOTHING or cell in _NO:
            return ACTIVE
        return verdict if cell in _YES or _DATE.fullmatch(cell) else _status(cell)

    return read


def _detail(verdict: CellVerdict) -> Reading:
    """Why, how or by whom somebody was removed: any word means that they were."""
    return lambda cell: ACTIVE if cell in _NOTHING or cell in _NO else verdict


def _consent(without: CellVerdict) -> Reading:
    """A column of those who want email; an empty cell is not understood."""

    def read(cell: str) -> CellVerdict | None:
        if cell in _NO:
            return without
        return ACTIVE if cell in _YES or _DATE.fullmatch(cell) else _status(cell)

    return read


def _confirmed_at(cell: str) -> CellVerdict | None:
    """The moment of confirming; without one, nobody has confirmed."""
    if cell in _NOTHING or cell in _NO:
        return PENDING
    return ACTIVE if cell in _YES or _DATE.fullmatch(cell) else None


def _either(cell: str) -> CellVerdict | None:
    """A column that may be about something else: only what is surely understood counts."""
    return _STATES.get(_word(cell), ACTIVE)


def _newsletter_wanted(cell: str) -> CellVerdict | None:
    """Whether they want it; a name is not understood: it may be of another newsletter."""
    if cell in _NOTHING or cell in _YES:
        return ACTIVE
    return LEFT if cell in _NO else _status(cell)


_SENDPORTAL: Final = {"1": BOUNCED, "2": COMPLAINED, "3": LEFT, "4": LEFT, "5": ACTIVE}
_MAILMAN: Final = {"b": BOUNCED, "u": LEFT, "a": LEFT, "?": LEFT, "x": LEFT}


def _nomail(cell: str) -> CellVerdict | None:
    """Mailman 2: `off`, or `[B]`, `[U]`, `[A]` for who stopped delivery."""
    reason = re.fullmatch(r"(?:on )?\[?([buax?])\]?", cell)
    return _MAILMAN[reason[1]] if reason and cell not in _YES else _flag(LEFT)(cell)


_EXACT: Final[Mapping[str, Reading]] = {
    "nomail": _nomail,
    "unsubscribe event id": lambda cell: ACTIVE if cell in _NOTHING else _SENDPORTAL.get(cell),
    "unsubscribed from all email": _flag(LEFT),
    "newsletter": _newsletter_wanted,
    **dict.fromkeys(["suppressed", "email suppressions"], _detail(BLOCKED)),
    "hard bounce reason": _detail(BOUNCED),
    **dict.fromkeys(["clean campaign title", "clean campaign id"], _detail(BOUNCED)),
    **dict.fromkeys(["type", "subscriber type", "subscription type"], _either),
    **dict.fromkeys(["subscription", "role"], _either),
    **dict.fromkeys(["member", "accepts marketing", "accepts email marketing"], _consent(LEFT)),
}


def plain_header(head: str) -> str:
    """`E-mail Address`, `email_address` and `EmailAddress` are one: `e mail address`."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", head.strip().strip("\ufeff*: "))
    return re.sub(r"[\s_\-./:]+", " ", apart.casefold()).strip()


def about_else(head: str) -> bool:
    """Whether a plain header speaks of a link, a number or another way to reach somebody."""
    return _tells("about_else", head)


def reading_of(head: str) -> Reading | None:
    """How a column's cells are read, by its plain header; None: it is not about status."""
    head = in_english(head)
    if head in _EXACT:
        return _EXACT[head]
    if about_else(head):
        return None
    gone = next((verdict for pattern, verdict in _GONE if pattern.search(head)), None)
    if gone:
        return _detail(gone) if _tells("detail", head) else _flag(gone)
    return _reading_of_wish(head)


def _reading_of_wish(head: str) -> Reading | None:
    """Of columns about who wants email."""
    if _tells("confirmed_at", head):
        return _confirmed_at
    if _tells("joined_at", head) or _tells("detail", head):
        return None
    if _tells("status", head):
        return _status
    if _tells("confirmed", head):
        return _consent(PENDING)
    return _consent(LEFT) if _tells("wanted", head) else None


@dataclass(slots=True)
class RowStatus:
    """A column about the status of subscribers; `name` is its header as it is written."""

    place: int
    name: str
    read: Reading
    _known: dict[str, CellVerdict | None] = field(default_factory=dict)

    def verdict(self, cell: str) -> CellVerdict | None:
        """What a cell means; None: it is not understood."""
        if cell in self._known:
            return self._known[cell]
        verdict = self.read(cell.strip().casefold())
        if len(self._known) < _FEW:  # words come again and again, moments do not
            self._known[cell] = verdict
        return verdict


_FEW: Final = 100


def standings(heads: Sequence[str], ignored: Sequence[str] = ()) -> Iterator[RowStatus]:
    """The columns of a file about the status of subscribers, but for those to be `ignored`."""
    spared = {plain_header(name) for name in ignored}
    for place, head in enumerate(heads):
        plain = plain_header(head)
        read = None if plain in spared else reading_of(plain)
        if read:
            yield RowStatus(place, head.strip(), read)
