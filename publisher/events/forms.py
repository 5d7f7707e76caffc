"""Webhooks of form services, by which readers of a site without a server ask to be subscribed.

What a stranger typed into a form proves nothing: it is asked back by email, like Publisher's own
form. The signature says that it came through the owner's account with the service, and the
service's own name of the submission that it is not told twice.
"""

import hashlib
import hmac
import json
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from publisher.errors import PublisherError
from publisher.events.asking import Details, ask_once
from publisher.events.offers import Offers
from publisher.events.requests.choices import read_wishes
from publisher.events.requests.wording import folded
from publisher.model.contacts import Choices, Consent
from publisher.outbox.outbox import Outbox

OLDEST: Final = timedelta(days=3)
"""Services repeat for a day what was not answered; what is older is a replay."""

AHEAD: Final = timedelta(minutes=10)
MOST_FIELDS: Final = 100
_LONGEST: Final = 500
_NAMES: Final = 100
_LINKS: Final = ("://", "www.", "@")
_TRAPS: Final = frozenset({"_gotcha", "bot-field", "botcheck", "_honey"})
_EMAIL: Final = frozenset(
    {"email", "e mail", "email address", "e mail adresse", "mail", "correo", "correo electrónico"}
)
_NAME: Final = frozenset({"name", "full name", "your name", "first name", "nom", "nombre", "nome"})
_NEWSLETTER: Final = frozenset({"newsletter", "list"})


class Service(StrEnum):
    """A form service whose webhooks are understood."""

    FORMSPREE = "formspree"
    NETLIFY = "netlify"
    TALLY = "tally"


class NotGenuineError(PublisherError):
    """A webhook is not signed with the secret that it must be, or too old."""


class NotASubmissionError(PublisherError):
    """A webhook is genuine and holds no address: another event, or another form."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody typed into a form; `id` is the same when the service tells it again.

    `lines` are its other fields, as `name: value`.
    """

    service: str
    id: str
    at: datetime
    email: str
    name: str = ""
    newsletter: str = ""
    lines: tuple[str, ...] = ()


def read_submission(
    service: Service, headers: Mapping[str, str], body: bytes, secret: str, now: datetime
) -> Submission:
    """What a webhook tells.

    Args:
        service: whose it is.
        headers: those of the request, their names in lower case.
        body: the bytes of it.
        secret: what the service signs with.
        now: this moment; what is older than some days is refused.

    Raises:
        NotGenuineError: it is not signed with `secret`, or too old.
        NotASubmissionError: nobody asks for anything with it.
    """
    if not secret or not _CHECKS[service](headers, body, secret, now):
        raise NotGenuineError(f"a webhook of {service} is not signed with its secret")
    try:
        number, at, fields = _READERS[service](json.loads(body))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise NotASubmissionError(f"a webhook of {service} is none of a form") from None
    if not now - OLDEST < at < now + AHEAD:
        raise NotGenuineError(f"a webhook of {service} is of {at:%Y-%m-%d %H:%M}")
    return submission_of(service, number or hashlib.sha256(body).hexdigest()[:32], at, fields)


def newsletter_of(submission: Submission, given: str, newsletters: Collection[str]) -> str:
    """The newsletter that a form is for: the one it names, the one that is `given`, the only one.

    Raises:
        NotASubmissionError: it is for none that there is.
    """
    only = next(iter(newsletters)) if len(newsletters) == 1 else ""
    name = submission.newsletter or given or only
    if name not in newsletters:
        raise NotASubmissionError(
            f"a form of {submission.service} names no newsletter",
            "add a hidden field newsletter, or set forms.SERVICE.newsletter",
        )
    return name


def details_of(submission: Submission, newsletter: str, offers: Offers) -> Details:
    """What somebody said of themselves and chose, as far as it may be stored."""
    wishes = read_wishes(submission.lines, Choices(), offers.topics(newsletter))
    return Details(
        name="" if any(sign in submission.name for sign in _LINKS) else submission.name[:_NAMES],
        language=offers.language(newsletter, wishes.language or "", ""),
        timezone=wishes.timezone or "",
        choices=offers.fitting(newsletter, wishes.choices or Choices(), Choices()),
    )


def ask_by_form(
    outbox: Outbox, submission: Submission, newsletter: str, mail: int, details: Details
) -> None:
    """Ask back by email, once for each submission, whether it was them who typed that.

    Raises:
        AddressError: what was typed is no address.
    """
    consent = Consent(submission.at, named(submission))
    ask_once(outbox, newsletter, submission.email, consent=consent, mail=mail, details=details)


def submission_of(
    service: str, number: str, at: datetime, fields: list[tuple[str, str]]
) -> Submission:
    """What somebody typed into a form of `service`, by the fields' names and values.

    Raises:
        NotASubmissionError: there is no address, or a robot filled the trap in.
    """
    if any(key in _TRAPS and value for key, value in fields):
        raise NotASubmissionError(f"a robot filled in a form of {service}")

    def first(names: frozenset[str]) -> str:
        return next((value for key, value in fields if folded(key) in names and value), "")

    email = first(_EMAIL)
    if not email:
        raise NotASubmissionError(f"a form of {service} has no field called email")
    taken = _EMAIL | _NAME | _NEWSLETTER
    lines = [f"{key}: {value}" for key, value in fields if folded(key) not in taken]
    return Submission(
        service, number[:_LONGEST], at, email, first(_NAME), first(_NEWSLETTER), tuple(lines)
    )


def _formspree_check(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """`Formspree-Signature: t=SECONDS,v1=HEX`, over the seconds, a dot and the body."""
    pairs = [pair.split("=", 1) for pair in headers.get("formspree-signature", "").split(",")]
    parts = {pair[0].strip(): pair[-1].strip() for pair in pairs}
    sent = parts.get("t", "")
    if not (sent.isascii() and sent.isdigit() and len(sent) <= 12):  # noqa: PLR2004 - seconds
        return False
    if abs(now.timestamp() - int(sent)) > OLDEST.total_seconds():
        return False
    signed = hmac.new(secret.encode(), sent.encode() + b"." + body, "sha256").hexdigest()
    return hmac.compare_digest(signed.encode(), parts.get("v1", "").encode())


def _tally_check(headers: Mapping[str, str], body: bytes, secret: str, _now: datetime) -> bool:
    """`Tally-Signature`: of the body, in base64."""
    signed = b64encode(hmac.digest(secret.encode(), body, "sha256"))
    return hmac.compare_digest(signed, headers.get("tally-signature", "").encode())


def _netlify_check(headers: Mapping[str, str], body: bytes, secret: str, _now: datetime) -> bool:
    """`X-Webhook-Signature`: a JWS (RFC 7515) by HS256 that holds the body's SHA-256."""
    head, _, rest = headers.get("x-webhook-signature", "").partition(".")
    payload, _, signature = rest.partition(".")
    signed = hmac.digest(secret.encode(), f"{head}.{payload}".encode(), "sha256")
    try:
        if not hmac.compare_digest(signed, _from_base64(signature)):
            return False
        header, claims = json.loads(_from_base64(head)), json.loads(_from_base64(payload))
        digest = str(claims["sha256"]).encode()
        by_netlify = header["alg"] == "HS256" and claims.get("iss") == "netlify"
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return False
    return by_netlify and hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), digest)


def _from_base64(text: str) -> bytes:
    return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))


Read = tuple[str, datetime, list[tuple[str, str]]]


def _formspree(payload: Any) -> Read:
    sent = payload["submission"]
    return str(sent.get("_id", "")), _moment(sent["_date"]), list(_pairs(sent.items()))


def _netlify(payload: Any) -> Read:
    at = _moment(payload["created_at"])
    return str(payload["id"]), at, list(_pairs(payload["data"].items()))


def _tally(payload: Any) -> Read:
    if payload["eventType"] != "FORM_RESPONSE":
        raise ValueError
    data = payload["data"]
    fields = data["fields"]
    emails = [("email", each["value"]) for each in fields if each["type"] == "INPUT_EMAIL"]
    pairs = [*emails, *((each["label"], _chosen(each)) for each in fields)]
    return str(data["responseId"]), _moment(payload["createdAt"]), list(_pairs(pairs))


def _chosen(field: Mapping[str, Any]) -> Any:
    """The texts of the options that were chosen, where a field has options."""
    texts = {option["id"]: option["text"] for option in field.get("options") or ()}
    value = field["value"]
    return [texts.get(each, each) for each in value] if isinstance(value, list) else value


def named(submission: Submission) -> str:
    """How a submission is known in the history of whom it is from."""
    return f"by a form of {submission.service} ({submission.id})"


def _pairs(items: Any) -> Iterator[tuple[str, str]]:
    """Names and values on one line each, however many there are."""
    for number, (key, value) in enumerate(items):
        if number >= MOST_FIELDS:
            return
        listed = value if isinstance(value, list) else [value]
        texts = [str(each) for each in listed if isinstance(each, str | int | float | bool)]
        yield " ".join(str(key).split())[:_LONGEST], " ".join(", ".join(texts).split())[:_LONGEST]


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


_CHECKS: Final[Mapping[Service, Callable[[Mapping[str, str], bytes, str, datetime], bool]]] = {
    Service.FORMSPREE: _formspree_check,
    Service.NETLIFY: _netlify_check,
    Service.TALLY: _tally_check,
}
_READERS: Final[Mapping[Service, Callable[[Any], Read]]] = {
    Service.FORMSPREE: _formspree,
    Service.NETLIFY: _netlify,
    Service.TALLY: _tally,
}
