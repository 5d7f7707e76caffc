"""What lets a channel in, where it changes by itself: tokens that end and are renewed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Credentials:
    """Secrets of a channel that Publisher keeps itself.

    `values` are the adapter's own, by name. `expires_at` is when a token ends that can be renewed,
    `ends_at` when nothing can be renewed any more, so that a person must connect anew (None: it
    does not end, or nobody knows). `version` counts how often they were stored. `asked_at` is when
    a renewal was begun whose answer nobody has got: the network may have ended these tokens.
    """

    values: Mapping[str, str] = field(repr=False)
    expires_at: datetime | None = None
    ends_at: datetime | None = None
    version: int = 0
    asked_at: datetime | None = None


Renew = Callable[[Credentials | None], Credentials]


class CredentialStore(Protocol):
    """Keeps the credentials of one channel, for every process that uses it."""

    def read(self) -> Credentials | None:
        """What is stored now."""

    def renewed(self, old: Credentials | None, renew: Renew) -> Credentials:
        """Credentials that are newer than `old`.

        They are what another process has stored meanwhile, else what `renew` makes of the stored
        ones. One renews at a time, over all processes; what it gets is stored before it is used.

        Raises:
            DeliveryError: `renew` could not, or another process did not come to an end with it;
                Unavailable where the answer was lost: `asked_at` says so from then on.
        """


@dataclass(frozen=True, slots=True)
class Standing:
    """What a network said of an account when it was asked.

    `account` is its name there, `may` what the token allows in the network's own words, `ends_at`
    when it ends; each is empty where the network does not say. `lasts`: it is known not to end.
    """

    account: str = ""
    may: tuple[str, ...] = ()
    ends_at: datetime | None = None
    lasts: bool = False


class Approval(NamedTuple):
    """What a person's browser brought back from a network's page (RFC 6749, section 4.1.2)."""

    code: str
    redirect: str


Page = Callable[[str, str], str]
"""The address of a network's page, from where it sends the browser afterwards, and the state."""


class Person(Protocol):
    """Whoever runs `publish connect`, as an adapter may ask them.

    Raises:
        UsageError: they gave no answer.
    """

    def tell(self, line: str) -> None:
        """Say what to do, or what was done."""

    def ask(self, what: str) -> str:
        """Ask for something that everybody may see."""

    def secret(self, what: str) -> str:
        """Ask for a secret, which is not shown while it is typed."""

    def approve(self, page: Page, *, host: str = "127.0.0.1", shown: str = "") -> Approval:
        """Let them allow it on a page of the network.

        Args:
            page: makes its address.
            host: how the network wants this machine called.
            shown: the redirect address upon which the network shows a code to copy, if it can.
        """
