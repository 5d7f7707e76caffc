"""The outbox as one object."""

from pathlib import Path
from typing import Final, Self

from publisher.outbox.bounces import Bounces
from publisher.outbox.channels import Channels
from publisher.outbox.database import Database
from publisher.outbox.deliveries import Claims
from publisher.outbox.desk import Desk
from publisher.outbox.doubts import Doubts
from publisher.outbox.editions import Planning
from publisher.outbox.exchange import Exchanges
from publisher.outbox.lessons import Lessons
from publisher.outbox.listing import Listings
from publisher.outbox.notices import Notices
from publisher.outbox.opening import open_database
from publisher.outbox.paces import Paces
from publisher.outbox.posts import PostIndex
from publisher.outbox.refusals import Refusals
from publisher.outbox.reports import Reports
from publisher.outbox.scopes import Scopes
from publisher.outbox.spending import Spending
from publisher.outbox.subscribers import Subscribers
from publisher.outbox.timekeeping import Timekeeping
from publisher.outbox.waits import Watched

PATIENCE: Final = 30.0


class Outbox(
    Planning,
    Claims,
    Spending,
    Exchanges,
    Desk,
    Scopes,
    Channels,
    Reports,
    Bounces,
    Watched,
    Paces,
    Timekeeping,
    Listings,
    Notices,
    Doubts,
    Lessons,
):
    """Everything that is planned, queued and sent, in one database.

    May be used from several threads and, by one Outbox each, from several processes. Every method
    is one short transaction and may raise StorageError.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.index = PostIndex(database)
        self.subscribers = Subscribers(database)
        self.refusals = Refusals(database)

    @classmethod
    def open(cls, url: str, *, folder: Path, patience: float = PATIENCE) -> Self:
        """Open the database at `url`, making its folder and tables where they are missing.

        Args:
            url: `sqlite:///relative/path`, `sqlite:////absolute/path` or `postgresql://…`.
            folder: where relative paths start: the folder of config.yaml.
            patience: seconds to wait while another program writes to an SQLite database.

        Raises:
            StorageError: it cannot be opened, is not a database, or is of a newer Publisher.
        """
        return cls(open_database(url, folder, patience))

    def close(self) -> None:
        """Let go of every connection."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
