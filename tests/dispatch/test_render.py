from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from publisher.config import load
from publisher.dispatch.render import Messages
from publisher.errors import Rejected
from publisher.mime.addresses import parse_address
from publisher.mime.template import ByteTemplate, as_bytes
from publisher.model.deliveries import Delivery, EditionDraft, Rendered, Ticket
from publisher.model.messages import Email
from publisher.outbox.outbox import Outbox
from publisher.rendering.merge_fields import freeze
from publisher.signing import Purpose
from tests.contacts import subscribe

SLOT = datetime(2026, 3, 1, 7, tzinfo=UTC)
CONFIG = """\
site: {title: Gazette, url: https://gazette.example}
content: {folder: .}
web: {url: https://letters.gazette.example}
channels:
  mail: {adapter: folder}
newsletters:
  daily: {channel: mail, sender: news@gazette.example, reply_to: desk@gazette.example}
"""
READERS = [("ann@reader.example", "Ann"), ("jörg@bücher.example", "Jörg"), ("x@y.example", "")]


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox.open(f"sqlite:///{tmp_path / 'publisher.db'}", folder=tmp_path)
    subscribe(box, "daily", READERS)
    html = freeze(lambda reader: f"<p>{reader['name']}</p>" if reader["name"] else "<p>You</p>")
    text = freeze(lambda reader: f"{reader['email']}\n{reader['unsubscribe']}\n")
    sender, name = "The Gazette <news@bücher.example>", "Daily <daily.gazette.example>"
    box.editions.enqueue_edition(
        EditionDraft(
            "daily", SLOT, SLOT, [], {}, "mail", Rendered("Today", html, text), sender, name
        )
    )
    yield box
    box.close()


@pytest.fixture
def messages(tmp_path: Path, outbox: Outbox) -> Messages:
    (tmp_path / "config.yaml").write_text(CONFIG)
    return Messages(load(tmp_path / "config.yaml", {}), outbox)


def ticket(row: Delivery, **changes: object) -> Ticket:
    assert row.edition_id is not None
    since = (row.queued_at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    made = Ticket(
        row.id, row.key, row.edition_id, row.recipient, row.recipient_name, row.token, 0, since
    )
    return made._replace(**changes)  # type: ignore[arg-type]  # each test changes one field


def read(raw: bytes) -> list[object]:
    mail = message_from_bytes(raw, policy=policy.default)
    headers: list[object] = [(name, str(value)) for name, value in mail.items()]
    return headers + [part.get_content() for part in mail.iter_parts()]


def test_a_parcel_reads_like_the_message(outbox: Outbox, messages: Messages) -> None:
    rows = outbox.operator.find()
    assert len(rows) == len(READERS)
    for row in rows:
        email = messages.message(row)
        assert isinstance(email, Email)
        parcel = messages.parcel(ticket(row))
        template = ByteTemplate(parcel.template)
        recipient, content = template.fill(parcel)
        assert read(content) == read(as_bytes(email, row.key))
        assert (parcel.id, parcel.key) == (row.id, row.key)
        assert recipient == parse_address(row.recipient).written
        assert template.sender == messages.sender(ticket(row)) == "news@xn--bcher-kva.example"


def test_the_date_is_when_the_mail_was_queued(outbox: Outbox, messages: Messages) -> None:
    row = outbox.operator.find()[0]
    for moment in (0, 999_999, 1_772_348_400_000_001):
        parcel = messages.parcel(ticket(row, queued_at=moment))
        mail = message_from_bytes(ByteTemplate(parcel.template).fill(parcel)[1])
        shown = datetime.fromtimestamp(moment // 1_000_000, UTC)
        assert mail["Date"] == f"{shown:%a, %d %b %Y %H:%M:%S} +0000"


def test_a_bad_address_is_one_readers_trouble(outbox: Outbox, messages: Messages) -> None:
    row = outbox.operator.find()[0]
    good = messages.parcel(ticket(row))
    bad = messages.parcel(ticket(row, recipient="ann@reader.example\r\n.\r\n"))
    template = ByteTemplate(good.template)
    with pytest.raises(Rejected, match="a line break or an invisible character"):
        template.fill(bad)
    assert template.fill(good)[0] == row.recipient


def test_an_edition_is_read_once(outbox: Outbox, messages: Messages, tmp_path: Path) -> None:
    row = outbox.operator.find()[0]
    first = messages.parcel(ticket(row))
    outbox.close()
    for file in tmp_path.glob("publisher.db*"):
        file.unlink()
    assert messages.parcel(ticket(row)) == first


@pytest.mark.parametrize(
    ("options", "link"),
    [
        ("", ""),
        ("archive: true", "https://letters.gazette.example/archive/daily/slot-2"),
        ("archive: noindex", "https://letters.gazette.example/archive/daily/slot-2"),
    ],
)
def test_emails_lead_to_the_edition_s_own_page_where_everybody_may_read_it(
    tmp_path: Path, outbox: Outbox, options: str, link: str
) -> None:
    said = freeze(lambda reader: f"Read: {reader['archive']}" if reader["archive"] else "Nowhere")
    outbox.editions.enqueue_edition(
        EditionDraft(
            "daily",
            SLOT + timedelta(days=1),
            SLOT,
            [],
            {},
            "mail",
            Rendered("Tomorrow", said, said),
            "news@gazette.example",
            "",
        )
    )
    config = CONFIG.replace("reply_to: desk@gazette.example", options or "show: []")
    (tmp_path / "config.yaml").write_text(config)
    messages = Messages(load(tmp_path / "config.yaml", {}), outbox)
    row = outbox.operator.find()[-1]
    email = messages.message(row)
    assert isinstance(email, Email)
    assert email.text == (f"Read: {link}" if link else "Nowhere")
    assert (
        as_bytes(email, row.key)
        == ByteTemplate(messages.parcel(ticket(row)).template).fill(messages.parcel(ticket(row)))[1]
    )


def test_read_on_the_web_vanishes_where_the_pages_were_switched_off_meanwhile(
    tmp_path: Path, outbox: Outbox
) -> None:
    html = freeze(lambda reader: f'<p>Hi<a href="{reader["archive"]}">Read</a></p>', {"archive"})
    text = freeze(lambda reader: f"Hi\n\nRead:\n{reader['archive']}\n", {"archive"})
    rendered = Rendered("Tomorrow", html, text)
    sender, slot = "news@gazette.example", SLOT + timedelta(days=1)
    draft = EditionDraft("daily", slot, SLOT, [], {}, "mail", rendered, sender, "")
    outbox.editions.enqueue_edition(draft)
    row = outbox.operator.find()[-1]
    (tmp_path / "config.yaml").write_text(CONFIG)
    messages = Messages(load(tmp_path / "config.yaml", {}), outbox)
    email = messages.message(row)
    assert isinstance(email, Email)
    assert (email.html, email.text) == ("<p>Hi</p>", "Hi\n\n")
    parcel = messages.parcel(ticket(row))
    assert as_bytes(email, row.key) == ByteTemplate(parcel.template).fill(parcel)[1]


def test_a_long_mailing_does_not_go_on_signing_with_a_retired_key(
    outbox: Outbox, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.dispatch.render.KEYS_SECONDS", 0.0)
    row = outbox.operator.find()[0]
    before = messages.parcel(ticket(row))
    [old] = outbox.keys.all()
    outbox.keys.retire(old.id, SLOT)
    after = messages.parcel(ticket(row))
    signer = outbox.keys.signer()
    assert old.id in before.token and old.id not in after.token
    assert signer.is_marked(Purpose.REPORT, *after.mark.split("-"))
    assert signer.read(Purpose.READER, after.token) == row.token
