"""The outbox as one object."""

from pathlib import Path
from typing import Final, Self

from publisher.outbox.archive import Archive
from publisher.outbox.channels import Channels
from publisher.outbox.clock_changes import ClockChanges
from publisher.outbox.contacts.addresses import Addresses, Moved
from publisher.outbox.contacts.bounces import Bounces
from publisher.outbox.contacts.erasure import Erasure
from publisher.outbox.contacts.keys import Keys
from publisher.outbox.contacts.people import People
from publisher.outbox.contacts.readers import Readers
from publisher.outbox.contacts.segments import Segments
from publisher.outbox.contacts.silent import Silent
from publisher.outbox.contacts.subscribers import Subscribers
from publisher.outbox.counts import Counts
from publisher.outbox.credentials import AllCredentials
from publisher.outbox.db.engine import Database
from publisher.outbox.db.open import open_database
from publisher.outbox.deliveries.bulk import Exchanges
from publisher.outbox.deliveries.claims import Deliveries
from publisher.outbox.deliveries.operator import Operator
from publisher.outbox.deliveries.paging import Listing
from publisher.outbox.deliveries.posted import Posted
from publisher.outbox.deliveries.runs import Runs
from publisher.outbox.deliveries.stats import Stats, Throughput
from publisher.outbox.deliveries.system import SystemQueue
from publisher.outbox.doubts import Doubts
from publisher.outbox.editions import Editions
from publisher.outbox.figures import Figures
from publisher.outbox.limits.budget import Budgets
from publisher.outbox.limits.learned import Learned
from publisher.outbox.limits.store import LimitsStore
from publisher.outbox.limits.warm_ups import WarmUps
from publisher.outbox.mailboxes import Mailboxes
from publisher.outbox.notices import Notices
from publisher.outbox.post_index.index import PostIndex

__all__ = ["Moved", "Outbox"]

PATIENCE: Final = 30.0


class Outbox:
    """Everything that is planned, queued and sent, in one database.

    May be used from several threads and, by one Outbox each, from several processes. Every method
    of its parts is one short transaction and may raise StorageError.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.editions = Editions(database)
        self.archive = Archive(database)
        self.counts = Counts(database)
        self.figures = Figures(database)
        self.deliveries = Deliveries(database)
        self.exchanges = Exchanges(database)
        self.operator = Operator(database)
        self.system = SystemQueue(database)
        self.listing = Listing(database)
        self.runs = Runs(database)
        self.posted = Posted(database)
        self.stats = Stats(database)
        self.throughput = Throughput(database)
        self.channels = Channels(database)
        self.credentials = AllCredentials(database)
        self.limits = LimitsStore(database)
        self.warm_ups = WarmUps(database)
        self.learned = Learned(database)
        self.budget = Budgets(database)
        self.doubts = Doubts(database)
        self.subscribers = Subscribers(database)
        self.readers = Readers(database)
        self.silent = Silent(database)
        self.segments = Segments(database)
        self.addresses = Addresses(database)
        self.keys = Keys(database)
        self.people = People(database)
        self.erasure = Erasure(database)
        self.bounces = Bounces(database)
        self.post_index = PostIndex(database)
        self.notices = Notices(database)
        self.mailboxes = Mailboxes(database)
        self.clock = ClockChanges(database)

    @classmethod
    def open(cls, url: str, *, folder: Path, patience: float = PATIENCE) -> Self:
        """Open the database at `url`, making its folder and tables where they are missing.

        Args:
            url: `sqlite:///relative/path`, `sqlite:////absolute/path` or `postgresql://…`.
            folder: where relative paths start: the folder of config.yaml.
            patience: seconds to wait while another program writes to an SQLite database.

        Raises:
            StorageError: it cannot be opened, is not a database, or is from a newer Publisher.
        """
        return cls(open_database(url, folder, patience))

    def close(self) -> None:
        """Let go of every connection."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
