"""What a list knows of a subscriber beside the address: name, language, zone, consent, topics.

An IP address is never kept.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from publisher.cli.imports.cells import WrongLine
from publisher.cli.imports.columns import WORDS, in_english, surely_gone
from publisher.config.options.values import is_language
from publisher.durations import EPOCH
from publisher.model.contacts import NOTHING_CHOSEN, Agreement, Cadence, Choices

_DETAILS: Final[Mapping[str, Sequence[str]]] = WORDS["details"]
_HOW: Final[Mapping[str, str]] = WORDS["how"]
_IP: Final = re.compile(r"\d{1,3}(\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*", re.IGNORECASE)
_FIRST: Final = datetime(1990, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_SECONDS: Final = re.compile(r"\d{9,10}(\.\d+)?")
_LONGEST: Final = 200  # characters of where somebody came from
_COMMAS: Final = re.compile(r"\s*[,;|]\s*")


def tool_of(heads: Sequence[str]) -> str:
    """The tool that makes exports with these plain headers; empty if none is known."""
    there = set(heads)
    for tool in WORDS["tools"]:
        some = tool.get("any")
        if there.issuperset(tool["columns"]) and (not some or there.intersection(some)):
            return str(tool["name"])
    return ""


@dataclass(slots=True)
class Wanted:
    """What the site has of its own, against which a list is held.

    `topics` are those that readers may choose, by their folded names; empty: none is carried over.
    `consent` is what the owner says of those of whom the list tells nothing.
    """

    now: datetime
    language: str = "en"
    timezone: str = "UTC"
    topics: Mapping[str, str] = field(default_factory=dict)
    consent: str = ""


@dataclass(slots=True)
class Details:
    """Reads the columns of a list that say more of a subscriber.

    `tags` counts those that are not topics here, `topics` those that are, `strange` what is not
    understood, by column.
    """

    heads: Sequence[str]
    wanted: Wanted
    origin: str
    ignored: frozenset[str] = frozenset()
    tags: Counter[str] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    strange: dict[str, Counter[str]] = field(default_factory=dict)
    unproved: int = 0
    unknown: Agreement = field(init=False)
    _places: dict[str, list[int]] = field(init=False)

    def __post_init__(self) -> None:
        plain = ["" if head in self.ignored else in_english(head) for head in self.heads]
        found = {kind: _places(plain, names) for kind, names in _DETAILS.items()}
        self._places = {kind: places for kind, places in found.items() if places}
        self.unknown = Agreement(None, self.wanted.consent, self.origin)

    @property
    def places(self) -> set[int]:
        """The columns that are read."""
        return {place for places in self._places.values() for place in places}

    def language(self, cells: Sequence[str]) -> str:
        """The language, empty where it is the site's or is not known."""
        return self._known("language", cells, _language, self.wanted.language)

    def timezone(self, cells: Sequence[str]) -> str:
        """The time zone, empty where it is the site's or is not known."""
        return self._known("timezone", cells, _zone, self.wanted.timezone)

    @property
    def has_any(self) -> bool:
        """Whether the list tells anything of this."""
        return bool(self._places)

    def consent(self, cells: Sequence[str], *, counts: bool = True) -> Agreement:
        """When and how they agreed, as far as the list tells; whose consent `counts` is proved."""
        for kind, how in _HOW.items():
            moment = moment_of(self._cell(kind, cells), self.wanted.now)
            if moment is not None:
                return Agreement(moment, how, self._origin(cells))
        self.unproved += counts
        source = self._origin(cells)
        return self.unknown if source is self.origin else self.unknown._replace(source=source)

    def choices(self, cells: Sequence[str]) -> Choices:
        """The topics among the tags."""
        cell = self._cell("tags", cells)
        if not cell:
            return NOTHING_CHOSEN
        names = tags_of(cell)
        if gone := next(filter(surely_gone, names), ""):
            wrong = f"contain {gone!r}; if that is not about email, use --ignore with the column"
            raise WrongLine("tags", wrong)
        topics = tuple(dict.fromkeys(filter(None, map(self._topic, names))))
        return Choices(topics=topics) if topics else NOTHING_CHOSEN

    def _topic(self, tag: str) -> str:
        topic = self.wanted.topics.get(tag.casefold(), "")
        counted = self.topics if topic else self.tags
        if tag in counted or len(counted) < _FEW:
            counted[tag] += 1
        return topic

    def _origin(self, cells: Sequence[str]) -> str:
        source = self._cell("source", cells)
        if not source or _IP.search(source):
            return self.origin
        return _joined(self.origin, source[:_LONGEST])

    def _cell(self, kind: str, cells: Sequence[str]) -> str:
        """The first cell of a kind that is not empty."""
        for place in self._places.get(kind, ()):
            if place < len(cells) and (cell := cells[place].strip()):
                return cell
        return ""

    def _known(
        self, kind: str, cells: Sequence[str], read: Callable[[str], str], usual: str
    ) -> str:
        cell = self._cell(kind, cells)
        if not cell:
            return ""
        value = read(cell)
        if not value:
            counted = self.strange.setdefault(kind, Counter())
            if cell in counted or len(counted) < _FEW:
                counted[cell] += 1
        return "" if value.casefold() == usual.casefold() else value


_FEW: Final = 100


def _places(heads: Sequence[str], names: Sequence[str]) -> list[int]:
    return [heads.index(name) for name in names if name in heads]


@lru_cache(1_000)
def _joined(origin: str, source: str) -> str:
    return f"{origin}: {source}"


@lru_cache(1_000)
def _language(cell: str) -> str:
    """`en_US` as `en-US`; empty if it is no language tag."""
    tag = cell.replace("_", "-").partition(".")[0]
    if not is_language(tag):
        return ""
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *(_subtag(each) for each in rest)])


def _subtag(text: str) -> str:
    """A region in capitals, a script with one (RFC 5646 §2.1.1)."""
    return text.upper() if len(text) == _REGION else text.title() if len(text) == _SCRIPT else text


_REGION: Final = 2
_SCRIPT: Final = 4


@lru_cache(1_000)
def _zone(cell: str) -> str:
    known = _zones()
    return known.get(cell.casefold().replace(" ", "_"), "")


@lru_cache(1)
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones() if "/" in name or name == "UTC"}


def moment_of(cell: str, now: datetime, zone: ZoneInfo | None = None) -> datetime | None:
    """A moment as tools write it, in UTC where they name no zone; None: it is none, or to come."""
    if not cell:
        return None
    try:
        if _SECONDS.fullmatch(cell):
            moment = EPOCH + timedelta(seconds=float(cell))
        else:
            moment = datetime.fromisoformat(cell.removesuffix(" UTC"))
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone or UTC)
    return moment if _FIRST <= moment <= now + _DAY else None


@lru_cache(10_000)
def tags_of(cell: str) -> tuple[str, ...]:
    """The tags in a cell: with commas, each in quotes as Mailchimp has them, or as a JSON list."""
    if cell.startswith("["):
        try:
            listed = json.loads(cell)
        except ValueError:
            listed = None
        if isinstance(listed, list):
            return tuple(each.strip() for each in listed if isinstance(each, str) and each.strip())
        cell = cell.strip("[]")
    each = (name.strip("\"' ") for name in _COMMAS.split(cell))
    return tuple(name for name in each if name)


def chosen(values: Mapping[str, Any]) -> Choices:
    """Choices as an export of Publisher has them: `topics`, `cadence`, `day` and `hour`.

    Raises:
        ValueError: they are no choices.
    """
    cadence = Cadence(values["cadence"] or Cadence.EACH)
    day, hour = int(values["day"] or 0), int(values["hour"] or Choices().hour)
    if not (0 <= day < _DAYS and 0 <= hour < _HOURS):
        raise ValueError("there is no such day or hour")
    topics = json.loads(values["topics"] or "[]")
    if not isinstance(topics, list) or not all(isinstance(each, str) for each in topics):
        raise ValueError("topics are no list")
    return Choices(tuple(topics), cadence, day, hour)


_DAYS: Final = 7
_HOURS: Final = 24
