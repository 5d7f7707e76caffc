"""The conformance suites that every adapter passes; inherit one and fill in the network.

    class TestExample(NoteAdapterSuite):
        adapter = Example
        server = FakeExample

AdapterSuite                what holds for every adapter
├── EmailAdapterSuite       ... and for those that take Email
├── NoteAdapterSuite        ... and for those that take Note
├── DigestSuite             ... and for those that take Digest, too
└── ChangesSuite            ... and for those that take back or change what they posted

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
from publisher.testing.notes import NoteAdapterSuite
from publisher.testing.suite import KEY, OTHER_KEY, AdapterSuite

__all__ = [
    "EXPECTED",
    "KEY",
    "NO_PAGE",
    "OF_HTTP",
    "OTHER_KEY",
    "USUAL",
    "AdapterSuite",
    "Behaviour",
    "ChangesSuite",
    "DigestSuite",
    "EmailAdapterSuite",
    "Expected",
    "GeneratorSuite",
    "Kept",
    "MailNetwork",
    "Network",
    "NoteAdapterSuite",
    "WebNetwork",
]
