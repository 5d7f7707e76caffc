"""Signing keys, and the tokens that an endpoint of one's own hands back."""

import json

import pytest

from publisher.outbox.outbox import Outbox
from publisher.signing import Purpose
from tests.cli.conftest import Terminal


def opened(site: Terminal) -> Outbox:
    return Outbox.open("sqlite:///queue/publisher.db", folder=site.folder)


def endpoint(site: Terminal) -> None:
    file = site.folder / "config.yaml"
    text = file.read_text(encoding="utf-8") + "web: {endpoint: https://gazette.example/leave}\n"
    file.write_text(text, encoding="utf-8")


def token(site: Terminal, email: str) -> str:
    with opened(site) as outbox:
        contact = outbox.subscribers.show(email)
        assert contact is not None
        return outbox.keys.signer().sign(Purpose.READER, contact.subscriptions[0].token)


def test_nobody_sees_the_keys_unasked(site: Terminal) -> None:
    for words in (["show"], ["retire", "00aa"]):
        assert "this asks first" in site.refused("keys", *words)
    with opened(site) as outbox:
        (key,) = outbox.keys.all()
    done = site.run("keys", "show", "--yes")
    assert done.stdout == f"{key.for_endpoint()}\n" and not done.stderr
    listed = site.run("keys", "list").stdout
    assert key.id in listed and "signs" in listed
    assert key.secret not in listed + done.stdout and done.stdout.strip()[5:] not in listed


def test_links_from_before_a_rotation_stay_valid(peopled: Terminal) -> None:
    before = token(peopled, "ann@example.org")
    assert peopled.run("keys", "rotate").returncode == 0
    after = token(peopled, "ann@example.org")
    assert before != after and before[:22] == after[:22]
    done = peopled.run("subscribers", "unsubscribe", before)
    assert done.stdout == "ann@example.org: unsubscribed (daily)\n"
    assert "was already unsubscribed" in peopled.run("subscribers", "unsubscribe", after).stdout


def test_an_endpoint_gets_a_new_key_before_emails_carry_it(site: Terminal) -> None:
    endpoint(site)
    assert "this asks first" in site.refused("keys", "rotate")
    with opened(site) as outbox:
        assert len(outbox.keys.all()) == 1
    shown = site.run("keys", "rotate", "--yes").stdout.split()
    assert shown == site.run("keys", "show", "--yes").stdout.split() and len(shown) == 2


def test_a_retired_key_only_lets_readers_leave(peopled: Terminal) -> None:
    before = token(peopled, "ann@example.org")
    with opened(peopled) as outbox:
        asked = outbox.keys.signer().sign(Purpose.CONFIRM, "body")
        (key,) = outbox.keys.all()
    assert peopled.run("keys", "retire", key.id, "--yes").returncode == 0
    assert "no key" in peopled.refused("keys", "retire", key.id, "--yes")
    with opened(peopled) as outbox:
        signer = outbox.keys.signer()
        assert signer.read(Purpose.CONFIRM, asked) is None
        assert signer.sign(Purpose.CONFIRM, "body") != asked
    assert "retired" in peopled.run("keys", "list").stdout
    assert peopled.run("subscribers", "unsubscribe", before).returncode == 0


@pytest.mark.parametrize(
    "written",
    ["{ann}\n{ann}\n\n{bob}\n", "token,sent\n{ann},2026-05-11\n{bob},2026-05-12\n", "json"],
)
def test_what_an_endpoint_wrote_down(peopled: Terminal, written: str) -> None:
    names = {name: token(peopled, f"{name}@example.org") for name in ("ann", "bob")}
    text = json.dumps([{"name": each} for each in names.values()], indent=2)
    file = peopled.folder / "left.txt"
    file.write_text(text if written == "json" else written.format(**names), encoding="utf-8")
    done = peopled.run("subscribers", "unsubscribe", "--file", str(file))
    if written == "json":
        assert '"name"' not in done.stderr
    assert done.returncode == 0, done.stderr
    assert "ann@example.org: unsubscribed (daily)\n" in done.stdout
    assert "bob@example.org: unsubscribed (daily)\n" in done.stdout


def test_unknown_tokens_are_named_and_the_others_count(peopled: Terminal) -> None:
    known, strange = token(peopled, "ann@example.org"), "x" * 48
    done = peopled.run("subscribers", "unsubscribe", known, strange)
    assert done.returncode == 1 and "ann@example.org: unsubscribed" in done.stdout
    assert done.stderr == f"unknown token '{strange}'\n"
    file = peopled.folder / "left.txt"
    file.write_text(f"{known}\nhello\n{strange}\n", encoding="utf-8")
    done = peopled.run("subscribers", "unsubscribe", "--file", str(file))
    assert done.returncode == 1 and "ann@example.org: was already" in done.stdout
    assert "line 2: no token that is known: hello\n" in done.stderr and "line 3" in done.stderr
    assert "specify tokens" in peopled.refused("subscribers", "unsubscribe")
