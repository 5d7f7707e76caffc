"""The embedded runner: APScheduler 3 ticks in one process, and holds no state.

What is due is in the database, so a tick that is late, skipped or cut short loses nothing.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

HANGUP = getattr(signal, "SIGHUP", signal.SIGTERM)  # Windows has none
ENDING = (signal.SIGTERM, signal.SIGINT, *({HANGUP} - {signal.SIGTERM}))
"""The signals upon which a run finishes what is in flight and ends."""

LOOK_SECONDS = 1.0
STEP_SECONDS = 0.5
"""A clock that is only slewed moves by far less between two looks."""

Report = Callable[[str, Exception], None]


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something to call every so many seconds; it never overlaps with itself."""

    name: str
    seconds: float
    call: Callable[[], None]


def run(calls: Sequence[Periodic], *, stop: threading.Event, report: Report) -> None:
    """Call each at once and then regularly, each in a thread of its own, until `stop` is set.

    Returns when the calls in flight have ended. A call that raises ends neither the runner nor
    what is called: the exception goes to `report` with its name.
    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a long call is no cause for warnings
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(max(1, len(calls)))},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    for each in calls:
        scheduler.add_job(
            _guarded,
            "interval",
            (each, report),
            name=each.name,
            seconds=each.seconds,
            next_run_time=datetime.now(UTC),
        )
    scheduler.start()
    try:
        _wait(stop, scheduler)
    finally:
        scheduler.shutdown(wait=True)


def _wait(stop: threading.Event, scheduler: "BackgroundScheduler") -> None:
    """Wait for `stop`; where the clock was set, let every job come now and then go by the new time.

    APScheduler knows the next tick by the clock on the wall: after a step back it would stand still
    until the old time has come again.
    """
    offset = time.time() - time.monotonic()
    while not stop.wait(LOOK_SECONDS):
        before, offset = offset, time.time() - time.monotonic()
        if abs(offset - before) > STEP_SECONDS:
            for job in scheduler.get_jobs():
                job.modify(next_run_time=datetime.now(UTC))


def stop_on_signals(stop: threading.Event) -> None:
    """Let the first SIGTERM, SIGINT or SIGHUP set `stop`, and a second one end the process at once.

    A terminal that closes sends SIGHUP more than once: further ones are ignored, as all of them
    are under nohup. To be called in the main thread.
    """

    def first(_number: int, _frame: FrameType | None) -> None:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN if number == HANGUP else signal.SIG_DFL)
        # The main thread may be inside stop.wait() and hold its lock: setting it here could block.
        threading.Thread(target=stop.set).start()

    for number in ENDING:
        if number != HANGUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, first)


def _guarded(each: Periodic, report: Report) -> None:
    try:
        each.call()
    except Exception as error:  # noqa: BLE001 - one bad tick must not end the runner
        report(each.name, error)
