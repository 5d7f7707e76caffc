"""One mailing, hurt again and again at random moments, and then reckoned up."""

import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.chaos.parties import LOOK, PATIENCE
from tests.chaos.reckoning import Reckoning, reckon
from tests.chaos.troubles import Kind, Stage

EARLY = 0.1  # of the troubles come while the sender is still starting
STARTING = 1.0
LINGERING = Kind.SERVER, Kind.DATABASE  # what they made unknown may be written down a little later


@dataclass(slots=True)
class Campaign:
    """So many troubles of some kinds for one mailing to so many subscribers."""

    stage: Stage
    subscribers: int
    connections: int
    kinds: Sequence[Kind]
    say: Callable[[str], None]
    happened: Counter[Kind] = field(default_factory=Counter)
    most_held: int = 0
    faults: list[str] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None
    _last: Kind | None = None

    def run(self) -> tuple[Reckoning, Reckoning]:
        """The reckoning after the troubles, and the one after a person settled the unknown."""
        for number, kind in enumerate(self.kinds):
            if not self._trouble(kind, len(self.kinds) - number):
                break
        if self._process:
            self._process.wait(PATIENCE * 5)
        self.stage.sender.finish()
        first = self._reckon()
        self.say(f"after the troubles: {first}")
        self._settle(first)
        second = self._reckon()
        self.say(f"after publish resolve: {second}")
        return first, second

    def _trouble(self, kind: Kind, left: int) -> bool:
        """Let one thing happen at a random moment; False if all mail was sent before it could."""
        if self.stage.sink.count() >= self.subscribers:
            return False
        process = self._at_work(kind)
        if not self._moment(process, left) and kind is not Kind.SERVER:
            return True
        before = self.stage.database.in_doubt(process.pid)
        self.stage.hurt(kind, process)
        self._look_at_held(kind, process.pid, before)
        self.happened[kind] += 1
        self._last = kind
        return True

    def _at_work(self, kind: Kind) -> subprocess.Popen[bytes]:
        """A running sender, started anew where the last one ended or has no clock to set."""
        if self._process and (kind is Kind.CLOCK or self._process.poll() is not None):
            if self._process.poll() is None:
                self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None
        if self._process is None:
            self._process = self.stage.start(kind)
        return self._process

    def _moment(self, process: subprocess.Popen[bytes], left: int) -> bool:
        """Wait for a random moment; False if the sender ended before it came."""
        chance, sink = self.stage.chance, self.stage.sink
        if chance.random() < EARLY:
            time.sleep(chance.uniform(0, STARTING))
            return process.poll() is None
        begun = sink.count()
        aim = begun + chance.uniform(1, max(2, 1.5 * (self.subscribers - begun) / left))
        while sink.count() < aim and process.poll() is None:
            time.sleep(LOOK)
        return process.poll() is None

    def _look_at_held(self, kind: Kind, pid: int, before: set[str]) -> None:
        """After an end, few rows may be in flight; after a polite one, none."""
        if kind not in {Kind.KILL, Kind.TERM}:
            return
        held = len(self.stage.database.held_by(pid))
        self.most_held = max(self.most_held, held)
        most = 2 * self.connections if kind is Kind.KILL else 0
        if held > most:
            self.faults.append(f"{kind}: {held} rows in sending, at most {most} may be")
        if kind is Kind.KILL or self._last in LINGERING:
            return
        fresh = self.stage.database.in_doubt(pid) - before
        if fresh:
            self.faults.append(f"term: {len(fresh)} rows became unknown")

    def _reckon(self) -> Reckoning:
        found = reckon(self.stage.database.rows(), self.stage.sink.accepted(), self.subscribers)
        self.faults += found.faults
        return found

    def _settle(self, first: Reckoning) -> None:
        """Do what an operator does who has the mail server's log."""
        self.stage.sender.resolve(first.arrived, "sent")
        self.stage.sender.resolve(first.missed, "retry")
        self.stage.sender.finish()


def draw(number: int, kinds: Sequence[Kind], chance: random.Random) -> list[Kind]:
    """So many troubles, each kind about as often as the others, in random order."""
    drawn = [kinds[each % len(kinds)] for each in range(number)]
    chance.shuffle(drawn)
    return drawn
