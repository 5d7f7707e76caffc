"""A credentials store in memory, for adapters that keep tokens."""

from dataclasses import replace

from publisher.model.credentials import Credentials, Renew


class Kept:
    """Keeps the credentials of one channel as the outbox does, in one process."""

    def __init__(self) -> None:
        self.stored: Credentials | None = None

    def read(self) -> Credentials | None:
        """What is stored now."""
        return self.stored

    def renewed(self, old: Credentials | None, renew: Renew) -> Credentials:
        """See CredentialStore.renewed."""
        version = self.stored.version if self.stored else 0
        if self.stored is None or version <= (old.version if old else 0):
            self.stored = replace(renew(self.stored), version=version + 1)
        return self.stored
