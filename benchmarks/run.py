"""Speed and memory against named peers, as whole processes in one run; ratios, no verdicts.

The peer for reading is a loop of `frontmatter.load` over the same files; for starting up, a Python
that does nothing. Every round runs each case once, in turn, so that a busy machine slows all.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from benchmarks.results import Row, merge
from benchmarks.synthetic import make_site

PART = "reading"
PUBLISH = str(Path(sys.executable).with_name("publish"))
PEER = """
import sys
from pathlib import Path
import frontmatter
for path in Path(sys.argv[1]).glob("*.md"):
    frontmatter.load(path)
"""


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall-clock seconds, and the most memory it held, in MB."""

    seconds: float
    memory: float


@dataclass(frozen=True, slots=True)
class Case:
    """A command to measure, and what to do before each of its runs."""

    command: Sequence[str]
    before: Callable[[], None] = lambda: None


def measure(command: Sequence[str]) -> Run:
    """Run `command` and wait for it; its output is thrown away, a failure ends the benchmark."""
    with tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            errors.seek(0)
            said = errors.read().decode(errors="replace")
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    scale = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_maxrss * scale / 1e6)


class Site:
    """A made-up site in a folder, and the commands that are measured on it."""

    def __init__(self, folder: Path, count: int) -> None:
        self.count = count
        self._folder = folder
        make_site(folder, count, datetime.now(ZoneInfo("Europe/London")))

    def publish(self, *words: str) -> list[str]:
        """The command line of `publish` on this site."""
        return [PUBLISH, "-c", str(self._folder / "config.yaml"), *words]

    def forget(self) -> None:
        """Remove the database, so that the next run reads every file."""
        for path in (self._folder / "queue").glob("publisher.db*"):
            path.unlink()

    def cases(self) -> dict[str, Case]:
        """In the order in which each round runs them: a cold run leaves a warm index."""
        posts = str(self._folder / "source" / "_posts")
        return {
            "peer": Case([sys.executable, "-c", PEER, posts]),
            "cold": Case(self.publish("posts", "--json"), before=self.forget),
            "warm json": Case(self.publish("posts", "--json")),
            "warm": Case(self.publish("posts")),
            "now": Case(self.publish("now"), before=self.send_everything),
            "help": Case([PUBLISH, "--help"]),
            "python": Case([sys.executable, "-c", "pass"]),
        }

    def send_everything(self) -> None:
        """Leave nothing due for the `publish now` that is measured next."""
        measure(self.publish("subscribers", "add", "subscriber@gazette.example"))
        measure(self.publish("now"))


def measure_all(site: Site, rounds: int) -> dict[str, list[Run]]:
    """Every case `rounds` times, in turn."""
    cases = site.cases()
    runs: dict[str, list[Run]] = {name: [] for name in cases}
    for number in range(1, rounds + 1):
        for name, case in cases.items():
            say(f"{site.count:,} posts, round {number} of {rounds}: {name}")
            case.before()
            runs[name].append(measure(case.command))
    say("")
    return runs


def say(what: str) -> None:
    """Show on a terminal what is going on, on one line that the next word overwrites."""
    if sys.stderr.isatty():
        print(f"\r{what:60}\r", end="", file=sys.stderr, flush=True)


def table(runs: dict[str, list[Run]], count: int) -> list[Row]:
    """The medians of one site, each beside its peer."""
    seconds = {name: median(run.seconds for run in each) for name, each in runs.items()}
    memory = {name: max(run.memory for run in each) for name, each in runs.items()}

    def faster(name: str, ours: str, peer: str = "peer") -> Row:
        ratio = seconds[peer] / seconds[ours]
        return Row(f"{name}, {count:,} posts", seconds[ours], seconds[peer], ratio, "s")

    def smaller(name: str, ours: str) -> Row:
        ratio = memory["peer"] / memory[ours]
        return Row(f"{name}, {count:,} posts", memory[ours], memory["peer"], ratio, "MB")

    return [
        faster("posts --json, cold index", "cold"),
        faster("posts --json, warm index", "warm json"),
        faster("posts, warm index", "warm"),
        faster("now with nothing due, warm index", "now"),
        faster("--help (peer: a bare Python)", "help", "python"),
        smaller("peak memory of posts, cold", "cold"),
        smaller("peak memory of posts, warm", "warm"),
        smaller("peak memory of now", "now"),
    ]


def growth(small: list[Row], large: list[Row], factor: float) -> list[Row]:
    """How much more each post costs on the large site: 1 is linear."""
    return [
        Row(f"growth: {new.name}", new.ours, old.ours, new.ours / old.ours / factor, new.unit)
        for old, new in zip(small, large, strict=True)
        if new.unit == "s" and "--help" not in new.name
    ]


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    print(f"{'':62}{'ours':>9}{'peer':>9}{'ratio':>8}")
    for row in rows:
        print(f"{row.name:62}{row.ours:9.2f}{row.peer:9.2f}{row.ratio:8.2f} {row.unit}")


def bench(count: int, rounds: int) -> list[Row]:
    """Make a site of `count` posts, measure it, and remove it."""
    with tempfile.TemporaryDirectory(prefix="publisher-bench-") as folder:
        say(f"making {count:,} posts")
        return table(measure_all(Site(Path(folder), count), rounds), count)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=25_000, help="posts of the made-up site")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each case")
    parser.add_argument("--large", action="store_true", help="also four times as many posts")
    options = parser.parse_args(arguments)
    rows = bench(options.posts, options.rounds)
    if options.large:
        large = bench(4 * options.posts, options.rounds)
        rows += [*large, *growth(rows, large, 4)]
    show(rows)
    named = [replace(row, name=f"{PART}: {row.name}") for row in rows]
    merge(named, PART, posts=options.posts, rounds=options.rounds)


if __name__ == "__main__":
    main()
