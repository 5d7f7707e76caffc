"""Golden files: what the shipped templates make, kept under review.

After a wanted change run `RENEW_GOLDEN=1 .venv/bin/python -m pytest tests/rendering` and look at
`git diff tests/rendering/golden` before you commit it.
"""

import os
from pathlib import Path

import pytest

from publisher.rendering.templates import Templates
from tests.rendering.samples import Golden

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Golden:
    """Compares a text with its golden file, or renews the file."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if os.environ.get("RENEW_GOLDEN"):
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8"), f"{name} changed; see conftest.py"

    return compare


@pytest.fixture
def templates() -> Templates:
    return Templates(None)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A site's own folder of templates, empty."""
    folder = tmp_path / "templates"
    folder.mkdir()
    return folder
