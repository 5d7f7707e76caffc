"""A mail as a report, if it is one: whatever form it has, from the most to the least certain."""

from publisher.events.mailbox.mail import Mail
from publisher.events.reports.automatic import read_automatic
from publisher.events.reports.complaints import read_complaint
from publisher.events.reports.delivery_status import read_delivery_status
from publisher.events.reports.plain_text import read_plain_text
from publisher.events.reports.report import Report

_FORMS = (read_complaint, read_delivery_status, read_plain_text, read_automatic)


def classify(mail: Mail) -> Report | None:
    """What `mail` reports; None: nothing that is known. Whose email it is about is not judged."""
    return next(filter(None, (form(mail) for form in _FORMS)), None)
