"""A frozen edition becomes the email of one recipient, or the template of all recipients'."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from publisher.mime.template import link_end
from publisher.model.deliveries import Rendered
from publisher.model.messages import Bodies, Email, EmailTemplate
from publisher.rendering.merge_fields import Recipient, merge, pieces
from publisher.rendering.text.clean import clean

_SOME_DAY = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every email of one newsletter shares; `web` is the public pages' URL or ''."""

    sender: str
    list_id: str
    web: str = ""
    reply_to: str = ""


def render_email(
    rendered: Rendered, head: Letterhead, address: str, name: str, token: str, date: datetime
) -> Email:
    """The email for the recipient at `address`, whose links carry `token`."""
    name = clean(name)
    unsubscribe = unsubscribe_uri(head.web, head.sender, token)
    html, text = merge(rendered, Recipient(address, name, unsubscribe))
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


def email_template(rendered: Rendered, head: Letterhead) -> EmailTemplate:
    """What emails to all recipients are made of: filled in, each is what `render_email` gives."""
    email = render_email(rendered, head, "", "", "", _SOME_DAY)
    start = clean(email.unsubscribe)

    def bodies(name: str) -> Bodies:
        there = Recipient("", name)._asdict()
        return Bodies(
            _with_start(pieces(rendered.text, there), start),
            _with_start(pieces(rendered.html, there), escape(start)),
        )

    return EmailTemplate(replace(email, html="", text=""), bodies("?"), bodies(""))


def unsubscribe_uri(web: str, sender: str, token: str) -> str:
    """Where somebody leaves: a page where there is one (RFC 8058), else a mailto: (RFC 6068)."""
    if web:
        return f"{web}/unsubscribe/{link_end(token)}"
    address = sender.rpartition("<")[2].rstrip("> ")
    return f"mailto:{quote(address, safe='@')}?subject=unsubscribe%20{link_end(token)}"


def _with_start(body: Sequence[str], start: str) -> list[str]:
    """`body` with the start of all links before each place of a link."""
    following = [*body[1:], ""]
    pairs = zip(body, following, strict=True)
    return [
        piece + start if index % 2 == 0 and name == "unsubscribe" else piece
        for index, (piece, name) in enumerate(pairs)
    ]
