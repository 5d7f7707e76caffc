"""A folder with posts in which a test writes its config.yaml."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from publisher.config import Config, load
from publisher.errors import ConfigurationError

GOOD = """\
site: {title: Gazette, url: https://gazette.example, timezone: Europe/London}
content: {folder: posts}
channels:
  mail: {adapter: folder}
  fediverse: {adapter: mastodon, base_url: https://m.example, token: "${TOKEN}"}
  post: {adapter: smtp, host: mail.example}
newsletters:
  daily: {channel: mail, sender: Gazette <news@gazette.example>}
announcements:
  social: {channels: [fediverse]}
"""


class Place:
    """Writes, loads, and tells what went wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ: Mapping[str, str] = {"TOKEN": "tok-5ecret"}
        (folder / "posts").mkdir()

    def load(self, text: str | bytes = GOOD) -> Config:
        file = self.folder / "config.yaml"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return load(file, self.environ)

    def mistakes(self, text: str | bytes) -> list[str]:
        """Every problem as it is shown, without the folder's name."""
        with pytest.raises(ConfigurationError) as caught:
            self.load(text)
        prefix = f"{self.folder}/config.yaml:"
        return [str(problem).removeprefix(prefix).strip() for problem in caught.value.problems]

    def mistake(self, text: str | bytes) -> str:
        """The only problem."""
        found = self.mistakes(text)
        assert len(found) == 1, found
        return found[0]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)
