"""What a bot may do in a channel (docs.discord.com/developers/topics/permissions)."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from publisher.adapters.http.replies import dig, moment, network_id

VIEW, SEND, LINKS, FILES, HISTORY, IN_THREADS = (1 << bit for bit in (10, 11, 14, 15, 16, 38))
NAMES: Final = {
    VIEW: "View Channel",
    SEND: "Send Messages",
    IN_THREADS: "Send Messages in Threads",
    LINKS: "Embed Links",
    FILES: "Attach Files",
    HISTORY: "Read Message History",
}
THREADS: Final = (10, 11, 12)
"""The types of channels that are threads: they have the rights of the channel they stand in."""

_ADMINISTRATOR: Final = 1 << 3
_EVERYTHING: Final = (1 << 64) - 1


def rights_in(channel: object, guild: object, member: object) -> int:
    """The permissions of a member of a server in one of its channels; each may be any JSON.

    `channel` has the overwrites: of a thread, it is the channel above.
    """
    everyone, mine = network_id(dig(guild, "id")), set(_ids(dig(member, "roles")))
    person = network_id(dig(member, "user", "id"))
    roles = [each for each in _each(dig(guild, "roles")) if _id(each) in {everyone, *mine}]
    base = _union(dig(role, "permissions") for role in roles)
    if base & _ADMINISTRATOR or person == network_id(dig(guild, "owner_id")):
        return _EVERYTHING
    overwrites = [*_each(dig(channel, "permission_overwrites"))]
    for ids in ({everyone}, mine, {person}):
        those = [each for each in overwrites if _id(each) in ids]
        denied = _union(dig(each, "deny") for each in those)
        base = base & ~denied | _union(dig(each, "allow") for each in those)
    return base


def is_silenced(member: object) -> bool:
    """Whether a moderator has given it a time-out that is not over."""
    until = moment(dig(member, "communication_disabled_until"))
    return until is not None and until > datetime.now(UTC)


def named(rights: int, wanted: Iterable[int], *, has: bool = True) -> tuple[str, ...]:
    """Discord's names of those that are wanted and there, or wanted and not there."""
    return tuple(NAMES[each] for each in wanted if bool(rights & each) is has)


def _union(values: Iterable[object]) -> int:
    """Permissions come as numbers in texts."""
    found = 0
    for value in values:
        text = network_id(value)
        found |= int(text) if text.isdecimal() else 0
    return found


def _id(value: object) -> str:
    return network_id(dig(value, "id"))


def _ids(values: object) -> Iterator[str]:
    yield from filter(None, map(network_id, _each(values)))


def _each(values: object) -> list[object]:
    return values if isinstance(values, list) else []
