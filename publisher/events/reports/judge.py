"""What a refusal that is reported later says of a mailbox: the rules of refusals at SMTP time.

An email that expired in a queue is reported as failed with a status of 4.y.z (RFC 3464, section
2.3.4): only where action, status and the server's code all say `never` is a mailbox given up.
"""

import re
from typing import Final

from publisher.errors import Reason
from publisher.events.reports.report import Report, Said
from publisher.mime.lines import one_line
from publisher.smtp.refusals import Stage, read
from publisher.smtp.replies import Reply

MOST_WORDS: Final = 700
_CODE: Final = re.compile(r"(?<![\d.#])([45]\d\d)(?=[ -](?![\d.]+[\])]))")
_STATUS: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_NO_DOMAIN: Final = re.compile(
    r"host (?:or domain name )?not found|unrouteable|domain (?:does not exist|not found)|nxdomain|"
    r"couldn't find any host named|non-?existent host",
    re.IGNORECASE,
)
_NO_DOMAIN_STATUS: Final = {"5.4.4", "5.1.2"}
_OURS: Final = {
    Reason.CONTENT_REFUSED,
    Reason.TOO_LONG,
    Reason.SENDER,
    Reason.ACCOUNT,
    Reason.QUOTA,
    Reason.RATE,
    Reason.CONNECTIONS,
    Reason.SESSION,
    Reason.RECIPIENT_REFUSED,
}


def status_in(text: str) -> str:
    """The first enhanced status code (RFC 3463) in a text, or nothing."""
    found = _STATUS.search(text)
    return found[1] if found else ""


def code_in(text: str) -> str:
    """The first code of an SMTP reply in a text, or nothing."""
    found = _CODE.search(text)
    return found[1] if found else ""


def judged(words: str, recipient: str, status: str = "", sender: str = "") -> Report | None:
    """What `words` of a server or `status` say of `recipient`; None: neither says anything.

    `words` may hold a code and a status of their own; `status` is the report's.
    """
    words = one_line(words)[:MOST_WORDS]
    code = code_in(words)
    status = status if status_in(status) else status_in(words)
    if not (code or status):
        return None
    said = _said(code, status, words, recipient, sender)
    told = " ".join(filter(None, (code, status)))
    return Report(said, (), told, words or told)


def _said(code: str, status: str, words: str, recipient: str, sender: str) -> Said:
    kinds = {(code or status)[0], (status or code)[0]}
    said = words[words.index(code) + 3 :].lstrip(" -") if code else words
    whole = f"{status} {said}" if status and not status_in(said[:12]) else said
    reply = Reply(f"{code or status[0] + '50'} {whole}".encode())
    reason = read(reply, Stage.RECIPIENT, sender=sender, recipient=recipient).reason
    if kinds != {"5"}:
        return Said.BLOCKED if reason in _OURS else Said.SOFT
    if reason is Reason.NO_SUCH_RECIPIENT or _has_no_domain(status, words):
        return Said.HARD
    return Said.BLOCKED if reason in _OURS else Said.SOFT


def _has_no_domain(status: str, words: str) -> bool:
    return status in _NO_DOMAIN_STATUS or _NO_DOMAIN.search(words) is not None
