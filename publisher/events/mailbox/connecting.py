"""How connections to a mailbox are encrypted, and what their errors mean."""

import imaplib
import poplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from publisher.config.options.mailbox import Mailbox
from publisher.errors import MailboxError
from publisher.mime.lines import one_line

_SHOWN = 200


def tls(options: Mailbox) -> ssl.SSLContext:
    """Trusts what this machine trusts, and the authority in `ca_file`.

    Raises:
        MailboxError: that file cannot be read.
    """
    context = ssl.create_default_context()
    try:
        if options.ca_file:
            context.load_verify_locations(options.ca_file)
    except OSError as error:
        where = one_line(str(options.ca_file))
        raise MailboxError(
            f"mailbox: ca_file {where} holds no certificates that can be read"
        ) from error
    return context


@contextmanager
def explained(options: Mailbox, doing: str) -> Iterator[None]:
    """Whatever goes wrong with a server becomes a MailboxError; it never holds the password.

    Libraries raise many things where a server answers nonsense.
    """
    try:
        yield
    except MailboxError:
        raise
    except (imaplib.IMAP4.error, poplib.error_proto, OSError, EOFError, ValueError) as error:
        raise MailboxError(_told(options, doing, error)) from None
    except (AssertionError, AttributeError, IndexError, KeyError, TypeError) as error:
        what = f"the server answers what nobody understands ({type(error).__name__})"
        raise MailboxError(_told(options, doing, what)) from None


def _told(options: Mailbox, doing: str, error: object) -> str:
    said = one_line(_words(error))[:_SHOWN]
    secret = options.password.get_secret_value()
    if secret:
        said = said.replace(secret, "***")
    return f"mailbox {options.address}: {doing} at {options.host}:{options.port_number}: {said}"


def _words(error: object) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not valid: {error.verify_message}"
    if isinstance(error, OSError):
        return error.strerror or str(error) or "the connection was lost"
    first = error.args[0] if isinstance(error, Exception) and error.args else error
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)
