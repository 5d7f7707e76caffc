"""The time zone of this machine, where a site names none."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import available_timezones

_LOCALTIME = Path("/etc/localtime")


def machine_zone(environ: Mapping[str, str], localtime: Path = _LOCALTIME) -> tuple[str, str]:
    """The zone, and where it stands: `TZ` or /etc/localtime; `UTC` and '' where neither says."""
    if zone := _named(environ.get("TZ", "").removeprefix(":")):
        return zone, "TZ"
    try:
        linked = str(localtime.resolve(strict=True))
    except (OSError, RuntimeError):
        linked = ""
    if zone := _named(linked):
        return zone, str(localtime)
    return "UTC", ""


def _named(text: str) -> str:
    """The zone that a name, or a path in a folder of zones, stands for; '' if there is none."""
    name = text.rpartition("zoneinfo/")[2]
    name = name.removeprefix("posix/").removeprefix("right/")
    if name in {"Etc/UTC", "UTC0", "GMT0"}:
        return "UTC"
    return name if name in available_timezones() else ""
