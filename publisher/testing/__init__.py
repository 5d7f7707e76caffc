"""The conformance suites that every adapter passes; inherit one and fill in the network.

    class TestExample(NoteAdapterSuite):
        adapter = Example
        server = FakeExample

AdapterSuite                what holds for every adapter
├── EmailAdapterSuite       ... and for those that take Email
├── NoteAdapterSuite        ... and for those that take Note
│   ├── OwnNotesSuite       ... and find what the account has posted
│   └── PicturesSuite       ... and attach pictures
├── DigestSuite             ... and for those that take Digest, too
└── ChangesSuite            ... and for those that take back or change what they posted

FakeServer                  what a fake network over HTTP inherits from
GeneratorSuite              what holds for every static site generator

docs/how-to/adding-a-network.md says what a fake network must be able to do,
docs/how-to/adding-a-generator.md how a small site shows a generator's rules.
"""

# ruff: noqa: E402 - pytest must hear of the suites before they are imported
import pytest

pytest.register_assert_rewrite(
    "publisher.testing.suite",
    "publisher.testing.emails",
    "publisher.testing.notes",
    "publisher.testing.own_notes",
    "publisher.testing.pictures",
    "publisher.testing.generators",
    "publisher.testing.digests",
    "publisher.testing.changes",
)

from publisher.testing.changes import ChangesSuite
from publisher.testing.credentials import Kept
from publisher.testing.digests import DigestSuite
from publisher.testing.emails import EmailAdapterSuite
from publisher.testing.generators import NO_PAGE, Expected, GeneratorSuite
from publisher.testing.network import (
    EXPECTED,
    OF_HTTP,
    USUAL,
    Behaviour,
    MailNetwork,
    Network,
    WebNetwork,
)
from publisher.testing.notes import NOTE, PICTURE, URL, WITH_PICTURE, NoteAdapterSuite
from publisher.testing.own_notes import OwnNotesSuite
from publisher.testing.pictures import PicturesSuite
from publisher.testing.servers import FakeServer, Reply, Request
from publisher.testing.suite import KEY, OTHER_KEY, AdapterSuite

__all__ = [
    "EXPECTED",
    "KEY",
    "NOTE",
    "NO_PAGE",
    "OF_HTTP",
    "OTHER_KEY",
    "PICTURE",
    "URL",
    "USUAL",
    "WITH_PICTURE",
    "AdapterSuite",
    "Behaviour",
    "ChangesSuite",
    "DigestSuite",
    "EmailAdapterSuite",
    "Expected",
    "FakeServer",
    "GeneratorSuite",
    "Kept",
    "MailNetwork",
    "Network",
    "NoteAdapterSuite",
    "OwnNotesSuite",
    "PicturesSuite",
    "Reply",
    "Request",
    "WebNetwork",
]
