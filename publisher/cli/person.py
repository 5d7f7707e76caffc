"""Whoever runs `publish connect`: what they are told and asked, what their browser brings."""

import secrets
import sys
import webbrowser
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import click

from publisher.cli.loopback import Loopback
from publisher.cli.output import printable, say
from publisher.errors import UsageError
from publisher.model.credentials import Approval

if TYPE_CHECKING:
    from publisher.model.credentials import Page

PATIENCE = 300.0
"""Seconds in which a person has signed in and said yes."""

LONGEST_LINE = 10_000


@dataclass(slots=True)
class Terminal:
    """See Person. `paste`: the browser is on another machine."""

    port: int
    paste: bool = False

    def tell(self, line: str) -> None:
        """Say it beside the output."""
        say(line)

    def ask(self, what: str) -> str:
        """Ask on the terminal; programs may write it to standard input."""
        return _given(what, hidden=False)

    def secret(self, what: str) -> str:
        """Ask without showing it; programs may write it to standard input."""
        return _given(what, hidden=True)

    def approve(self, page: "Page", *, host: str = "127.0.0.1", shown: str = "") -> Approval:
        """Open the page and catch the answer on loopback, or take it by paste."""
        state = secrets.token_urlsafe(24)
        redirect = f"http://{host}:{self.port}/"
        if self.paste:
            return self._pasted(page, shown or redirect, state, shown=bool(shown))
        with Loopback(self.port, state) as loopback:
            address = page(redirect, state)
            say(f"Open this page and allow it there:\n  {address}")
            with suppress(webbrowser.Error):
                webbrowser.open(address)
            found = loopback.wait(PATIENCE)
        if found is None:
            hint = "try again; on a server without a browser: publish connect --paste"
            raise UsageError(f"no answer within {PATIENCE / 60:.0f} minutes", hint)
        return Approval(_code(found), redirect)

    def _pasted(self, page: "Page", redirect: str, state: str, *, shown: bool) -> Approval:
        """Take a code that the network shows, or the address to which it has sent the browser."""
        say(f"Open this page, on any machine, and allow it there:\n  {page(redirect, state)}")
        if shown:
            return Approval(self.secret("The code that it shows"), redirect)
        say(f"It leads to {redirect}…, where your browser finds nothing: copy that address.")
        found = _query(self.secret("The address"))
        if not secrets.compare_digest(found.get("state", "").encode(), state.encode()):
            raise UsageError("that address is not the answer to this page", "run it once more")
        return Approval(_code(found), redirect)


def _code(found: dict[str, str]) -> str:
    if code := found.get("code", ""):
        return code
    said = found.get("error_description") or found.get("error") or "no code came back"
    raise UsageError(f"the network did not allow it: {printable(said)[:200]}")


def _query(address: str) -> dict[str, str]:
    with suppress(ValueError):  # whatever was pasted
        return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    return {}


def _given(what: str, *, hidden: bool) -> str:
    """One line; from a terminal, what is `hidden` is not shown while it is typed."""
    if sys.stdin is not None and sys.stdin.isatty():
        text = click.prompt(what, hide_input=hidden, err=True, default="", show_default=False)
    else:
        text = sys.stdin.readline(LONGEST_LINE) if sys.stdin is not None else ""
    if not text.strip():
        raise UsageError(f"{what}: nothing was given")
    return str(text).strip()
