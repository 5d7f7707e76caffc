"""What every adapter that speaks HTTP shares, and the fetching of public pages and pictures.

Importing it is cheap: requests is imported by the first call.
"""

from publisher.adapters.http.api import Api, quiet
from publisher.adapters.http.failures import one_line, reason, retry_at
from publisher.adapters.http.likeness import by_their_clock, is_same_note
from publisher.adapters.http.options import BaseUrl, Seconds, Token, Webhook
from publisher.adapters.http.pictures import Pictures, without_picture
from publisher.adapters.http.public import fetch_public, is_live
from publisher.adapters.http.replies import dig, moment, network_id, read_json, web_url
from publisher.adapters.http.webhooks import call_webhook

__all__ = [
    "Api",
    "BaseUrl",
    "Pictures",
    "Seconds",
    "Token",
    "Webhook",
    "by_their_clock",
    "call_webhook",
    "dig",
    "fetch_public",
    "is_live",
    "is_same_note",
    "moment",
    "network_id",
    "one_line",
    "quiet",
    "read_json",
    "reason",
    "retry_at",
    "web_url",
    "without_picture",
]
