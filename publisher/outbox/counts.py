"""How often editions and their links are opened: of all readers together, and by day."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, select, update

from publisher.model.deliveries import Totals
from publisher.outbox.db.engine import Store, batched, dialect_insert
from publisher.outbox.db.tables import counts, deliveries, subscriptions

AT_ONCE: Final = 500
AT_ARRIVAL: Final = timedelta(seconds=30)

_c, _s = counts.c, subscriptions.c


class Counts(Store):
    """Totals, and no more: of no reader and no address is anything kept here."""

    def add(self, opened: Mapping[tuple[int, int], int], day: date) -> None:
        """Add to the totals of a day; keys are an edition and one of its links, 0 for itself."""
        rows = [
            {"edition_id": edition, "link": link, "day": day.isoformat(), "number": number}
            for (edition, link), number in sorted(opened.items())
        ]
        if not rows:
            return
        with self.database.writing() as connection:
            new = dialect_insert(connection, counts)
            more = {"number": _c.number + new.excluded.number}
            keys = counts.primary_key.columns.keys()
            connection.execute(new.on_conflict_do_update(index_elements=keys, set_=more), rows)

    def totals(self, editions: Collection[int]) -> dict[int, Totals]:
        """Of each edition that anything was counted of."""
        found: dict[int, Totals] = {}
        opens = func.sum(case((_c.link == 0, _c.number), else_=0))
        for some in batched(list(editions), AT_ONCE):
            mine: Select[Any] = select(_c.edition_id, opens, func.sum(_c.number))
            mine = mine.where(_c.edition_id.in_(some)).group_by(_c.edition_id)
            for edition, itself, number in self.rows(mine):
                found[edition] = Totals(int(itself), int(number - itself))
        return found

    def of_links(self, edition: int) -> Counter[int]:
        """How often each link of an edition was opened."""
        mine = select(_c.link, func.sum(_c.number)).where(_c.edition_id == edition)
        rows: Select[Any] = mine.group_by(_c.link)
        return Counter({link: int(number) for link, number in self.rows(rows)})

    def seen(self, opened: Collection[int], now: datetime) -> None:
        """Their readers have given a sign of life; `opened` are numbers of deliveries.

        Of each no more is kept than this month. What is opened within seconds of its arrival, a
        scanner has opened.
        """
        this = month_of(now)
        with self.database.writing() as connection:
            for some in batched(list(opened), AT_ONCE):
                whose = select(deliveries.c.subscriber_id).where(deliveries.c.id.in_(some))
                whose = whose.where(deliveries.c.sent_at < now - AT_ARRIVAL)
                later = and_(_s.id.in_(whose), _s.seen_month < this)
                connection.execute(update(subscriptions).where(later).values(seen_month=this))

    def watch(self, newsletter: str, now: datetime) -> None:
        """From this month on, it counts when its readers open something."""
        mine = and_(_s.newsletter == newsletter, _s.seen_month.is_(None))
        self._change(mine, month_of(now))

    def forget(self, newsletters: Collection[str]) -> None:
        """Keep no reader's month but where one of `newsletters` asks who is silent."""
        others = and_(_s.seen_month.is_not(None), _s.newsletter.not_in(list(newsletters)))
        self._change(others, None)

    def _change(self, which: ColumnElement[bool], month: int | None) -> None:
        """Write only where there is something to write: this is asked every hour."""
        if self.scalar(select(_s.id).where(which).limit(1)) is not None:
            self.execute(update(subscriptions).where(which).values(seen_month=month))


def month_of(moment: datetime) -> int:
    """The month, counted from the year 0."""
    return moment.year * 12 + moment.month - 1
