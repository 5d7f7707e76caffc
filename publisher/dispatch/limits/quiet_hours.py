"""Quiet hours: whether it is one, and when it ends, whatever the clocks of the zone do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


def quiet_until(hours: tuple[time, time] | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The end of the quiet hours that hold at `now`; None: none do.

    Where clocks are set back over an hour's end, the hours end the second time it strikes; where
    they are set forward over it, as much later as the clocks skip.
    """
    if hours is None:
        return None
    begin, end = hours
    today = now.astimezone(zone).date()
    for day in (today - _DAY, today, today + _DAY):
        last = day if begin < end else day + _DAY
        if _moment(day, begin, zone, fold=0) <= now < _moment(last, end, zone, fold=1):
            return _moment(last, end, zone, fold=1)
    return None


def _moment(day: date, at: time, zone: ZoneInfo, fold: int) -> datetime:
    """A time of the wall, in UTC; one that the clocks skip counts from before they do."""
    wall = datetime.combine(day, at.replace(fold=fold), zone)
    there = wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    skipped = there != wall.replace(tzinfo=None)
    return (wall.replace(fold=0) if skipped else wall).astimezone(UTC)
