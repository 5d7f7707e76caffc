"""The programs that senders are measured against, started and stopped: sinks and a slow line."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

HERE = Path(__file__).parent
BUILD = HERE.parent / "build"


def built(name: str) -> Path:
    """The program made of `name`.c, compiled anew only when the source has changed."""
    source, program = HERE / f"{name}.c", BUILD / name
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise SystemExit("the benchmarks need a C compiler: apt-get install gcc libc6-dev")
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        BUILD.mkdir(exist_ok=True)
        subprocess.run([compiler, "-O2", "-o", str(program), str(source)], check=True)
    return program


class Program:
    """A process that lasts as long as a with block; SIGTERM ends it."""

    port: int

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self._ready()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    def _ready(self) -> None:
        self.port = int(self._line())

    def _line(self) -> str:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        return self._process.stdout.readline()


@dataclass(frozen=True, slots=True)
class Taken:
    """What the sink counted: emails, when the first and the last came, CPU seconds of its own."""

    emails: int
    first: float
    last: float
    cpu: float

    @property
    def rate(self) -> float:
        """Emails a second between the first and the last."""
        return (self.emails - 1) / (self.last - self.first) if self.emails > 1 else 0.0


class Sink(Program):
    """The project's own sink."""

    def __init__(self) -> None:
        super().__init__([str(built("sink")), "-p", "0"])

    def taken(self) -> Taken:
        """What it has counted until now."""
        self._process.send_signal(signal.SIGUSR1)
        counts = json.loads(self._line())
        return Taken(counts["messages"], counts["first"], counts["last"], counts["cpu"])


class Delay(Program):
    """A line to `port` with a round trip of `milliseconds`."""

    def __init__(self, port: int, milliseconds: float) -> None:
        super().__init__([str(built("delay")), str(port), str(milliseconds / 2)])


class PostfixSink(Program):
    """Postfix's own sink, which counts nothing that a program could ask for."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
        user = ["-u", "nobody"] if os.geteuid() == 0 else []  # it refuses to run as root
        super().__init__([postfix("smtp-sink"), *user, f"127.0.0.1:{self.port}", "1000"])

    def _ready(self) -> None:
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                if self._process.poll() is not None:
                    raise SystemExit("smtp-sink does not start") from None
                time.sleep(0.01)
            else:
                return


def postfix(name: str) -> str:
    """Where Postfix's tool is; empty if it is not installed."""
    return shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin") or ""
