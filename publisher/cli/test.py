"""`publish test`."""

from pathlib import Path

import click

from publisher import serializers
from publisher.cli.common import as_json, at_option, known_newsletter, moment, open_publisher
from publisher.cli.output import counted, json_line, say, tell


@click.command()
@click.argument("newsletter", required=False, metavar="[NEWSLETTER]")
@click.option("--to", "address", metavar="EMAIL", required=True, help="Address to send to.")
@click.option("--name", metavar="TEXT", default="", help="Name to greet.")
@at_option("Choose posts as of this time")
@as_json
@click.pass_obj
def test(
    config_path: Path,
    newsletter: str | None,
    address: str,
    name: str,
    at: str | None,
    as_json: bool,
) -> None:
    """Send the next edition to one address only; nothing is recorded or counted."""
    from publisher.mime.addresses import parse_address
    from publisher.runners.trial import send_trial

    recipient = parse_address(address).written
    with open_publisher(config_path, sends=True) as publisher:
        zone = publisher.config.site.zone
        wanted = known_newsletter(publisher.config, newsletter, "use publish test NAME")
        sent = send_trial(publisher, wanted, recipient, name, moment(at, zone))
    if sent.nothing_new:
        say(f"{wanted}: {sent.nothing_new}; choosing posts as if none had been sent before")
    if as_json:
        json_line(serializers.test_email(sent, zone))
        return
    posts = counted(len(sent.proposal.digest.picks), "post")
    tell(f"{wanted}: {posts} sent to {recipient} on {sent.proposal.channels[0]}: {sent.subject}")
    tell(sent.receipt.remote_url or sent.receipt.remote_id)
