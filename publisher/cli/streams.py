"""Standard output and error that may be closed, full, or read by nobody.

What cannot be written is lost; it never fails, and never holds up, what is being done.
"""

import io
import os
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PATIENCE_SECONDS: Final = 1.0
"""How long a line waits for whoever reads it; where nobody does, only the first one waits."""

MOST_WAITING: Final = 10_000
_STANDARD: Final = 3  # descriptors 0, 1 and 2


class OutputLost(OSError):
    """Standard output takes no more; what is written to it from now on goes nowhere."""


class _Stream(io.RawIOBase):
    """A standard descriptor, which stays open."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor

    def writable(self) -> bool:
        """Tell io that it may write."""
        return True

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self._descriptor)


class StandardOutput(_Stream):
    """Standard output: what was asked for. The first failure is reported, once."""

    _is_lost = False

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write some of `data`; OutputLost, once, if it cannot be written."""
        if self._is_lost:
            return len(memoryview(data))
        try:
            return os.write(self._descriptor, data)
        except OSError as error:
            self._is_lost = True
            raise OutputLost(error.errno, error.strerror) from error


class StandardError(_Stream):
    """Standard error: lines for people, written by a thread of their own."""

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor)
        self._waiting: SimpleQueue[tuple[bytes, Event]] = SimpleQueue()
        self._last = Event()
        self._last.set()
        self._thread: Thread | None = None

    def write(self, data: "ReadableBuffer", /) -> int:
        """Write `data`, or lose it; takes at most a second, and no time while that is spent."""
        line = bytes(data)
        if self._waiting.qsize() < MOST_WAITING:
            patience = PATIENCE_SECONDS if self._last.is_set() else 0.0
            self._last = Event()
            self._waiting.put((line, self._last))
            if self._thread is None:
                self._thread = Thread(target=self._write_all, name="stderr", daemon=True)
                self._thread.start()
            self._last.wait(patience)
        return len(line)

    def _write_all(self) -> None:
        while True:
            line, written = self._waiting.get()
            with suppress(OSError):
                while line:
                    line = line[os.write(self._descriptor, line) :]
            written.set()


def take_over() -> None:
    """Let both streams of this process be as this module promises, and none be missing.

    Where 0, 1 or 2 is closed, the database or a socket would get that number, and the output.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < _STANDARD:
        pass
    os.close(descriptor)
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False))
    sys.stdout = _text(StandardOutput(1), sys.stdout, line_buffering=os.isatty(1))
    sys.stderr = _text(StandardError(2), sys.stderr, line_buffering=True)


def _text(raw: _Stream, before: object, *, line_buffering: bool) -> io.TextIOWrapper:
    """A text stream over `raw`, in the encoding of the one before."""
    encoding = getattr(before, "encoding", None) or "utf-8"
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=encoding,
        errors="backslashreplace",
        line_buffering=line_buffering,
    )
