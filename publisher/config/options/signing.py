"""Which keys sign for which newsletter."""

from collections.abc import Iterator, Mapping

from publisher.config.mistakes import Mistake
from publisher.config.options.channels import ChannelReading
from publisher.config.options.sending import Channel, Newsletter
from publisher.dkim.options import SigningKey


def keys_of(channel: Channel) -> tuple[SigningKey, ...]:
    """The keys with which a channel signs its mails; none where its adapter signs nothing."""
    keys = getattr(channel.settings, "dkim", ())
    return keys if isinstance(keys, tuple) else ()


def domain_of(newsletter: Newsletter) -> str:
    """The domain of a newsletter's sender."""
    return newsletter.sender.rpartition("@")[2].removesuffix(">").lower()


def misaligned(
    newsletters: Mapping[str, Newsletter], channels: Mapping[str, ChannelReading]
) -> Iterator[Mistake]:
    """Newsletters whose signature would say nothing about their sender (DMARC's alignment)."""
    for name, newsletter in newsletters.items():
        reading = channels.get(newsletter.channel)
        sender = domain_of(newsletter)
        for key in keys_of(reading.channel) if reading and reading.channel else ():
            if not key.covers(sender):
                problem = f"the channel signs for {key.domain}, which is not above {sender}"
                hint = f"set dkim.domain of channels.{newsletter.channel} to {sender}"
                yield Mistake(("newsletters", name, "sender"), problem, hint)
                break
