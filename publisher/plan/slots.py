"""Slots: which are due, and where those of a day stand."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import takewhile

from publisher.config import Config, Newsletter
from publisher.content.selection.wanted import Wanted
from publisher.model.deliveries import EditionSummary, Planned
from publisher.model.posts import Post
from publisher.outbox.outbox import Outbox
from publisher.plan.series import Publication, Series, publications, segment_of, series_named
from publisher.schedule import due_slot, next_slot

THEN = "chosen then, of what is new by then"
MISSED = "nobody planned it in time"
_MOMENT = timedelta(microseconds=1)


def channels_of(publication: Publication, only: str = "") -> tuple[str, ...]:
    """The channels that a newsletter or announcement sends on; of these `only`, if given."""
    if isinstance(publication, Newsletter):
        return (publication.channel,) if only in {"", publication.channel} else ()
    return tuple(name for name in publication.channels if only in {"", name})


def due_slots(
    config: Config, outbox: Outbox, now: datetime, *, write: bool = True
) -> list[tuple[str, datetime]]:
    """The series that have a slot to plan now, each with that slot.

    One that never planned anything begins with the first slot after Publisher first looked. A slot
    in the future (`--at`, a clock that was wrong) holds up none before it; one that a clock planned
    early is due anew, as a slot of this moment. Without `write` nothing is remembered.
    """
    if write:
        outbox.editions.bring_back(now)
    found: list[tuple[str, datetime]] = []
    for publication in publications(config).values():
        if publication.rule is not None:
            found += _due(outbox, Series(publication, config.site.zone), now, write=write)
            if isinstance(publication, Newsletter):
                segments = segments_of(config, outbox, publication)
                if write and any(_speaks_as_the_site(config, each) for each in segments):
                    outbox.readers.share_language(config.site.language, now)
                    segments = segments_of(config, outbox, publication)
                found += due_among(outbox, segments, now, write=write)
    return found


def _speaks_as_the_site(config: Config, series: Series) -> bool:
    """Its readers came before the site spoke their language, or from an earlier version."""
    language = series.chosen.language
    return bool(language) and not config.site.kept_language(language)


def due_among(
    outbox: Outbox, segments: Iterable[Series], now: datetime, *, write: bool = True
) -> list[tuple[str, datetime]]:
    """Those of the segments that have a slot to plan now; there may be thousands.

    Slots count from the moment on when a reader came into a segment that nobody was in. Those that
    come with each edition of a newsletter without a schedule have no slots of their own.
    """
    found = [each for each in segments if each.publication.rule]
    looks = outbox.editions.first_looks([each.name for each in found])
    begun = []
    for each in found:
        look = looks.get(each.name)
        if look is None or look > now:
            look = outbox.editions.watched_since(each.name, now) if write else now
        if (slot := _latest(each, look, now)) is not None:
            begun.append((each, slot))
    earliest = min((slot for _, slot in begun), default=now)
    last = outbox.editions.last_slots([each.name for each, _ in begun], earliest, now + _MOMENT)
    return [
        (each.name, _free(outbox, each, slot, now))
        for each, slot in begun
        if last.get(each.name, slot - _MOMENT) < slot
        and outbox.segments.has_readers(each.publication.name, each.segment)
    ]


def slots_at_once(
    config: Config,
    outbox: Outbox,
    owner: str,
    slot: datetime,
    now: datetime,
    post: Post | None = None,
    again: str = "",
) -> list[tuple[str, datetime]]:
    """What `publish now` plans of a newsletter or announcement in `slot`: series and their slots.

    Segments whose readers get each edition have that slot; of those who chose times, the ones that
    are due `now` have their own. A person's wish for a `post`, or for a repeat (`again`), is not
    about these.
    """
    found, publication = [(owner, slot)], publications(config)[owner]
    if not isinstance(publication, Newsletter):
        return found
    segments = segments_of(config, outbox, publication)
    found += [
        (each.name, slot)
        for each in segments
        if not each.has_own_times
        and (post is None or _may_have(outbox, each, post, again))
        and outbox.segments.has_readers(owner, each.segment)
    ]
    if post is None and not again:
        found += due_among(outbox, [each for each in segments if each.has_own_times], now)
    return found


def _may_have(outbox: Outbox, series: Series, post: Post, again: str) -> bool:
    """Whether a post that a person names is for the readers of a segment."""
    topics = Wanted(topics=series.chosen.choices.topics)
    known = not again and outbox.editions.has_included(series.name, post.url)
    return topics.refuse(post) is None and not known


def segments_of(config: Config, outbox: Outbox, newsletter: Newsletter) -> list[Series]:
    """The segments of a newsletter, of which some may have no readers any more."""
    keys = outbox.segments.keys(newsletter.name)
    return [segment_of(newsletter, key, config.site.zone) for key in keys]


def _due(
    outbox: Outbox, series: Series, now: datetime, *, write: bool
) -> Iterator[tuple[str, datetime]]:
    after = outbox.editions.last_slot(series.name, before=now + _MOMENT)
    after = after or _first_look(outbox, series.name, now, write=write)
    slot = _latest(series, after, now)
    if slot is not None:
        yield series.name, _free(outbox, series, slot, now)


def _latest(series: Series, after: datetime | None, now: datetime) -> datetime | None:
    publication = series.publication
    if publication.rule is None:
        return None
    return due_slot(publication.rule, after, now, series.zone, publication.max_lateness)


def _free(outbox: Outbox, series: Series, slot: datetime, now: datetime) -> datetime:
    """A slot that is due; this moment where a clock planned that one early."""
    return slot if outbox.editions.planned(series.name, slot) is None else now


def _first_look(outbox: Outbox, owner: str, now: datetime, *, write: bool) -> datetime:
    if write:
        return outbox.editions.watched_since(owner, now)
    return outbox.editions.first_look(owner) or now


def upcoming(config: Config, name: str, after: datetime) -> datetime | None:
    """The next slot of a series after `after`; None where it runs manually only."""
    return next_of(series_named(config, name), after)


def next_of(series: Series, after: datetime) -> datetime | None:
    """The next slot of `series` after `after`; None where it runs manually only."""
    rule = series.publication.rule
    return None if rule is None else next_slot(rule, after, series.zone)


def is_scheduled(config: Config, name: str, slot: datetime) -> bool:
    """Whether the schedule of a series names `slot`; a person's `publish now` is another moment."""
    return upcoming(config, name, slot - _MOMENT) == slot


class When(StrEnum):
    """Where a slot of today stands."""

    PLANNED = "planned"
    MISSED = "missed"
    NEXT = "next"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class DaySlot:
    """One slot of a day; `outcome` says in words what came of it, or will."""

    owner: str
    slot: datetime
    when: When
    outcome: str
    edition: EditionSummary | None = None


def slots_of_day(
    config: Config, outbox: Outbox, owner: str, now: datetime, due: datetime | None
) -> list[DaySlot]:
    """The slots of `owner` on the day of `now` in the site's zone, those planned manually too.

    `due` is the one that is planned next; it may lie before `now`, or on another day.
    """
    begin = datetime.combine(now.astimezone(config.site.zone), time(), config.site.zone)
    end = datetime.combine(begin.date() + timedelta(days=1), time(), config.site.zone)
    history = outbox.editions.history(owner, limit=2_000)
    planned = [each for each in history if begin <= each.slot < end]
    recent = takewhile(lambda each: each.slot >= begin, outbox.listing.editions(owner))
    editions = {each.id: each for each in recent}
    taken = {each.slot for each in planned}
    found = [_planned(each, editions) for each in planned]
    scheduled = _scheduled(config, owner, begin, end)
    found += [_unplanned(owner, slot, now, due) for slot in scheduled if slot not in taken]
    return sorted(found, key=lambda each: each.slot.astimezone(UTC))


def _scheduled(config: Config, owner: str, begin: datetime, end: datetime) -> Iterator[datetime]:
    slot = upcoming(config, owner, begin - _MOMENT)
    while slot is not None and slot < end:
        yield slot
        slot = upcoming(config, owner, slot)


def _planned(planned: Planned, editions: dict[int, EditionSummary]) -> DaySlot:
    edition = editions.get(planned.edition_id) if planned.edition_id is not None else None
    outcome = planned.outcome
    if edition:
        counts = (f"{number:,} {state}" for state, number in edition.counts.items() if number)
        outcome = f"{edition.subject} ({', '.join(counts)})"
    return DaySlot(planned.owner, planned.slot, When.PLANNED, outcome, edition)


def _unplanned(owner: str, slot: datetime, now: datetime, due: datetime | None) -> DaySlot:
    if slot == due:
        return DaySlot(owner, slot, When.NEXT, "see below")
    when, outcome = (When.MISSED, MISSED) if slot <= now else (When.LATER, THEN)
    return DaySlot(owner, slot, when, outcome)
