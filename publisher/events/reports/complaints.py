"""Complaints: readers who press the button that says spam (RFC 5965)."""

import re
from typing import Final

from publisher.events.mailbox.mail import Mail, Part
from publisher.events.reports.places import places
from publisher.events.reports.report import Report, Said

_COMPLAINTS: Final = {"abuse", "fraud", "opt-out", "opt-out-list", "miscategorized"}
_MICROSOFTS: Final = re.compile(r"staff@(?:hotmail|outlook|live)\.com", re.IGNORECASE)


def read_complaint(mail: Mail) -> Report | None:
    """The complaint; None: this is no report of what a reader said."""
    for part in mail.walk():
        if part.kind == "message/feedback-report":
            return _feedback(mail, part)
    if _is_microsofts(mail):
        return Report(Said.COMPLAINT, list(places(mail)), text="reported as junk at Microsoft")
    return None


def _feedback(mail: Mail, part: Part) -> Report:
    fields = Part(part.content.lstrip(b"\n"))
    kind = fields.get("feedback-type").lower()
    by = fields.get("user-agent") or fields.get("reported-domain") or mail.get("from")
    said = Said.COMPLAINT if kind in _COMPLAINTS else Said.NOT_SPAM
    return Report(said, list(places(mail)), text=f"{kind or 'no type'}, reported by {by}"[:200])


def _is_microsofts(mail: Mail) -> bool:
    """Microsoft forwards the email as it is, under a subject of its own."""
    subject = mail.words("subject").lower()
    from_them = _MICROSOFTS.search(mail.get("from")) is not None
    return from_them and subject.startswith("complaint about message from")
