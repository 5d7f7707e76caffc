"""Requests by email, from what readers got in their mailbox to what the database says of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote

import pytest

from publisher.config import load
from publisher.dispatch.render import Messages
from publisher.events.mailbox.mail import Mail
from publisher.mime.template import as_bytes
from publisher.model.contacts import Cadence, Choices, Subscriber
from publisher.model.deliveries import Delivery
from publisher.model.system_mails import SystemKind
from publisher.signing import Purpose
from publisher.wiring import Publisher, build

CONFIG = """\
site: {title: Gazette, url: https://gazette.example}
content: {folder: .}
channels:
  mail: {adapter: folder, path: out}
newsletters:
  daily:
    channel: mail
    sender: Gazette <news@gazette.example>
    choices: {topics: {tv: Television, sports: Sports}}
mailbox: {address: letters@gazette.example, host: localhost, username: letters, password: secret}
"""
ANN = "ann@reader.example"


@dataclass
class Desk:
    """A Publisher, the emails it would send, and what is written to it."""

    publisher: Publisher

    def subscribe(self, email: str = ANN) -> None:
        self.publisher.outbox.subscribers.add("daily", email, "Ann")

    def reader(self, email: str = ANN) -> Subscriber:
        contact = self.publisher.outbox.subscribers.show(email)
        assert contact is not None
        (found,) = contact.subscriptions
        return found

    def token(self) -> str:
        """What Ann's links end with."""
        return self.publisher.outbox.keys.signer().sign(Purpose.READER, self.reader().token)

    def state(self, email: str = ANN) -> str:
        return self.reader(email).state.value

    def send(self, kind: SystemKind) -> None:
        """Queue an email for Ann."""
        mail = self.publisher.system_mails.get(kind, "daily")
        now = self.publisher.clock()
        assert self.publisher.outbox.readers.answer(self.reader().token, mail, "for a test", now)

    def queued(self) -> list[Delivery]:
        return self.publisher.outbox.operator.find()

    def kinds(self) -> list[str]:
        editions = [row.edition_id for row in self.queued()]
        return [self.publisher.outbox.editions.get(each).kind for each in editions if each]

    def last(self) -> EmailMessage:
        """The newest email, as its reader sees it."""
        messages = Messages(self.publisher.config, self.publisher.outbox)
        email = messages.message(self.queued()[-1])
        parsed = message_from_bytes(as_bytes(email, "key"), policy=policy.default)  # type: ignore[arg-type]
        assert isinstance(parsed, EmailMessage)
        return parsed

    def write(self, subject: str, body: str = "", sender: str = ANN, **headers: str) -> str:
        """What became of an email to the mailbox, which is seen twice, as after a crash."""
        mail = EmailMessage()
        mail["From"], mail["Subject"], mail["To"] = sender, subject, "letters@gazette.example"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(body)
        raw, said = mail.as_bytes(), ""
        for _ in range(2):
            found = self.publisher.requests.read(Mail(raw))
            said = said or (found.what if found else "nothing")
            if found and found.record:
                found.record()
        return said


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    with build(load(tmp_path / "config.yaml", {})) as publisher:
        yield Desk(publisher)


def mailto(uri: str) -> str:
    """The subject that a mailto: link writes."""
    found = re.fullmatch(r"mailto:letters@gazette\.example\?subject=(.+)", uri)
    assert found
    return unquote(found[1])


def test_the_header_of_an_email_unsubscribes_whoever_writes(desk: Desk) -> None:
    desk.subscribe()
    desk.send(SystemKind.WELCOME)
    email = desk.last()
    assert email["List-Unsubscribe-Post"] is None, "nothing takes a POST"
    subject = mailto(email["List-Unsubscribe"].strip("<>"))
    assert subject.startswith("unsubscribe ")
    assert desk.write(subject, sender="other@address.example") == "unsubscribed"
    assert desk.state() == "unsubscribed"
    contact = desk.publisher.outbox.subscribers.show(ANN)
    assert contact is not None and contact.history[-1].reason == "by an email"
    assert desk.kinds()[-1] == "goodbye"
    before = len(desk.queued())
    assert desk.write(subject) == "unsubscribed"
    assert len(desk.queued()) == before, "a second goodbye would be one too many"


def test_an_answer_from_the_readers_own_address_unsubscribes(desk: Desk) -> None:
    desk.subscribe()
    desk.send(SystemKind.WELCOME)
    message_id = desk.last()["Message-ID"]
    assert desk.write("Re: Welcome", "Unsubscribe\n", In_Reply_To=message_id) == "unsubscribed"
    assert desk.state() == "unsubscribed"


def test_who_proves_nothing_is_asked_back(desk: Desk) -> None:
    desk.subscribe()
    desk.send(SystemKind.WELCOME)
    message_id = desk.last()["Message-ID"]
    assert desk.write("unsubscribe") == "asked back"
    assert desk.state() == "active" and desk.kinds()[-1] == "choices"
    body = desk.last().get_body(("plain",))
    assert body is not None and "page" not in body.get_content(), "there is none"
    assert {"topics: tv, sports", "weekly friday 18:00"} <= set(body.get_content().splitlines())
    eve = {"sender": "eve@evil.example", "In_Reply_To": message_id}
    assert desk.write("Re: Welcome", "unsubscribe", **eve) == "nothing"
    assert desk.write("unsubscribe", sender="nobody@reader.example") == "nothing"
    forged = message_id.replace("<", "<9")
    assert desk.write("Re: Welcome", "unsubscribe", In_Reply_To=forged) == "asked back"
    assert desk.state() == "active"


def test_answers_are_few_whoever_asks_how_often(desk: Desk) -> None:
    desk.subscribe()
    for number in range(9):
        desk.write("unsubscribe", f"please {number}")
    assert desk.kinds() == ["choices", "choices"]


def test_subscribing_by_email_is_confirmed_by_its_link_or_by_an_answer(desk: Desk) -> None:
    assert desk.write("Subscribe") == "asked to subscribe"
    assert desk.state() == "pending" and desk.kinds() == ["confirmation"]
    email = desk.last()
    assert email["Reply-To"] == "letters@gazette.example"
    body = email.get_body(("plain",))
    assert body is not None
    (link,) = re.findall(r"mailto:\S+", body.get_content())
    assert desk.write(mailto(link), sender="other@address.example") == "confirmed"
    assert desk.state() == "active" and desk.kinds()[-1] == "welcome"
    assert desk.kinds().count("welcome") == 1


@pytest.mark.parametrize("body", ["", "Yes, please\n", "subscribe\n", "> quoted\n"])
def test_an_answer_confirms(desk: Desk, body: str) -> None:
    desk.write("Subscribe daily")
    answered = {"In_Reply_To": desk.last()["Message-ID"]}
    assert desk.write("Re: Please confirm", body, sender="eve@evil.example", **answered) != (
        "confirmed"
    )
    assert desk.state() == "pending"
    assert desk.write("Re: Please confirm", body, **answered) == "confirmed"
    assert desk.state() == "active"


def test_an_automatic_reply_to_a_confirmation_confirms_nothing(desk: Desk) -> None:
    desk.write("Subscribe")
    answered = {"In_Reply_To": desk.last()["Message-ID"], "Auto_Submitted": "auto-replied"}
    assert desk.write("Re: Please confirm", "", **answered) == "nothing"
    assert desk.write(
        "Re: Please confirm", "", **answered | {"Auto_Submitted": "auto-generated"}
    ) == ("nothing")
    assert desk.state() == "pending"


def test_an_empty_answer_to_another_email_is_nothing(desk: Desk) -> None:
    desk.subscribe()
    desk.send(SystemKind.WELCOME)
    assert desk.write("Re: Welcome", "", In_Reply_To=desk.last()["Message-ID"]) == "nothing"


def test_choices_that_are_not_understood_are_not_said_to_be_saved(desk: Desk) -> None:
    desk.subscribe()
    desk.send(SystemKind.CHOICES)
    answered = {"In_Reply_To": desk.last()["Message-ID"]}
    assert desk.write("preferences", "topics: chess\nwhenever\n", **answered) == "choices"
    assert desk.kinds()[-1] == "choices"
    assert desk.reader().choices == Choices()


def test_a_confirmation_says_that_an_answer_is_enough(desk: Desk) -> None:
    mail = desk.publisher.system_mails.render(SystemKind.CONFIRMATION, "daily")
    assert "Or simply answer this email." in mail.text and "answer this email" in mail.html


def test_choices_by_email(desk: Desk) -> None:
    desk.subscribe()
    desk.send(SystemKind.CHOICES)
    token = desk.token()
    lines = "topics: Television, cooking\nweekly friday 18:00\nzone: Auckland\n"
    assert desk.write(f"preferences {token}", lines) == "choices"
    found = desk.reader()
    assert found.choices == Choices(("tv",), Cadence.WEEKLY, 4, 18)
    assert found.timezone == "Pacific/Auckland" and desk.kinds()[-1] == "choices-saved"
    said = desk.last().get_body(("plain",))
    assert said is not None and "Your choices are saved." in said.get_content()
    assert "topics: tv, sports" in said.get_content(), "and how to choose otherwise"
    assert desk.last()["Reply-To"] == "letters@gazette.example"
    answered = {"In_Reply_To": desk.last()["Message-ID"]}
    assert desk.write("Re: Your choices", "topics: all\n", **answered) == "choices"
    assert desk.reader().choices == Choices((), Cadence.WEEKLY, 4, 18)
    assert desk.write("preferences", "daily 7:00", sender=ANN) == "asked back"
    assert desk.reader().choices.cadence is Cadence.WEEKLY


def test_leaving_works_although_a_template_is_wrong(desk: Desk, tmp_path: Path) -> None:
    desk.subscribe()
    token = desk.token()
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "goodbye.mjml.j2").write_text("{% broken")
    with build(load(tmp_path / "config.yaml", {})) as publisher:
        other = Desk(publisher)
        assert other.write(f"unsubscribe {token}") == "unsubscribed"
        assert other.state() == "unsubscribed" and other.kinds() == []
