"""Emails of the system to one reader, by what they tell."""

from enum import StrEnum


class SystemKind(StrEnum):
    """What such an email tells; the value is the name of its templates."""

    CONFIRMATION = "confirmation"  # asks whether somebody wants a newsletter
    WELCOME = "welcome"
    GOODBYE = "goodbye"
    CHOICES = "choices"  # the link to one's choices, for who has lost it
    CHOICES_SAVED = "choices-saved"  # to who chose by email
    ALREADY = "already"  # to who is subscribed and asks once more
    NEW_ADDRESS = "new-address"  # asks whether the new address is theirs
    ADDRESS_CHANGED = "address-changed"  # to the old address
    STILL_THERE = "still-there"  # to who was silent for long

    @property
    def asks_for_an_answer(self) -> bool:
        """Whether readers may answer it, where a mailbox is read."""
        return self in (SystemKind.CONFIRMATION, SystemKind.CHOICES, SystemKind.CHOICES_SAVED)

    @property
    def tells_how_to_leave(self) -> bool:
        """Whether its headers do (RFC 2369): it goes to who is subscribed, as one of many."""
        return self in (SystemKind.WELCOME, SystemKind.STILL_THERE)
