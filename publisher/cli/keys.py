"""`publish keys …`."""

import sys
from pathlib import Path

import click

from publisher.cli.common import ask, open_publisher
from publisher.cli.output import say, short, table, tell
from publisher.errors import UsageError
from publisher.signing import Key

yes_option = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group()
def keys() -> None:
    """Show, rotate and retire the keys that links in emails are signed with."""


@keys.command("list")
@click.pass_obj
def list_keys(config_path: Path) -> None:
    """List the keys without their secrets."""
    with open_publisher(config_path) as publisher:
        found, created = publisher.outbox.keys.all(), publisher.outbox.keys.created()
        zone = publisher.config.site.zone
    signing = next(key for key in found if not key.retired)
    states = {
        True: "retired: its links only unsubscribe",
        False: "knows the links of earlier emails",
    }
    rows = (
        [key.id, short(created[key.id], zone), "signs" if key is signing else states[key.retired]]
        for key in found
    )
    table(["key", "since", "state"], rows)


@keys.command()
@yes_option
@click.pass_obj
def show(config_path: Path, yes: bool) -> None:
    """Show what an endpoint of your own checks links with (PUBLISHER_KEYS).

    It can check the links of readers and sign nothing. Keep it out of repositories, logs and pages.
    """
    _ask("Show the endpoint's keys on this screen?", yes=yes)
    with open_publisher(config_path) as publisher:
        _show(publisher.outbox.keys.all())


@keys.command()
@yes_option
@click.pass_obj
def rotate(config_path: Path, yes: bool) -> None:
    """Sign with a new key; links in emails sent before stay valid.

    An endpoint of your own has to know the new key before emails carry it, so it is shown first.
    """
    with open_publisher(config_path) as publisher:
        new = Key.new()
        if publisher.config.web.endpoint:
            _ask("Show the endpoint's keys on this screen?", yes=yes)
            _show([new, *publisher.outbox.keys.all()])
            _ask("Has your endpoint got them (PUBLISHER_KEYS)?", yes=yes)
        publisher.outbox.keys.add(new, publisher.clock())
    say(f"new links are signed with key {new.id}")


@keys.command()
@click.argument("key")
@yes_option
@click.pass_obj
def retire(config_path: Path, key: str, yes: bool) -> None:
    """Trust KEY no more, because somebody may know it.

    Confirmations, bounces and the like that were signed with it count no more. Readers still leave
    and choose by the emails they have: their links hold a secret of their own. If KEY is the one
    that signs, a new one does from now on.
    """
    _ask(f"Retire key {key}? This cannot be undone.", yes=yes)
    with open_publisher(config_path) as publisher:
        if not publisher.outbox.keys.retire(key, publisher.clock()):
            raise UsageError(f"no key {key!r} that could be retired", "see: publish keys list")
        endpoint = publisher.config.web.endpoint
    tell(f"key {key} is retired")
    if endpoint:
        say("If it was the one that signs, your endpoint needs the new one: publish keys show")


def _show(found: list[Key]) -> None:
    tell("\n".join(key.for_endpoint() for key in found))


def _ask(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("this asks first, and nobody is there to answer", "use --yes")
    ask(question)
