"""Links and pictures of newsletters that count: they lead on, and add to a total.

Where a link leads stands in the frozen edition, so that none can lead elsewhere. Nothing of who
asks is kept; a network is remembered for seconds, in memory, to tell scanners from people.
"""

import asyncio
import time
from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from publisher.errors import StorageError
from publisher.rendering.counting import OPENED, targets
from publisher.signing import Purpose, counted_link, seen_delivery
from publisher.web.hits import HOLD, Hit, Hits, is_robot, network_of
from publisher.web.services import Services, services_of

_GIF: Final = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def routes() -> Sequence[BaseRoute]:
    """`/o/LINK`, and `/o/LINK/READER` where it matters who is silent."""
    return [Route("/o/{link}", _opened), Route("/o/{link}/{reader}", _opened)]


async def _opened(request: Request) -> Response:
    """Lead on, or show a picture of one pixel; HEAD and robots are not counted."""
    counting = _counting_of(request)
    signer = await counting.services.signer(request.path_params["link"])
    link = counted_link(signer.read(Purpose.COUNT, request.path_params["link"]) or "")
    if link is None:
        raise HTTPException(404)
    edition, number = link
    owner, urls = await counting.services.read(lambda: counting.edition(edition))
    if number > len(urls):
        raise HTTPException(404)
    if request.method == "GET" and counting.counts(owner) and not is_robot(request.headers):
        body = signer.read(Purpose.COUNT, request.path_params.get("reader", ""))
        network = network_of(request.client.host if request.client else "")
        hit = Hit(time.monotonic(), network, edition, number, seen_delivery(body or "") or 0)
        counting.add(hit)
    if number == OPENED:
        headers = {"cross-origin-resource-policy": "cross-origin"}
        return Response(_GIF, media_type="image/gif", headers=headers)
    return RedirectResponse(urls[number - 1], 302)


class Counting:
    """The openings of one application."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.hits = Hits()
        self.edition = lru_cache(maxsize=64)(self._edition)
        self._task: asyncio.Task[None] | None = None

    def counts(self, newsletter: str) -> bool:
        """Whether its owner wants openings counted, still."""
        wishes = self.services.publisher.config.newsletters.get(newsletter)
        return wishes is not None and wishes.count

    def add(self, hit: Hit) -> None:
        """Count it in a while, unless it turns out to be a scanner's."""
        self.hits.add(hit)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._settle())

    async def settle(self, now: float) -> None:
        """Write down what counts by now."""
        hits, publisher = self.hits.settled(now), self.services.publisher
        if not hits:
            return
        totals = Counter((hit.edition, hit.link) for hit in hits)
        readers = {hit.delivery for hit in hits if hit.delivery}
        moment = publisher.clock()

        def write() -> None:
            publisher.outbox.counts.add(
                totals, moment.astimezone(publisher.config.site.zone).date()
            )
            if readers:
                publisher.outbox.counts.seen(readers, moment)

        with suppress(
            StorageError
        ):  # a total that lacks some is no reason to keep a reader waiting
            await self.services.write(write)

    async def _settle(self) -> None:
        while self.hits:
            await asyncio.sleep(HOLD / 5)
            await self.settle(time.monotonic())

    def _edition(self, number: int) -> tuple[str, tuple[str, ...]]:
        """Whose it is, and where its links lead."""
        try:
            edition = self.services.publisher.outbox.editions.get(number)
        except KeyError:
            raise HTTPException(404) from None
        return edition.owner, targets(edition.rendered.html)


def _counting_of(request: Request) -> Counting:
    """That of the application, made with its first request."""
    state = request.app.state
    if not hasattr(state, "counting"):
        state.counting = Counting(services_of(request))
    found: Counting = state.counting
    return found
