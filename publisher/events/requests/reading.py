"""An email becomes a request: who wants what, and what proves it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from email.utils import getaddresses
from typing import Final

from publisher.events.mailbox.mail import Mail
from publisher.events.requests.choices import has_choices
from publisher.events.requests.text import own_paragraphs
from publisher.events.requests.wording import Verb, meaning, opening, without_answer
from publisher.mime.addresses import AddressError, parse_address

MOST_IDS: Final = 20
_VERBS: Final = "|".join(verb.value for verb in Verb)
# Blanks as clients write them that do not decode what RFC 6068 encodes.
_GAP: Final = r"(?:\s|%20|\+|:|=)+"
_with_token = re.compile(
    rf"\b({_VERBS}){_GAP}([A-Za-z0-9_-]{{22,80}})(?![A-Za-z0-9_-])", re.IGNORECASE
).search
_torn_token = re.compile(rf"\b({_VERBS}){_GAP}([A-Za-z0-9_\s-]{{48,70}})\Z", re.IGNORECASE)
_torn = _torn_token.search
_in_address = re.compile(rf"\+({_VERBS})(?:[-=.]([A-Za-z0-9_-]{{1,80}}))?@", re.IGNORECASE).search
_message_ids = re.compile(r"<([^<>\s@]{1,200}@[^<>\s@]{1,255})>").findall
_AUTOMATIC: Final = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-vacation")
_PRECEDENCE: Final = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
_DAEMONS: Final = frozenset({"mailer-daemon", "postmaster", "mail-daemon"})
_TOKEN_LENGTH: Final = 22
_LENGTHS: Final = (48, 56)
"""Of signed tokens, without an end and with one."""


@dataclass(frozen=True, slots=True)
class Request:
    """What `sender`, who may be anybody, asks for.

    `token` is what their email to us carries, `answered` the Message-IDs of ours that it answers,
    `newsletter` the name that they wrote, `lines` the text.
    """

    verb: Verb
    sender: str
    token: str = ""
    newsletter: str = ""
    answered: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def request_of(mail: Mail, names: Collection[str] = ()) -> Request | None:
    """What `mail` asks for; None: nothing that we know, or nobody wrote it.

    An email without text that a mail service sends for a reader who pressed its button counts as
    the reader's; vacation notes and other answers of machines do not. `names` are the newsletters.
    """
    sender = _sender(mail)
    if not sender or is_answered_by_machine(mail):
        return None
    answered = tuple(_message_ids(" ".join(mail.all("in-reply-to", "references"))))[-MOST_IDS:]
    paragraphs = own_paragraphs(mail)
    lines = [line for paragraph in paragraphs for line in paragraph]
    found = _by_token(mail, lines)
    if found is None and not _is_automatic(mail):
        found = _by_words(mail, paragraphs, names, answers=bool(answered))
    if found is None:
        return None
    verb, token, newsletter = found
    return Request(verb, sender, token, newsletter, answered, tuple(lines))


def is_answered_by_machine(mail: Mail) -> bool:
    """Whether nobody pressed anything: an automatic reply (RFC 3834), or a report."""
    submitted = mail.get("auto-submitted").lower()
    return (
        submitted.startswith(("auto-replied", "auto-notified"))
        or mail.get("return-path").replace(" ", "") == "<>"
        or mail.kind == "multipart/report"
        or bool(mail.all(*_AUTOMATIC))
        or _sender(mail).rpartition("@")[0].lower() in _DAEMONS
    )


def _is_automatic(mail: Mail) -> bool:
    """Whether a machine wrote it, so that its words mean nothing."""
    by_machine = mail.get("auto-submitted").lower() not in {"", "no"}
    return by_machine or mail.get("precedence").lower() in _PRECEDENCE


def _sender(mail: Mail) -> str:
    """The one address of From, or nothing."""
    try:
        found = [address for _, address in getaddresses(mail.all("from")) if address]
        return parse_address(found[0]).written if len(found) == 1 else ""
    except (AddressError, RecursionError):  # the standard library follows every bracket
        return ""


def _by_token(mail: Mail, lines: list[str]) -> tuple[Verb, str, str] | None:
    """A token and a verb: in the subject, in the address that it was sent to, or in the text."""
    subject = mail.words("subject")
    for found in (_torn(subject), _with_token(subject)):
        token = "".join(found[2].split()) if found else ""
        is_whole = found and (found.re is not _torn_token or len(token) in _LENGTHS)
        if found and is_whole and found[1].lower() != Verb.SUBSCRIBE:
            return Verb(found[1].lower()), token, ""
    for address in mail.all("to", "delivered-to", "x-original-to", "cc"):
        if found := _in_address(address):
            verb, rest = Verb(found[1].lower()), found[2] or ""
            is_token = len(rest) >= _TOKEN_LENGTH and verb is not Verb.SUBSCRIBE
            return (verb, rest, "") if is_token else (verb, "", rest)
    for line in lines[:5]:
        if (found := _with_token(line)) and found[0] == line:
            return Verb(found[1].lower()), found[2], ""
    return None


def _by_words(
    mail: Mail, paragraphs: list[list[str]], names: Collection[str], *, answers: bool
) -> tuple[Verb, str, str] | None:
    """All that the subject says, or, in an answer or without a subject, the first lines."""
    subject = mail.words("subject")
    verb, newsletter = meaning(without_answer(subject), names)
    if verb and verb is not Verb.CONFIRM:
        return verb, "", newsletter
    if not (answers or not subject.strip()):
        return None
    if not paragraphs:
        return (Verb.CONFIRM, "", "") if answers else None
    verb, newsletter = opening(paragraphs[0], names)
    if verb is None and answers and any(map(has_choices, paragraphs)):
        return Verb.PREFERENCES, "", ""
    return (verb, "", newsletter) if verb else None
