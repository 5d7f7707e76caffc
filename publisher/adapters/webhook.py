"""An address of one's own that takes signed JSON (www.standardwebhooks.com)."""

import base64
import binascii
import hmac
import json
import re
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, field_validator

from publisher.adapters.base import Adapter, Settings
from publisher.adapters.http.api import Api
from publisher.adapters.http.options import Seconds, Token, Webhook, parted, secret_parts
from publisher.adapters.http.replies import dig, network_id, read_json, web_url
from publisher.durations import parse_duration
from publisher.errors import DeliveryError, OutcomeUnknown, Rejected
from publisher.model.messages import ChannelMessage, Digest, Note, Receipt

if TYPE_CHECKING:
    from requests import Response

CONFLICT = 409
SHORTEST_SECRET = 16
_ENCODED = "whsec_"
_NAME = re.compile(r"[!#$%&'*+.^`|~\w-]+", re.ASCII)
_OURS = re.compile(
    "webhook-.*|idempotency-key|content-.*|host|connection|transfer-encoding", re.IGNORECASE
)


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


class WebhookSettings(Settings):
    """The address, and the secret that both sides know."""

    url: Webhook
    secret: Token
    method: Literal["POST", "PUT"] = "POST"
    headers: dict[str, SecretStr] = Field(default_factory=dict)
    timeout: Seconds = 30.0
    repeatable_for: Annotated[timedelta, BeforeValidator(_duration)] = timedelta(hours=24)

    @field_validator("secret")
    @classmethod
    def _is_long(cls, secret: SecretStr) -> SecretStr:
        if len(_key(secret)) < SHORTEST_SECRET:
            raise ValueError(f"must have {SHORTEST_SECRET} characters or more")
        return secret

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, headers: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, value in headers.items():
            if not _NAME.fullmatch(name) or _OURS.fullmatch(name):
                raise ValueError(f"{name!r} is no header that can be set here")
            text = value.get_secret_value()
            if not text.isascii() or not text.isprintable() or text != text.strip():
                raise ValueError(f"{name}: must be one line of plain ASCII")
        return headers

    def secrets(self) -> list[str]:
        """The path and the headers are secret, too."""
        own = [value.get_secret_value() for value in (self.secret, *self.headers.values())]
        return [*own, *secret_parts(self.url)]


def _key(secret: SecretStr) -> bytes:
    """The bytes to sign with: Standard Webhooks writes them in base64 behind `whsec_`."""
    text = secret.get_secret_value()
    if text.startswith(_ENCODED):
        with suppress(binascii.Error):
            return base64.b64decode(text.removeprefix(_ENCODED), validate=True)
    return text.encode()


class WebhookAdapter(Adapter[ChannelMessage]):
    """An address of one's own, which drops a repeat under its key, as long as it promises to."""

    settings = WebhookSettings
    kinds = (Note, Digest)

    def __init__(self, settings: WebhookSettings, *, name: str) -> None:
        self.repeatable_for = settings.repeatable_for
        self._options = settings
        base, self._path = parted(settings.url)
        self._api = Api(
            base,
            name=name,
            timeout=settings.timeout,
            headers=self._headers,
            secrets=settings.secrets,
            explain=self._explain,
        )

    def _headers(self) -> dict[str, str]:
        given = self._options.headers
        return {name: value.get_secret_value() for name, value in given.items()}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._api.host!r})"

    def send(self, message: ChannelMessage, key: str) -> Receipt:
        """Call the address once."""
        body = json.dumps(payload(message), ensure_ascii=False).encode("utf-8", "replace")
        moment = f"{datetime.now(UTC).timestamp():.0f}"
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "webhook-id": key,
            "webhook-timestamp": moment,
            "webhook-signature": signature(_key(self._options.secret), key, moment, body),
        }
        method = self._options.method
        response = self._api.call(method, self._path, acts=True, data=body, headers=headers)
        return self._receipt(response, key)

    def _receipt(self, response: "Response", key: str) -> Receipt:
        """The receiver may say how it has named the message, and where it is.

        Any success will do, but a page for people, which no receiver of messages answers.
        """
        if response.content.lstrip().startswith(b"<"):
            raise self._api.unreadable(response, acts=True)
        answer = read_json(response)
        return Receipt(network_id(dig(answer, "id")) or key, web_url(dig(answer, "url")))

    def _explain(self, response: "Response") -> DeliveryError | None:
        """A conflict is a repeat while the first request is still at work."""
        if response.status_code == CONFLICT:
            return self._api.error(OutcomeUnknown, response)
        return None

    def check(self) -> None:
        """Ask for the head of the address; that it takes no such question is an answer."""
        with suppress(Rejected):
            self._api.call("HEAD", self._path)


def signature(key: bytes, message_id: str, moment: str, body: bytes) -> str:
    """The first version of Standard Webhooks: HMAC-SHA256 of id, moment and body."""
    signed = hmac.digest(key, f"{message_id}.{moment}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(signed).decode()}"


def payload(message: ChannelMessage) -> dict[str, Any]:
    """A message as JSON: what is empty is left out."""
    kind = "note" if isinstance(message, Note) else "digest"
    values = {"type": kind, "version": 1, **asdict(message)}
    if isinstance(message, Note):
        values["url"] = message.link or message.url
        values["image"] = _image(message)
        for name in ("link", "picture", "thumbnail", "image_alt"):
            del values[name]
    else:
        values["items"] = [item._asdict() for item in message.items]
    moment = message.created_at
    values["created_at"] = moment.astimezone(UTC).isoformat() if moment else None
    return {name: value for name, value in values.items() if value}


def _image(note: Note) -> dict[str, str] | None:
    if not note.image:
        return None
    alt = note.picture.alt if note.picture else note.image_alt or note.title
    return {"url": note.image, "alt": alt}
