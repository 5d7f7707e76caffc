import os
import signal
import socket
import subprocess
import sys

import pytest

from publisher.outbox.deliveries.workers import is_gone, worker_name

CODE = (
    "from publisher.outbox.deliveries.workers import worker_name\n"
    "print(worker_name(), flush=True); input()"
)


def test_we_live() -> None:
    assert not is_gone(worker_name())
    assert worker_name() == worker_name()
    assert worker_name().startswith(f"{socket.gethostname()}:{os.getpid()}:")


def test_a_killed_process_is_gone_before_anyone_waits_for_it() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-c", CODE], stdin=pipe, stdout=pipe, text=True
    ) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert not is_gone(name)
        other.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
        assert is_gone(name), "a zombie sends nothing"
    assert is_gone(name)


def test_a_number_used_again_is_another_process() -> None:
    host, pid, start = worker_name().split(":")
    assert is_gone(f"{host}:{pid}:{start.rpartition('-')[0]}-1")


@pytest.mark.parametrize(
    "name", ["", "w", "another-machine:1:x", "host:", f"{socket.gethostname()}:seven:x"]
)
def test_what_cannot_be_judged_lives(name: str) -> None:
    assert not is_gone(name)


def test_an_impossible_number_is_gone() -> None:
    host, _, start = worker_name().split(":")
    assert is_gone(f"{host}:{2**22 + 1}:{start}")
    assert is_gone(f"{host}:{10**30}:{start}")


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's own")
def test_containers_of_one_host_name_do_not_judge_each_other() -> None:
    command = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]
    inside = subprocess.run(
        [*command, sys.executable, "-c", CODE],
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    name = inside.stdout.strip()
    if not name:
        pytest.skip("no namespace can be made here")
    host, _, start = name.split(":")
    assert not is_gone(name), "process 1 of there is not process 1 of here"
    assert not is_gone(f"{host}:{2**22 + 1}:{start}")


def test_what_ran_before_the_machine_was_booted_is_left_to_its_lease() -> None:
    host, _, start = worker_name().split(":")
    assert not is_gone(f"{host}:{2**22 + 1}:00000000.{start.partition('.')[2]}")


def test_a_process_of_another_user_lives() -> None:
    assert not is_gone(f"{socket.gethostname()}:1:{start_of(1)}")


def start_of(pid: int) -> str:
    from publisher.outbox.deliveries.workers import _start

    return _start(pid)
