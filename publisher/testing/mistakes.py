"""What is often forgotten in a new adapter, each as a line that says what to do about it."""

import inspect
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import SecretStr

import publisher
from publisher.adapters import base
from publisher.adapters.http.notes import FindsOwnNotes
from publisher.adapters.http.pictures import AttachesPictures
from publisher.adapters.http.replies import web_url
from publisher.errors import DeliveryError, OutcomeUnknown, RateLimited
from publisher.model.messages import Digest, Receipt

GUIDE: Final = "docs/how-to/adding-a-network.md"
PAGES: Final = Path(publisher.__file__).parents[1] / "docs" / "reference" / "adapters"
HOUSE: Final = "publisher.adapters."
LONGEST_ID: Final = 500
_SECRET = re.compile(r"(^|_)(token|secret|password|passphrase|api_?key)$")
_ABILITIES: Mapping[type, str] = {
    base.Deletes: "ChangesSuite",
    base.Edits: "ChangesSuite",
    FindsOwnNotes: "OwnNotesSuite",
    AttachesPictures: "PicturesSuite",
}


def lacking(adapter: type[base.Adapter[Any]]) -> str:
    """What keeps an adapter from being one; empty: nothing."""
    name = adapter.__name__
    if missing := sorted(getattr(adapter, "__abstractmethods__", ())):
        return f"{name} lacks {', '.join(missing)}: write each, see {GUIDE}"
    if not hasattr(adapter, "settings"):
        return f"{name} lacks `settings`: name the class of its options there"
    if not hasattr(adapter, "kinds"):
        return f"{name} lacks `kinds`: the messages that it takes, such as kinds = (Note,)"
    return ""


def undescribed(adapter: type[base.Adapter[Any]]) -> str:
    """What its page lacks, or its options lack where it has no page here; empty: nothing."""
    module, fields = adapter.__module__, adapter.settings.model_fields
    if module.startswith(HOUSE) and PAGES.exists():
        page = PAGES / f"{module.removeprefix(HOUSE)}.md"
        if not page.exists():
            return f"write docs/reference/adapters/{page.name}, with a row for each option"
        table = page.read_text(encoding="utf-8").partition("| option |")[2].partition("\n\n")[0]
        rows = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"(?m)^\|([^|]*)\|", table))))
        missing, gone = sorted(fields.keys() - rows), sorted(rows - fields.keys())
        lines = [f"lacks a row for {', '.join(missing)}"] if missing else []
        lines += [f"has a row for {', '.join(gone)}, which is no option"] if gone else []
        return f"docs/reference/adapters/{page.name} {' and '.join(lines)}" if lines else ""
    bare = sorted(name for name, field in fields.items() if not field.description)
    return f'describe {", ".join(bare)}: name: type = option("what it is for")' if bare else ""


def bare_secrets(adapter: type[base.Adapter[Any]], options: Any, secrets: Any) -> list[str]:
    """The options that hold a secret, or sound like one, and are not declared as such."""
    settings = adapter.settings.model_validate(dict(options))
    return sorted(
        name
        for name, field in adapter.settings.model_fields.items()
        if (_SECRET.search(name) or getattr(settings, name) in secrets)
        and not isinstance(getattr(settings, name), SecretStr)
        and "SecretStr" not in str(field.annotation)
    )


def untested(suite: type, adapter: type[base.Adapter[Any]]) -> list[str]:
    """The suites that a test module leaves out, though its adapter has the ability."""
    here = vars(sys.modules[suite.__module__]).values()
    classes = (each for each in here if inspect.isclass(each))
    same = [each for each in classes if getattr(each, "adapter", None) is adapter]
    used = {parent.__name__ for each in same for parent in each.__mro__}
    wanted = {name for ability, name in _ABILITIES.items() if issubclass(adapter, ability)}
    wanted |= {"DigestSuite"} if Digest in adapter.kinds else set()
    return sorted(wanted - used)


def advice(expected: type[DeliveryError], error: DeliveryError) -> str:
    """What to do where an adapter raises another error than it must."""
    said = f"{error!r} should be {expected.__name__}: "
    if issubclass(expected, OutcomeUnknown):
        return f"{said}it may have arrived; say acts=True for the request that publishes"
    if isinstance(error, OutcomeUnknown):
        return f"{said}nothing arrived; let self.api decide, and status_within find a no in a yes"
    if issubclass(expected, RateLimited):
        return f"{said}say in `retry_after` or `status_within` where the answer tells of a limit"
    more = "say acts=True for the request that publishes, list in `account_refusals` and"
    return f"{said}{more} `note_refusals` what the network's words mean, or set `expected`"


def unsafe(receipt: Receipt) -> str:
    """What is wrong with a receipt, which people and pages are shown; empty: nothing."""
    if not receipt.remote_id:
        return "the receipt has no id: give the network's own (network_id)"
    if not receipt.remote_id.isprintable() or len(receipt.remote_id) > LONGEST_ID:
        return f"the receipt's id is no id: read it with network_id: {receipt.remote_id[:80]!r}"
    url = receipt.remote_url
    if url != web_url(url) and not url.startswith("file:///"):
        return f"the receipt's link is no link: read it with web_url: {url[:80]!r}"
    return ""


@contextmanager
def sleepless() -> Iterator[None]:
    """Whoever sleeps in here, in this thread, fails."""
    mine, sleep = threading.get_ident(), time.sleep

    def no_sleep(seconds: float) -> None:
        if threading.get_ident() == mine:
            pytest.fail("it sleeps: raise RateLimited or Unavailable, or return Later")
        sleep(seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", no_sleep)
        yield
