"""Whether each channel's network lets it in, as what, and for how long."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.cli.output import short
from publisher.dispatch.endings import ending_of
from publisher.errors import Problem
from publisher.plan.unrenderable import known

if TYPE_CHECKING:
    from publisher.model.credentials import Standing
    from publisher.wiring import Publisher


@dataclass(slots=True)
class Channels:
    """What the networks said."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check_channels(publisher: "Publisher", known_bad: Collection[str]) -> Channels:
    """Ask each network, but for the channels that are known to be wrong."""
    found, file = Channels(), str(publisher.config.file)
    for name in [each for each in publisher.config.channels if each not in known_bad]:
        where = f"channels.{name}"
        try:
            standing = publisher.adapters[name].check()
        except Exception as caught:  # noqa: BLE001  one channel must not hide the others
            error = known(caught)
            found.problems.append(Problem(file, None, where, error.message, error.hint))
            continue
        ends = standing.ends_at if standing else None
        if ending := ending_of(publisher.adapters[name], publisher.clock(), ends):
            found.warnings.append(Problem(file, None, where, ending.words, ending.hint(name)))
        found.notes += _notes(name, standing, publisher)
    return found


def _notes(name: str, standing: "Standing | None", publisher: "Publisher") -> Iterator[str]:
    """As whom, with which rights, and until when."""
    if standing is None:
        return
    ends = standing.ends_at
    parts = (
        f"signed in as {standing.account}" if standing.account else "",
        f"may {', '.join(standing.may)}" if standing.may else "",
        f"until {short(ends, publisher.config.site.zone)}" if ends else "",
        "its secret does not end" if standing.lasts and not ends else "",
    )
    if line := "; ".join(filter(None, parts)):
        yield f"{name}: {line}"
