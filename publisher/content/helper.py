"""A helper process: half of a large first reading, on another processor.

It is this module run by the same Python. What to read comes as JSON on standard input; one line per
file goes to standard output, in order: the post's payload, a problem after `!`, or nothing for a
file that is gone. Where no helper can be had, or it fails, the reader does the work itself.
"""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

from publisher.content.building import Builder
from publisher.content.folder import File
from publisher.content.index import Entry
from publisher.content.opening import Opened, open_file
from publisher.content.payload import Codec
from publisher.content.source import Source

_FEWEST = 4000
_PROBLEM = "!"


def share(files: Sequence[File]) -> int:
    """How many of the files, counted from the end, a helper should read."""
    return len(files) // 2 if len(files) >= _FEWEST and _processors() > 1 else 0


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


@contextmanager
def helping(source: Source, files: Sequence[File]) -> Iterator["Helper"]:
    """A helper that reads `files` while the block runs; no process outlives the block."""
    helper = Helper(source, files)
    try:
        yield helper
    finally:
        helper.stop()


class Helper:
    """One helper process, and the thread that feeds it and takes its answer."""

    def __init__(self, source: Source, files: Sequence[File]) -> None:
        self._source = source
        self._files = files
        self._answer = b""
        self._process = _started()
        self._talk = Thread(target=self._ask, args=(_question(source, files),), daemon=True)
        self._talk.start()

    def _ask(self, question: bytes) -> None:
        if self._process:
            self._answer, _ = self._process.communicate(question)

    def stop(self) -> None:
        """End the process, if it has not ended by itself."""
        if self._process:
            self._process.kill()
        self._talk.join()

    def opened(self) -> list[Opened] | None:
        """What became of the files that are not gone; None if the helper failed."""
        self._talk.join()
        lines = self._answer.decode().split("\n")[:-1]
        failed = self._process is None or self._process.returncode != 0
        return None if failed or len(lines) != len(self._files) else self._told(lines)

    def _told(self, lines: list[str]) -> list[Opened]:
        pairs = [(file, line) for file, line in zip(self._files, lines, strict=True) if line]
        builder = Builder(self._source)
        troubled = [
            Opened(file, builder.unreadable(file.name, line[1:]), readable=False)
            for file, line in pairs
            if line[0] == _PROBLEM
        ]
        read = [(file, line) for file, line in pairs if line[0] != _PROBLEM]
        entries = [Entry(file.name, file.size, file.mtime_ns, None, line) for file, line in read]
        posts = Codec(self._source.zone, self._source.language).decode(entries)
        return troubled + [
            Opened(file, post, readable=True, payload=line)
            for (file, line), post in zip(read, posts, strict=True)
        ]


def _started() -> subprocess.Popen[bytes] | None:
    command = [sys.executable, "-m", "publisher.content.helper"]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    try:
        return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere)
    except OSError:
        return None


def _question(source: Source, files: Sequence[File]) -> bytes:
    settings = asdict(source) | {
        "folder": str(source.folder),
        "base": str(source.base),
        "zone": source.zone.key,
    }
    return json.dumps([settings, files]).encode()


def _source(settings: dict[str, Any]) -> Source:
    paths = {name: Path(settings[name]) for name in ("folder", "base")}
    return Source(**settings | paths | {"zone": ZoneInfo(settings["zone"])})


def main() -> None:
    """Answer the question on standard input."""
    settings, files = json.load(sys.stdin)
    source = _source(settings)
    builder, codec = Builder(source), Codec(source.zone, source.language)
    gc.disable()
    for file in files:
        line = _line(open_file(builder, File(*file)), codec)
        sys.stdout.buffer.write(line.encode() + b"\n")


def _line(opened: Opened | None, codec: Codec) -> str:
    if opened is None:
        return ""
    return codec.encode(opened.post) if opened.readable else _PROBLEM + opened.post.problem


if __name__ == "__main__":
    main()
