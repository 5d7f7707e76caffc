"""`publish now` with a clock that jumps: `python -m tests.chaos.stepped CONFIG AT SECONDS`.

The jump comes at SIGUSR1, forwards or, with negative SECONDS, back.
"""

import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from publisher.config import load
from publisher.dispatch import Watch
from publisher.runners.now import Request, publish_now
from publisher.runners.ticker import stop_on_signals
from publisher.wiring import build


class Clock:
    """The time of day, as somebody may set it."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def jump(self, seconds: float) -> None:
        """Be set forwards or back."""
        self._ahead += timedelta(seconds=seconds)


def main(config_file: Path, at: str, step: float) -> int:
    """Work as `publish now` does; gives its exit code."""
    clock, stop = Clock(), threading.Event()
    stop_on_signals(stop)
    signal.signal(signal.SIGUSR1, lambda *_: clock.jump(step))
    with build(load(config_file, os.environ)) as publisher:
        publisher.clock = publisher.dispatcher.clock = clock
        zone = publisher.config.site.zone
        slot = datetime.fromisoformat(at).replace(tzinfo=zone)
        names = list(publisher.config.newsletters)
        watch = Watch(say=lambda text: print(text, file=sys.stderr), stopping=stop.is_set)  # noqa: T201
        return publish_now(publisher, Request(names, slot, slot), watch).exit_code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
