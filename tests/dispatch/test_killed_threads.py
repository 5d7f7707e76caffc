"""A process that is killed between two posts of a thread, or in one: another one goes on."""

import multiprocessing
import os
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.adapters.base import KeepsCredentials
from publisher.config import load
from publisher.dispatch import Dispatcher
from publisher.outbox.outbox import Outbox
from publisher.testing import Kept
from publisher.testing.servers import Reply, Request
from tests.dispatch.conftest import Open
from tests.dispatch.test_threads import NETWORKS, NOTE, TEXTS, make


def now() -> datetime:
    return datetime.now(UTC)


def send(name: str, options: dict[str, Any], folder: Path) -> None:
    """What the process does that is to be killed."""
    kind = NETWORKS[name][0]
    adapter = kind(kind.settings.model_validate(options | {"thread": 4}), name="network")
    if isinstance(adapter, KeepsCredentials):
        adapter.use_credentials(Kept())
    outbox = Outbox.open(f"sqlite:///{folder / 'publisher.db'}", folder=folder)
    config = load(folder / "config.yaml", {})
    sender = Dispatcher(config, outbox, {"network": adapter}, now)
    sender.send_due(["network"], eager_since=now())


@pytest.mark.parametrize("acted", [1, 0], ids=["acted", "untouched"])
@pytest.mark.parametrize("at", range(1, len(TEXTS) + 1))
@pytest.mark.parametrize("name", NETWORKS)
def test_each_post_is_there_once(
    name: str, at: int, acted: int, station: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with NETWORKS[name][1]() as network:
        played = make(name, network, station)
        played.station.queue_notes(NOTE)
        answer, posts = network.answer, list[Request]()

        def kills(request: Request) -> Reply:
            if not network.is_post(request):
                return answer(request)  # type: ignore[no-any-return] # a fake of any network
            posts.append(request)
            if len(posts) != at:
                return answer(request)  # type: ignore[no-any-return]
            if acted:
                answer(request)
            os.kill(process.pid or 0, signal.SIGKILL)
            return Reply(500, b"")

        monkeypatch.setattr(network, "answer", kills)
        spawn = multiprocessing.get_context("spawn")
        process = spawn.Process(target=send, args=(name, network.options, tmp_path))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        assert network.arrived == at - 1 + acted
        played.station.clock.now = now()
        played.later(0.1, 1, 5, 6, 30, 1)
        assert (played.station.state, network.arrived) == ("sent", len(TEXTS))
