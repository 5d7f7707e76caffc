"""`publish test`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from publisher.cli.common import as_json, at_option, known_newsletter, moment, open_publisher
from publisher.cli.output import counted, json_line, local, say, tell

if TYPE_CHECKING:
    from publisher.runners.trial import Trial


@click.command()
@click.argument("newsletter", required=False, metavar="[NEWSLETTER]")
@click.option("--to", "address", metavar="EMAIL", required=True, help="Who gets it.")
@click.option("--name", metavar="TEXT", default="", help="The name to greet.")
@at_option("Choose posts as they stood then")
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
    """Send the next edition to one address only; no row, reader or post is changed by it."""
    from publisher.mime.addresses import parse_address
    from publisher.runners.trial import send_trial

    recipient = parse_address(address).written
    with open_publisher(config_path, sends=True) as publisher:
        zone = publisher.config.site.zone
        wanted = known_newsletter(publisher.config, newsletter, "publish test NAME")
        trial = send_trial(publisher, wanted, recipient, name, moment(at, zone))
    if trial.nothing_new:
        say(f"{wanted}: {trial.nothing_new}; posts chosen as if nothing had been sent before")
    if as_json:
        json_line(_values(trial, zone))
        return
    posts = counted(len(trial.proposal.digest.picks), "post")
    tell(f"{wanted}: {posts} sent to {recipient} on {trial.proposal.channels[0]}: {trial.subject}")
    tell(trial.receipt.remote_url or trial.receipt.remote_id)


def _values(trial: "Trial", zone: ZoneInfo) -> dict[str, Any]:
    proposal = trial.proposal
    return {
        "newsletter": proposal.owner,
        "channel": proposal.channels[0],
        "slot": local(proposal.slot, zone),
        "recipient": trial.recipient,
        "subject": trial.subject,
        "posts": [pick.post.path for pick in proposal.digest.picks],
        "remote_id": trial.receipt.remote_id or None,
        "remote_url": trial.receipt.remote_url or None,
    }
