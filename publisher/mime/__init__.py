"""Mail as the bytes that travel (RFC 5322, 2045 to 2047, 6532).

`as_bytes` builds one mail; `ByteTemplate` builds it once for many readers.
"""

from publisher.mime.addresses import Mailbox, address, mailbox, one_line
from publisher.mime.bytetemplates import ByteTemplate
from publisher.mime.headers import recipient
from publisher.mime.quoted import value_line
from publisher.mime.whole import as_bytes

__all__ = [
    "ByteTemplate",
    "Mailbox",
    "address",
    "as_bytes",
    "mailbox",
    "one_line",
    "recipient",
    "value_line",
]
