"""Who holds a row: a process named so that others can tell whether it still lives."""

import os
import socket
from pathlib import Path

_ENDED = "ZX"  # states of proc_pid_stat(5): a zombie sends nothing any more


def worker_name() -> str:
    """`host:pid:start` of this process; a process number used again gets another `start`."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start(os.getpid())}"


def is_gone(worker: str) -> bool:
    """Tell whether `worker` ran on this machine and surely runs no more; in doubt, False."""
    host, _, rest = worker.partition(":")
    number, _, start = rest.partition(":")
    if host != socket.gethostname() or not number.isdecimal():
        return False
    return not _exists(int(number)) or _start(int(number)) not in {"", start}


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
    """When a process started: the machine's boot and the ticks since; '' where none can tell."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "ended" if fields[0] in _ENDED else f"{boot[:8]}-{fields[19]}"
