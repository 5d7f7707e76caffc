"""OAuth 2 (RFC 6749): a person allows it on a page of the network, which gives out tokens."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple, Self
from urllib.parse import urlencode

from publisher.adapters.http.api import Api
from publisher.adapters.http.replies import ascii_words, dig, read_json
from publisher.adapters.http.tokens import TOKEN
from publisher.errors import DeliveryError, Unavailable
from publisher.model.credentials import Credentials

if TYPE_CHECKING:
    from requests import Response

REFRESH: Final = "refresh"
_LONGEST_LIFE: Final = 10 * 365 * 86_400  # seconds; whatever is longer does not end
_TOO_MANY = 429
_SECRET: Final = ("code", "code_verifier", "refresh_token")


class Proof(NamedTuple):
    """That who exchanges a code is who asked for it (RFC 7636)."""

    verifier: str
    challenge: str

    @classmethod
    def new(cls) -> Self:
        """One that nobody can guess."""
        verifier = secrets.token_urlsafe(48)
        digest = sha256(verifier.encode()).digest()
        return cls(verifier, urlsafe_b64encode(digest).rstrip(b"=").decode())

    @property
    def asked(self) -> Mapping[str, str]:
        """What the page is told."""
        return {"code_challenge": self.challenge, "code_challenge_method": "S256"}


def page(address: str, *, client: str, redirect: str, state: str, **more: str) -> str:
    """The address of a network's page where a person allows it (RFC 6749, section 4.1.1)."""
    asked = {"response_type": "code", "client_id": client, "redirect_uri": redirect}
    return f"{address}?{urlencode({**asked, 'state': state, **more})}"


@dataclass(frozen=True, slots=True)
class TokenService:
    """Where a network gives out tokens: `path` at `host`, for an app with or without a secret.

    `by_header` says that the app's secret goes as RFC 7617 has it, else among the fields.
    """

    api: Api
    host: str
    path: str
    client: str
    secret: str = ""
    by_header: bool = False

    def ask(self, **fields: str) -> Credentials:
        """Exchange a code or a refresh token.

        Raises:
            AuthExpired: the network wants a person to act.
            OutcomeUnknown: the answer was lost; what was exchanged may be used up.
            Unavailable: surely nothing was given out.
        """
        asked_at = datetime.now(UTC)
        hidden = [self.secret, *(fields[name] for name in _SECRET if name in fields)]
        at = self.api.at(self.host, secrets=hidden)
        at.explain = partial(_explain, at)
        named = {"client_id": self.client}
        if self.secret and not self.by_header:
            named["client_secret"] = self.secret
        auth = (self.client, self.secret) if self.secret and self.by_header else None
        form = {**named, **fields}
        response = at.call("POST", self.path, acts=True, public=True, data=form, auth=auth)
        found = tokens_in(read_json(response), asked_at)
        if found is None:
            raise at.unreadable(response, acts=True)
        return found


def _explain(api: Api, response: "Response") -> DeliveryError | None:
    """An OAuth error (RFC 6749, section 5.2) wants a person; any other may pass."""
    code = response.status_code
    if code == _TOO_MANY or not 400 <= code < 500:  # noqa: PLR2004 - RFC 9110: client error
        return None
    if isinstance(dig(read_json(response), "error"), str):
        return api.token_refused(response)
    return api.error(Unavailable, response)


def tokens_in(answer: object, asked_at: datetime) -> Credentials | None:
    """The tokens in an answer (RFC 6749, section 5.1) to what was asked then; None: it has none."""
    token, refresh, scope = (
        ascii_words(dig(answer, name)) for name in ("access_token", "refresh_token", "scope")
    )
    if not token or " " in token or " " in refresh:
        return None
    ends = _end(dig(answer, "expires_in"), asked_at)
    refresh_ends = _end(dig(answer, "refresh_token_expires_in"), asked_at)
    values = {TOKEN: token, **({REFRESH: refresh} if refresh else {})}
    return Credentials(
        values | ({"scope": scope} if scope else {}),
        ends if refresh else None,
        refresh_ends if refresh else ends,
    )


def renewed(old: Credentials, new: Credentials) -> Credentials:
    """What a renewal gave; what it does not mention goes on holding."""
    values = {**old.values, **new.values}
    if REFRESH in new.values or REFRESH not in values:
        return Credentials(values, new.expires_at, new.ends_at or old.ends_at)
    return Credentials(values, new.ends_at, old.ends_at)


def _end(seconds: object, asked_at: datetime) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    return asked_at + timedelta(seconds=seconds) if 0 < seconds <= _LONGEST_LIFE else None
