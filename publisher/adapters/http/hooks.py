"""Webhooks into a channel: an address that is secret as a whole, of config.yaml or stored."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence

from pydantic import SecretStr

from publisher.adapters.base import M
from publisher.adapters.http.options import secret_parts
from publisher.adapters.http.tokens import S, StoredToken

WEBHOOK = "webhook"


class StoredHook(StoredToken[M, S]):
    """Calls the address of its options, else the one that `publish connect` stored."""

    secret_option = WEBHOOK

    @abstractmethod
    def place_of(self, address: SecretStr) -> tuple[str, str]:
        """Where the network is, as the address says, and the path below."""

    def stands_at(self) -> str:
        """A bot, which is told a channel, can neither find nor change what a webhook posted."""
        return self.api.host if getattr(self.options, "channel", "") else "a webhook"

    def headers(self) -> Mapping[str, str]:
        """The address is all that lets it in."""
        return {}

    def hook(self) -> str:
        """The path that is called, at the network that the address names."""
        base, path = self.place_of(SecretStr(self.token()))
        self.api.stand_at(base)
        return path

    def secrets(self) -> Sequence[str]:
        """What follows the host, and the last part of it, are secret by themselves, too."""
        known = super().secrets()
        addresses = (SecretStr(each) for each in known if "://" in each)
        return [*known, *(part for each in addresses for part in secret_parts(each))]
