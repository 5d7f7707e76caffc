"""Who holds a row: a process named so that others can tell whether it still lives."""

import os
import socket
from pathlib import Path

_ENDED = "ZX"  # states of proc_pid_stat(5): a zombie sends nothing any more


def worker_name() -> str:
    """`host:pid:start` of this process; a process number used again gets another `start`.

    `start` begins with where the number counts: containers may share a host name, yet each has
    processes of its own. A part of the process may add a colon and a name of its own.
    """
    return f"{socket.gethostname()}:{os.getpid()}:{_start(os.getpid())}"


def is_gone(worker: str) -> bool:
    """Tell whether `worker` ran here and surely runs no more; in doubt, False.

    Here is where process numbers mean the same as ours: this boot of this machine, this container.
    """
    number, start = _here(worker)
    if not number:
        return False
    return not _exists(number) or _start(number) not in {"", start}


def is_alive(worker: str) -> bool:
    """Tell whether `worker` surely runs here; in doubt, False."""
    number, start = _here(worker)
    return bool(number and start) and _start(number) == start


def _here(worker: str) -> tuple[int, str]:
    """The process number and start of a worker of this machine; 0 of any other."""
    host, _, rest = worker.partition(":")
    number, _, parts = rest.partition(":")
    start = parts.partition(":")[0]
    here = (host, start.rpartition("-")[0]) == (socket.gethostname(), _home())
    return (int(number), start) if here and number.isdecimal() else (0, "")


def _exists(pid: int) -> bool:
    """Tell whether a process has this number."""
    if os.name == "nt":
        return True  # signal 0 would end it there; its lease tells in time
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _start(pid: int) -> str:
    """Where a process runs and the ticks from boot to its start; '' where none can tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "ended" if fields[0] in _ENDED else f"{_home()}-{fields[19]}"


def _home() -> str:
    """Where process numbers count: the machine's boot and the namespace, see pid_namespaces(7)."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        return f"{boot[:8]}.{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""
