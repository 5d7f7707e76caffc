"""Mail as the bytes that travel (RFC 5322, 2045 to 2047, 6532).

`as_bytes` builds one mail; `ByteTemplate` builds it once for many readers.
"""

from typing import TYPE_CHECKING

from publisher.lazily import parts_of

if TYPE_CHECKING:
    from publisher.mime.addresses import (
        Address,
        AddressError,
        Mailbox,
        a_labels,
        address,
        email_key,
        mailbox,
        parse_address,
    )
    from publisher.mime.headers import recipient
    from publisher.mime.lines import legible, one_line
    from publisher.mime.message import as_bytes
    from publisher.mime.quoted_printable import value_line
    from publisher.mime.template import ByteTemplate

__all__ = [
    "Address",
    "AddressError",
    "ByteTemplate",
    "Mailbox",
    "a_labels",
    "address",
    "as_bytes",
    "email_key",
    "legible",
    "mailbox",
    "one_line",
    "parse_address",
    "recipient",
    "value_line",
]

_HOMES = {
    "Address": "publisher.mime.addresses",
    "AddressError": "publisher.mime.addresses",
    "ByteTemplate": "publisher.mime.template",
    "Mailbox": "publisher.mime.addresses",
    "a_labels": "publisher.mime.addresses",
    "address": "publisher.mime.addresses",
    "as_bytes": "publisher.mime.message",
    "email_key": "publisher.mime.addresses",
    "legible": "publisher.mime.lines",
    "mailbox": "publisher.mime.addresses",
    "one_line": "publisher.mime.lines",
    "parse_address": "publisher.mime.addresses",
    "recipient": "publisher.mime.headers",
    "value_line": "publisher.mime.quoted_printable",
}

__getattr__ = parts_of(__name__, _HOMES)  # every configuration has addresses; few commands mail
