"""Digests of the sample site as a real Postfix receives them, and as OpenDKIM judges them."""

import csv
import re
import smtplib
from collections.abc import Sequence
from dataclasses import replace
from email import message_from_string, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from publisher.adapters.smtp import Smtp, SmtpSettings
from publisher.errors import Rejected
from publisher.model.messages import Answer, Parcel
from tests.acceptance.conftest import Site
from tests.adapters.test_smtp import EMAIL
from tests.debian.conftest import READERS, ROOM, Postfix

pytestmark = pytest.mark.debian

TOP = Path(__file__).parents[2]
AT = "2026-05-15T07:00"
STRANGERS = ("nobody", "gone")
NAMES = {"ann": "Ann Reader", "bob": 'Bob "the baker", of Saltmere', "cat": "Ça Ümläut 漢字 🥐"}


@pytest.fixture
def channel(postfix: Postfix, authority: trustme.CA, tmp_path: Path) -> dict[str, Any]:
    """The options of a channel that sends to Postfix, encrypted."""
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return {
        "adapter": "smtp",
        "host": "127.0.0.1",
        "port": postfix.port,
        "ca_file": "ca.pem",
        "connections": 2,
        "timeout": 10,
    }


def send_digest(site: Site, channel: dict[str, Any], readers: tuple[str, ...]) -> dict[str, str]:
    """Send one edition of the sample site with `publish now`; the readers' states."""
    content = {"folder": str(TOP / "sample/source/_posts"), "path": "/articles/{-title}"}
    web = {"url": "https://letters.gazette.example"}
    site.configure({"mail": channel}, content=content, web=web)
    with (site.folder / "readers.csv").open("w", encoding="utf-8", newline="") as file:
        people = [(f"{name}@reader.example", NAMES.get(name, "")) for name in readers]
        csv.writer(file).writerows([("email", "name"), *people])
    site.publish("subscribers", "import", "readers.csv")
    rows = site.json("now", "--at", AT, code=None)
    return {row["recipient"].partition("@")[0]: row["state"] for row in rows}


def read(raw: bytes) -> EmailMessage:
    """As a reader's program that knows UTF-8 in headers (RFC 6532)."""
    return message_from_string(raw.decode(), policy=policy.SMTPUTF8)


def judgements(raw: bytes) -> dict[str, str]:
    """What OpenDKIM says of each signature, by selector."""
    told = " ".join(read(raw).get_all("Authentication-Results", []))
    return {
        selector: verdict
        for verdict, selector in re.findall(r"dkim=(\w+)[^;]*?header\.s=(\w+)", told)
    }


@pytest.fixture
def delivered(postfix: Postfix, site: Site, channel: dict[str, Any]) -> dict[str, bytes]:
    """The digest of each reader, with refused ones before and between them."""
    postfix.empty()
    everybody = (STRANGERS[0], *READERS[:2], STRANGERS[1], *READERS[2:])
    states = send_digest(site, channel, everybody)
    assert states == {name: "rejected" if name in STRANGERS else "sent" for name in everybody}
    return {name: postfix.mails(name)[0] for name in READERS}


def test_mails_are_as_receivers_want_them(delivered: dict[str, bytes]) -> None:
    assert len({read(raw)["Message-ID"] for raw in delivered.values()}) == len(READERS)
    assert len({read(raw)["List-Unsubscribe"] for raw in delivered.values()}) == len(READERS)
    for name, raw in delivered.items():
        mail = read(raw)
        assert max(map(len, raw.splitlines())) <= 998
        assert not mail.defects
        assert parsedate_to_datetime(mail["Date"]).tzinfo is not None
        kinds = [part.get_content_type() for part in mail.iter_parts()]
        assert kinds == ["text/plain", "text/html"]
        assert all(part.get_content().strip() for part in mail.iter_parts())
        assert re.fullmatch(r"<https://letters\.gazette\.example/\S+>", mail["List-Unsubscribe"])
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert mail["List-Id"] and mail["Auto-Submitted"] == "auto-generated"
        (reader,) = mail["To"].addresses
        assert (reader.display_name, reader.addr_spec) == (
            NAMES.get(name, ""),
            f"{name}@reader.example",
        )
        assert "DKIM-Signature" not in mail


def test_they_came_encrypted(delivered: dict[str, bytes]) -> None:
    for raw in delivered.values():
        assert "TLSv1." in raw.decode(), "Postfix notes the encryption in Received"
        assert re.search(rb"with (UTF8|E)SMTPS", raw)


def test_opendkim_accepts_both_signatures(
    postfix: Postfix, site: Site, channel: dict[str, Any], keys: dict[str, str]
) -> None:
    postfix.empty()
    for selector, text in keys.items():
        (site.folder / f"{selector}.pem").write_text(text, encoding="ascii")
    dkim = [{"selector": name, "key_file": f"{name}.pem"} for name in keys]
    states = send_digest(site, channel | {"dkim": dkim}, READERS)
    assert set(states.values()) == {"sent"}
    for name in READERS:
        (raw,) = postfix.mails(name)
        assert judgements(raw) == {"one": "pass", "two": "pass"}, read(raw)[
            "Authentication-Results"
        ]


@pytest.mark.parametrize("selector", ["one", "two"])
def test_opendkim_sees_what_was_changed(
    postfix: Postfix,
    site: Site,
    channel: dict[str, Any],
    keys: dict[str, str],
    selector: str,
) -> None:
    postfix.empty()
    (site.folder / "dkim.pem").write_text(keys[selector], encoding="ascii")
    signing = channel | {"dkim": {"selector": selector, "key_file": "dkim.pem"}}
    send_digest(site, signing, ("ann",))
    (raw,) = postfix.mails("ann")
    assert judgements(raw) == {selector: "pass"}
    whole = raw[raw.index(b"DKIM-Signature") :].replace(b"\n", b"\r\n")
    for forged in (
        whole.replace(b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        whole.replace(b"/unsubscribe/", b"/subscribe/"),
        whole.replace(b"Content-Type: text/html", b"Content-Type: text/plain"),
    ):
        postfix.empty()
        with smtplib.SMTP("127.0.0.1", postfix.port) as line:
            line.sendmail("news@gazette.example", ["bob@reader.example"], forged)
        assert judgements(postfix.mails("bob")[0])[selector] == "fail"


def test_what_postfix_offers_is_used(
    postfix: Postfix, channel: dict[str, Any], tmp_path: Path
) -> None:
    with smtplib.SMTP("127.0.0.1", postfix.port) as line:
        line.ehlo()
        offered = {"pipelining", "smtputf8", "size", "starttls", "8bitmime"}
        assert offered <= set(line.esmtp_features)
    options = {key: value for key, value in channel.items() if key != "adapter"}
    smtp = Smtp(SmtpSettings(**options | {"ca_file": tmp_path / "ca.pem"}), name="mail")
    postfix.empty()
    try:
        smtp.check()
        letter = replace(EMAIL, recipient="züleyha@reader.example")
        receipt = smtp.send(letter, "0" * 32)
        assert "queued as" in receipt.remote_id
        with pytest.raises(Rejected, match="takes"):
            smtp.send(replace(letter, text="x" * 70 + "\n" + "long line\n" * (ROOM // 8)), "1" * 32)
        with pytest.raises(Rejected) as caught:
            smtp.send(replace(letter, recipient="nobody@reader.example"), "2" * 32)
        assert caught.value.status.startswith("550")
    finally:
        smtp.close()
    assert b"UTF8SMTPS" in postfix.mails("züleyha")[0]


def test_bodies_and_envelopes_in_one_flight(
    postfix: Postfix, channel: dict[str, Any], keys: dict[str, str], tmp_path: Path
) -> None:
    postfix.empty()
    options = {key: value for key, value in channel.items() if key != "adapter"}
    dkim = {"selector": "two", "key": keys["two"]}
    smtp = Smtp(SmtpSettings(**options | {"ca_file": tmp_path / "ca.pem", "dkim": dkim}), name="")
    names = [STRANGERS[0] if number % 7 == 3 else "dan" for number in range(40)]
    waiting = [_parcel(number, name) for number, name in enumerate(names)]
    answers: list[Answer] = []

    def exchange(answered: Sequence[Answer], room: int) -> Sequence[Parcel] | None:
        answers.extend(answered)
        handed = waiting[:room]
        del waiting[:room]
        return handed or (None if len(answers) == len(names) else [])

    smtp.send_many(exchange)
    smtp.close()
    assert sorted(answer.id for answer in answers) == list(range(len(names)))
    for answer in answers:
        if names[answer.id] == "dan":
            assert answer.receipt is not None
        else:
            assert isinstance(answer.error, Rejected)
    mails = postfix.mails("dan", names.count("dan"))
    assert len({read(raw)["Message-ID"] for raw in mails}) == len(mails) == names.count("dan")
    assert all(judgements(raw) == {"two": "pass"} for raw in mails)


def _parcel(number: int, name: str) -> Parcel:
    key = f"{number:032x}"
    recipient = f"{name}@reader.example"
    return Parcel.single(replace(EMAIL, recipient=recipient), key)._replace(id=number)
