from collections.abc import Iterator

import pytest

from publisher.adapters.x import X
from publisher.testing import NoteAdapterSuite
from tests.adapters.x_server import XServer


class TestX(NoteAdapterSuite):
    adapter = X

    @pytest.fixture
    def network(self) -> Iterator[XServer]:
        with XServer() as server:
            yield server
