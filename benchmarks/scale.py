"""One edition for ever more subscribers: planning time, rate over time, and the memory it takes."""

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.mailings import Mailing, Postgresql, Rows, Sqlite
from benchmarks.programs import Sink
from benchmarks.results import Row, merge
from tests.conftest import Server

PART = "scale"
PARTS = 10


@dataclass(frozen=True, slots=True)
class Growth:
    """What one size took: seconds to plan, emails a second in each tenth, most memory in MB."""

    subscribers: int
    planning: float
    rates: list[float]
    memory: float


def measure(rows: Rows, folder: Path, subscribers: int) -> Growth:
    """Subscribe so many, plan once alone, then plan and send as a whole program."""
    mailing = Mailing(folder, rows, subscribers)
    planning = mailing.planning()
    with Sink() as sink:
        process = mailing.start(sink.port)
        memory, moments = 0.0, [(0, time.monotonic())]
        while process.poll() is None and moments[-1][0] < subscribers:
            time.sleep(0.05)
            memory = max(memory, held(process.pid))
            taken = sink.taken().emails
            if taken >= subscribers * len(moments) / PARTS:
                moments.append((taken, time.monotonic()))
            elif not taken:
                moments = [(0, time.monotonic())]
            show(f"{subscribers:,} subscribers: {taken:,} sent")
        process.wait()
        if sink.taken().emails != subscribers:
            raise SystemExit(f"the sink took {sink.taken().emails:,} emails of {subscribers:,}")
    pairs = pairwise(moments)
    rates = [(late[0] - soon[0]) / (late[1] - soon[1]) for soon, late in pairs]
    return Growth(subscribers, planning, rates, memory)


def held(pid: int) -> float:
    """The most memory that the program has held so far, in MB.

    What the system tells when a program has ended begins with what its parent held, and here that
    made a million addresses.
    """
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return max((int(each.split()[1]) / 1024 for each in lines if "VmHWM" in each), default=0.0)


def show(what: str) -> None:
    """Show on a terminal what is going on."""
    if sys.stderr.isatty():
        print(f"\r{what:60}\r", end="", file=sys.stderr, flush=True)


def rows_of(name: str, grown: list[Growth]) -> list[Row]:
    """Each size beside the smallest: memory and rate should stay as they are."""
    first = grown[0]
    made = []
    for each in grown[1:]:
        label = f"{PART}, {name}: {each.subscribers:,} subscribers"
        fast, slow = max(each.rates), min(each.rates)
        made += [
            Row(f"{label}: memory", each.memory, first.memory, each.memory / first.memory, "MB"),
            Row(f"{label}: slowest and fastest tenth", slow, fast, slow / fast, "emails/s"),
            Row(
                f"{label}: planning a subscriber",
                each.planning / each.subscribers * 1e6,
                first.planning / first.subscribers * 1e6,
                each.planning / each.subscribers / (first.planning / first.subscribers),
                "µs",
            ),
        ]
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--subscribers", type=int, default=1_000_000, help="the largest of three sizes"
    )
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, not on SQLite")
    options = parser.parse_args()
    name = "PostgreSQL" if options.postgres else "SQLite"
    grown = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="publisher-scale-")))
        server = Server(durable=True) if options.postgres else None
        if server:
            stack.callback(server.stop)
        for subscribers in (
            options.subscribers // 100,
            options.subscribers // 10,
            options.subscribers,
        ):
            here = folder / str(subscribers)
            here.mkdir()
            rows = Postgresql(server) if server else Sqlite(here)
            each = measure(rows, here, subscribers)
            grown.append(each)
            speeds = " ".join(f"{speed:,.0f}" for speed in each.rates)
            print(
                f"{name}, {subscribers:,} subscribers: planned in {each.planning:.2f} s,", end=" "
            )
            print(f"{each.memory:.0f} MB; emails/s by tenths: {speeds}", flush=True)
    merge(rows_of(name, grown), f"{PART}, {name}", subscribers=options.subscribers)


if __name__ == "__main__":
    main()
