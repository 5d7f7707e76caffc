"""Emails a second against named senders: the same digest, the same sinks, in turn, in one run.

Ours is the whole program, a durable row per subscriber; its rate is that of the sending part, from
the first to the last email that the sink took. The peers keep no rows and send one constant email.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import plot
from benchmarks.mailings import Mailing, Postgresql, Rows, Sent, Sqlite
from benchmarks.programs import HERE, Delay, PostfixSink, Sink, Taken, postfix
from benchmarks.results import Row, merge, rate
from tests.conftest import Server

PLOT = HERE.parent / "docs" / "images" / "sending.svg"
PART = "sending"
SLOW_PEERS = {"aiosmtplib": "peer_aiosmtplib.py", "smtplib": "peer_smtplib.py"}
POSTFIX = "smtp-source"
FAST, LIMITED, FAR, FAR_WIDE = (
    "own sink, 10 connections",
    "Postfix's smtp-sink, 10 connections",
    "20 ms round trip, 10 connections",
    "20 ms round trip, 50 connections",
)


@dataclass(frozen=True, slots=True)
class Costs:
    """CPU microseconds an email, by whose they are, and what our process weighs."""

    ours: float
    database: float
    sink: float
    whole_rate: float
    memory: float


@dataclass(slots=True)
class Bench:
    """The mailings by size and database, the peers' email, and what was measured."""

    folder: Path
    subscribers: int
    rounds: int
    large: dict[str, Mailing] = field(default_factory=dict)
    medium: dict[str, Mailing] = field(default_factory=dict)
    small: dict[str, Mailing] = field(default_factory=dict)
    rates: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    costs: dict[str, list[Costs]] = field(default_factory=lambda: defaultdict(list))
    steps: dict[str, dict[str, float]] = field(default_factory=dict)

    def prepare(self, rows: Rows, make: Callable[[Path], Rows]) -> None:
        """Add the subscribers, once for each size."""
        sizes = ((self.large, 1), (self.medium, 5), (self.small, 50))
        for number, (mailings, part) in enumerate(sizes):
            folder = self.folder / f"{rows.name}-{part}"
            folder.mkdir()
            here = rows if number == 0 else make(folder)
            mailings[rows.name] = Mailing(folder, here, max(100, self.subscribers // part))

    @property
    def mail(self) -> Path:
        """The peers' email, in a file."""
        file = self.folder / "mail.txt"
        if not file.exists():
            file.write_bytes(next(iter(self.large.values())).digest())
        return file

    def run(self) -> None:
        """Every case once a round, in turn."""
        for number in range(1, self.rounds + 1):
            for place, who, case in self._cases():
                say(f"round {number} of {self.rounds}: {place}: {who}")
                self.rates[place, who].append(case())
        for name, mailing in self.medium.items():
            say(f"steps run alone: {name}")
            with Sink() as sink:
                self.steps[name] = mailing.steps(sink.port)
        say("")

    def _cases(self) -> Iterator[tuple[str, str, Callable[[], float]]]:
        yield from self._near()
        yield from self._limited()
        yield from self._far(FAR, 10, self.subscribers // 250)
        yield from self._far(FAR_WIDE, 50, self.subscribers // 50)

    def _near(self) -> Iterator[tuple[str, str, Callable[[], float]]]:
        if postfix(POSTFIX):
            yield FAST, POSTFIX, partial(self._peer, POSTFIX, self.subscribers)
        for name, mailing in self.large.items():
            for processes in (1, 2, 4):
                who = ours(name, processes)
                yield FAST, who, partial(self._ours, who, mailing, processes)
        for peer in SLOW_PEERS:
            yield FAST, peer, partial(self._peer, peer, self.subscribers // 20)

    def _limited(self) -> Iterator[tuple[str, str, Callable[[], float]]]:
        if not postfix("smtp-sink"):
            return
        yield LIMITED, POSTFIX, partial(self._at_postfix, POSTFIX, self.subscribers // 5)
        for name, mailing in self.medium.items():
            yield LIMITED, ours(name, 1), partial(self._ours_at_postfix, mailing)
        yield LIMITED, "aiosmtplib", partial(self._at_postfix, "aiosmtplib", self.subscribers // 20)

    def _far(
        self, place: str, connections: int, count: int
    ) -> Iterator[tuple[str, str, Callable[[], float]]]:
        peers = [POSTFIX] if postfix(POSTFIX) else []
        for peer in [*peers, *SLOW_PEERS]:
            yield place, peer, partial(self._peer, peer, count, connections, 20)
        mailings = self.small if connections == 10 else self.medium
        for name, mailing in mailings.items():
            yield place, ours(name, 1), partial(self._ours_far, mailing, connections)

    def _ours(self, who: str, mailing: Mailing, processes: int) -> float:
        with Sink() as sink:
            sent = mailing.send(sink.port, processes=processes)
            taken = sink.taken()
        self.costs[who].append(costs(sent, taken))
        return checked(taken, sent.emails)

    def _ours_far(self, mailing: Mailing, connections: int) -> float:
        with Sink() as sink, Delay(sink.port, 20) as line:
            sent = mailing.send(line.port, connections=connections)
            return checked(sink.taken(), sent.emails)

    def _ours_at_postfix(self, mailing: Mailing) -> float:
        with PostfixSink() as sink:
            sent = mailing.send(sink.port)
        return sent.emails / sent.ledger_seconds

    def _peer(self, peer: str, count: int, connections: int = 10, delay: float = 0) -> float:
        count = max(20, count // connections) * connections
        with ExitStack() as stack:
            sink = stack.enter_context(Sink())
            port = stack.enter_context(Delay(sink.port, delay)).port if delay else sink.port
            self._run(peer, port, connections, count)
            return checked(sink.taken(), count)

    def _at_postfix(self, peer: str, count: int) -> float:
        count = max(1, count // 10) * 10
        with PostfixSink() as sink:
            begun = time.perf_counter()
            self._run(peer, sink.port, 10, count)
            return count / (time.perf_counter() - begun)

    def _run(self, peer: str, port: int, connections: int, count: int) -> None:
        if peer == POSTFIX:
            words = ["-d", "-s", str(connections), "-m", str(count), "-F", str(self.mail)]
            command = [postfix(POSTFIX), *words, f"127.0.0.1:{port}"]
        else:
            script = str(HERE / SLOW_PEERS[peer])
            command = [sys.executable, script, *map(str, (port, connections, count, self.mail))]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    def median(self, place: str, who: str) -> float:
        """Of the rounds; 0 where it was not measured."""
        found = self.rates.get((place, who))
        return median(found) if found else 0.0


def ours(database: str, processes: int) -> str:
    """How a row of the table names our program."""
    return f"publish now, {database}, {processes} process{'es' if processes > 1 else ''}"


def checked(taken: Taken, emails: int) -> float:
    """The rate, if every mail arrived once."""
    if taken.emails != emails:
        raise SystemExit(f"the sink took {taken.emails:,} emails of {emails:,}")
    return taken.rate


def costs(sent: Sent, taken: Taken) -> Costs:
    """By the mail."""
    each = 1e6 / sent.emails
    return Costs(
        ours=sent.cpu * each,
        database=sent.server_cpu * each,
        sink=taken.cpu * each,
        whole_rate=sent.emails / sent.seconds,
        memory=sent.memory,
    )


def say(what: str) -> None:
    """Show on a terminal what is going on, on one line that the next word overwrites."""
    if sys.stderr.isatty():
        print(f"\r{what:76}\r", end="", file=sys.stderr, flush=True)


def show(bench: Bench) -> None:
    """Print the tables."""
    print(f"\n{'emails a second, medians':52}{'':>9}{'/ ' + POSTFIX:>14}{'/ aiosmtplib':>14}")
    for place in dict.fromkeys(place for place, _ in bench.rates):
        print(place)
        for who in dict.fromkeys(who for where, who in bench.rates if where == place):
            number = bench.median(place, who)
            ratios = [ratio(number, bench.median(place, peer)) for peer in (POSTFIX, "aiosmtplib")]
            print(f"  {who:50}{number:9,.0f}{ratios[0]:>14}{ratios[1]:>14}")
        if not bench.median(place, POSTFIX):
            print(f"  {POSTFIX:50}{'not installed':>13}")
    print(
        f"\n{'our whole program, own sink':44}{'emails/s':>9}{'MB':>6}   CPU microseconds an email"
    )
    print(f"{'':44}{'in all':>9}{'':>6}{'ours':>8}{'database':>10}{'sink':>6}")
    for who, found in bench.costs.items():
        c = middle(found)
        print(
            f"  {who:42}{c.whole_rate:9,.0f}{c.memory:6.0f}"
            f"{c.ours:8.1f}{c.database:10.1f}{c.sink:6.1f}"
        )


def show_steps(bench: Bench) -> None:
    """Print what each step costs; the dearest is the next limit."""
    print("\nCPU microseconds an email, each step run alone")
    for name, steps in bench.steps.items():
        print(f"  {name:14}" + "  ".join(f"{step} {cost:.1f}" for step, cost in steps.items()))


def ratio(ours: float, peer: float) -> str:
    """As the table shows it."""
    return f"{ours / peer:.2f}" if peer else "-"


def middle(found: list[Costs]) -> Costs:
    """The run whose rate is the median."""
    return sorted(found, key=lambda each: each.whole_rate)[len(found) // 2]


def rows(bench: Bench) -> list[Row]:
    """Ours against each peer, wherever both were measured; more processes against one."""
    made = []
    for place, who in bench.rates:
        if not who.startswith("publish"):
            continue
        peers = [POSTFIX, *SLOW_PEERS]
        if not who.endswith("1 process"):
            peers = [f"{who.rpartition(',')[0]}, 1 process"]
        for peer in peers:
            if other := bench.median(place, peer):
                name = f"{PART}, {place}: {who} / {peer}"
                made.append(rate(name, bench.median(place, who), other))
    return made


def picture(bench: Bench) -> str:
    """The plot of the medians."""
    groups = []
    for place in dict.fromkeys(place for place, _ in bench.rates):
        whos = [who for where, who in bench.rates if where == place]
        bars = [(who, bench.median(place, who), who.startswith("publish")) for who in whos]
        groups.append((place, sorted(bars, key=lambda bar: -bar[1])))
    return plot.draw(f"Emails a second, {bench.subscribers:,} subscribers, a row for each", groups)


@contextmanager
def prepared(subscribers: int, rounds: int, *, postgres: bool) -> Iterator[Bench]:
    """All mailings ready to be sent; nothing is left afterwards."""
    with tempfile.TemporaryDirectory(prefix="publisher-bench-") as name, ExitStack() as stack:
        folder = Path(name)
        bench = Bench(folder, subscribers, rounds)
        say("adding the subscribers")
        (folder / "files").mkdir()
        bench.prepare(Sqlite(folder / "files"), Sqlite)
        if postgres:
            server = Server(durable=True)
            stack.callback(server.stop)
            bench.prepare(Postgresql(server), lambda _: Postgresql(server))
        yield bench


def measure(subscribers: int, rounds: int, *, postgres: bool = True) -> None:
    """Measure, print, and write the results and the plot."""
    with prepared(subscribers, rounds, postgres=postgres) as bench:
        bench.run()
    show(bench)
    show_steps(bench)
    merge(rows(bench), PART, subscribers=subscribers, rounds=rounds)
    plot.write(PLOT, picture(bench))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-postgres", action="store_true", help="SQLite only")
    parser.add_argument("--quick", action="store_true", help="5,000 subscribers, one round")
    options = parser.parse_args(arguments)
    if options.quick:
        options.subscribers, options.rounds = 5_000, 1
    measure(options.subscribers, options.rounds, postgres=not options.no_postgres)


if __name__ == "__main__":
    main()
