"""What lets a channel in, where it changes by itself: tokens that end and are renewed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Credentials:
    """Secrets of a channel that Publisher keeps itself.

    `values` are the adapter's own, by name. `expires_at` is when a token ends that can be renewed,
    `ends_at` when nothing can be renewed any more, so that a person must connect anew (None: it
    does not end, or nobody knows). `version` counts how often they were stored.
    """

    values: Mapping[str, str] = field(repr=False)
    expires_at: datetime | None = None
    ends_at: datetime | None = None
    version: int = 0


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
            DeliveryError: `renew` could not, or another process did not come to an end with it.
        """
