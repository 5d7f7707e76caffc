"""The challenge before a form counts, without third parties: a proof of work, or a short wait.

The page keeps what was typed, and a signed token that binds it: to this form, this content and a
moment. Nothing is stored until the form counts; from then on the token is, until it is over, so
that it counts once.
"""

import hashlib
import hmac
import json
import math
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, TypeAlias

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from publisher.signing import Purpose
from publisher.web.answers import page, problem, wants_json
from publisher.web.limits import Wants, once
from publisher.web.readers.forms import Fields
from publisher.web.readers.links import opened
from publisher.web.services import services_of

ROUNDS: Final = 32
"""Many small proofs take more nearly the same time than one large one."""

BITS: Final = 12
"""Zeros that each digest begins with: found after 2**BITS tries, on average."""

WAIT: Final = timedelta(seconds=5)
WITHIN: Final = timedelta(minutes=30)

FIELD: Final = "challenge"
PROOF: Final = "proof"
FROM: Final = "from"
KEPT: Final = ("newsletter", "email", "name", "topic", "cadence", "day", "hour", "next")
"""The fields of our forms: what else is sent, nobody has typed."""

MOST_SOURCE: Final = 200
_MARK: Final = "challenge-"
_NONCE_BYTES: Final = 12
_NONCE: Final = 16

Pairs: TypeAlias = Sequence[tuple[str, str]]


class Passed(NamedTuple):
    """A form that counts: where it stood, and what it takes that is granted once."""

    source: str
    once: Wants = ()


@dataclass(frozen=True, slots=True)
class _Task:
    """A challenge as it is put: `left` are the seconds after which it needs no proof."""

    token: str
    left: int
    early: bool = False


async def passed(request: Request, given: Fields, source: str = "") -> Passed | Response:
    """The form, if it need prove nothing or has; else the answer that asks for a proof.

    `source` is where it stands, which the page keeps.
    """
    services = services_of(request)
    if not services.publisher.config.web.challenge:
        return Passed(source)
    signer, now = await services.signer(), services.publisher.clock()
    if FIELD in given and not wants_json(request):
        source = given.line(FROM, MOST_SOURCE)
    held = _typed(given, "" if wants_json(request) else source)
    content = _digest(request.url.path, held)
    token = given.raw(FIELD)
    asked = opened(signer, Purpose.FORM, token, now)
    if asked is None or asked.is_over or not _is_bound(asked.token, content):
        body = f"{_MARK}{secrets.token_urlsafe(_NONCE_BYTES)}{content}"
        task = _Task(signer.sign(Purpose.FORM, body, now + WITHIN), _seconds(WAIT))
        return _put(request, given, held, task)
    left = _left(asked.until, now)
    if left > 0 and not proves(token, given.raw(PROOF)):
        return _put(request, given, held, _Task(token, left, early=True))
    nonce = asked.token[len(_MARK) :][:_NONCE]
    return Passed(source, [once(nonce, WITHIN)])


def refused(request: Request, form: Passed) -> Response:
    """The answer to a form that does not count: its challenge has, or too many are sent."""
    services = services_of(request)
    now = services.publisher.clock()
    if any(services.limits.is_refused(want, now) for want in form.once):
        return problem(request, "409", 409)
    answer = problem(request, "429", 429)
    answer.headers["retry-after"] = "600"
    return answer


def proves(token: str, proof: str) -> bool:
    """Whether `proof` has, for each round, what makes a digest begin with enough zeros."""
    found = proof.split("-")
    return (
        proof.isascii()
        and len(found) == ROUNDS
        and all(_begins_with_zeros(f"{token}:{each}:{text}") for each, text in enumerate(found))
    )


def _begins_with_zeros(text: str) -> bool:
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:4]) >> (32 - BITS) == 0


def _typed(given: Fields, source: str) -> Pairs:
    """What the page keeps, as a browser sends it back: lines."""
    pairs = [(name, value) for name in KEPT for value in given.many(name)]
    return [*pairs, *([(FROM, source)] if source else [])]


def _digest(path: str, held: Pairs) -> str:
    """What stands for a form and its content in a token."""
    digest = hashlib.sha256(json.dumps([path, held]).encode()).digest()
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def _is_bound(body: str, content: str) -> bool:
    """Whether a token that was signed here is a challenge, and this content's."""
    mine = body[len(_MARK) + _NONCE :]
    return body.startswith(_MARK) and hmac.compare_digest(mine, content)


def _left(until: datetime, now: datetime) -> int:
    return _seconds(until - WITHIN + WAIT - now)


def _seconds(length: timedelta) -> int:
    return math.ceil(length.total_seconds())


def _put(request: Request, given: Fields, held: Pairs, task: _Task) -> Response:
    """The challenge as a page or as JSON.

    Where one was put already, the page has no script: whatever goes wrong, none runs in circles.
    """
    first = FIELD not in given
    work = {"token": task.token, "rounds": ROUNDS, "bits": BITS, "wait": task.left}
    if wants_json(request):
        errors = {FIELD: "missing" if first else "invalid"}
        return JSONResponse({"errors": errors, FIELD: work}, 422)
    services = services_of(request)
    answer = page(
        request,
        "challenge",
        status=422,
        held=held,
        work=work,
        early=task.early,
        script=services.pages.script if first else "",
        languages={},
    )
    if first:
        answer.headers["content-security-policy"] = services.pages.challenge_policy
    return answer
