import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pytest

from publisher.runners.ticker import Periodic, run

PROGRAM = """
import sys, threading
from publisher.runners.ticker import Periodic, run, stop_on_signals

def say(word):
    print(word, flush=True)

def slow():
    say("begun")
    sys.stdin.readline()
    say("ended")

stop = threading.Event()
stop_on_signals(stop)
run([Periodic("slow", 60, slow)], stop=stop, report=lambda name, error: say(f"{name}: {error}"))
say("returned")
"""


@contextmanager
def running() -> Iterator[tuple[subprocess.Popen[str], IO[str], IO[str]]]:
    """The process, what it prints, and what lets its call end: a line."""
    command = [sys.executable, "-c", PROGRAM]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            assert process.stdout.readline() == "begun\n"
            yield process, process.stdout, process.stdin
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_call_in_flight_end(number: signal.Signals) -> None:
    with running() as (process, output, release):
        process.send_signal(number)
        release.write("\n")
        assert output.read() == "ended\nreturned\n"
        assert process.wait(timeout=10) == 0


def test_a_second_signal_ends_at_once() -> None:
    with running() as (process, output, _):
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == -signal.SIGTERM
        assert output.read() == ""


def test_an_idle_runner_stops_at_once() -> None:
    with running() as (process, output, release):
        release.write("\n")
        assert output.readline() == "ended\n"
        process.send_signal(signal.SIGTERM)
        assert output.read() == "returned\n"
        assert process.wait(timeout=10) == 0


class Ticks:
    """Counts calls and stops the runner after so many."""

    def __init__(self, enough: int) -> None:
        self.stop = threading.Event()
        self.count = 0
        self._enough = enough

    def __call__(self) -> None:
        self.count += 1
        if self.count >= self._enough:
            self.stop.set()


def ignore(name: str, error: Exception) -> None:
    raise AssertionError(f"{name}: {error}")


def test_jobs_are_called_at_once_and_regularly() -> None:
    ticks = Ticks(4)
    begun = time.monotonic()
    run([Periodic("tick", 0.1, ticks)], stop=ticks.stop, report=ignore)
    assert ticks.count == 4
    assert 0.25 < time.monotonic() - begun < 5


def test_an_exception_is_reported_and_ends_nothing() -> None:
    ticks = Ticks(3)
    reports: list[tuple[str, str]] = []

    def broken() -> None:
        ticks()
        raise RuntimeError(f"no. {ticks.count}")

    run(
        [Periodic("broken", 0.05, broken)],
        stop=ticks.stop,
        report=lambda name, error: reports.append((name, str(error))),
    )
    assert reports[:3] == [("broken", "no. 1"), ("broken", "no. 2"), ("broken", "no. 3")]


def test_a_long_call_holds_up_no_other_and_never_overlaps_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ticks = Ticks(20)
    inside: list[int] = [0]
    most: list[int] = [0]

    def long() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        ticks.stop.wait(10)
        inside[0] -= 1

    with caplog.at_level(logging.WARNING):
        jobs = [Periodic("long", 0.05, long), Periodic("tick", 0.05, ticks)]
        run(jobs, stop=ticks.stop, report=ignore)
    assert most == [1]
    assert ticks.count >= 20
    assert caplog.records == []


IDLE = """
import resource, threading, time
from publisher.runners.ticker import Periodic, run

def spent():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime

stop, first = threading.Event(), []

def look():
    first.append((spent(), time.monotonic()))

threading.Timer(4.5, stop.set).start()
jobs = [Periodic("plan", 1, look), Periodic("dispatch", 1, lambda: None)]
run(jobs, stop=stop, report=lambda name, error: None)
(cpu, begun), (later, ended) = first[1], first[-1]
print((later - cpu) / (ended - begun))
"""


@pytest.mark.slow
def test_idling_costs_well_under_one_per_cent_of_a_core() -> None:
    command = [sys.executable, "-c", IDLE]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert float(printed) < 0.01
