"""Git as a source of time: when a repository's files came, and when they last changed.

The repository is whoever's it is: nothing that its configuration names is run, and nothing is
fetched. Only the first parents of merges are followed, so that a file counts from the moment it
came to this branch. A file that was moved unchanged keeps its time.
"""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from publisher.errors import ContentError

PATIENCE = 60.0
"""Seconds for one command."""

_TAMED = (
    "--no-pager", "-c", "core.fsmonitor=", "-c", "core.hooksPath=/dev/null",
    "-c", "log.showSignature=false", "-c", "core.quotePath=false",
)  # fmt: skip
_LOG = (
    "log", "--first-parent", "-m", "-z", "--format=%x00%ct", "--name-status", "--relative",
    "--find-renames=100%", "--no-ext-diff", "--no-textconv", "--no-show-signature", "--", ".",
)  # fmt: skip
_SHALLOW = "the repository is a shallow clone, so nobody knows when its posts came"
_UNSHALLOW = "fetch all of it: git fetch --unshallow, in GitHub's checkout fetch-depth: 0"
_TRUST = "trust the folder: git config --global --add safe.directory {}"


@dataclass(slots=True)
class History:
    """Unix seconds by the paths of files: when each came, and when it last changed since."""

    added: dict[str, float] = field(default_factory=dict)
    changed: dict[str, float] = field(default_factory=dict)


def read_history(folder: Path) -> History:
    """What git knows of the files below `folder`.

    Raises:
        ContentError: it is in no repository, the clone is shallow, or git is missing or refuses.
    """
    place = os.path.realpath(folder)
    if _git(place, "rev-parse", "--is-shallow-repository").strip() == b"true":
        raise ContentError(_SHALLOW, _UNSHALLOW)
    return _read(_git(place, *_LOG), str(folder))


def _git(folder: str, *words: str) -> bytes:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    own = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_TERMINAL_PROMPT": "0"}
    own |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and no word of it is anybody's
            ["git", *_TAMED, "-C", folder, *words],  # noqa: S607 - the one on PATH
            env=kept | own, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
            check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise ContentError("git is not installed", "install git") from None
    except subprocess.TimeoutExpired:
        raise ContentError(f"git takes longer than {PATIENCE:.0f} seconds", "try again") from None
    if done.returncode:
        raise _refusal(done.stderr.decode("utf-8", "replace"), folder)
    return done.stdout


def _refusal(said: str, folder: str) -> ContentError:
    line = next(iter(said.strip().splitlines()), "git failed").removeprefix("fatal: ")
    line = "".join(mark if mark.isprintable() else " " for mark in line)[:200]
    if "dubious ownership" in line:
        return ContentError(f"git says: {line}", _TRUST.format(folder))
    if "not a git repository" in line:
        return ContentError(f"{folder} is in no git repository", "leave first_seen out")
    if "does not have any commits" in line:
        return ContentError("the repository has no commits yet", "commit the posts")
    return ContentError(f"git says: {line}", "see: git log")


def _read(output: bytes, folder: str) -> History:
    """The history of a log whose newest commits come first."""
    history = History()
    names: dict[str, str] = {}  # what a file is called today, by what it was called
    begun: set[str] = set()
    for moment, status, path, target in _changes(output):
        now = names.get(target or path, target or path)
        if now in begun:
            continue
        if status == "R":
            names[path] = now
        elif status in "AC":
            begun.add(now)
            history.added[f"{folder}/{now}"] = moment
        elif status in "MT":
            history.changed.setdefault(f"{folder}/{now}", moment)
    return history


def _changes(output: bytes) -> Iterator[tuple[float, str, str, str]]:
    """Each change: when, its letter, the path, and what that was renamed or copied to."""
    moment, words = 0.0, iter(output.split(b"\0"))
    for word in (each.lstrip(b"\n") for each in words):
        if word.isdigit():
            moment = float(word)
        elif word[:1] in {b"R", b"C"}:
            path, target = next(words, b""), next(words, b"")
            yield moment, chr(word[0]), os.fsdecode(path), os.fsdecode(target)
        elif word:
            yield moment, chr(word[0]), os.fsdecode(next(words, b"")), ""
