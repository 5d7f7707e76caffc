"""Is this request really from Publisher, and new? For any Python 3.9 or newer."""

import base64
import hmac
import json
import time
from collections.abc import Mapping

LONGEST_WAY = 300
"""Seconds that a request may take, or clocks may differ."""


def verified(secret: str, headers: Mapping[str, str], body: bytes) -> object:
    """The message in `body`, or None; `headers` are by their names in lower case."""
    moment = headers.get("webhook-timestamp", "")
    if not moment.isdecimal() or abs(time.time() - int(moment)) > LONGEST_WAY:
        return None  # an old request, sent again by somebody else
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    signed = f"{headers.get('webhook-id', '')}.{moment}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(key, signed, "sha256").digest())
    given = headers.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(each.encode(), expected) for each in given):
        return None
    return json.loads(body)
