"""What form services tell: signed, not too old, and asked back by email like our own form."""

import logging
from collections.abc import Sequence
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from publisher.config.options.forms import FormService
from publisher.events.forms import (
    NotASubmissionError,
    NotGenuineError,
    Service,
    Submission,
    ask_by_form,
    details_of,
    newsletter_of,
    read_submission,
)
from publisher.mime.addresses import AddressError
from publisher.model.system_mails import SystemKind
from publisher.web.services import services_of

PATH: Final = "/hooks/"
MOST_BYTES: Final = 256 * 1024
_log: Final = logging.getLogger(__name__)


def routes() -> Sequence[BaseRoute]:
    """One address for each service."""
    return [Route(f"{PATH}{{service}}", receive, methods=["POST"])]


async def receive(request: Request) -> Response:
    """Take one webhook; what is genuine and of no use is not asked for again."""
    service, settings = _settings(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    now, body = services_of(request).publisher.clock(), await request.body()
    try:
        submission = read_submission(service, headers, body, settings.key, now)
        await _ask(request, submission, settings)
    except NotGenuineError as error:
        _log.warning("%s", error.message)
        return JSONResponse({"error": "not signed with the secret of this service"}, 401)
    except (NotASubmissionError, AddressError) as error:
        _log.warning("a webhook of %s is ignored: %s", service, error)
        return JSONResponse({"status": "ignored"})
    return JSONResponse({"status": "accepted"}, 202)


async def _ask(request: Request, submission: Submission, settings: FormService) -> None:
    services = services_of(request)
    publisher = services.publisher
    newsletter = newsletter_of(submission, settings.newsletter, publisher.config.newsletters)
    offers, mails = publisher.offers, publisher.system_mails
    details = await services.read(lambda: details_of(submission, newsletter, offers))
    mail = await services.read(
        lambda: mails.get(SystemKind.CONFIRMATION, newsletter, details.language)
    )
    await services.write(
        lambda: ask_by_form(publisher.outbox, submission, newsletter, mail, details)
    )


def _settings(request: Request) -> tuple[Service, FormService]:
    """Raises HTTPException: no such service is listened to."""
    forms = services_of(request).publisher.config.forms
    name = request.path_params["service"]
    found = getattr(forms, name, None) if name in set(Service) else None
    if found is None:
        raise HTTPException(404)
    return Service(name), found
