"""Planning: a slot, its edition or notes, and a delivery for each, in one transaction."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    update,
)

from publisher.durations import Progress, utc_now
from publisher.model.deliveries import (
    EDITION,
    NO_SUBSCRIBERS,
    NOTES,
    Edition,
    EditionDraft,
    Enqueued,
    Kind,
    NoteDraft,
    NotesDraft,
    Outdated,
    Planned,
    Rendered,
    SlotDraft,
    SystemDraft,
    VariantDraft,
)
from publisher.model.posts import Included, Post
from publisher.outbox.contacts.recipients import CONTACTS, newcomers, recipients
from publisher.outbox.contacts.segments import is_uncovered, settle
from publisher.outbox.db.engine import Store, batched, dialect_insert, take_lock
from publisher.outbox.db.tables import (
    deliveries,
    editions,
    included,
    is_newcomer,
    is_note,
    slots,
    watched,
)
from publisher.outbox.db.types import storable
from publisher.outbox.deliveries.keys import note_key, page_key, share
from publisher.outbox.fanout import BLANK, fan_out, highest
from publisher.outbox.freeze import include, include_more, store, texts_of

AT_ONCE: Final = 500
STEP: Final = timedelta(minutes=1)
"""From this much on, a clock that went back was set; less is the daily work of keeping time."""


class Editions(Store):
    """What has been planned, and the only way to plan."""

    most_at_once = 20_000
    """So many subscribers have their delivery by one statement."""

    def previous(self, owner: str, before: datetime | None = None) -> Planned | None:
        """The newest planned slot of a newsletter or announcement, of those before a moment."""
        return next(iter(self.history(owner, limit=1, before=before)), None)

    def last_slot(self, owner: str, before: datetime | None = None) -> datetime | None:
        """The newest planned slot, as `previous` finds it; cheap enough to ask every second.

        Slots that a clock planned early (see `bring_back`) do not count.
        """
        newest = select(func.max(slots.c.slot)).where(slots.c.owner == owner, ~slots.c.early)
        if before is not None:
            newest = newest.where(slots.c.slot < before)
        return self.scalar(newest)

    def last_slots(
        self, owners: Collection[str], since: datetime, before: datetime
    ) -> dict[str, datetime]:
        """`last_slot` of many, of those since a moment."""
        found: dict[str, datetime] = {}
        for some in batched(owners, AT_ONCE):
            mine = (slots.c.owner.in_(some), slots.c.slot >= since, slots.c.slot < before)
            newest = select(slots.c.owner, func.max(slots.c.slot)).where(*mine, ~slots.c.early)
            found |= dict(map(tuple, self.rows(newest.group_by(slots.c.owner))))
        return found

    def first_attempt(self, owner: str, before: datetime) -> datetime | None:
        """The first slot before a moment that had subscribers, whether or not it had posts."""
        mine = (slots.c.owner == owner, slots.c.slot < before)
        someone = ~slots.c.outcome.startswith(NO_SUBSCRIBERS)
        return self.scalar(select(func.min(slots.c.slot)).where(*mine, someone))

    def planned(self, owner: str, slot: datetime, again: str = "") -> Planned | None:
        """What was planned for `slot`, if anything was."""
        wanted = (slots.c.slot == slot, slots.c.again == again)
        return next((Planned(*row) for row in self.rows(_planned(owner).where(*wanted))), None)

    def bring_back(self, now: datetime) -> bool:
        """Mark what was planned after `now`: the clock has been set back; tells whether it was.

        The moments of such slots become `now`, and they hold up no slot that is still to come: what
        subscribers wait for then does not wait for as long as the clock was ahead.
        """
        newest = select(slots.c.planned_at).order_by(slots.c.id.desc()).limit(1)
        planned_at = self.scalar(newest)
        if planned_at is None or planned_at <= now + STEP:
            return False
        read_at = slots.c.read_at
        earlier = case((read_at > now, literal(now, read_at.type)), else_=read_at)
        values = {"planned_at": now, "early": True, "read_at": earlier}
        return self.execute(update(slots).where(slots.c.planned_at > now).values(values)) > 0

    def history(
        self, owner: str, limit: int | None = None, before: datetime | None = None
    ) -> list[Planned]:
        """What was planned, the newest slot first."""
        newest = _planned(owner).order_by(slots.c.slot.desc(), slots.c.id.desc()).limit(limit)
        if before is not None:
            newest = newest.where(slots.c.slot < before)
        return [Planned(*row) for row in self.rows(newest)]

    def version(self, owner: str) -> int:
        """A number that changes with everything that is planned for `owner`."""
        return self.scalar(_version(owner)) or 0

    def included(self, owner: str, since: datetime, posts: Sequence[Post] = ()) -> list[Included]:
        """The posts that `owner` has included in slots since a moment, the oldest slot first.

        Of `posts` also what was included before that, at the same page or from the same file.
        """
        columns = [included.c[name] for name in Included._fields]
        mine = select(*columns).where(included.c.owner == owner)
        queries = [mine.where(included.c.slot >= since).order_by(included.c.slot, included.c.id)]
        for some in batched(posts, AT_ONCE):
            pages = included.c.page_key.in_([page_key(post.url) for post in some])
            files = included.c.path.in_([storable(post.path) for post in some])
            queries += [mine.where(pages), mine.where(files)]  # an index each: name no slot here
        rows = (row for query in queries for row in self.rows(query))
        return sorted(dict.fromkeys(map(Included._make, rows)), key=attrgetter("slot"))

    def has_included(self, owner: str, url: str) -> bool:
        """Whether `owner` has ever included the page at `url`."""
        same = (included.c.owner == owner, included.c.page_key == page_key(url))
        return bool(self.scalar(select(exists().where(*same))))

    def get(self, edition_id: int) -> Edition:
        """A frozen edition.

        Raises:
            KeyError: there is none with this id.
        """
        found = self.rows(select(editions).where(editions.c.id == edition_id))
        if not found:
            raise KeyError(edition_id)
        row = found[0]
        rendered = Rendered(row.subject, row.html, row.text, row.preheader)
        about = (row.id, row.owner, row.channel, row.slot, rendered, row.sender, row.list_id)
        return Edition(*about, row.kind, row.slug, row.segment)

    def stories(self, edition_id: int, most: int) -> list[Included]:
        """The first posts that an edition includes, in their order."""
        i = included.c
        of = slots.join(editions, editions.c.slot_id == slots.c.id)
        same = (i.owner == slots.c.owner, i.slot == slots.c.slot, i.again == slots.c.again)
        columns = [i[name] for name in Included._fields]
        mine = select(*columns).select_from(of.join(included, and_(*same)))
        mine = mine.where(editions.c.id == edition_id).order_by(i.id).limit(most)
        return [Included(*row) for row in self.rows(mine)]

    def record_empty(self, draft: SlotDraft, outcome: str) -> bool:
        """Note that nothing is sent for a slot, and why; False if it had been planned before.

        Raises:
            Outdated: somebody came to the segment for whom there may be something.
        """
        with self.database.writing(f"plan {draft.series}") as connection:
            if is_uncovered(connection, draft):
                raise Outdated
            return self._take_slot(connection, draft, outcome) is not None

    def enqueue_edition(self, draft: EditionDraft, progress: Progress | None = None) -> Enqueued:
        """Freeze an edition and queue it for the active, not suppressed subscribers of its segment.

        A slot that was planned before stays as it is. Without subscribers the slot is recorded as
        `no subscribers`, and nothing counts as included. All of it is one transaction: a crash
        leaves nothing of it, and the next call does it all.

        Args:
            draft: the edition.
            progress: hears now and then how many subscribers of how many have their delivery.

        Raises:
            Outdated: something was planned since its posts were chosen; nothing has changed.
            StorageError: the database cannot be written; then nothing has changed.
        """
        with self._planning(draft) as connection:
            take_lock(connection, CONTACTS)
            if is_uncovered(connection, draft):
                raise Outdated
            outcome = draft.empty_because or (EDITION if _someone(connection, draft) else "")
            slot_id = self._take_slot(connection, draft, outcome or NO_SUBSCRIBERS)
            if slot_id is None:
                wanted = (slots.c.slot == draft.slot, slots.c.again == draft.again)
                known = connection.execute(_planned(draft.series).where(*wanted)).one()
                return Enqueued(new=False, edition_id=known.id, deliveries=0)
            if not outcome:
                return Enqueued(new=True, edition_id=None, deliveries=0)
            return self._queue_edition(connection, draft, slot_id, progress)

    def _queue_edition(
        self, connection: Connection, draft: EditionDraft, slot_id: int, progress: Progress | None
    ) -> Enqueued:
        """The edition of a new slot and its variants, each with its deliveries."""
        first, count = None, 0
        if draft.rendered is not None:
            include(connection, draft)
            which = true() if draft.to_all else or_(~is_newcomer, newcomers(draft.spans))
            first, count = self._freeze(connection, draft, draft, slot_id, which, progress)
        for variant in draft.variants:
            which = newcomers(variant.spans)
            if not draft.empty_because:  # else the others are still to get them
                include_more(connection, draft, variant.included)
            count += self._freeze(connection, draft, variant, slot_id, which, progress)[1]
        if not draft.to_all:
            spans = [*draft.spans, *(span for each in draft.variants for span in each.spans)]
            settle(connection, draft, spans)
        return Enqueued(new=True, edition_id=first, deliveries=count)

    def _freeze(
        self,
        connection: Connection,
        draft: EditionDraft,
        form: EditionDraft | VariantDraft,
        slot_id: int,
        which: ColumnElement[bool],
        progress: Progress | None,
    ) -> tuple[int, int]:
        """Store one form of an edition, queue it for `which`; its id, and for how many."""
        edition_id = store(connection, draft, form, slot_id)
        count = fan_out(connection, draft, edition_id, which, progress, self.most_at_once)
        mine = update(editions).where(editions.c.id == edition_id)
        connection.execute(mine.values(last_id=highest(connection)))
        return edition_id, count

    def enqueue_notes(self, draft: NotesDraft) -> Enqueued:
        """Queue an announcement's notes; a note whose post went to its channel before adds nothing.

        Raises:
            Outdated: something was planned since its posts were chosen; nothing has changed.
            StorageError: the database cannot be written; then nothing has changed.
        """
        with self._planning(draft) as connection:
            if self._take_slot(connection, draft, NOTES) is None:
                return Enqueued(new=False, edition_id=None, deliveries=0)
            include(connection, draft)
            count = sum(self._queue_note(connection, draft, note) for note in draft.notes)
            return Enqueued(new=True, edition_id=None, deliveries=count)

    def freeze_system(self, draft: SystemDraft) -> int:
        """Freeze an email of the system; the id of the one that says the same, if there is one."""
        mine = select(editions.c.id).where(
            editions.c.owner == draft.owner, editions.c.slug == draft.slug
        )
        known = self.scalar(mine)
        if known is not None:
            return int(known)
        with self.database.writing() as connection:
            new = dialect_insert(connection, editions).values(
                slot_id=None,
                owner=draft.owner,
                channel=draft.channel,
                slot=utc_now(),
                **texts_of(draft.rendered),
                sender=draft.sender,
                list_id="",
                after_id=0,
                last_id=0,
                kind=draft.kind,
                segment="",
                slug=draft.slug,
            )
            connection.execute(new.on_conflict_do_nothing())
            return int(connection.execute(mine).scalar_one())

    def first_look(self, owner: str) -> datetime | None:
        """The moment of the first look for slots of `owner`; None: nobody has looked yet."""
        return self.scalar(select(watched.c.since).where(watched.c.owner == owner))

    def first_looks(self, owners: Collection[str]) -> dict[str, datetime]:
        """`first_look` of many; those that nobody has looked for are left out."""
        found: dict[str, datetime] = {}
        for some in batched(owners, AT_ONCE):
            known = select(watched.c.owner, watched.c.since).where(watched.c.owner.in_(some))
            found |= dict(map(tuple, self.rows(known)))
        return found

    def heard(self, owner: str, since: datetime) -> list[tuple[datetime, datetime]]:
        """The slots of `owner` that looked for posts after a moment, and when each did."""
        looked = (slots.c.owner == owner, slots.c.read_at > since, slots.c.again == "")
        mine = select(slots.c.slot, slots.c.read_at).where(*looked).order_by(slots.c.slot)
        return [(slot, read_at) for slot, read_at in self.rows(mine)]

    def watched_since(self, owner: str, now: datetime) -> datetime:
        """The moment of the first look for slots of `owner`, which may be this one.

        A first look by a clock that was ahead is brought back to `now`.
        """
        since = self.first_look(owner)
        if since is not None and since <= now:
            return since
        with self.database.writing() as connection:
            new = dialect_insert(connection, watched).values(owner=owner, since=now)
            early = watched.c.since > now
            upsert = new.on_conflict_do_update(
                index_elements=["owner"], set_={"since": now}, where=early
            )
            connection.execute(upsert)
        return self.first_look(owner) or now

    @contextmanager
    def _planning(self, draft: SlotDraft) -> Iterator[Connection]:
        """A transaction in which nobody else plans for the owner of `draft`, which still holds."""
        with self.database.writing(f"plan {draft.series}") as connection:
            version = connection.scalar(_version(draft.series)) or 0
            if draft.based_on not in (None, version):
                raise Outdated
            yield connection

    def _take_slot(self, connection: Connection, draft: SlotDraft, outcome: str) -> int | None:
        """The new slot's id; None if another took it first."""
        new = dialect_insert(connection, slots).values(
            owner=draft.series,
            slot=draft.slot,
            again=draft.again,
            read_at=draft.read_at,
            outcome=outcome,
            decisions={path: list(words) for path, words in draft.decisions.items()},
            planned_at=utc_now(),
            early=False,
        )
        taken = new.on_conflict_do_nothing().returning(slots.c.id)
        slot_id: int | None = connection.scalar(taken)
        return slot_id

    def _queue_note(self, connection: Connection, draft: NotesDraft, note: NoteDraft) -> int:
        """1 if the note is new, else 0."""
        now = utc_now()
        key = note_key(draft.owner, note.channel, note.once or note.post_url, draft.again)
        new = dialect_insert(connection, deliveries).values(
            **BLANK,
            key=key,
            channel=note.channel,
            kind=Kind.NOTE,
            owner=draft.owner,
            slot=draft.slot,
            post_path=note.post_path,
            recipient="",
            recipient_name="",
            token="",
            payload=note.payload,
            queued_at=now,
            not_before=now + note.jitter * share(key),
            cost=note.cost,
            remark=note.remark or None,
        )
        added = new.on_conflict_do_nothing(index_elements=["key"], index_where=is_note).returning(
            deliveries.c.id
        )
        return 0 if connection.scalar(added) is None else 1


def _planned(owner: str) -> Select[Any]:
    """The columns of Planned, in its order; the edition is the first of a slot that has one."""
    s = slots.c
    before, after = (s.owner, s.slot, s.read_at), (s.outcome, s.decisions, s.again, s.planned_at)
    first = select(func.min(editions.c.id)).where(editions.c.slot_id == s.id, s.outcome == EDITION)
    return select(*before, first.scalar_subquery().label("id"), *after).where(s.owner == owner)


def _someone(connection: Connection, draft: EditionDraft) -> bool:
    return bool(connection.scalar(select(recipients(draft.owner, draft.segment).exists())))


def _version(owner: str) -> Select[Any]:
    return select(func.max(slots.c.id)).where(slots.c.owner == owner)
