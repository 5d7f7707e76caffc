"""What can happen to a sender in the middle of a mailing."""

import random
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tests.chaos.parties import PATIENCE, Database, Sender, Sink

GONE = 0.2, 1.5
STEPS = -86_400.0, -3_600.0, -1.0, 1.0, 900.0, 86_400.0


class Kind(StrEnum):
    """The word for it on the command line."""

    KILL = "kill"  # kill -9
    TERM = "term"  # SIGTERM
    DATABASE = "database"  # PostgreSQL crashes and comes back; SQLite is locked by somebody
    SERVER = "server"  # the mail server crashes and comes back
    CLOCK = "clock"  # somebody sets the clock, forwards or back


@dataclass(slots=True)
class Stage:
    """All parties, and how the next trouble is chosen."""

    sender: Sender
    sink: Sink
    database: Database
    chance: random.Random

    def start(self, kind: Kind) -> subprocess.Popen[bytes]:
        """A sender to which `kind` can happen."""
        if kind is Kind.CLOCK:
            return self.sender.start_with_clock(self.chance.choice(STEPS))
        return self.sender.start()

    def hurt(self, kind: Kind, process: subprocess.Popen[bytes]) -> None:
        """Let it happen; a killed sender has ended afterwards, others may go on."""
        gone = self.chance.uniform(*GONE)
        what: dict[Kind, Callable[[], object]] = {
            Kind.KILL: process.kill,
            Kind.TERM: process.terminate,
            Kind.DATABASE: lambda: self.database.cut_off(gone),
            Kind.SERVER: lambda: self.sink.cut_off(gone),
            Kind.CLOCK: lambda: process.send_signal(signal.SIGUSR1),
        }
        what[kind]()
        if kind in {Kind.KILL, Kind.TERM}:
            process.wait(PATIENCE)
