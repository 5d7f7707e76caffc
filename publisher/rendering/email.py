"""A frozen edition becomes the email of one recipient, or the template of all recipients'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from publisher.mime.template import link_end
from publisher.model.deliveries import Rendered
from publisher.model.messages import Bodies, Email, EmailTemplate
from publisher.rendering.merge_fields import Recipient, merge, pieces
from publisher.rendering.text.clean import clean

_SAME = frozenset({"archive"})
_SLOTS = {"preferences": "unsubscribe"}
"""Links that end with the same token share its place."""
_SOME_DAY = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What every email of one newsletter shares.

    `page` is the start of the https links by which readers leave, `mailbox` the address that is
    read for them (RFC 2369), `pages` the address of Publisher's pages, `archive` that of the
    edition; each is empty where there is none. `confirms` is what a link of confirmation does.
    `listed` says whether the headers tell how to leave.
    """

    sender: str
    list_id: str
    page: str = ""
    reply_to: str = ""
    mailbox: str = ""
    pages: str = ""
    archive: str = ""
    confirms: str = "confirm"
    listed: bool = True


def render_email(
    rendered: Rendered,
    head: Letterhead,
    address: str,
    name: str,
    token: str,
    date: datetime,
    confirm: str = "",
    seen: str = "",
) -> Email:
    """The email for the recipient at `address`, whose links carry `token`.

    `confirm` is the token by which something is confirmed, `seen` the one in counted links.
    """
    name = clean(name)
    html, text = merge(rendered, _recipient(head, address, name, token, confirm, seen))
    unsubscribe, *others = unsubscribe_uris(head, token) if head.listed else [""]
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
    links = _recipient(head, "", "", "", "", "")._asdict()
    starts = {name: clean(value) for name, value in links.items()}
    escaped = {name: escape(start) for name, start in starts.items()}

    def bodies(name: str) -> Bodies:
        there = links | {"name": name}
        return Bodies(
            _with_starts(pieces(rendered.text, there), starts),
            _with_starts(pieces(rendered.html, there), escaped),
        )

    named, unnamed = bodies("?"), bodies("")
    fields = frozenset(name for body in (*named, *unnamed) for name in body[1::2])
    return EmailTemplate(replace(email, html="", text=""), named, unnamed, fields)


def _recipient(
    head: Letterhead, address: str, name: str, token: str, confirm: str, seen: str
) -> Recipient:
    """Everything that is one recipient's own; each link ends with its token."""
    unsubscribe, *_ = unsubscribe_uris(head, token)
    return Recipient(
        email=address,
        name=name,
        unsubscribe=unsubscribe,
        archive=head.archive,
        preferences=_uri(head, "preferences", token) or unsubscribe,
        confirm=_uri(head, head.confirms, confirm),
        seen=link_end(seen),
    )


def _uri(head: Letterhead, action: str, token: str) -> str:
    """Where something is done: a page, or an email to the mailbox."""
    if head.pages:
        return f"{head.pages}/{action}/{link_end(token)}"
    return mail_uri(head.mailbox, f"{action} {link_end(token)}") if head.mailbox else ""


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


def _with_starts(body: Sequence[str], starts: Mapping[str, str]) -> list[str]:
    """`body` with the start of each link before its place; what is everybody's has no place."""
    found = [body[0]]
    for name, constant in zip(body[1::2], body[2::2], strict=True):
        found[-1] += starts[name]
        nowhere = name == "confirm" and not starts[name]  # no page, no mailbox: no token either
        if name in _SAME or nowhere:
            found[-1] += constant
        else:
            found += [_SLOTS.get(name, name), constant]
    return found
