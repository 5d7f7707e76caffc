"""Telling a program of the operator's own choice: one JSON object by POST."""

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from publisher.adapters.http.api import Api

TIMEOUT = 10.0


def call_webhook(address: SecretStr, values: Mapping[str, object]) -> None:
    """Post `values`; any answer of 2xx is a yes, redirects are not followed.

    Raises:
        DeliveryError: it was not taken; OutcomeUnknown where the answer was lost. No error holds
            more of the address than its host.
    """
    parts = urlsplit(address.get_secret_value())
    base = urlunsplit((parts.scheme, parts.netloc, "", "", ""))
    rest = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    secrets = [part for part in (rest, parts.path, parts.query) if len(part) > 1]
    api = Api(base, name="notify", timeout=TIMEOUT, secrets=secrets)
    api.call("POST", rest, acts=True, json=dict(values))
