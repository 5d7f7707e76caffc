"""`publish test`."""

from pathlib import Path

import click

from publisher import serializers
from publisher.cli.common import as_json, at_option, known_newsletter, moment, open_publisher
from publisher.cli.output import counted, json_line, say, tell

KINDS = (
    *("confirmation", "welcome", "goodbye", "choices", "choices-saved"),
    *("already", "new-address", "address-changed", "still-there"),
)


@click.command()
@click.argument("newsletter", required=False, metavar="[NEWSLETTER]")
@click.option("--to", "address", metavar="EMAIL", required=True, help="Address to send to.")
@click.option("--name", metavar="TEXT", default="", help="Name to greet.")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    help="An email to one reader, such as the welcome, instead of the edition.",
)
@at_option("Choose posts as of this time")
@as_json
@click.pass_obj
def test(
    config_path: Path,
    newsletter: str | None,
    address: str,
    name: str,
    kind: str | None,
    at: str | None,
    as_json: bool,
) -> None:
    """Send the next edition to one address only; nothing is recorded or counted."""
    from publisher.mime.addresses import parse_address
    from publisher.model.system_mails import SystemKind
    from publisher.runners.trial import send_system_trial, send_trial

    recipient = parse_address(address).written
    with open_publisher(config_path, sends=True) as publisher:
        zone = publisher.config.site.zone
        wanted = known_newsletter(publisher.config, newsletter, "use publish test NAME")
        if kind:
            system = SystemKind(kind)
            subject, receipt = send_system_trial(publisher, system, wanted, recipient, name)
            channel = publisher.config.newsletters[wanted].channel
            if as_json:
                about = serializers.system_test(wanted, channel, recipient, subject, receipt)
                json_line(about)
                return
            tell(f"{wanted}: {kind} sent to {recipient} on {channel}: {subject}")
            tell(receipt.remote_url or receipt.remote_id)
            return
        sent = send_trial(publisher, wanted, recipient, name, moment(at, zone))
    if sent.nothing_new:
        say(f"{wanted}: {sent.nothing_new}; choosing posts as if none had been sent before")
    if as_json:
        json_line(serializers.test_email(sent, zone))
        return
    posts = counted(len(sent.proposal.digest.picks), "post")
    tell(f"{wanted}: {posts} sent to {recipient} on {sent.proposal.channels[0]}: {sent.subject}")
    tell(sent.receipt.remote_url or sent.receipt.remote_id)
