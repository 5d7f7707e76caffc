from collections.abc import Iterator

import pytest

from publisher.adapters.mastodon import Mastodon
from publisher.testing import NoteAdapterSuite
from tests.adapters.mastodon_server import MastodonServer


class TestMastodon(NoteAdapterSuite):
    adapter = Mastodon

    @pytest.fixture
    def network(self) -> Iterator[MastodonServer]:
        with MastodonServer() as server:
            yield server
