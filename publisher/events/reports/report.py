"""What a report says, before anybody has looked whose email it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Said(StrEnum):
    """What became of the email, by its report."""

    HARD = "hard bounce"  # there is no such mailbox or domain
    SOFT = "soft bounce"  # it could not be delivered this time
    BLOCKED = "refused"  # it was not taken for what it says or whom it is from
    DELAYED = "delayed"  # it is tried again
    DELIVERED = "delivered"
    COMPLAINT = "complaint"
    NOT_SPAM = "other feedback"  # nothing is to be done for it
    AUTO_REPLY = "automatic reply"


@dataclass(frozen=True, slots=True)
class Report:
    """`said` of an email that one of `places` names; `status` and `text` as in Bounce.

    The places are texts that only the sending and returning of that email put in: the address that
    it was returned to, headers of the email itself.
    """

    said: Said
    places: Sequence[str]
    status: str = ""
    text: str = ""
