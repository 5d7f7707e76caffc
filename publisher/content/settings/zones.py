"""Time zones by the names that settings and heads give."""

from zoneinfo import ZoneInfo


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of that name; None if there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        return None


def known_zone(name: str) -> str:
    """The name of a zone if there is one of that name, else ''."""
    zone = zone_named(name)
    return zone.key if zone else ""
