"""What `publish check` finds out about the mailbox: can it be read, and does it get the bounces?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from publisher.cli.output import counted, say
from publisher.config.source.tree import located
from publisher.errors import MailboxError, Problem

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.wiring import Publisher


def check_mailbox(publisher: "Publisher") -> Iterator[Problem]:
    """Log in and look; nothing is changed."""
    config = publisher.config
    if config.mailbox is None:
        return
    try:
        count = publisher.incoming.check()
    except MailboxError as error:
        yield located(config.file, ("mailbox",), error.message, error.hint)
    else:
        say(f"mailbox {config.mailbox.address}: {counted(count, 'email')}")


def bounces_unread(config: "Config") -> Iterator[Problem]:
    """Channels whose bounces go to another address than the one that is read."""
    from publisher.adapters.smtp import SmtpSettings

    if config.mailbox is None:
        return
    ours = _plain(config.mailbox.address)
    for name, channel in config.channels.items():
        settings = channel.settings
        if not isinstance(settings, SmtpSettings):
            continue
        senders = {each.sender for each in config.newsletters.values() if each.channel == name}
        going = {_plain(address) for address in [settings.return_path] if address}
        going = going or {_plain(sender) for sender in senders}
        for address in sorted(going - {ours}):
            text = f"bounces go to {address}, and the mailbox that is read is {ours}"
            path = ("channels", name, "return_path")
            yield located(config.file, path, text, f"set return_path: {ours}")


def _plain(mailbox: str) -> str:
    return mailbox.rpartition("<")[2].rstrip("> ").lower()
