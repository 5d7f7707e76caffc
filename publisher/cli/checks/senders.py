"""What `publish check` finds out about the senders: their keys and their domains' DNS records."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.config.source.tree import located
from publisher.errors import Problem

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.config.mistakes import Path
    from publisher.dkim.options import SigningKey
    from publisher.sender_dns import PublicKey

OPEN = "every account of this machine can read or change the key's file"
RESERVED = frozenset({"example", "test", "invalid", "localhost", "local", "internal"})  # RFC 6761
EXAMPLES = frozenset({"example.com", "example.net", "example.org"})  # RFC 2606


@dataclass(slots=True)
class Senders:
    """Problems by which emails fail, warnings where they are at risk, notes of what is unknown.

    `channels` are those with a key that cannot sign.
    """

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    channels: set[str] = field(default_factory=set)


def check_keys(config: "Config") -> Senders:
    """Try every key of every channel, without asking anybody."""
    from publisher.config.source.secrets import ABSENT

    found = Senders()
    for name, channel in config.channels.items():
        keys = channel.signing_keys
        lacking = any(each.where.startswith(f"channels.{name}.dkim") for each in config.absent)
        for number, key in enumerate(keys):
            values = {key.key.get_secret_value(), key.key_file and key.key_file.name}
            if not (lacking and ABSENT in values):  # else it is reported already
                path = ("channels", name, "dkim", *((number,) if len(keys) > 1 else ()))
                _check_key(config, key, path, found)
    return found


def _check_key(config: "Config", key: "SigningKey", path: "Path", found: Senders) -> None:
    from publisher.dkim.keys import KeyProblem, is_open_to_others, tried_key

    option = (*path, "key_file" if key.key_file else "key")
    try:
        tried_key(key)
    except KeyProblem as error:
        problem, _, hint = str(error).partition(": ")
        found.problems.append(located(config.file, option, problem, hint))
        found.channels.add(str(path[1]))
    if key.key_file and is_open_to_others(key.key_file):
        found.warnings.append(located(config.file, option, OPEN, f"chmod 600 {key.key_file.name}"))


def check_dns(config: "Config", found: Senders) -> None:
    """Ask DNS about the sender of each newsletter that goes out by SMTP."""
    from publisher.sender_dns import SenderDns, Silent

    dns = SenderDns()
    newsletters: dict[tuple[str, str], str] = {}
    for name, each in config.newsletters.items():
        by_smtp = config.channels[each.channel].adapter == "smtp"
        if by_smtp and not is_reserved(each.sender_domain):
            newsletters.setdefault((each.channel, each.sender_domain), name)
    for (channel, domain), name in newsletters.items():
        keys, path = tuple(_public_keys(config, channel, domain)), ("newsletters", name, "sender")
        try:
            for finding in dns.findings(domain, keys):
                place = found.problems if finding.broken else found.warnings
                place.append(located(config.file, path, finding.problem, finding.hint))
        except Silent:
            found.notes.append(f"DNS gives no answer for {domain}: its records were not checked")
            break


def _public_keys(config: "Config", channel: str, domain: str) -> "Iterator[PublicKey]":
    """The keys that DNS should know; the adapter's own check reports one that cannot be read."""
    from publisher.dkim.keys import KeyProblem, read_key
    from publisher.sender_dns import PublicKey

    for option in config.channels[channel].signing_keys:
        try:
            key = read_key(option)
        except KeyProblem:
            continue
        yield PublicKey(option.selector, option.domain.lower() or domain, key.record, key.public)


def is_reserved(domain: str) -> bool:
    """Names that no DNS server may know, as in every example."""
    labels = domain.split(".")
    return labels[-1] in RESERVED or ".".join(labels[-2:]) in EXAMPLES or len(labels) == 1
