"""What every mail of a newsletter says of who sends it; and a sample for the preview."""

from email.utils import parseaddr

from publisher.config import Config, Newsletter
from publisher.model.messages import Email
from publisher.plan.proposals import Proposal
from publisher.rendering.email import Letterhead, letter
from publisher.rendering.merge_fields import Rendered


def letterhead(config: Config, newsletter: Newsletter) -> Letterhead:
    """Sender, list and pages of `newsletter`."""
    return Letterhead(
        sender=newsletter.sender,
        list_id=list_id(config.site.title, newsletter.name, newsletter.sender),
        web=config.web.url or "",
        reply_to=newsletter.reply_to,
    )


def list_id(title: str, newsletter: str, sender: str) -> str:
    """RFC 2919: a phrase for people and an identifier under the sender's domain."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    phrase = " ".join(title.replace("<", " ").replace(">", " ").split())
    return f"{phrase} <{newsletter.lower()}.{domain}>"


def sample_mail(
    config: Config, proposal: Proposal, rendered: Rendered, address: str, name: str
) -> Email:
    """The mail that a reader at `address` would get of `proposal`."""
    head = letterhead(config, config.newsletters[proposal.owner])
    return letter(rendered, head, address, name, "sample-token", proposal.slot)
