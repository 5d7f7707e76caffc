"""What form services collected: exports as they are, and what becomes of each line."""

import pytest

from publisher.outbox.outbox import Outbox
from publisher.signing import Purpose
from tests.cli.conftest import Terminal

NEW = "eve@reader.example"
EXPORTS = {
    "formspree": f"_date,email,name\n2026-05-11T07:00:00Z,{NEW},Eve\n",
    "netlify": (
        "number,title,email,name,created_at,ip,user_agent,referrer\n"
        f"7,,{NEW},Eve,2026-05-11T07:00:00.000Z,192.0.2.1,Firefox,https://gazette.example\n"
    ),
    "tally": (
        "Submission ID,Respondent ID,Submitted at,Email,Name\n"
        f"r1,p1,2026-05-11 07:00:00,{NEW},Eve\n"
    ),
    "basin": f'ID,Created At,Spam,Email,Message\n1,2026-05-11,false,{NEW},"two\nlines"\n',
    "google": f"Timestamp,Email Address,Name\n5/11/2026 7:00:00,{NEW},Eve\n",
    "another": f"sep=;\nE-Mail;Notiz\n{NEW};x\n",
}


def opened(site: Terminal) -> Outbox:
    return Outbox.open("sqlite:///queue/publisher.db", folder=site.folder)


def collect(site: Terminal, text: str, *words: str, code: int = 0) -> str:
    (site.folder / "form.csv").write_text(text, encoding="utf-8")
    done = site.run("subscribers", "collect", "form.csv", "--newsletter", "daily", *words)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("text", EXPORTS.values(), ids=EXPORTS)
def test_each_new_address_is_asked_once(site: Terminal, text: str) -> None:
    assert collect(site, text) == "1 asked by email\n"
    assert collect(site, text) == "1 known already\n"
    with opened(site) as outbox:
        contact = outbox.subscribers.show(NEW)
        assert contact is not None and contact.subscriptions[0].state == "pending"
        (row,) = outbox.operator.find()
        assert row.recipient == NEW and row.channel == "mail"


def test_who_confirmed_is_subscribed_and_who_left_stays_away(peopled: Terminal) -> None:
    peopled.publish("subscribers", "remove", "ann@example.org", "--newsletter", "daily")
    text = f"email,confirmed at\n{NEW},2026-05-11\nann@example.org,2026-05-11\nno@x.example,\n"
    told = collect(peopled, text)
    assert "1 subscribed" in told and "1 unsubscribed" in told and "1 asked by email" in told
    assert "1 subscribed" in collect(peopled, "email\nmore@reader.example\n", "--confirmed")
    with opened(peopled) as outbox:
        assert {row.recipient for row in outbox.operator.find()} == {"no@x.example"}


def test_tokens_unsubscribe(peopled: Terminal) -> None:
    with opened(peopled) as outbox:
        contact = outbox.subscribers.show("ann@example.org")
        assert contact is not None
        signed = outbox.keys.signer().sign(Purpose.READER, contact.subscriptions[0].token)
    told = collect(peopled, f"_date,token\n2026-05-11,{signed}\n2026-05-11,{'x' * 48}\n")
    assert "ann@example.org: unsubscribed (daily)" in told
    assert "line 3: no token that is known" in told and "1 unsubscribed, 1 refused" in told


def test_spam_robots_and_what_is_no_address_are_refused(site: Terminal) -> None:
    text = (
        "email,_gotcha,spam,name\n"
        "a@reader.example,x,,\n"
        "b@reader.example,,true,\n"
        "not an address,,,\n"
        ",,,Nobody\n"
        f"{NEW},,,https://spam.example buy\n"
    )
    told = collect(site, text)
    assert "4 refused" in told and "1 asked by email" in told and "line 3: is spam" in told
    with opened(site) as outbox:
        assert [row.recipient for row in outbox.operator.find()] == [NEW]
        contact = outbox.subscribers.show(NEW)
        assert contact is not None and contact.name == ""


def test_a_file_of_another_kind_is_a_usage_error(site: Terminal) -> None:
    assert "has no column email or token" in collect(site, "a,b\n1,2\n", code=2)
    assert "is empty" in collect(site, "", code=2)
