"""Many subscribers at once, for tests that need them."""

from collections.abc import Iterable

from publisher.mime.addresses import parse_address
from publisher.model.contacts import ImportRow
from publisher.outbox.outbox import Outbox


def rows_of(pairs: Iterable[tuple[str, str]]) -> list[ImportRow]:
    """(address, name) pairs as an import has them."""
    parsed = ((parse_address(email), name) for email, name in pairs)
    return [ImportRow(address.written, address.key, name) for address, name in parsed]


def subscribe(outbox: Outbox, newsletter: str, pairs: Iterable[tuple[str, str]]) -> None:
    """Add (address, name) pairs to a newsletter."""
    outbox.subscribers.import_rows(newsletter, rows_of(pairs))
