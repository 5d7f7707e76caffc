"""Who asks to subscribe elsewhere than on the pages is asked back, once for each wish.

A wish is known by its reason in the history of the contact.
"""

from typing import NamedTuple

from publisher.model.contacts import Choices, Consent
from publisher.outbox.outbox import Outbox


class Details(NamedTuple):
    """What somebody said of themselves; empty where it is the site's."""

    name: str = ""
    language: str = ""
    timezone: str = ""
    choices: Choices = Choices()


def ask_once(
    outbox: Outbox,
    newsletter: str,
    email: str,
    *,
    consent: Consent,
    mail: int,
    details: Details = Details(),  # noqa: B008  it never changes
) -> None:
    """Ask somebody by email whether they want a newsletter; `consent.how` names this very wish.

    Raises:
        AddressError: `email` is not a valid address.
    """
    contact = outbox.subscribers.show(email)
    if contact is None or all(event.reason != consent.how for event in contact.history):
        outbox.readers.ask(newsletter, email, consent=consent, mail=mail, **details._asdict())
