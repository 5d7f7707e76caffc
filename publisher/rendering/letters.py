"""A frozen edition becomes the mail of one reader."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from publisher.messages import Email
from publisher.rendering.merging import Reader, Rendered, merge


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every reader's mail of one newsletter shares; `web` is the public pages' URL or ''."""

    sender: str
    list_id: str
    web: str = ""
    reply_to: str = ""


def letter(
    rendered: Rendered, head: Letterhead, address: str, name: str, token: str, date: datetime
) -> Email:
    """The mail for the reader at `address`, whose links carry `token`."""
    unsubscribe = unsubscribe_uri(head.web, head.sender, token)
    html, text = merge(rendered, Reader(address, name, unsubscribe))
    return Email(
        sender=head.sender,
        recipient=address,
        recipient_name=name,
        subject=rendered.subject,
        html=html,
        text=text,
        date=date,
        list_id=head.list_id,
        unsubscribe=unsubscribe,
        one_click=unsubscribe.startswith("https:"),
        reply_to=head.reply_to,
    )


def unsubscribe_uri(web: str, sender: str, token: str) -> str:
    """Where a reader leaves: a page where there is one (RFC 8058), else a mail (RFC 6068)."""
    if web:
        return f"{web}/unsubscribe/{quote(token, safe='')}"
    address = sender.rpartition("<")[2].rstrip("> ")
    return f"mailto:{quote(address, safe='@')}?subject={quote('unsubscribe ' + token)}"
