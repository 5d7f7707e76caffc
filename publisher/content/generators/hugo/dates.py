"""Dates: which of a page's fields holds its date, as `frontmatter` in the settings says."""

import re
from contextlib import suppress
from datetime import datetime, tzinfo

from publisher.content.frontmatter.dates import PostDate, read_date
from publisher.content.generators.hugo.config import Options, texts

FILE_NAME, FILE_TIME = ":filename", ":filemodtime"
_DEFAULTS = {
    "date": ("date", "publishdate", "lastmod"),
    "publishdate": ("publishdate", "date"),
    "lastmod": (":git", "lastmod", "date", "publishdate"),
    "expirydate": ("expirydate",),
}
_ALIASES = {
    "lastmod": ("modified",),
    "publishdate": ("pubdate", "published"),
    "expirydate": ("unpublishdate",),
}
_IN_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:.(\d\d)-(\d\d)-(\d\d))?", re.ASCII)
_AROUND_SLUG = " -_"
_FORMATS = (
    "%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %Z", "%d %b %y %H:%M %z", "%d %b %Y",
    "%Y-%m-%d %H:%M:%S.%f %z %Z", "%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M:%S %Z %Y",
    "%a %b %d %H:%M:%S %z %Y",
)  # fmt: skip


class Orders:
    """The fields of each of Hugo's dates, in the order in which they count."""

    def __init__(self, options: Options) -> None:
        written = options.get("frontmatter")
        self._written: Options = written if isinstance(written, dict) else {}

    def of(self, name: str) -> tuple[str, ...]:
        """The keys for `date`, `publishdate` and so on, and `:filename` and the like."""
        default = _DEFAULTS[name]
        asked = [each.lower() for each in texts(self._written.get(name))] or [":default"]
        spread = (part for each in asked for part in (default if each == ":default" else (each,)))
        keys: list[str] = []
        for each in spread:
            keys += [each, *_ALIASES.get(each, ())]
        return tuple(dict.fromkeys(keys))

    def keys(self, name: str) -> tuple[str, ...]:
        """Of these, the ones that count before the file's own time does."""
        order = self.of(name)
        end = order.index(FILE_TIME) if FILE_TIME in order else len(order)
        return tuple(key for key in order[:end] if key != ":git")

    def before_file_name(self) -> list[tuple[str, ...]]:
        """For each date that a file's name may give, the keys that come before it."""
        orders = [self.of(name) for name in _DEFAULTS]
        return [order[: order.index(FILE_NAME)] for order in orders if FILE_NAME in order]

    @property
    def by_file_time(self) -> bool:
        """Whether a date may be the file's own time."""
        return FILE_TIME in self.of("date")


def name_date(name: str) -> tuple[str, str] | None:
    """The date that a file's name begins with, and the slug that follows it."""
    match = _IN_NAME.match(name)
    if match is None:
        return None
    day, *clock = match.groups()
    with suppress(ValueError):
        moment = datetime.fromisoformat(day if None in clock else f"{day}T{':'.join(clock)}")
        written = day if None in clock else moment.isoformat()
        rest = name[10 if None in clock else 19 :]
        return written, (rest.rpartition(".")[0] or rest).strip(_AROUND_SLUG)
    return None


def hugo_date(written: str, zone: tzinfo, date_format: str) -> PostDate:
    """The moment that an author wrote, in the formats that Hugo takes and those of `read_date`.

    Raises:
        ValueError: it cannot be read, and why.
    """
    try:
        return read_date(written, zone, date_format)
    except ValueError:
        for each in _FORMATS:
            with suppress(ValueError):
                return read_date(written, zone, each)
        raise


def later(one: PostDate | None, other: PostDate | None) -> bool:
    """Whether the first is later than the second, or there is no second."""
    return one is not None and (other is None or one.value > other.value)
