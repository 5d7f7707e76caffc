"""Tokens that `publish connect` has stored, beside those that config.yaml gives."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from pydantic import SecretStr

from publisher.adapters.base import M
from publisher.adapters.http.notes import HttpAdapter, HttpSettings
from publisher.adapters.http.options import plain_token, secret_parts
from publisher.errors import AuthExpired, NotAllowed, UsageError
from publisher.model.credentials import Credentials, CredentialStore, Person

if TYPE_CHECKING:
    from requests import Response

TOKEN: Final = "token"  # noqa: S105 - a name
"""What the stored secret is called that goes with every request."""

WEBHOOK: Final = "webhook"

RENEWED_AHEAD: Final = timedelta(minutes=15)
"""So long before a token ends, a service renews it."""

STILL_GOOD: Final = timedelta(minutes=1)
"""So long before it ends, nothing is sent with it any more."""

_NO_SECRETS: Final = frozenset({"scope", "user", "device"})
REFUSED: Final = "HTTP 401"

S = TypeVar("S", bound=HttpSettings)


class StoredToken(HttpAdapter[M, S]):
    """Speaks with the token of its options, else with the one that `publish connect` stored.

    What was stored is read for each request: another process may have renewed it. `secret_option`
    is what the option is called that gives it, and what it is stored as.
    """

    secret_option: ClassVar[str] = TOKEN
    _store: CredentialStore | None = None

    def own_token(self) -> str:
        """What config.yaml gives; empty: nothing."""
        given = getattr(self.options, self.secret_option, None)
        return given.get_secret_value() if given else ""

    def use_credentials(self, store: CredentialStore) -> None:
        """See KeepsCredentials."""
        self._store = store

    def headers(self) -> Mapping[str, str]:
        """The account's token (RFC 6750)."""
        return {"Authorization": f"Bearer {self.token()}"}

    def token(self) -> str:
        """The token that is good now.

        Raises:
            AuthExpired: nobody has connected the channel.
        """
        return self.own_token() or self.credentials().values[self.secret_option]

    def stored(self) -> Credentials | None:
        """What `publish connect` or a renewal has stored."""
        return self._store.read() if self._store else None

    def credentials(self) -> Credentials:
        """What is stored; AuthExpired where there is nothing."""
        found = self.stored()
        if found is None or self.secret_option not in found.values:
            raise self._unconnected()
        return found

    def as_stored(self) -> Mapping[str, str]:
        """The header that shows what is stored, whatever config.yaml gives."""
        return {"Authorization": f"Bearer {self.credentials().values[self.secret_option]}"}

    def stored_scopes(self) -> tuple[str, ...]:
        """What the stored token may do, as the network said when it gave it out."""
        stored = None if self.own_token() else self.stored()
        return tuple(stored.values.get("scope", "").split()) if stored else ()

    def version(self) -> int:
        """Which of those that were stored."""
        stored = None if self.own_token() else self.stored()
        return stored.version if stored else 0

    def secrets(self) -> Sequence[str]:
        """Also those that are stored."""
        return [*super().secrets(), *_secrets_of(self.stored())]

    def how_to_renew(self) -> str:
        """A token of its options is renewed there."""
        return "" if self.own_token() else f"connect it anew: {self._connect_it}"

    def expires(self) -> datetime | None:
        """When a person has to connect it anew."""
        stored = None if self.own_token() else self.stored()
        return stored.ends_at if stored else None

    def refuse_own_token(self) -> None:
        """Say so where config.yaml has a token, which would be used in place of a stored one."""
        if self.own_token():
            what = self.secret_option
            hint = f"take the {what} of channels.{self.name} out of config.yaml, then run it again"
            raise UsageError(f"{self.name} has a {what} in config.yaml, which would be used", hint)

    def typed(
        self, person: Person, what: str, read: Callable[[SecretStr], SecretStr] = plain_token
    ) -> Credentials:
        """Ask for the secret, and check its form; no error holds it."""
        self.refuse_own_token()
        secret = SecretStr(person.secret(what))
        try:
            given = read(secret)
        except ValueError as error:
            raise UsageError(f"{what}: {error}", "nothing was stored; try again") from None
        return Credentials({self.secret_option: given.get_secret_value()})

    def _unconnected(self) -> AuthExpired:
        return AuthExpired(f"{self.name} is not connected: {self._connect_it}")

    @property
    def _connect_it(self) -> str:
        return f"`publish connect {self.name}`"


@contextmanager
def in_its_place() -> Iterator[None]:
    """What is refused in here is refused to the account in its place, not to its secret."""
    try:
        yield
    except AuthExpired as error:
        if error.status == REFUSED:
            raise
        raise NotAllowed(str(error), status=error.status) from None


class StoredHook(StoredToken[M, S]):
    """Calls a channel's webhook, an address that is secret as a whole.

    It is the one of its options, else the one that `publish connect` stored.
    """

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


class RenewedToken(StoredToken[M, S]):
    """Renews its token before it ends, and once where the network refuses it all the same."""

    @abstractmethod
    def renew(self, old: Credentials) -> Credentials:
        """Ask the network for new ones; everything that goes on holding is in the answer.

        Raises:
            AuthExpired: a person has to connect it anew.
            OutcomeUnknown: the answer was lost.
            Unavailable: surely nothing was renewed.
        """

    def credentials(self) -> Credentials:
        """What is stored, renewed where it is over or nearly so."""
        found = super().credentials()
        return self._renewed(found) if _ends_within(found, STILL_GOOD) else found

    def refresh(self) -> None:
        """See Refreshes."""
        found = None if self.own_token() else self.stored()
        if found and _ends_within(found, RENEWED_AHEAD):
            self._renewed(found)

    def call(self, method: str, path: str, **content: Any) -> "Response":
        """A request that is made again with a new token where the network refuses the stored one.

        A refused request has surely done nothing.
        """
        used = None if self.own_token() else self.credentials()
        try:
            return self.api.call(method, path, **content)
        except AuthExpired as error:
            if error.status != REFUSED or used is None or used.expires_at is None:
                raise
        self._renewed(used)
        return self.api.call(method, path, **content)

    def _renewed(self, old: Credentials) -> Credentials:
        return self._store.renewed(old, self._renew) if self._store else old

    def _renew(self, old: Credentials | None) -> Credentials:
        if old is None:
            raise self._unconnected()
        self.api.hide(*_secrets_of(old))  # until the network has forgotten them, too
        try:
            return self.renew(old)
        except AuthExpired as error:
            if old.asked_at is None:
                raise
            lost = f"the answer to a renewal at {old.asked_at:%Y-%m-%d %H:%M} UTC was lost"
            why = f"{lost}, and with it the token that the network has given out since"
            raise AuthExpired(f"{error} ({why})", status=error.status) from None


def _secrets_of(stored: Credentials | None) -> list[str]:
    kept = stored.values if stored else {}
    return [kept[name] for name in kept if name not in _NO_SECRETS]


def _ends_within(found: Credentials, time: timedelta) -> bool:
    return found.expires_at is not None and datetime.now(UTC) >= found.expires_at - time
