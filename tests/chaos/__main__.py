"""`make chaos`: hurt a mailing many times, then hold the ledger against the mail server's log."""

import argparse
import random
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.campaign import Campaign, draw
from tests.chaos.parties import Database, Postgresql, Sender, Sink, Sqlite
from tests.chaos.troubles import Kind, Stage
from tests.conftest import Server


def parse() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="how many troubles")
    parser.add_argument("--subscribers", type=int, default=20_000)
    parser.add_argument("--seed", type=int, help="repeats the troubles of an earlier run")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument(
        "--late", type=float, default=0.003, help="seconds that the mail server takes to answer"
    )
    parser.add_argument(
        "--kinds", nargs="+", type=Kind, choices=list(Kind), default=list(Kind), help="of trouble"
    )
    return parser.parse_args()


@contextmanager
def database_of(kind: str, folder: Path) -> Iterator[Database]:
    """A durable database that ends with the run."""
    if kind == "sqlite":
        yield Sqlite(folder)
        return
    server = Server(durable=True)
    try:
        yield Postgresql(server)
    finally:
        server.stop()


@contextmanager
def campaign(options: argparse.Namespace, folder: Path) -> Iterator[Campaign]:
    """All parties, ready; none of them is left running."""
    chance = random.Random(options.seed)  # noqa: S311 - no secret
    with database_of(options.database, folder) as database:
        sink = Sink(folder, options.late)
        sender = Sender(folder, sink, database, options.connections)
        sender.add_subscribers(options.subscribers)
        try:
            yield Campaign(
                Stage(sender, sink, database, chance),
                options.subscribers,
                options.connections,
                draw(options.kills, options.kinds, chance),
                say,
            )
        finally:
            sender.kill()
            sink.kill()


def say(text: str) -> None:
    """One line for whoever watches."""
    print(text, flush=True)  # noqa: T201 - a program's own output


def main() -> int:
    """Run it; 1 if a promise was broken."""
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    options.seed = random.randrange(10**6) if options.seed is None else options.seed  # noqa: S311
    say(f"seed {options.seed}, {options.database}, {options.subscribers:,} subscribers")
    with tempfile.TemporaryDirectory(prefix="publisher-chaos-") as folder:
        with campaign(options, Path(folder)) as hurt:
            hurt.run()
        counts = ", ".join(f"{number} {kind}" for kind, number in sorted(hurt.happened.items()))
        say(f"happened: {counts}; at most {hurt.most_held} rows in flight after an end")
        for fault in hurt.faults:
            say(fault)
        if hurt.faults:
            say(f"the senders said:\n{hurt.stage.sender.said()}")
    say("nothing lost, nothing doubled" if not hurt.faults else f"{len(hurt.faults)} faults")
    return 1 if hurt.faults else 0


if __name__ == "__main__":
    sys.exit(main())
