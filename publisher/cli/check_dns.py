"""What `publish check` finds out about the senders' domains."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.errors import Problem

if TYPE_CHECKING:
    from publisher.config import Config, Newsletter
    from publisher.sender_dns import PublicKey, SenderDns

BY_MAIL = "smtp"
RESERVED = frozenset({"example", "test", "invalid", "localhost", "local", "internal"})  # RFC 6761
EXAMPLES = frozenset({"example.com", "example.net", "example.org"})  # RFC 2606


@dataclass(slots=True)
class Senders:
    """Problems by which emails fail, warnings where they are at risk, notes of what is unknown."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check_senders(config: "Config") -> Senders:
    """Ask DNS about the sender of each newsletter that goes out by SMTP."""
    from publisher.sender_dns import SenderDns, Silent

    found, dns = Senders(), SenderDns()
    asked: set[tuple[str, str]] = set()
    for name, newsletter in config.newsletters.items():
        domain = newsletter.sender_domain
        if config.channels[newsletter.channel].adapter != BY_MAIL or _is_reserved(domain):
            continue
        if (newsletter.channel, domain) in asked:
            continue
        asked.add((newsletter.channel, domain))
        try:
            _judge(config, name, newsletter, dns, found)
        except Silent:
            found.notes.append(f"DNS gives no answer for {domain}: its records were not checked")
            break
    return found


def _judge(
    config: "Config", name: str, newsletter: "Newsletter", dns: "SenderDns", found: Senders
) -> None:
    from publisher.config.source.tree import line_in

    domain = newsletter.sender_domain
    keys = tuple(_public_keys(config, newsletter.channel, domain))
    path = ("newsletters", name, "sender")
    for finding in dns.findings(domain, keys):
        place = found.problems if finding.broken else found.warnings
        line = line_in(config.file, path)
        hint = finding.hint
        place.append(Problem(str(config.file), line, ".".join(path), finding.problem, hint))


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


def _is_reserved(domain: str) -> bool:
    """Names that no DNS server may know, as in every example."""
    labels = domain.split(".")
    return labels[-1] in RESERVED or ".".join(labels[-2:]) in EXAMPLES or len(labels) == 1
