"""Somebody's wish to subscribe, and what becomes of it."""

from dataclasses import dataclass, field
from enum import StrEnum

from publisher.model.contacts import Choices, Consent


class Asked(StrEnum):
    """What became of somebody's wish to subscribe; strangers are told the same in every case."""

    ASKED = "asked"  # a confirmation is queued
    ALREADY = "already subscribed"
    TOO_OFTEN = "asked too often"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody wants to subscribe `email`, known by `key`, to `newsletter`.

    `mail` is the frozen email that asks for confirmation, `already` the one to who is subscribed;
    `language` and `timezone` are empty where they are the site's.
    """

    newsletter: str
    email: str
    key: str
    consent: Consent
    mail: int | None = None
    already: int | None = None
    name: str = ""
    language: str = ""
    timezone: str = ""
    choices: Choices = field(default_factory=Choices)
