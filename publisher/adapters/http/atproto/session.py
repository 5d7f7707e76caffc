"""A session with an account's server: opened with an app password, kept, renewed by one process.

docs.bsky.app/docs/api/com-atproto-server-create-session
"""

import json
from base64 import urlsafe_b64decode
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr

from publisher.adapters.http.api import Api
from publisher.adapters.http.replies import ascii_words, dig, epoch, moment, network_id, read_json
from publisher.errors import AuthExpired, Unavailable
from publisher.model.credentials import Credentials, CredentialStore

if TYPE_CHECKING:
    from requests import Response

IN_TIME: Final = timedelta(minutes=12)
"""A token is renewed so long before its end, or when a quarter of its life is left."""

_UNKNOWN_LIFE: Final = timedelta(minutes=30)
_WHOLE_ACCOUNT: Final = "com.atproto.access"
PASSWORD: Final = "password"  # noqa: S105 - a name
"""What a stored app password is called."""

_ADVICE: Final = (
    "that is the account's own password, which may do everything: make an app password"
    " (Settings, Privacy and security, App passwords) and use that"
)


class StaleToken(Unavailable):
    """The server knows the token no more, and has done nothing."""


@dataclass(slots=True)
class Sessions:
    """The session of one account, for every process that shares its store.

    Without a `password` it is opened with the stored one; `connect_it` is how to store one.

    Opening one costs: 30 in five minutes and 300 a day are allowed.
    """

    api: Api
    server: str
    account: str
    password: SecretStr | None
    store: CredentialStore
    connect_it: str

    def current(self) -> Credentials:
        """A session that is good for some minutes.

        Raises:
            DeliveryError: there is none; AuthExpired where a person has to act.
        """
        found = self.store.read()
        if found is None or not self._is_ours(found) or _ends_soon(found):
            found = self._renewed_if_it_must(found)
        self.api.hide(found.values["access"], found.values["refresh"])
        return found

    def secrets(self) -> list[str]:
        """What is stored that must show nowhere."""
        found = self.store.read()
        kept = found.values if found else {}
        return [kept[name] for name in ("access", "refresh", PASSWORD) if name in kept]

    def renewed(self, old: Credentials | None) -> Credentials:
        """A session that is newer than `old`: refreshed, else opened with the password."""
        found = self.store.renewed(old, self._renew)
        if not self._is_ours(found):  # of a process that runs with other options
            found = self.store.renewed(found, self._renew)
        if not self._is_ours(found):
            raise Unavailable(f"{self.api.host}: another process uses another account here")
        self.api.hide(found.values["access"], found.values["refresh"])
        return found

    def _renewed_if_it_must(self, found: Credentials | None) -> Credentials:
        try:
            return self.renewed(found)
        except AuthExpired:
            raise
        except Unavailable:
            if found is None or not self._is_ours(found) or _has_ended(found):
                raise
            return found

    def _is_ours(self, found: Credentials) -> bool:
        """Whether it was opened with the options that hold now."""
        password = self._password(found)
        return bool(password) and found.values.get("of") == self._options(password)

    def _password(self, found: Credentials | None) -> str:
        """The one of config.yaml, else the stored one; empty: there is none."""
        if self.password:
            return self.password.get_secret_value()
        return found.values.get(PASSWORD, "") if found else ""

    def _options(self, password: str) -> str:
        """A mark of the options; app passwords are too random to be guessed from it."""
        parts = (self.server, self.account, password)
        return sha256("\0".join(parts).encode()).hexdigest()

    def _renew(self, old: Credentials | None) -> Credentials:
        kept = {PASSWORD: old.values[PASSWORD]} if old and PASSWORD in old.values else {}
        self.api.hide(*kept.values())
        password = self._password(old)
        if not password:
            raise AuthExpired(f"{self.api.host}: not connected: {self.connect_it}")
        if old is not None and self._is_ours(old):
            try:
                found = self._refreshed(old, password)
                return replace(found, values={**found.values, **kept})
            except StaleToken:
                pass  # it has ended, or was revoked: log in
        found = self.opened(password)
        return replace(found, values={**found.values, **kept})

    def _refreshed(self, old: Credentials, password: str) -> Credentials:
        token = old.values["refresh"]
        self.api.hide(token)
        response = self.api.call(
            "POST",
            "/xrpc/com.atproto.server.refreshSession",
            headers={"Authorization": f"Bearer {token}"},
        )
        return self._read(response, password)

    def opened(self, password: str) -> Credentials:
        """A new session, which is not stored yet.

        Raises:
            DeliveryError: the server refuses it; AuthExpired where the password is no good.
        """
        self.api.hide(password)
        wish = {"identifier": self.account, "password": password}
        response = self.api.call("POST", "/xrpc/com.atproto.server.createSession", json=wish)
        found = self._read(response, password)
        if dig(_claims(found.values["access"]), "scope") == _WHOLE_ACCOUNT:
            if self.password:
                raise self.api.account_refused(response, _ADVICE)
            raise AuthExpired(f"{self.api.host}: {_ADVICE}: {self.connect_it}")
        return found

    def close(self, session: Credentials) -> None:
        """End a session; its app password opens others.

        Raises:
            DeliveryError: it may be good still.
        """
        refresh = {"Authorization": f"Bearer {session.values['refresh']}"}
        self.api.hide(session.values["refresh"])
        with suppress(StaleToken):
            self.api.call("POST", "/xrpc/com.atproto.server.deleteSession", headers=refresh)

    def _read(self, response: "Response", password: str) -> Credentials:
        shown = read_json(response)
        access, refresh = _token(dig(shown, "accessJwt")), _token(dig(shown, "refreshJwt"))
        did, handle = network_id(dig(shown, "did")), network_id(dig(shown, "handle"))
        if not (access and refresh and did.startswith("did:")):
            raise self.api.unreadable(response)
        self.api.hide(access, refresh)
        if dig(shown, "active") is False:
            raise self.api.account_refused(response, "the account is not active: see to it there")
        end, now = _end(access), datetime.now(UTC)
        values = {
            "renew_at": (end - min(IN_TIME, (end - now) / 4)).isoformat(),
            "did": did,
            "handle": handle,
            "access": access,
            "refresh": refresh,
            "of": self._options(password),
        }
        return Credentials(values, expires_at=end)


def bearer(session: Credentials) -> dict[str, str]:
    """The header that shows a session's token (RFC 6750)."""
    return {"Authorization": f"Bearer {session.values['access']}"}


def _ends_soon(session: Credentials) -> bool:
    renew_at = moment(session.values["renew_at"])
    return renew_at is None or renew_at <= datetime.now(UTC)


def _has_ended(session: Credentials) -> bool:
    return session.expires_at is None or session.expires_at <= datetime.now(UTC)


def _token(value: object) -> str:
    """A token that fits a header; "" if `value` is none."""
    words = ascii_words(value)
    return "" if " " in words else words


def _end(token: str) -> datetime:
    """When a token says that it ends (RFC 7519); half an hour ahead if it does not say."""
    return epoch(dig(_claims(token), "exp")) or datetime.now(UTC) + _UNKNOWN_LIFE


def _claims(token: str) -> object:
    """What a token says of itself, unproven; None if it is no JWT."""
    middle = token.split(".")[1:2]
    try:
        return json.loads(urlsafe_b64decode(middle[0] + "==")) if middle else None
    except (ValueError, RecursionError):
        return None
