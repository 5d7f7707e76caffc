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
    """What every email of one newsletter shares.

    `page` is the start of the https links by which readers leave, `mailbox` the address that is
    read for them (RFC 2369); both are empty where there is none. `archive` is the edition's own
    page for everybody, empty where it has none.
    """

    sender: str
    list_id: str
    page: str = ""
    reply_to: str = ""
    mailbox: str = ""
    archive: str = ""


def render_email(
    rendered: Rendered, head: Letterhead, address: str, name: str, token: str, date: datetime
) -> Email:
    """The email for the recipient at `address`, whose links carry `token`."""
    name = clean(name)
    unsubscribe, *others = unsubscribe_uris(head, token)
    html, text = merge(rendered, Recipient(address, name, unsubscribe, head.archive))
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
        unsubscribe_too="".join(others),
        one_click=unsubscribe.startswith("https:"),
        reply_to=head.reply_to,
    )


def email_template(rendered: Rendered, head: Letterhead) -> EmailTemplate:
    """What emails to all recipients are made of: filled in, each is what `render_email` gives."""
    email = render_email(rendered, head, "", "", "", _SOME_DAY)
    start, archive = clean(email.unsubscribe), clean(head.archive)

    def bodies(name: str) -> Bodies:
        there = Recipient("", name, archive=archive)._asdict()
        text = _with_same(pieces(rendered.text, there), "archive", archive)
        html = _with_same(pieces(rendered.html, there), "archive", escape(archive))
        return Bodies(_with_start(text, start), _with_start(html, escape(start)))

    return EmailTemplate(replace(email, html="", text=""), bodies("?"), bodies(""))


def unsubscribe_uris(head: Letterhead, token: str) -> list[str]:
    """Where somebody leaves: a page (RFC 8058), an email to the mailbox (RFC 6068), or both.

    Where there is neither, the email goes to the sender, and a person has to read it.
    """
    page = [head.page + link_end(token)] if head.page else []
    if page and not head.mailbox:
        return page
    return [*page, mail_uri(head.mailbox or head.sender, f"unsubscribe {link_end(token)}")]


def mail_uri(mailbox: str, subject: str) -> str:
    """The mailto: of an email to the address of `mailbox` that needs to say nothing else."""
    address = mailbox.rpartition("<")[2].rstrip("> ")
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='%')}"


def _with_same(body: Sequence[str], name: str, value: str) -> list[str]:
    """`body` with a field filled in that is the same for all recipients."""
    joined = [body[0]]
    for field, piece in zip(body[1::2], body[2::2], strict=True):
        if field == name:
            joined[-1] += value + piece
        else:
            joined += [field, piece]
    return joined


def _with_start(body: Sequence[str], start: str) -> list[str]:
    """`body` with the start of all links before each place of a link."""
    following = [*body[1:], ""]
    pairs = zip(body, following, strict=True)
    return [
        piece + start if index % 2 == 0 and name == "unsubscribe" else piece
        for index, (piece, name) in enumerate(pairs)
    ]
