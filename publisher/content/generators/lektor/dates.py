"""Dates as Lektor's `datetime` fields have them: a moment, and perhaps the name of its zone."""

import re

from publisher.content.settings.zones import known_zone

_ZONE_NAME = re.compile(r"(.*\d) ([A-Za-z]+(?:/[\w+-]+)+)")


def apart(written: str) -> tuple[str, str]:
    """What was written of the moment, and the name of its zone ('' if it has none).

    Raises:
        ValueError: the zone is not known; Lektor has no date then.
    """
    match = _ZONE_NAME.fullmatch(written)
    if match is None:
        return written, ""
    if not known_zone(match[2]):
        raise ValueError(f"{match[2][:40]!r} is not a known time zone, so Lektor has no date")
    return match[1], match[2]
