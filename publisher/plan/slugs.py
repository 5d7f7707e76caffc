"""The ends of editions' public addresses: when an edition was planned for, as people read it."""

import hashlib
from datetime import datetime
from zoneinfo import ZoneInfo


def edition_slug(slot: datetime, zone: ZoneInfo, segment: str = "", again: str = "") -> str:
    """`2026-11-26-0700`, in the site's zone; a further edition of the slot has a mark of its own.

    The second of two equal times, on the night when clocks go back, says so.
    """
    local = slot.astimezone(zone)
    seconds = f"{local:%S}" if local.second else ""
    fraction = f"-{local.microsecond:06}" if local.microsecond else ""
    later = "-later" if _is_repeated(local) else ""
    own = f"-{_mark(segment, again)}" if segment or again else ""
    return f"{local:%Y-%m-%d-%H%M}{seconds}{fraction}{later}{own}"


def _is_repeated(local: datetime) -> bool:
    """Whether the clock has shown this time before on that day."""
    return local.fold == 1 and local.utcoffset() != local.replace(fold=0).utcoffset()


def _mark(segment: str, again: str) -> str:
    return hashlib.sha256(f"{segment}\n{again}".encode()).hexdigest()[:10]
