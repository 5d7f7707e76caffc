"""Reports of delivery in the standard form (RFC 3464), also where a gateway has wrapped them."""

import re
from collections.abc import Iterator
from typing import Final

from publisher.events.mailbox.mail import Mail, Part
from publisher.events.reports.judge import judged, status_in
from publisher.events.reports.places import places
from publisher.events.reports.report import Report, Said

MOST_GROUPS: Final = 50
_GROUPS: Final = re.compile(rb"\n[ \t]*(?=\n)")
_ORDER: Final = (Said.DELIVERED, Said.DELAYED, Said.BLOCKED, Said.SOFT, Said.HARD)
"""Of several recipients, as behind an alias, the one that fared best counts."""


def read_delivery_status(mail: Mail) -> Report | None:
    """What became of the email; None: this is no such report, or says nothing."""
    parts = [part for part in mail.walk() if part.kind.endswith("/delivery-status")]
    if not parts:
        parts = [part for part in mail.walk() if part.kind == "message/global-delivery-status"]
    found = [said for part in parts[:1] for said in _recipients(part)]
    if not found:
        return None
    best = min(found, key=lambda report: _ORDER.index(report.said))
    return Report(best.said, list(places(mail)), best.status, best.text)


def _recipients(part: Part) -> Iterator[Report]:
    for fields in _GROUPS.split(part.content, maxsplit=MOST_GROUPS)[:MOST_GROUPS]:
        group = Part(fields.strip(b"\n") + b"\n")
        if (group.get("action") or group.get("status")) and (report := _recipient(group)):
            yield report


def _recipient(group: Part) -> Report | None:
    """One group of fields; one without an action has failed by what its status says."""
    action = group.get("action").lower().partition(" ")[0] or "failed"
    status = status_in(group.get("status"))
    words = group.get("diagnostic-code").partition(";")[2].strip()
    recipient = group.get("final-recipient").partition(";")[2].strip()
    match action:
        case "failed" | "failure":
            return judged(words, recipient, status)
        case "delayed":
            return Report(Said.DELAYED, (), status, words or status)
        case "delivered" | "relayed" | "expanded":
            return Report(Said.DELIVERED, ())
        case _:
            return None
