"""The contract that every adapter keeps, and the optional abilities it may have."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar, cast, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

from publisher.errors import Unavailable
from publisher.model.credentials import Credentials, CredentialStore, Person, Standing
from publisher.model.messages import (
    Digest,
    Email,
    Exchange,
    Later,
    Limits,
    Message,
    Note,
    Receipt,
)

MOST_STEPS: Final = 30
"""So many follow at once: more than the longest thread has posts."""

LONGEST_WAIT: Final = 30.0

M = TypeVar("M", bound=Message)
M_contra = TypeVar("M_contra", contravariant=True)


def option(description: str, default: Any = ..., **checks: Any) -> Any:
    """An option of a block in config.yaml: none goes without words for people."""
    return Field(default, description=description, **checks)


class Settings(BaseModel):
    """An adapter's options in config.yaml: an unknown one is a mistake, a secret is a SecretStr.

    A `pathlib.Path` option arrives resolved against the folder of config.yaml.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def channel_defaults(self) -> dict[str, str]:
        """Options that every channel has, as config.yaml has them, for where it leaves them out."""
        return {}


class Adapter(ABC, Generic[M]):
    """One network or mail service.

    `kinds` are the messages it takes, `limits` the length it allows where nobody asked the server,
    `repeatable_for` how long the network drops a repeat with the same key (zero: never; None: for
    ever), `shows_within` how long the network may take to show what it has, where it can be asked:
    before, its silence proves nothing, and with `reads_back` False never; `cards` whether the
    linked page's title is shown below a note that has no picture, `connections` from how many
    threads dispatch may call `send` at once.
    """

    settings: ClassVar[type[Settings]]
    kinds: ClassVar[tuple[type[Email] | type[Note] | type[Digest], ...]]
    limits: ClassVar[Limits | None] = None
    repeatable_for: timedelta | None = timedelta(0)
    shows_within: timedelta = timedelta(seconds=30)
    reads_back: bool = True
    cards: ClassVar[bool] = False
    connections: int = 1

    @classmethod
    def variant(cls, settings: Settings) -> "type[Adapter[M]]":  # noqa: ARG003 - for who has several
        """The class for these options: another one where a network has two ways in."""
        return cls

    @abstractmethod
    def __init__(self, settings: Settings, *, name: str) -> None:
        """Keep the options; connect to nothing yet. `name` is the channel's, for errors."""

    @abstractmethod
    def send(self, message: M, key: str) -> Receipt | Later:
        """Make one attempt; never retry, sleep or store.

        Args:
            message: what to send, already fitting the network.
            key: the delivery's own, the same in every attempt; 32 hexadecimal digits.

        Returns:
            The receipt; or, from an adapter that `Steps`, when and how to go on.

        Raises:
            Rejected, Unavailable, RateLimited, AuthExpired, OutcomeUnknown: see publisher.errors.
        """

    @abstractmethod
    def check(self) -> Standing | None:
        """Ask the network, with reads only, whether a message could be sent now.

        Returns:
            What it says of the account; None from who cannot tell.

        Raises:
            DeliveryError: it could not, and why.
        """

    def stands_at(self) -> str:
        """Where its messages stand, such as a host: their ids hold nowhere else."""
        return ""

    def current_limits(self) -> Limits | None:
        """The limits that hold for this account now; may ask the server once, never raises."""
        return self.limits

    def close(self) -> None:
        """Let go of connections; sending again opens them anew."""


@runtime_checkable
class Finds(Protocol[M_contra]):
    """Can ask the network whether a lost answer was a success."""

    def find(self, key: str, message: M_contra, since: datetime) -> Receipt | None:
        """The receipt of `message`, if it arrived after `since`; None if it surely is not there.

        Of an adapter that does not read back, None only says that nobody knows.

        Raises:
            DeliveryError: the network did not say.
        """


@runtime_checkable
class Steps(Protocol[M_contra]):
    """Publishes in steps, such as a container first: `send` does the first one."""

    def go_on(self, message: M_contra, key: str, state: str) -> Receipt | Later:
        """Do the next step from `state`, which an earlier step returned.

        From an adapter that does not also `FindsSteps`, it is called again with the same state
        where its answer was lost, at any time: so it asks the network first whether the step was
        done.

        Raises:
            DeliveryError: as `send` does.
        """


@runtime_checkable
class FindsSteps(Steps[M_contra], Protocol[M_contra]):
    """Publishes in steps, and can ask the network whether one whose answer was lost was done."""

    def find_step(
        self, message: M_contra, key: str, state: str, since: datetime
    ) -> Receipt | Later | None:
        """What the step from `state` ("": the first) returned, if it was done after `since`.

        None: it surely was not, or the network does not show it yet (`shows_within`).

        Raises:
            DeliveryError: the network did not say.
        """


def send_whole(
    adapter: Adapter[M], message: M, key: str, wait: Callable[[float], None] = time.sleep
) -> Receipt:
    """Send in all the steps that it takes, for who cannot put a message off; see Adapter.send.

    Raises:
        DeliveryError: as in every step; Unavailable where the network takes minutes over one.
    """
    sent = adapter.send(message, key)
    for _ in range(MOST_STEPS):
        if isinstance(sent, Receipt):
            return sent
        seconds = (sent.at - datetime.now(UTC)).total_seconds() if sent.at else 0.0
        wait(min(max(seconds, 0.0), LONGEST_WAIT))
        sent = cast("Steps[M]", adapter).go_on(message, key, sent.state)
    raise Unavailable("the network is still at work; nothing is published")


@runtime_checkable
class KeepsCredentials(Protocol):
    """Has tokens that end; they are kept in a store that it is given before it is used."""

    def use_credentials(self, store: CredentialStore) -> None:
        """From now on, read and renew tokens here."""


@runtime_checkable
class Connects(KeepsCredentials, Protocol):
    """Is let in by a person, once, with `publish connect`."""

    def connect(self, person: Person) -> Credentials:
        """Take the person through what the network wants, and return what it gave; store nothing.

        Raises:
            UsageError: config.yaml gives a secret of its own, or an answer makes no sense.
            DeliveryError: the network said no, or cannot be reached.
        """


@runtime_checkable
class Revokes(Protocol):
    """Knows how what is stored comes to its end at the network."""

    def revoke(self) -> str | None:
        """End what is stored where the network lets programs do so.

        Returns:
            What that did besides, and what a person has to do there yet, for people; None: nothing.

        Raises:
            DeliveryError: it may be good still.
        """


@runtime_checkable
class Expires(Protocol):
    """Has a token that a person must renew some day."""

    def expires(self) -> datetime | None:
        """When a person has to connect it anew, as far as is known without asking the network."""


@runtime_checkable
class Refreshes(KeepsCredentials, Protocol):
    """Renews its token by itself."""

    def refresh(self) -> None:
        """Renew the token if it ends soon.

        Raises:
            DeliveryError: it could not be renewed; AuthExpired where a person has to act.
        """


@runtime_checkable
class Deletes(Protocol):
    """Can take back what it has posted."""

    def delete(self, receipt: Receipt) -> None:
        """Delete it at the network; what is not there any more is deleted.

        Raises:
            DeliveryError: it is still there, perhaps.
        """


@runtime_checkable
class Edits(Protocol[M_contra]):
    """Can change what it has posted."""

    def edit(self, receipt: Receipt, message: M_contra) -> Receipt:
        """Put `message` in the place of what `receipt` names.

        Raises:
            DeliveryError: it has not changed, or perhaps has.
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
