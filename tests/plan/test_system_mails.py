"""Emails of the system on their way: frozen once, queued with what they tell of, sent first."""

import re
import threading
from dataclasses import replace
from datetime import time, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from publisher.model.asking import Asked
from publisher.model.contacts import Consent, Subscriber
from publisher.model.deliveries import Outcome, State
from publisher.model.system_mails import SystemKind
from publisher.runners.service import Service
from publisher.signing import CONFIRM_WITHIN, Purpose
from tests.plan.conftest import World

PAGES = "https://letters.gazette.example"
SECOND = timedelta(seconds=1)


@pytest.fixture
def daily() -> str:
    return ", archive: true"


@pytest.fixture
def served(world: World) -> World:
    """Pages are served, and there is one newsletter in the config that matters."""
    config = world.publisher.config
    served = replace(config, web=config.web.model_copy(update={"url": PAGES}))
    for part in (world.publisher.dispatcher, world.publisher.system_mails):
        part.config = served
    world.publisher.planner.config = served
    world.publisher.planner.renderer = replace(world.publisher.planner.renderer, config=served)
    return world


def ask(world: World, email: str = "ann@reader.example", language: str = "") -> Asked:
    mail = world.publisher.system_mails.get(SystemKind.CONFIRMATION, "daily", language)
    consent = Consent(world.now, "the form", PAGES)
    return world.publisher.outbox.readers.ask(
        "daily", email, consent=consent, mail=mail, name="Buy pills!", language=language
    )


def confirm(world: World, link: str) -> Subscriber | None:
    signer = world.publisher.outbox.keys.signer()
    found = signer.confirmed(Purpose.CONFIRM, link.rpartition("/")[2], world.now)
    if found is None:
        return None
    mail = world.publisher.system_mails.get(SystemKind.WELCOME, "daily")
    return world.publisher.outbox.readers.confirm(*found, world.now, mail)


def sent(world: World) -> list[EmailMessage]:
    """What has gone out since the last look, in the order in which it was queued."""
    world.move(seconds=1)
    world.publisher.dispatcher.send_due()
    files = sorted(
        (world.folder / "sent" / "mail").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns
    )
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    for file in files:
        file.unlink()
    return mails


def only(world: World) -> EmailMessage:
    (mail,) = sent(world)
    return mail


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def link_in(mail: EmailMessage, page: str) -> str:
    found = re.search(rf"^{PAGES}/{page}/\S+", text_of(mail), re.MULTILINE)
    assert found, text_of(mail)
    return found[0]


def test_a_reader_comes_and_goes_and_comes_back(served: World) -> None:
    assert ask(served) is Asked.ASKED
    asked = only(served)
    assert asked["Subject"] == "Please confirm: Gazette (daily)"
    assert asked["To"] == "ann@reader.example"
    assert "pills" not in str(asked)
    assert asked["List-Unsubscribe"] is None
    assert asked["List-Id"] is None
    assert asked["Auto-Submitted"] == "auto-generated"

    subscriber = confirm(served, link_in(asked, "confirm"))
    assert subscriber is not None
    assert subscriber.state == "active"
    welcome = only(served)
    assert welcome["Subject"] == "Welcome to Gazette (daily)"
    assert f"<{PAGES}/unsubscribe/" in welcome["List-Unsubscribe"]
    assert welcome["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert confirm(served, link_in(asked, "confirm")) is not None
    assert sent(served) == []

    goodbye = served.publisher.system_mails.get(SystemKind.GOODBYE, "daily")
    for _ in range(2):
        served.publisher.outbox.readers.leave(subscriber.token, "the page", served.now, goodbye)
    farewell = only(served)
    assert farewell["List-Unsubscribe"] is None
    assert confirm(served, link_in(asked, "confirm")) is None
    again = confirm(served, link_in(farewell, "confirm"))
    assert again is not None
    assert again.state == "active"
    assert only(served)["Subject"] == "Welcome to Gazette (daily)"


def test_a_link_of_confirmation_is_over_after_a_week(served: World) -> None:
    ask(served)
    link = link_in(only(served), "confirm")
    served.clock.move_to(served.now + CONFIRM_WITHIN + 5 * SECOND)
    assert confirm(served, link) is None


def test_each_is_frozen_once_for_each_language(served: World) -> None:
    mails = served.publisher.system_mails
    german = mails.get(SystemKind.CONFIRMATION, "daily", "de")
    assert mails.get(SystemKind.CONFIRMATION, "daily", "de-AT") != german
    assert mails.get(SystemKind.CONFIRMATION, "daily", "xx") == mails.get(
        SystemKind.CONFIRMATION, "daily"
    )
    mails._frozen.clear()
    assert mails.get(SystemKind.CONFIRMATION, "daily", "de") == german


def test_a_welcome_shows_the_last_edition_that_somebody_got(served: World) -> None:
    ask(served)
    link = link_in(only(served), "confirm")
    served.publisher.outbox.subscribers.add("daily", "bob@reader.example")
    served.write("Bridge", "Comet")
    served.plan("daily")
    edition = only(served)
    assert f"{PAGES}/preferences/" in text_of(edition)
    page = f"{PAGES}/archive/daily/2026-06-01-0900"
    assert page in text_of(edition)
    confirm(served, link)
    welcome = text_of(only(served))
    assert page in welcome
    assert "Bridge" in welcome and "Comet" in welcome


def test_they_go_out_before_a_mailing(served: World) -> None:
    for number in range(5):
        served.publisher.outbox.subscribers.add("daily", f"r{number}@reader.example")
    served.write("Bridge")
    served.plan("daily")
    ask(served, "new@reader.example")
    first = sent(served)[0]
    assert first["To"] == "new@reader.example"


def with_channel(world: World, **changes: object) -> None:
    config = world.publisher.dispatcher.config
    channel = config.channels["mail"].model_copy(update=changes)
    changed = replace(config, channels={**config.channels, "mail": channel})
    world.publisher.dispatcher.config = changed


def test_quiet_hours_hold_no_confirmation_back(served: World) -> None:
    with_channel(served, quiet_hours=(time(8), time(20)))
    served.publisher.outbox.subscribers.add("daily", "bob@reader.example")
    served.write("Bridge")
    served.plan("daily")
    ask(served)
    assert [mail["To"] for mail in sent(served)] == ["ann@reader.example"]
    assert sent(served) == []
    with_channel(served, quiet_hours=None)
    assert [mail["To"] for mail in sent(served)] == ["bob@reader.example"]


def test_one_that_was_put_off_goes_before_a_mailing_too(served: World) -> None:
    ask(served)
    (row,) = served.publisher.outbox.operator.find()
    later = served.now + timedelta(minutes=5)
    outcome = Outcome(row.id, State.QUEUED, "greylisted", not_before=later)
    claimed = served.publisher.outbox.exchanges.exchanger("mail", "worker")
    with claimed as exchanger:
        exchanger.exchange([], 1, now=served.now, lease=timedelta(minutes=1))
        exchanger.exchange([outcome], 0, now=served.now, lease=timedelta(minutes=1))
    for number in range(3):
        served.publisher.outbox.subscribers.add("daily", f"r{number}@reader.example")
    served.write("Bridge")
    served.plan("daily")
    with_channel(served, quiet_hours=(time(8), time(20)))
    assert sent(served) == []
    served.clock.move_to(later + SECOND)
    assert [mail["To"] for mail in sent(served)] == ["ann@reader.example"]


def test_a_pause_holds_them_too(served: World) -> None:
    served.publisher.outbox.channels.pause("mail", "manually")
    ask(served)
    assert sent(served) == []
    served.publisher.outbox.channels.resume("mail")
    assert len(sent(served)) == 1


def test_they_are_no_editions_but_listed_among_messages(served: World) -> None:
    ask(served)
    assert list(served.publisher.outbox.listing.editions()) == []
    (row,) = served.publisher.outbox.listing.deliveries(edition=1)
    assert row.recipient == "ann@reader.example"
    assert served.publisher.outbox.system.waiting(served.now) == ["mail"]


def test_a_service_sends_at_once_what_another_process_queues(served: World) -> None:
    said = list[str]()
    service = Service(served.publisher, said.append, threading.Event())
    service.send_urgent()
    ask(served)
    service.send_urgent()
    folder = served.folder / "sent" / "mail"
    assert len(list(folder.glob("*.eml"))) == 1
    assert said == []


def test_what_cannot_go_is_not_tried_twice_a_second(
    served: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(served.publisher, list[str]().append, threading.Event())
    served.publisher.outbox.channels.pause("mail", "manually")
    ask(served)
    tried = list[int]()
    monkeypatch.setattr(
        type(served.publisher.dispatcher), "send_urgent", lambda *_: tried.append(1)
    )
    for _ in range(3):
        service.send_urgent()
    assert tried == [1]
    ask(served, "bob@reader.example")
    service.send_urgent()
    assert tried == [1, 1]
