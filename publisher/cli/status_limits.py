"""What `publish status` says of a channel's limits."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from publisher.cli.output import counted, local, short
from publisher.durations import spell, spell_quota

if TYPE_CHECKING:
    from publisher.config import Channel
    from publisher.dispatch.limits.status import LimitsStatus, Use
    from publisher.wiring import Publisher


def limits_of(publisher: "Publisher", name: str) -> dict[str, Any]:
    """What holds the channel back: as config.yaml says it, and how it stands now."""
    from publisher.dispatch.limits.status import standing

    zone = publisher.config.site.zone
    channel = publisher.config.channels.get(name)
    if channel is None:
        return {}
    now = publisher.clock()
    found = standing(channel, publisher.adapters[name], publisher.outbox, zone, now)
    return {
        "rate": spell_quota(channel.rate) if channel.rate else None,
        "min_interval": spell(channel.min_interval) if channel.min_interval else None,
        "per_domain": {key: spell_quota(rate) for key, rate in channel.per_domain.items()},
        "per_sender": {key: spell_quota(rate) for key, rate in channel.per_sender.items()},
        "quota": _use(found.quota),
        "warm_up": _use(found.warm_up),
        "budget": _budget(found),
        "quiet_hours": _hours(channel) or None,
        "quiet_until": local(found.quiet_until, zone),
        "later": found.later,
        "next_at": local(found.next_at, zone),
        "why": found.why or None,
    }


def rate_of(channel: "Channel | None") -> str:
    """What config.yaml allows in one cell of a table: `12 a day, 20 minutes apart`."""
    if channel is None:
        return "-"
    parts = [spell_quota(quota) for quota in (channel.rate, channel.quota) if quota]
    if channel.min_interval:
        parts.append(f"{spell(channel.min_interval)} apart")
    return ", ".join(parts) or "any"


def lines_of(limits: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    """The same for people, but for what the table shows already."""
    for kind, each in (("for", "per_domain"), ("from", "per_sender")):
        for name, rate in limits.get(each, {}).items():
            yield f"{rate} {kind} {'every other' if name == '*' else name}"
    if used := limits.get("quota"):
        yield f"{used['used']:,} of {used['allowed']} used"
    if used := limits.get("warm_up"):
        yield f"warms up: {used['used']:,} of {used['allowed']} used"
    if budget := limits.get("budget"):
        yield f"${budget['spent']} of this month's ${budget['allowed']} spent"
    if hours := limits.get("quiet_hours"):
        until = limits["quiet_until"]
        yield f"quiet hours {hours}" + (f", now until {short(until, zone)}" if until else "")
    if later := limits.get("later"):
        why = f": {limits['why']}" if limits["why"] else ""
        word = "waits" if later == 1 else "wait"
        until = short(limits["next_at"], zone)
        yield f"{counted(later, 'message')} {word}, the first until {until}{why}"


def _use(use: "Use | None") -> dict[str, Any] | None:
    return {"allowed": spell_quota(use.quota), "used": use.used} if use else None


def _budget(found: "LimitsStatus") -> dict[str, Any] | None:
    return None if found.budget is None else {"allowed": found.budget, "spent": found.spent}


def _hours(channel: "Channel") -> str:
    return "-".join(f"{each:%H:%M}" for each in channel.quiet_hours) if channel.quiet_hours else ""
