"""The contract that every adapter keeps, and the optional abilities it may have."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from publisher.model.messages import Email, Exchange, Message, Note, Receipt, TextLimits

M = TypeVar("M", bound=Message)
M_contra = TypeVar("M_contra", contravariant=True)


def option(description: str, default: Any = ..., **checks: Any) -> Any:
    """An option of a block in config.yaml: none goes without words for people."""
    return Field(default, description=description, **checks)


class Settings(BaseModel):
    """An adapter's options in config.yaml: an unknown one is a mistake, a secret is a SecretStr.

    A `pathlib.Path` option arrives resolved against the folder of config.yaml.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    def channel_defaults(self) -> dict[str, str]:
        """Options that every channel has, as config.yaml has them, for where it leaves them out."""
        return {}


class Adapter(ABC, Generic[M]):
    """One network or mail service.

    `kinds` are the messages it takes, `limits` the length it allows where nobody asked the server,
    `repeatable_for` how long the network drops a repeat with the same key (zero: never), `cards`
    whether it shows the linked page's title below a note that has no picture, `connections` from
    how many threads dispatch may call `send` at once.
    """

    settings: ClassVar[type[Settings]]
    kinds: ClassVar[tuple[type[Email] | type[Note], ...]]
    limits: ClassVar[TextLimits | None] = None
    repeatable_for: ClassVar[timedelta] = timedelta(0)
    cards: ClassVar[bool] = False
    connections: int = 1

    @abstractmethod
    def __init__(self, settings: Settings, *, name: str) -> None:
        """Keep the options; connect to nothing yet. `name` is the channel's, for errors."""

    @abstractmethod
    def send(self, message: M, key: str) -> Receipt:
        """Make one attempt; never retry, sleep or store.

        Args:
            message: what to send, already fitting the network.
            key: the delivery's own, the same in every attempt; 32 hexadecimal digits.

        Raises:
            Rejected, Unavailable, RateLimited, AuthExpired, OutcomeUnknown: see publisher.errors.
        """

    @abstractmethod
    def check(self) -> None:
        """Ask the network, with reads only, whether a message could be sent now.

        Raises:
            DeliveryError: it could not, and why.
        """

    def current_limits(self) -> TextLimits | None:
        """The limits that hold for this account now; may ask the server once, never raises."""
        return self.limits

    def close(self) -> None:
        """Let go of connections; sending again opens them anew."""


@runtime_checkable
class Finds(Protocol[M_contra]):
    """Can ask the network whether a lost answer was a success."""

    def find(self, key: str, message: M_contra, since: datetime) -> Receipt | None:
        """The receipt of `message`, if it arrived after `since`; None if it surely is not there.

        Raises:
            DeliveryError: the network did not say.
        """


@runtime_checkable
class Prices(Protocol[M_contra]):
    """Costs money for each message."""

    def price(self, message: M_contra) -> Decimal:
        """What sending `message` costs, in US dollars."""

    def budget(self) -> Decimal | None:
        """The most that may be spent in a calendar month (UTC), in US dollars; None: no bound."""


@runtime_checkable
class Learns(Protocol):
    """Learns from refusals how many connections its servers take at once."""

    def learned(self) -> Mapping[str, tuple[int, str]]:
        """By server, how many it takes, and the words in which it said so."""

    def recall(self, learned: Mapping[str, int]) -> None:
        """Begin with what was learned before; a little more is tried after a while."""


@runtime_checkable
class SendsMany(Protocol):
    """Sends email in bulk, many parcels in flight at once."""

    def send_many(self, exchange: Exchange) -> None:
        """Send what `exchange` hands out until it hands out None; hold few parcels at a time.

        Every parcel gets one answer, whatever happens. Never more than twice as many parcels are
        held as there are connections, answered ones that are not handed over yet included.

        Raises:
            DeliveryError: no connection can be had at all; every parcel was given back.
        """
