"""Emails of the system on their way: frozen once, queued with what they tell of, sent first."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from publisher.model.contacts import Consent, Subscriber
from publisher.model.system_mails import SystemKind
from publisher.outbox.contacts.readers import Asked
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
