"""No secret of any adapter shows, whatever a network repeats of it in its answers."""

import json
import logging
import sys
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from publisher.adapters import load
from publisher.adapters.base import (
    Adapter,
    Connects,
    Deletes,
    Edits,
    Finds,
    KeepsCredentials,
    Refreshes,
    Revokes,
)
from publisher.errors import DeliveryError, UsageError
from publisher.model.credentials import Approval, Credentials
from publisher.model.messages import Note, Receipt
from publisher.testing import KEY, Kept
from publisher.testing.servers import Reply
from tests.adapters.canaries import ODD, STORED, WAYS, Echo, forms, secrets_of, shown, stored_of
from tests.adapters.parcels import Ledger, parcels, smtp
from tests.adapters.smtp_server import PASSWORD, USERNAME, MailServer
from tests.adapters.test_smtp import EMAIL

URL = "https://gazette.example/articles/bridge"
NOTE = Note(text=f"Open\n\n{URL}", url=URL, link=URL, title="The bridge")
LOGGERS = (
    *("urllib3", "urllib3.connectionpool", "urllib3.util.retry", "requests"),
    *("tweepy", "tweepy.client", "oauthlib", "oauthlib.oauth1", "oauthlib.oauth1.rfc5849"),
    *("requests_oauthlib", "requests_oauthlib.oauth1_auth"),
)
TYPED, CODE = ODD.format("typed"), ODD.format("code")


class Someone:
    """Whoever runs `publish connect`, and types secrets."""

    def tell(self, line: str) -> None:
        sys.stdout.write(line)

    def ask(self, what: str) -> str:
        sys.stdout.write(what)
        return "password" if "(password/token)" in what else "a.example"

    def secret(self, what: str) -> str:
        sys.stdout.write(what)
        return TYPED

    def approve(self, page: Any, *, host: str = "127.0.0.1", shown: str = "") -> Approval:
        page(f"http://{host}:1/", "state")
        return Approval(CODE, shown or f"http://{host}:1/")


def attempts(adapter: Adapter[Any], name: str) -> Iterator[Callable[[], object]]:
    """Everything that asks the network something."""
    receipt = Receipt("12", handle={"chat": "1", "kind": "text", "channel": "C1", "cid": "x"})
    yield lambda: adapter.send(NOTE, KEY)
    yield adapter.check
    yield adapter.current_limits
    if isinstance(adapter, Finds):
        yield lambda: adapter.find(KEY, NOTE, datetime.now(UTC) - timedelta(minutes=1))
    if isinstance(adapter, Deletes):
        yield lambda: adapter.delete(receipt)
    if isinstance(adapter, Edits):
        yield lambda: adapter.edit(receipt, NOTE)
    if isinstance(adapter, Refreshes):
        yield adapter.refresh
    if isinstance(adapter, Revokes) and name.endswith("-connected"):
        yield adapter.revoke


def made(way: str, network: Echo) -> Adapter[Any]:
    kind = load(f"publisher.adapters.{way.partition('-')[0]}")
    text = json.dumps(WAYS[way]).replace("{}", network.base_url)
    settings = kind.settings.model_validate({**json.loads(text), "timeout": 0.8})
    adapter = kind.variant(settings)(settings, name="example")
    if isinstance(adapter, KeepsCredentials):
        store = Kept()
        if way.endswith("-connected"):
            soon = datetime.now(UTC) + timedelta(seconds=1)
            stored = stored_of(way, network.base_url)
            store.stored = Credentials(stored, expires_at=soon, version=1)
        adapter.use_credentials(store)
    return adapter


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    before = {name: logging.getLogger(name).level for name in LOGGERS}
    caplog.set_level(logging.DEBUG)
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield caplog
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def told_of(attempt: Callable[[], object]) -> list[str]:
    """What is shown of one attempt, however it ends."""
    try:
        return [repr(attempt())]
    except (DeliveryError, UsageError) as error:
        status = error.status if isinstance(error, DeliveryError) else error.hint
        return [*traceback.format_exception(error), repr(error), status]


@pytest.mark.parametrize("way", WAYS)
def test_nothing_shows_what_a_network_repeats(
    way: str,
    everything_logged: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    secrets = secrets_of(way)
    with Echo(secrets) as network:
        adapter = made(way, network)
        told = [repr(adapter), repr(vars(adapter).get("options")), str(adapter)]
        for plan in network.plans:
            network.plan = plan
            for attempt in attempts(adapter, way):
                told += told_of(attempt)
        adapter.close()
    assert network.told or way == "x"  # which signs
    told += [everything_logged.text, *capfd.readouterr()]
    assert shown("\n".join(told), secrets) == []


@pytest.mark.parametrize(
    "way", [f"{name}-connected" for name in ("mastodon", "x", "bluesky", "linkedin", "matrix")]
)
def test_connecting_shows_nothing_either(
    way: str,
    everything_logged: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    secrets, told = [*secrets_of(way), TYPED, CODE], list[str]()
    with Echo(secrets) as network:
        ways_in = Reply(200, {"flows": [{"type": "m.login.password"}]})
        network.reads["/_matrix/client/v3/login"] = ways_in
        app = {"client_id": "app", "client_secret": STORED["client_secret"]}
        network.replies["/api/v1/apps"] = Reply(200, app)
        for plan in network.plans:
            network.plan = plan
            adapter = made(way, network)
            assert isinstance(adapter, Connects)
            told += told_of(lambda adapter=adapter: adapter.connect(Someone()))  # type: ignore[misc]
    assert {TYPED, CODE} & {*network.told}
    told += [everything_logged.text, *capfd.readouterr()]
    assert shown("\n".join(told), secrets) == []


REPLIES = {
    "MAIL": ("550 5.1.8", "451 4.7.1", "530 5.7.0"),
    "RCPT": ("550 5.1.1", "550 5.7.1", "451 4.7.1", "552 5.2.2"),
    "DATA": ("250 2.0.0 queued as", "550 5.7.1", "451 4.3.0", "554 5.4.5", "421 4.7.0"),
}


@pytest.mark.parametrize(
    ("command", "reply"), [(name, each) for name, replies in REPLIES.items() for each in replies]
)
def test_no_password_shows_that_a_mail_server_repeats(
    command: str,
    reply: str,
    everything_logged: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with MailServer() as server:
        login = b64encode(f"\0{USERNAME}\0{PASSWORD}".encode()).decode()
        server.says = {command: [f"{reply} {' '.join([login, *forms(PASSWORD)])}"] * 3}
        channel = smtp(server.port, username=USERNAME, password=PASSWORD)
        told = [repr(channel), *told_of(channel.check), *told_of(lambda: channel.send(EMAIL, KEY))]
        ledger = Ledger(parcels(2), channel.connections)
        told += told_of(lambda: channel.send_many(ledger))
        told += [repr(ledger.answers)]
        channel.close()
    logged = (each for each in everything_logged.records if each.name != "mail.log")  # the server's
    told += [*(each.getMessage() for each in logged), *capfd.readouterr()]
    assert shown("\n".join(told), [PASSWORD]) == []


GIVEN = [
    (way, name)
    for way, options in WAYS.items()
    for name, value in options.items()
    if isinstance(value, str) and any(secret in value for secret in secrets_of(way))
]


@pytest.mark.parametrize(("way", "option"), GIVEN)
def test_a_line_end_is_cut_off_a_secret_or_refused(way: str, option: str) -> None:
    kind = load(f"publisher.adapters.{way.partition('-')[0]}")
    here = {
        name: value.replace("{}", "http://127.0.0.1:1") if isinstance(value, str) else value
        for name, value in WAYS[way].items()
    }
    cut = kind.settings.model_validate({**here, option: f"{here[option]}\r\n"})
    assert getattr(cut, option).get_secret_value() == here[option]
    broken = here[option].replace("4ry", "4\nry")
    with pytest.raises(ValidationError) as caught:
        kind.settings.model_validate({**here, option: broken})
    assert "Zz" not in str(caught.value) and "zZ" not in str(caught.value)
